/**
 * Ranges of constant UTC offset of a zone. Luxon takes microseconds to compute an offset; the answers are cached here as sorted
 * ranges, so that all further arithmetic is on plain numbers.
 */
import { isFixedZone, MAX_INSTANT, offsetMsAt } from './zone.ts'

/** A stretch `[from, to)` of constant offset. Neighbours may have the same offset: stretches are also cut per chunk. */
export interface OffsetPeriod {
  readonly from: number
  readonly to: number
  /** Milliseconds east of UTC: local = instant + offset. */
  readonly offset: number
}

const DAY = 86_400_000
const CHUNK = 366 * DAY
/** No zone changes its offset twice within this time (checked over the zone data from 1970 to 2037). */
const STEP = DAY

const zones = new Map<string, Map<number, readonly OffsetPeriod[]>>()

/** The stretch in which an instant lies. */
export function offsetPeriodAt(at: number, zone: string): OffsetPeriod {
  const stretches = chunkAt(Math.floor(clamp(at) / CHUNK), zone)
  for (let i = stretches.length - 1; i > 0; i--) if (at >= stretches[i]!.from) return stretches[i]!
  return stretches[0]!
}

/** The local clock's reading at an instant, in milliseconds as if the reading were UTC. */
export function localAt(at: number, zone: string): number {
  return at + offsetPeriodAt(at, zone).offset
}

/**
 * The first instant at which the local clock has reached `local`: the first of two in an autumn fold, the end of the
 * gap for a reading that a spring gap leaves out.
 */
export function resolveLocal(local: number, zone: string): number {
  // Offsets lie between -12 and +14 hours: nothing reads `local` before this, so the first hit is the first reading.
  let stretch = offsetPeriodAt(local - 15 * 3_600_000, zone)
  while (local - stretch.offset >= stretch.to && stretch.to < MAX_INSTANT)
    stretch = offsetPeriodAt(stretch.to, zone)
  return Math.max(stretch.from, local - stretch.offset)
}

function clamp(at: number): number {
  return Math.min(MAX_INSTANT, Math.max(-MAX_INSTANT, at))
}

function chunkAt(index: number, zone: string): readonly OffsetPeriod[] {
  let chunks = zones.get(zone)
  if (chunks === undefined) zones.set(zone, (chunks = new Map()))
  let stretches = chunks.get(index)
  if (stretches === undefined) chunks.set(index, (stretches = readChunk(index * CHUNK, zone)))
  return stretches
}

function readChunk(start: number, zone: string): readonly OffsetPeriod[] {
  const end = start + CHUNK
  const stretches: OffsetPeriod[] = []
  let from = start
  let offset = offsetMsAt(clamp(start), zone)
  if (isFixedZone(zone)) return [Object.freeze({ from: start, to: end, offset })]
  for (let at = start; at < end; at += STEP) {
    const next = Math.min(at + STEP, end - 1)
    if (offsetMsAt(clamp(next), zone) === offset) continue
    const change = firstChange(at, next, offset, zone)
    stretches.push(Object.freeze({ from, to: change, offset }))
    from = change
    offset = offsetMsAt(clamp(change), zone)
  }
  stretches.push(Object.freeze({ from, to: end, offset }))
  return stretches
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
