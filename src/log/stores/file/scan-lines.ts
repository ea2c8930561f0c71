/** Scan of a line-based file for valid and damaged lines. Changes nothing. */
import { readSync } from 'node:fs'
import type { LineFormat } from './line-format.ts'

/** A range of a file that is not a valid line. */
export interface BadRange {
  /** Line number, from 1. */
  readonly line: number
  readonly bytes: Buffer
  /** True if the line end is missing: a write was cut short here. */
  readonly torn: boolean
  /** The reason why a decoded line was rejected; null if it could not be decoded. */
  readonly why: string | null
}

/** The content of a file. */
export interface Scan {
  /** The end of the last valid line, bytes. */
  readonly end: number
  /** The size of the file, bytes. */
  readonly size: number
  /** The number of valid lines. */
  readonly good: number
  /** Invalid lines before the last valid one. This is damage: a file that is only appended to is never cut short there. */
  readonly damaged: readonly BadRange[]
  /** The bytes after the last valid line: the rest of a write that was cut short, or damage at the end. */
  readonly tail: readonly BadRange[]
}

const chunkSize = 1 << 20

/**
 * Scans an open file. `onEntry` is called with each entry in order, and returns the reason if it rejects it. Throws read
 * errors.
 */
export function scanLines(
  fd: number,
  decode: LineFormat['decode'],
  onEntry: (entry: unknown) => string | null,
): Scan {
  const chunk = Buffer.allocUnsafe(chunkSize)
  const damaged: BadRange[] = []
  let tail: BadRange[] = []
  let rest: Buffer = Buffer.alloc(0)
  let size = 0
  let end = 0
  let good = 0
  let line = 0
  const take = (bytes: Buffer, until: number) => {
    line++
    const entry = decode(bytes)
    const why = entry === undefined ? null : onEntry(entry)
    if (entry === undefined || why !== null) {
      // A copy, as the chunk's buffer is reused.
      tail.push({ line, bytes: Buffer.from(bytes), torn: false, why })
      return
    }
    damaged.push(...tail)
    tail = []
    end = until
    good++
  }
  for (;;) {
    const count = readSync(fd, chunk, 0, chunkSize, size)
    if (count === 0) break
    const offset = size - rest.length
    const bytes =
      rest.length === 0 ? chunk.subarray(0, count) : Buffer.concat([rest, chunk.subarray(0, count)])
    size += count
    let from = 0
    for (let to = bytes.indexOf(10, from); to >= 0; to = bytes.indexOf(10, from)) {
      take(bytes.subarray(from, to), offset + to + 1)
      from = to + 1
    }
    rest = Buffer.from(bytes.subarray(from))
  }
  // A line without its line end is incomplete even if all its text is there: the next line would be joined to it.
  if (rest.length > 0) tail.push({ line: line + 1, bytes: rest, torn: true, why: null })
  return { end, size, good, damaged, tail }
}
