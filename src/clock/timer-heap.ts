/**
 * Binary min-heap of timers on one axis of time. Timers are removed by position, so cancelled timers do not remain in
 * the heap.
 */

/** A timer in a heap; opaque to its owner. */
export interface HeapTimer {
  readonly due: number
  readonly order: number
  readonly call: () => void
  /** Index in the heap; -1 after removal. */
  place: number
}

/** Timers by due time; equal ones in the order in which they were added. */
export class TimerHeap {
  readonly #timers: HeapTimer[] = []
  #order = 0

  get size(): number {
    return this.#timers.length
  }

  /** Due time of the earliest timer; Infinity if there is none. */
  get nextDue(): number {
    return this.#timers[0]?.due ?? Number.POSITIVE_INFINITY
  }

  add(due: number, call: () => void): HeapTimer {
    const timer: HeapTimer = { due, order: this.#order++, call, place: this.#timers.length }
    this.#timers.push(timer)
    this.#rise(timer)
    return timer
  }

  remove(timer: HeapTimer): void {
    const place = timer.place
    if (place < 0) return
    timer.place = -1
    const last = this.#timers.pop()!
    if (last === timer) return
    this.#put(last, place)
    this.#rise(last)
    this.#sink(last)
  }

  /** The order number of the next timer; timers added earlier have lower numbers. */
  get nextOrder(): number {
    return this.#order
  }

  /**
   * Removes and returns the earliest timer if it is due at `now` and was added before the timer of order `before`;
   * otherwise undefined.
   */
  takeDue(now: number, before: number = Number.POSITIVE_INFINITY): HeapTimer | undefined {
    const first = this.#timers[0]
    if (first === undefined || first.due > now || first.order >= before) return undefined
    this.remove(first)
    return first
  }

  #put(timer: HeapTimer, place: number): void {
    this.#timers[place] = timer
    timer.place = place
  }

  #rise(timer: HeapTimer): void {
    while (timer.place > 0) {
      const parent = this.#timers[(timer.place - 1) >> 1]!
      if (!isEarlier(timer, parent)) return
      const place = parent.place
      this.#put(parent, timer.place)
      this.#put(timer, place)
    }
  }

  #sink(timer: HeapTimer): void {
    for (;;) {
      const left = this.#timers[2 * timer.place + 1]
      if (left === undefined) return
      const right = this.#timers[2 * timer.place + 2]
      const child = right !== undefined && isEarlier(right, left) ? right : left
      if (!isEarlier(child, timer)) return
      const place = child.place
      this.#put(child, timer.place)
      this.#put(timer, place)
    }
  }
}

function isEarlier(a: HeapTimer, b: HeapTimer): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order)
}
