/** Texts that a column cannot hold as they are stand there as JSON, with a mark in front. */

const mark = 'json:'
/** A NUL, a line end, or half of a surrogate pair. */
const unsafe = /[\0\n\r\ud800-\udfff]/u

/** A text as a column holds it: on one line, and nothing in it that UTF-8 or SQLite would change. */
export function toPlain(text: string): string {
  return unsafe.test(text) || text.startsWith(mark) ? toMarked(text) : text
}

/** A text as JSON with the mark, whether it needs that or not. */
export function toMarked(text: string): string {
  return `${mark}${JSON.stringify(text)}`
}

/** The text of a column. Throws a `SyntaxError` of one that was damaged. */
export function fromPlain(plain: string): string {
  return plain.startsWith(mark) ? (JSON.parse(plain.slice(mark.length)) as string) : plain
}
