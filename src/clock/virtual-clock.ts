/** Clock that is stopped until it is moved: the base of the test clock and of the forecast clock. */
import { type Clock, type ClockJump, sleepOn, type Undo } from './clock.ts'
import { TimerHeap } from './timer-heap.ts'

/** Initial time of a virtual clock. */
export interface VirtualTime {
  /** Epoch ms. */
  readonly wall: number
  /** Elapsed ms; default 0. */
  readonly elapsed?: number
}

/** Both axes of time as numbers. The owner moves them and calls the timers that become due. */
export class VirtualClock implements Clock {
  #wall: number
  #elapsed: number
  readonly #wallTimers = new TimerHeap()
  readonly #elapsedTimers = new TimerHeap()
  readonly #jumpListeners = new Set<(jump: ClockJump) => void>()
  #deferred: (() => void)[] = []
  #dueBatch: { readonly elapsedOrder: number; readonly wallOrder: number } | null = null

  constructor(
    start: VirtualTime,
    /** Maximum number of items in a slice of a loop that yields. */
    readonly itemsPerSlice: number = 1000,
  ) {
    this.#wall = start.wall
    this.#elapsed = start.elapsed ?? 0
  }

  now(): number {
    return this.#wall
  }

  monotonic(): number {
    return this.#elapsed
  }

  callAt(instant: number, call: () => void): Undo {
    const timer = this.#wallTimers.add(instant, call)
    return () => this.#wallTimers.remove(timer)
  }

  callAfter(ms: number, call: () => void): Undo {
    const timer = this.#elapsedTimers.add(this.#elapsed + ms, call)
    return () => this.#elapsedTimers.remove(timer)
  }

  /** Stores the call for {@link callDeferred}. */
  defer(call: () => void): void {
    this.#deferred.push(call)
  }

  sleep(ms: number, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return sleepOn(this, ms, options.signal)
  }

  onJump(listener: (jump: ClockJump) => void): Undo {
    this.#jumpListeners.add(listener)
    return () => this.#jumpListeners.delete(listener)
  }

  /** Does nothing: a virtual clock neither watches a machine nor keeps a process alive. */
  keep(): Undo {
    return () => {}
  }

  get hasDeferred(): boolean {
    return this.#deferred.length > 0
  }

  /** Whole ms until the next timer, 0 if one is due; Infinity if there is none. */
  get untilNextMs(): number {
    const wall = this.#wallTimers.nextDue - this.#wall
    const elapsed = this.#elapsedTimers.nextDue - this.#elapsed
    return Math.max(0, Math.ceil(Math.min(wall, elapsed)))
  }

  /** Sets both axes to a new start; calls nothing. */
  stand(time: Required<VirtualTime>): void {
    this.#wall = time.wall
    this.#elapsed = time.elapsed
  }

  /** Advances both axes; calls nothing. */
  pass(ms: number): void {
    this.#wall += ms
    this.#elapsed += ms
  }

  /** Sets the wall clock and notifies the listeners for jumps; no time passes. */
  setWall(at: number): void {
    const byMs = at - this.#wall
    this.#wall = at
    for (const listener of [...this.#jumpListeners]) listener({ kind: 'set', byMs })
  }

  /** Identifies timers that were due together while some are not called yet: {@link callDue} continues with them. */
  get dueBatch(): object | null {
    return this.#dueBatch
  }

  /**
   * Calls the timers that were due at its start, `most` at a time. Timers that they set with no delay wait for the next
   * call.
   */
  callDue(most: number = Number.POSITIVE_INFINITY): void {
    const batch = (this.#dueBatch ??= {
      elapsedOrder: this.#elapsedTimers.nextOrder,
      wallOrder: this.#wallTimers.nextOrder,
    })
    const left = callDueOf(this.#elapsedTimers, this.#elapsed, batch.elapsedOrder, most)
    if (callDueOf(this.#wallTimers, this.#wall, batch.wallOrder, left) > 0) this.#dueBatch = null
  }

  /** Makes the calls that were deferred before it started. */
  callDeferred(): void {
    const calls = this.#deferred
    this.#deferred = []
    for (const call of calls) call()
  }
}

/**
 * Calls at most `most` timers that are due and were added before the order number; returns how many more it could have
 * called.
 */
function callDueOf(heap: TimerHeap, now: number, before: number, most: number): number {
  for (let left = most; left > 0; left--) {
    const timer = heap.takeDue(now, before)
    if (timer === undefined) return left
    timer.call()
  }
  return 0
}
