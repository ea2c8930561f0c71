/** Widths of texts, estimated without a browser, and lines of limited length. */

/** Font sizes in a chart, px. */
export const fontSize = { title: 13, label: 11 } as const

/** The width of a text, px. Estimated above what the usual fonts need, so that a text never leaves its box. */
export function textWidth(text: string, size: number): number {
  let units = 0
  for (const each of text) {
    if (each > '\u007e') units += 1.25
    else if (/[mwMW@%]/.test(each)) units += 1.15
    else if (/[A-Z0-9_~#&+<>=?$^]/.test(each)) units += 0.86
    else if (/[ijl.,:;'|!\\/()[\]{} ]/.test(each)) units += 0.48
    else units += 0.73
  }
  // Titles are bold.
  return Math.ceil(units * size * (size === fontSize.title ? 1 : 0.9))
}

/** A text on one line: line breaks and control characters become spaces. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim()
}

/** The beginning of a text, with at most `most` characters. */
export function clip(text: string, most: number): string {
  const characters = [...text]
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text
}

/** A text on several lines of at most `most` characters, broken at spaces and separators where possible. */
export function wrap(text: string, most: number, lines: number): string[] {
  const wrapped: string[] = []
  let rest = oneLine(text)
  while ([...rest].length > most && wrapped.length < lines - 1) {
    const part = [...rest].slice(0, most).join('')
    const end = /^.*[\s._\-/:]/su.exec(part)?.[0] ?? ''
    const line = end.length > most / 3 ? end : part
    wrapped.push(line.trim())
    rest = rest.slice(line.length).trim()
  }
  wrapped.push(clip(rest, most))
  return wrapped
}

/** The first lines, and the number of the others. */
export function firstLines(lines: readonly string[], most: number): readonly string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), `+ ${lines.length - most + 1} more`]
}
