/** The interface of a line format: the difference between JSON lines and CSV. */
import type { LogEntry } from '../../entry.ts'

/** An encoding of entries, one line each. */
export interface LineFormat {
  /** The name in store names: `jsonl`. */
  readonly kind: string
  /** The name in messages: `JSON lines`. */
  readonly title: string
  /** The first line of every file, line end included; it identifies the format. */
  readonly first: string
  /** Encodes an entry as a line, line end included. Throws the error of `JSON.stringify`. */
  encode(entry: LogEntry): string
  /** Decodes a line, without its line end, to an entry or the header; undefined if the line is damaged. */
  decode(line: Buffer): unknown
  /** The entries of a foreign file in a supported format; otherwise null. */
  adopt?(file: Buffer): Adopted | null
}

/** A foreign file (imported). */
export interface Adopted {
  readonly entries: readonly LogEntry[]
  /** The number of rows without a valid record. */
  readonly skipped: number
}

/** The content of the first line. */
export interface Header {
  readonly format: string
  readonly version: number
  /** True for a readable file that must be rewritten before lines are added. */
  readonly isOutdated?: true
}

/** The header of files that this release writes. */
export const header: Header = { format: 'gantry run log', version: 1 }

/** True for the header of a run log of any version. */
export function isHeader(entry: unknown): entry is Header {
  return (
    typeof entry === 'object' && entry !== null && (entry as { format?: unknown }).format === header.format
  )
}
