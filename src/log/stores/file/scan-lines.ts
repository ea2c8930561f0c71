/** Reads a file of lines from its start to its end, and tells the good from the bad. Changes nothing. */
import { readSync } from 'node:fs'
import type { LineFormat } from './line-format.ts'

/** A stretch of a file that is no line of ours. */
export interface BadRange {
  /** Line number, from 1. */
  readonly line: number
  readonly bytes: Buffer
  /** Whether it lacks its line end: a write was cut short here. */
  readonly torn: boolean
  /** Why a line that was read is not taken in; null of one that could not be read. */
  readonly why: string | null
}

/** What a file holds. */
export interface Scan {
  /** Where the last good line ends, in bytes. */
  readonly end: number
  /** All of it, in bytes. */
  readonly size: number
  /** How many good lines. */
  readonly good: number
  /** Bad lines before the last good one: damage, as a file that is only appended to is never torn there. */
  readonly damaged: readonly BadRange[]
  /** What follows the last good line: the rest of a write that was cut short, or damage at the end. */
  readonly tail: readonly BadRange[]
}

const chunkSize = 1 << 20

/**
 * Scans an open file; `onEntry` is called with each entry in order, and gives the reason if it does not take it. Throws what
 * reading throws.
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
      // A copy, as the chunk is read over.
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
  // Without its line end a line is torn even if all else of it is there: the next line would be glued to it.
  if (rest.length > 0) tail.push({ line: line + 1, bytes: rest, torn: true, why: null })
  return { end, size, good, damaged, tail }
}
