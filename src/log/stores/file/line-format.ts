/** How entries stand in a file of lines: what differs between JSON lines and CSV, and nothing else. */
import type { LogEntry } from '../../store.ts'

/** A way to write entries, one line each. */
export interface LineFormat {
  /** In names of stores: `jsonl`. */
  readonly kind: string
  /** In messages: `JSON lines`. */
  readonly title: string
  /** The first line of every file, line end included: what it is. */
  readonly first: string
  /** An entry as a line, line end included. Throws what `JSON.stringify` throws. */
  encode(entry: LogEntry): string
  /** The entry of a line without its line end, or the header; undefined of a line that is not what was written. */
  decode(line: Buffer): unknown
  /** The entries of a file that others wrote, where it is one that can be read; else null. */
  adopt?(file: Buffer): Adopted | null
}

/** A file of others. */
export interface Adopted {
  readonly entries: readonly LogEntry[]
  /** How many of its rows said nothing that a run log could hold. */
  readonly skipped: number
}

/** What the first line says. */
export interface Header {
  readonly format: string
  readonly version: number
  /** Of a file that can be read, and is to be rewritten before lines are added to it. */
  readonly isOutdated?: true
}

/** The header of the files of this release. */
export const header: Header = { format: 'gantry run log', version: 1 }

/** True of the header of a run log, of whatever version. */
export function isHeader(entry: unknown): entry is Header {
  return (
    typeof entry === 'object' && entry !== null && (entry as { format?: unknown }).format === header.format
  )
}
