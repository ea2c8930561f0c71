/**
 * The times of one kind of event, counted by binary search.
 *
 * Calendar windows use wall times, which may go back when the clock is set; ages use monotonic times. Counting needs only
 * sorted numbers, so an event is stored as two numbers.
 */
import { PrunedRanges } from './pruned-ranges.ts'

/** The times of one kind of event. */
export class EventTimes {
  /** Epoch ms, in order of arrival. */
  #at: number[] = []
  /** Monotonic ms, in order of arrival. */
  #mono: number[] = []
  /** Sorted copies; null while the order of arrival is chronological. */
  #sortedAt: number[] | null = null
  #sortedMono: number[] | null = null
  #pruned: PrunedRanges | null = null

  /** Adds an event, and returns the number of events. */
  add(at: number, mono: number): number {
    this.#sortedAt = place(this.#at, this.#sortedAt, at)
    this.#sortedMono = place(this.#mono, this.#sortedMono, mono)
    return this.#at.length
  }

  /** An independent copy. */
  copy(): EventTimes {
    const copy = new EventTimes()
    copy.#at = this.#at.slice()
    copy.#mono = this.#mono.slice()
    copy.#sortedAt = this.#sortedAt?.slice() ?? null
    copy.#sortedMono = this.#sortedMono?.slice() ?? null
    copy.#pruned = this.#pruned?.copy() ?? null
    return copy
  }

  /** The number of events in `[start, end)` of wall time. If none is known but pruned events touch the range, 1. */
  between(start: number, end: number): number {
    const times = this.#sortedAt ?? this.#at
    const count = Math.max(0, firstFrom(times, end) - firstFrom(times, start))
    return count === 0 && this.#pruned?.touches(start, end) === true ? 1 : count
  }

  /** The number of events with an age in `[nearMs, farMs)`. */
  within(nearMs: number, farMs: number, nowMono: number): number {
    const times = this.#sortedMono ?? this.#mono
    return Math.max(0, younger(times, nearMs, nowMono) - younger(times, farMs, nowMono))
  }

  /** Ms until {@link within} changes by the passage of time alone; Infinity if it does not. */
  changesIn(nearMs: number, farMs: number, nowMono: number): number {
    const times = this.#sortedMono ?? this.#mono
    // The next event to reach the lower age, and the next to reach the upper one.
    const next = times[younger(times, nearMs, nowMono)]
    const last = times[younger(times, farMs, nowMono)]
    const comes = next === undefined ? Infinity : nearMs - (nowMono - next)
    const goes = last === undefined ? Infinity : farMs - (nowMono - last)
    return Math.min(comes, goes)
  }

  /**
   * Forgets the oldest events, but keeps `count` of them and all that are not older than `oldestMono`. Works in bulk (at
   * least a quarter of the events, or none), so the amortized cost per record is constant.
   */
  forget(count: number, oldestMono: number): void {
    const surplus = this.#at.length - count
    const old = firstFrom(this.#sortedMono ?? this.#mono, oldestMono)
    const most = Math.min(surplus, old)
    if (most < this.#at.length / 4) return
    let drop = 0
    while (drop < most && this.#mono[drop]! < oldestMono) drop++
    this.#pruned ??= new PrunedRanges()
    for (let i = 0; i < drop; i++) this.#pruned.add(this.#at[i]!, this.#mono[i]!)
    this.#at = this.#at.slice(drop)
    this.#mono = this.#mono.slice(drop)
    this.#sortedAt = sortedUnlessRising(this.#at)
    this.#sortedMono = sortedUnlessRising(this.#mono)
  }
}

/** Appends to the list and, once the list is out of order, inserts into its sorted copy. Returns the sorted copy. */
function place(list: number[], sorted: number[] | null, value: number): number[] | null {
  const last = list.at(-1)
  const copy = sorted ?? (last !== undefined && value < last ? list.slice() : null)
  list.push(value)
  if (copy !== null) copy.splice(firstFrom(copy, value), 0, value)
  return copy
}

function sortedUnlessRising(list: number[]): number[] | null {
  for (let i = 1; i < list.length; i++) if (list[i]! < list[i - 1]!) return list.slice().sort((a, b) => a - b)
  return null
}

/** The index of the first number that is at least `limit`. */
function firstFrom(sorted: readonly number[], limit: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < limit) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * The index of the first time whose age is less than `ageMs`. All queries compute the age by the same subtraction, so
 * that rounding cannot give one event two different ages.
 */
function younger(sorted: readonly number[], ageMs: number, nowMono: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (nowMono - sorted[middle]! >= ageMs) low = middle + 1
    else high = middle
  }
  return low
}
