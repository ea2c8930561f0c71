/**
 * Splits long loops into slices so that I/O is served in between, while ten thousand tasks launch, end or are
 * evaluated. A slice is limited by count and by elapsed time; where time stands still (a test clock), by
 * count alone.
 */
import { type Clock, callSafely } from './clock.ts'

/** The maximum number of items in a slice. */
export const itemsPerSlice = 1000
/** The maximum duration of a slice, ms, except for the item that is under way. */
const sliceMs = 8
/** The clock is read once per this number of items: most take microseconds. */
const itemsPerReading = 8

type Time = Pick<Clock, 'monotonic' | 'defer'> & Partial<Pick<Clock, 'itemsPerSlice'>>

/** One slice: asked before each item whether it is over. */
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

  /** Counts an item; true if it has to wait for the next slice. The first never has to. */
  isOver(): boolean {
    const items = this.#items++
    if (items === 0) return false
    if (items >= this.#most) return true
    return items % itemsPerReading === 0 && this.#clock.monotonic() - this.#began >= sliceMs
  }
}

/**
 * Acts on each item, in slices, and calls `done` with the last one: before this returns if one slice is enough. It ends early
 * when `goOn` says no.
 */
export function eachInSlices<T>(
  clock: Time,
  items: Iterable<T>,
  act: (item: T) => void,
  goOn: () => boolean,
  done: () => void,
): void {
  // A copy: items added between two slices do not belong to the call.
  const all = [...items]
  let at = 0
  const turn = (): void => {
    const slice = new Slice(clock)
    while (at < all.length && goOn()) {
      if (slice.isOver()) return clock.defer(turn)
      act(all[at++]!)
    }
    done()
  }
  turn()
}

/** As {@link eachInSlices}: returns nothing where one slice is enough, else a promise of the end. */
export function inSlices<T>(
  clock: Time,
  items: Iterable<T>,
  act: (item: T) => void,
  goOn: () => boolean = () => true,
): void | Promise<void> {
  let isDone = false
  let resolve = (): void => {}
  eachInSlices(clock, items, act, goOn, () => {
    isDone = true
    resolve()
  })
  if (isDone) return
  return new Promise((onDone) => {
    resolve = onDone
  })
}

/** Calls that wait for their slice, in order, each once however often it is added. */
export class Backlog {
  readonly #clock: Time
  readonly #onEmpty: () => void
  readonly #calls = new Set<() => void>()
  #added = 0
  #left = 0
  #isCalling = false

  /** `onEmpty` is called when all that had to wait was called. */
  constructor(clock: Time, onEmpty: () => void) {
    this.#clock = clock
    this.#onEmpty = onEmpty
  }

  get isEmpty(): boolean {
    return this.#calls.size === 0
  }

  /** Calls as many as one slice takes at once, if nothing waits before them, and the others in the turns to come. */
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

  /** The call is not to be made any more. */
  drop(call: () => void): void {
    if (this.#calls.delete(call)) this.#left += 1
  }

  /** The items that wait now, as a number for {@link isPast}. */
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
    // A call may add more: that goes to the end, and is not begun within this call.
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

/** Calls in one microtask, and in turns to come where there are many. One for each would cost more than most calls. */
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
