/**
 * Windows of the hour, minute and second. A unit begins at a full local hour (minute, second) or at the end of a gap: a repeated
 * local hour counts as two units, and an hour in which the clock is set back is longer.
 */
import { type Interval, interval } from '../zone/interval.ts'
import { type FineUnit, fineLength, partLength } from '../zone/units.ts'
import { offsetPeriodAt } from '../zone/utc-offsets.ts'
import type { Window } from './window.ts'

/** The unit that contains an instant. */
export function fineUnitAt(at: number, unit: FineUnit, zone: string): Interval {
  return interval(beginBefore(at, unit, zone), beginAfter(at, unit, zone))
}

function beginBefore(at: number, unit: FineUnit, zone: string): number {
  const length = fineLength[unit]
  for (let from = at; ; ) {
    const range = offsetPeriodAt(from, zone)
    const local = from + range.offset
    const begin = from - modulo(local, length)
    if (begin >= range.from) return begin
    if (offsetPeriodAt(range.from - 1, zone).offset < range.offset) return range.from
    from = range.from - 1
  }
}

function beginAfter(at: number, unit: FineUnit, zone: string): number {
  const length = fineLength[unit]
  let range = offsetPeriodAt(at, zone)
  let begin = at + length - modulo(at + range.offset, length)
  while (begin >= range.to) {
    const next = offsetPeriodAt(range.to, zone)
    if (next.offset > range.offset) return range.to
    begin = range.to + modulo(-(range.to + next.offset), length)
    range = next
  }
  return begin
}

/** The instants of a window in one unit. `whole` is the unit; the next unit is computed if the window extends into it. */
export function fineWindow(window: Window, whole: Interval, unit: FineUnit, zone: string): Interval {
  if (window.shape === 'full') return whole
  const next = () => fineUnitAt(whole.end, unit, zone)
  const from = window.start?.ms ?? 0
  const start = reach(from, whole, unit, zone)
  if (window.shape === 'starting') return interval(start, reach(from, next(), unit, zone))
  const end = fineEnd(window, from, whole, next, unit, zone)
  return start < end ? interval(start, end) : interval(start, start + partLength[unit])
}

function fineEnd(
  window: Window,
  from: number,
  whole: Interval,
  next: () => Interval,
  unit: FineUnit,
  zone: string,
): number {
  if (window.shape === 'at') {
    const to = from + partLength[unit]
    const length = fineLength[unit]
    return to > length ? reach(to - length, next(), unit, zone) : reach(to, whole, unit, zone)
  }
  if (window.end === undefined) return whole.end
  return reach(window.end.ms, window.wraps ? next() : whole, unit, zone) + (window.closed ? 1 : 0)
}

/** The first instant of the unit at which the local clock shows `ms` of it, or the unit's end. */
function reach(ms: number, whole: Interval, unit: FineUnit, zone: string): number {
  const length = fineLength[unit]
  for (let from = whole.start; from < whole.end; ) {
    const range = offsetPeriodAt(from, zone)
    const at = from + Math.max(0, ms - modulo(from + range.offset, length))
    if (at < Math.min(range.to, whole.end)) return at
    from = range.to
  }
  return whole.end
}

function modulo(value: number, length: number): number {
  return ((value % length) + length) % length
}
