/**
 * The times of one kind of event, counted by binary search.
 *
 * Wall times are what windows of the calendar ask for and may go back when the clock is set; monotonic times are what ages
 * are made of. Counting needs sorted numbers and nothing else, so each mark is two numbers.
 */
import { Forgotten } from './pruned-ranges.ts'

/** Marks of one kind of event. */
export class EventTimes {
  /** Epoch ms, in the order the marks came. */
  #at: number[] = []
  /** Monotonic ms, in the order the marks came. */
  #mono: number[] = []
  /** Sorted copies, only from the moment that the order of coming is no longer the order of time. */
  #sortedAt: number[] | null = null
  #sortedMono: number[] | null = null
  #forgotten: Forgotten | null = null

  get size(): number {
    return this.#at.length
  }

  add(at: number, mono: number): void {
    this.#sortedAt = place(this.#at, this.#sortedAt, at)
    this.#sortedMono = place(this.#mono, this.#sortedMono, mono)
  }

  /** The same marks, to go on by themselves. */
  copy(): EventTimes {
    const copy = new EventTimes()
    copy.#at = this.#at.slice()
    copy.#mono = this.#mono.slice()
    copy.#sortedAt = this.#sortedAt?.slice() ?? null
    copy.#sortedMono = this.#sortedMono?.slice() ?? null
    copy.#forgotten = this.#forgotten?.copy() ?? null
    return copy
  }

  /** How many were made in `[start, end)` of wall time; where none is known of a time that was forgotten, one. */
  between(start: number, end: number): number {
    const times = this.#sortedAt ?? this.#at
    const count = Math.max(0, firstFrom(times, end) - firstFrom(times, start))
    return count === 0 && this.#forgotten?.touches(start, end) === true ? 1 : count
  }

  /** How many have an age in `[nearMs, farMs)`. */
  within(nearMs: number, farMs: number, nowMono: number): number {
    const times = this.#sortedMono ?? this.#mono
    return Math.max(0, younger(times, nearMs, nowMono) - younger(times, farMs, nowMono))
  }

  /** Ms until {@link within} changes by time alone; Infinity if it can't. */
  changesIn(nearMs: number, farMs: number, nowMono: number): number {
    const times = this.#sortedMono ?? this.#mono
    // The oldest that is not of age yet, and the oldest that has not left yet.
    const next = times[younger(times, nearMs, nowMono)]
    const last = times[younger(times, farMs, nowMono)]
    const comes = next === undefined ? Infinity : nearMs - (nowMono - next)
    const goes = last === undefined ? Infinity : farMs - (nowMono - last)
    return Math.min(comes, goes)
  }

  /**
   * Forgets the oldest, but keeps `count` of them and all that are not older than `oldestMono`. Only in bulk, a quarter of
   * them or none: asked after every record it still costs each a step or two.
   */
  forget(count: number, oldestMono: number): void {
    const surplus = this.#at.length - count
    const old = firstFrom(this.#sortedMono ?? this.#mono, oldestMono)
    const most = Math.min(surplus, old)
    if (most < this.#at.length / 4) return
    let drop = 0
    while (drop < most && this.#mono[drop]! < oldestMono) drop++
    this.#forgotten ??= new Forgotten()
    for (let i = 0; i < drop; i++) this.#forgotten.add(this.#at[i]!, this.#mono[i]!)
    this.#at = this.#at.slice(drop)
    this.#mono = this.#mono.slice(drop)
    this.#sortedAt = sortedUnlessRising(this.#at)
    this.#sortedMono = sortedUnlessRising(this.#mono)
  }
}

/** Adds to the list and, once the list is out of order, to its sorted copy, which is returned. */
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
 * The index of the first time whose age is less than `ageMs`. The age is the same subtraction everywhere, so that rounding
 * can't let a mark be of age for one question and not for another.
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
