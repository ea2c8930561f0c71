/**
 * Escaping of CSV cells so that no spreadsheet evaluates them as formulas: a task name or an error message must not run code
 * where the log is opened.
 */
import { toMarked, toPlain } from './escape-text.ts'

/** The start of a formula: also full-width characters, which some spreadsheets accept, and after spaces. */
const formula = /^\s*['"]?\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/u
/** The start of a formula within a cell, where a spreadsheet splits rows at semicolons or tabs. */
const inner = /[;\t]\s*['"]?\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/u

/** A text as a cell that `fromPlain` can decode. */
export function toCell(text: string): string {
  const plain = toPlain(text)
  return formula.test(plain) || inner.test(plain) ? toJsonCell(toMarked(text)) : plain
}

/** JSON as a cell: a character that may end a cell in some programs is written as a JSON escape. */
export function toJsonCell(json: string): string {
  return json.replaceAll(';', '\\u003b')
}

/** A text for human readers as a single-line cell, which is never decoded. */
export function toShownCell(text: string): string {
  const line = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\r', '')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\0', '\\0')
    .replaceAll(/[\ud800-\udfff]/gu, '\ufffd')
    .replaceAll(new RegExp(inner, 'gu'), (start) => `${start[0]}'${start.slice(1)}`)
  return formula.test(line) ? `'${line}` : line
}
