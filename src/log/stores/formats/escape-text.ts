/** Escaping of texts that a column cannot hold unchanged: JSON after a marker. */

const mark = 'json:'
/** NUL, a line end, or half of a surrogate pair. */
const unsafe = /[\0\n\r\ud800-\udfff]/u

/** A text as a column holds it: on one line, with nothing that UTF-8 or SQLite would change. */
export function toPlain(text: string): string {
  return unsafe.test(text) || text.startsWith(mark) ? toMarked(text) : text
}

/** A text as JSON after the marker, whether or not it needs escaping. */
export function toMarked(text: string): string {
  return `${mark}${JSON.stringify(text)}`
}

/** Decodes the text of a column. Throws a `SyntaxError` if it is damaged. */
export function fromPlain(plain: string): string {
  return plain.startsWith(mark) ? (JSON.parse(plain.slice(mark.length)) as string) : plain
}
