/** How a command is written down: words, and arguments made of values. */
import { SetupError } from '../errors/errors.ts'

/**
 * How args become arguments: `long` `--name value`, `equals` `--name=value`, `short` `-name value`, `values` the values alone,
 * `none` not at all.
 *
 * @example
 * ```ts
 * const argStyle: ArgStyle = 'equals'
 * app.task('dump', 'daily', { args: { jobs: 4 } }, command('pg_dump shop', { argStyle })) // pg_dump shop --jobs=4
 * ```
 */
export type ArgStyle = 'long' | 'equals' | 'short' | 'values' | 'none'

export const argStyles: readonly ArgStyle[] = ['long', 'equals', 'short', 'values', 'none']

/**
 * The words of a line without a shell: parted by spaces, kept together by quotes. Throws a `SyntaxError` for what only a
 * shell understands, since passing it on as it stands would do something else than it says.
 *
 * @example
 * ```ts
 * toWords('git commit -m "a b"')    // ['git', 'commit', '-m', 'a b']
 * ```
 */
export function toWords(line: string): string[] {
  const words: string[] = []
  let word: string | null = null
  let quote: string | null = null
  for (const letter of line) {
    if (quote !== null) {
      if (letter === quote) quote = null
      else word += letter
    } else if (letter === '"' || letter === "'") {
      quote = letter
      word ??= ''
    } else if (/\s/.test(letter)) {
      if (word !== null) words.push(word)
      word = null
    } else if ('|&;<>()$`\\*?'.includes(letter)) {
      throw new SyntaxError(
        `Cannot read the command without a shell as '${letter}' means something only to one: ${line}. ` +
          `Quote it, give the words as a list, or say { shell: true }.`,
      )
    } else word = (word ?? '') + letter
  }
  if (quote !== null)
    throw new SyntaxError(`Cannot read the command as the quote ${quote} is never closed: ${line}`)
  if (word !== null) words.push(word)
  return words
}

/**
 * Values as arguments. `true` is the name alone; `false`, `null` and `undefined` leave it out; a list repeats it; a name
 * that begins with `-` stays as it is. Throws a `SetupError` for a value that has no text of its own.
 */
export function toArguments(values: Readonly<Record<string, unknown>>, style: ArgStyle): string[] {
  if (style === 'none') return []
  return Object.entries(values).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((each) => argument(name, each, style)),
  )
}

function argument(name: string, value: unknown, style: ArgStyle): string[] {
  if (value === undefined || value === null || value === false) return []
  const flag = name.startsWith('-') ? name : `${style === 'short' ? '-' : '--'}${name}`
  if (value === true) return style === 'values' ? ['true'] : [flag]
  const text = toText(name, value)
  if (style === 'values') return [text]
  return style === 'equals' ? [`${flag}=${text}`] : [flag, text]
}

function toText(name: string, value: unknown): string {
  if (typeof value === 'string') {
    if (!value.includes('\0')) return value
    throw new SetupError(`Cannot pass arg '${name}' to a command as it must hold no zero byte.`)
  }
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (value instanceof Date) return value.toISOString()
  throw new SetupError(
    `Cannot pass arg '${name}' to a command as it must be text, a number, a date, a boolean or a list of these: a ${typeof value}. ` +
      `Give it as 'input', or leave it out with argStyle 'none'.`,
  )
}

/** A word as a POSIX shell reads it back. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
