/**
 * Ranges of constant UTC offset of a zone. Luxon takes microseconds to compute an offset; the answers are cached here as sorted
 * ranges, so that all further arithmetic is on plain numbers.
 */
import { isFixedZone, MAX_INSTANT, offsetMsAt } from './zone.ts'

/** A range `[from, to)` of constant offset. Adjacent ranges may have the same offset, as ranges also end at chunk limits. */
export interface OffsetPeriod {
  readonly from: number
  readonly to: number
  /** Milliseconds east of UTC: local = instant + offset. */
  readonly offset: number
}

const DAY = 86_400_000
const CHUNK = 366 * DAY
/** No zone changes its offset twice within this duration (verified with the zone data from 1970 to 2037). */
const STEP = DAY

const zones = new Map<string, Map<number, readonly OffsetPeriod[]>>()

/** The range that contains an instant. */
export function offsetPeriodAt(at: number, zone: string): OffsetPeriod {
  const ranges = chunkAt(Math.floor(clamp(at) / CHUNK), zone)
  for (let i = ranges.length - 1; i > 0; i--) if (at >= ranges[i]!.from) return ranges[i]!
  return ranges[0]!
}

/** The reading of the local clock at an instant, in milliseconds as if the reading were UTC. */
export function localAt(at: number, zone: string): number {
  return at + offsetPeriodAt(at, zone).offset
}

/**
 * The first instant at which the local clock has reached `local`: the first of two readings in a repeated hour, the end
 * of the gap for a skipped reading.
 */
export function resolveLocal(local: number, zone: string): number {
  // Offsets are between -12 and +14 hours: no earlier instant reads `local`, so the first match is the first reading.
  let range = offsetPeriodAt(local - 15 * 3_600_000, zone)
  while (local - range.offset >= range.to && range.to < MAX_INSTANT) range = offsetPeriodAt(range.to, zone)
  return Math.max(range.from, local - range.offset)
}

function clamp(at: number): number {
  return Math.min(MAX_INSTANT, Math.max(-MAX_INSTANT, at))
}

function chunkAt(index: number, zone: string): readonly OffsetPeriod[] {
  let chunks = zones.get(zone)
  if (chunks === undefined) zones.set(zone, (chunks = new Map()))
  let ranges = chunks.get(index)
  if (ranges === undefined) chunks.set(index, (ranges = readChunk(index * CHUNK, zone)))
  return ranges
}

function readChunk(start: number, zone: string): readonly OffsetPeriod[] {
  const end = start + CHUNK
  const ranges: OffsetPeriod[] = []
  let from = start
  let offset = offsetMsAt(clamp(start), zone)
  if (isFixedZone(zone)) return [Object.freeze({ from: start, to: end, offset })]
  for (let at = start; at < end; at += STEP) {
    const next = Math.min(at + STEP, end - 1)
    if (offsetMsAt(clamp(next), zone) === offset) continue
    const change = firstChange(at, next, offset, zone)
    ranges.push(Object.freeze({ from, to: change, offset }))
    from = change
    offset = offsetMsAt(clamp(change), zone)
  }
  ranges.push(Object.freeze({ from, to: end, offset }))
  return ranges
}

function firstChange(before: number, after: number, offset: number, zone: string): number {
  let low = before
  let high = after
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetMsAt(middle, zone) === offset) low = middle
    else high = middle
  }
  return high
}
