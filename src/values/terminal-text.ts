/**
 * Escapes for text in terminals. Names of tasks, messages of errors and log lines of runs are untrusted: escape
 * sequences in them would move the cursor, rewrite earlier lines, set the title or reverse the text.
 */
import { formatWithOptions } from 'node:util'

/**
 * Characters that a terminal obeys instead of showing: controls except line ends and tabs, marks that change the
 * direction of writing, other line ends, invisible tags, and unpaired surrogates.
 */
const unshown =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\u{e0000}-\u{e007f}]/gu

/** The text with all characters that a terminal would obey written as escapes: `\x1b`, `\u202e`. */
export function toShown(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(unshown, escapeOf)
}

/**
 * The text that a console would print for its arguments, without colours. Lines after the first are indented, so that
 * no line can be forged.
 */
export function toTerminal(data: readonly unknown[]): string {
  return toShown(
    formatWithOptions({ colors: false, breakLength: Number.POSITIVE_INFINITY }, ...data),
  ).replaceAll(/\n(?=\S)/g, '\n  ')
}

function escapeOf(letter: string): string {
  const code = letter.codePointAt(0)!
  if (code > 0xffff) return `\\u{${code.toString(16)}}`
  return code > 0xff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\x${code.toString(16).padStart(2, '0')}`
}
