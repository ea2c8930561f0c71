/** A clock that stands still until it is moved: the core of the clock that tests move and of the one that forecasts play on. */
import { type Clock, type ClockJump, sleepOn, type Undo } from './clock.ts'
import { TimerHeap } from './timer-heap.ts'

/** Where a virtual clock begins. */
export interface VirtualTime {
  /** Epoch ms. */
  readonly wall: number
  /** Elapsed ms; default 0. */
  readonly elapsed?: number
}

/** Both axes of time as numbers; who moves them also calls what has become due. */
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
    /** The maximum number of items in a slice of a loop that yields. */
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

  /** Keeps the call for {@link callDeferred}. */
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

  /** Nothing to keep: it watches no machine and holds no process. */
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

  /** Puts both axes elsewhere, to begin from there; calls nothing. */
  stand(time: Required<VirtualTime>): void {
    this.#wall = time.wall
    this.#elapsed = time.elapsed
  }

  /** Lets time pass on both axes; calls nothing. */
  pass(ms: number): void {
    this.#wall += ms
    this.#elapsed += ms
  }

  /** Sets the wall clock and tells who listens for jumps; no time passes. */
  setWall(at: number): void {
    const byMs = at - this.#wall
    this.#wall = at
    for (const listener of [...this.#jumpListeners]) listener({ kind: 'set', byMs })
  }

  /** Timers that were due together and are not all called: {@link callDue} goes on with them. */
  get dueBatch(): object | null {
    return this.#dueBatch
  }

  /**
   * Calls the timers that were due when it began, `most` at a time; timers that they set for "at once" wait
   * for the next time.
   */
  callDue(most: number = Number.POSITIVE_INFINITY): void {
    const batch = (this.#dueBatch ??= {
      elapsedOrder: this.#elapsedTimers.nextOrder,
      wallOrder: this.#wallTimers.nextOrder,
    })
    const left = callDueOf(this.#elapsedTimers, this.#elapsed, batch.elapsedOrder, most)
    if (callDueOf(this.#wallTimers, this.#wall, batch.wallOrder, left) > 0) this.#dueBatch = null
  }

  /** Calls what was deferred when it began. */
  callDeferred(): void {
    const calls = this.#deferred
    this.#deferred = []
    for (const call of calls) call()
  }
}

/** Calls at most so many of the timers that are due and were set before that order; tells how many more it might have called. */
function callDueOf(heap: TimerHeap, now: number, before: number, most: number): number {
  for (let left = most; left > 0; left--) {
    const timer = heap.takeDue(now, before)
    if (timer === undefined) return left
    timer.call()
  }
  return 0
}
