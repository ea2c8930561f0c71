/**
 * Slices of long loops, between which I/O is served while ten thousand tasks launch, end or are evaluated. A slice is
 * limited by count and by elapsed time; where time is stopped (a test clock), by count alone.
 */
import { type Clock, callSafely } from './clock.ts'

/** Maximum number of items in a slice. */
export const itemsPerSlice = 1000
/** Maximum duration of a slice, ms, not counting the current item. */
const sliceMs = 8
/** Number of items per reading of the clock: most items take microseconds. */
const itemsPerReading = 8

type Time = Pick<Clock, 'monotonic' | 'defer'> & Partial<Pick<Clock, 'itemsPerSlice'>>

/** One slice, checked before each item. */
export class Slice {
  readonly #clock: Time
  readonly #began: number
  readonly #most: number
  #items = 0

  constructor(clock: Time) {
    this.#clock = clock
    this.#began = clock.monotonic()
    this.#most = clock.itemsPerSlice ?? itemsPerSlice
  }

  /** Counts an item; returns true if it must wait for the next slice. The first item never waits. */
  isOver(): boolean {
    const items = this.#items++
    if (items === 0) return false
    if (items >= this.#most) return true
    return items % itemsPerReading === 0 && this.#clock.monotonic() - this.#began >= sliceMs
  }
}

/**
 * Acts on each item, in slices, and calls `done` with the last one: before this function returns if one slice is
 * enough. Stops early when `shouldContinue` returns false.
 */
export function eachInSlices<T>(
  clock: Time,
  items: Iterable<T>,
  act: (item: T) => void,
  shouldContinue: () => boolean,
  done: () => void,
): void {
  // A copy: items added between two slices do not belong to this call.
  const all = [...items]
  let at = 0
  const turn = (): void => {
    const slice = new Slice(clock)
    while (at < all.length && shouldContinue()) {
      if (slice.isOver()) return clock.defer(turn)
      act(all[at++]!)
    }
    done()
  }
  turn()
}

/** Like {@link eachInSlices}, but returns undefined if one slice is enough, otherwise a promise of the end. */
export function inSlices<T>(
  clock: Time,
  items: Iterable<T>,
  act: (item: T) => void,
  shouldContinue: () => boolean = () => true,
): void | Promise<void> {
  let isDone = false
  let resolve = (): void => {}
  eachInSlices(clock, items, act, shouldContinue, () => {
    isDone = true
    resolve()
  })
  if (isDone) return
  return new Promise((onDone) => {
    resolve = onDone
  })
}

/** Queue of calls that wait for their slice, in order, without duplicates. */
export class Backlog {
  readonly #clock: Time
  readonly #onEmpty: () => void
  readonly #calls = new Set<() => void>()
  #added = 0
  #left = 0
  #isCalling = false

  /** `onEmpty` is called after all waiting calls were made. */
  constructor(clock: Time, onEmpty: () => void) {
    this.#clock = clock
    this.#onEmpty = onEmpty
  }

  get isEmpty(): boolean {
    return this.#calls.size === 0
  }

  /** Makes as many calls as fit into one slice at once if none are waiting, and the rest in later turns. */
  add(calls: Iterable<() => void>): void {
    const mustWait = !this.isEmpty
    for (const call of calls) {
      if (this.#calls.has(call)) continue
      this.#calls.add(call)
      this.#added += 1
    }
    if (mustWait) return
    this.#callSlice()
    if (!this.isEmpty) this.#clock.defer(this.#turn)
  }

  /** Removes a waiting call. */
  drop(call: () => void): void {
    if (this.#calls.delete(call)) this.#left += 1
  }

  /** The number of calls that wait now, for {@link isPast}. */
  get mark(): number {
    return this.#added
  }

  /** True if all calls that waited at the mark have run. */
  isPast(mark: number): boolean {
    return this.#left >= mark
  }

  readonly #turn = (): void => {
    this.#callSlice()
    if (this.isEmpty) this.#onEmpty()
    else this.#clock.defer(this.#turn)
  }

  #callSlice(): void {
    // A call may add more calls; they go to the end and do not start within this call.
    if (this.#isCalling) return
    this.#isCalling = true
    const slice = new Slice(this.#clock)
    try {
      for (const call of this.#calls) {
        if (slice.isOver()) return
        this.drop(call)
        callSafely(call)
      }
    } finally {
      this.#isCalling = false
    }
  }
}

/**
 * Groups calls into one microtask, and into later turns if there are many. A microtask per call costs more than most
 * calls.
 */
export function createSoon(clock: Time): (call: () => void) => void {
  let waiting: (() => void)[] = []
  let at = 0
  const callSome = (): void => {
    const slice = new Slice(clock)
    while (at < waiting.length) {
      if (slice.isOver()) return clock.defer(callSome)
      callSafely(waiting[at++]!)
    }
    waiting = []
    at = 0
  }
  return (call) => {
    if (waiting.push(call) === 1) queueMicrotask(callSome)
  }
}
