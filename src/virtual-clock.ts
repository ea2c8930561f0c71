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

  constructor(start: VirtualTime) {
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

  /** Calls the timers that were due when it began; what they set for "at once" waits for the next time. */
  callDue(): void {
    callDueOf(this.#elapsedTimers, this.#elapsed)
    callDueOf(this.#wallTimers, this.#wall)
  }

  /** Calls what was deferred when it began. */
  callDeferred(): void {
    const calls = this.#deferred
    this.#deferred = []
    for (const call of calls) call()
  }
}

function callDueOf(heap: TimerHeap, now: number): void {
  const before = heap.nextOrder
  for (let timer = heap.takeDue(now, before); timer !== undefined; timer = heap.takeDue(now, before))
    timer.call()
}
