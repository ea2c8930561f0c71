/**
 * Escapes text in CSV cells so that no spreadsheet takes it for a formula: a task name or an error message
 * must not run code where the log is opened.
 */
import { toMarked, toPlain } from './escape-text.ts'

/** What makes a cell a formula: in front, also full-width as some spreadsheets take it, and behind spaces. */
const formula = /^\s*['"]?\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/u
/** A start of a cell within a cell, where a spreadsheet splits rows at semicolons or tabs. */
const inner = /[;\t]\s*['"]?\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/u

/** A text as a cell from which `fromPlain` reads it back. */
export function toCell(text: string): string {
  const plain = toPlain(text)
  return formula.test(plain) || inner.test(plain) ? toJsonCell(toMarked(text)) : plain
}

/** JSON as a cell: a letter that may end a cell elsewhere is written as an escape, which JSON reads back. */
export function toJsonCell(json: string): string {
  return json.replaceAll(';', '\\u003b')
}

/** A text for people as a cell on one line, which is not read back. */
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
