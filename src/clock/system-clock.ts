/** The clock of the machine. No other file of the package reads the machine's clock or sets a timer. */
import { uptime } from 'node:os'
import { type Clock, type ClockJump, callSafely, sleepOn, type Undo } from './clock.ts'
import { JumpDetector, type TimeSources } from './jump-detector.ts'
import { TimerHeap } from './timer-heap.ts'

const systemSources: TimeSources = {
  wall: () => Date.now(),
  awake: () => performance.now(),
  boot: () => uptime() * 1000,
}

/** Maximum wait: `setTimeout` fires at once beyond 2^31−1 ms, and engines lose long timers over a sleep. */
const longestWaitMs = 60_000
/** Interval in which a kept clock checks for jumps. */
const checkEveryMs = 1000
/** A timer that is later than this fires after the process was stopped or its event loop was blocked. */
const lateWakeMs = 250
/** Due timers are called for this duration before I/O gets a turn; the clock is read once per `callsPerReading` calls. */
const callsMs = 8
const callsPerReading = 8

/**
 * Creates the clock of the machine.
 *
 * @example
 * ```ts
 * const clock = createSystemClock()
 * const undo = clock.callAt(Date.UTC(2027, 0, 1), () => console.log('happy new year'))
 * ```
 */
export function createSystemClock(sources: TimeSources = systemSources): Clock {
  return new SystemClock(sources, false)
}

/** Creates the clock of the machine for timers that do not keep the process alive. */
export function createBackgroundClock(): Clock {
  return new SystemClock(systemSources, true)
}

/** A batch of calls that are due at the same evaluation of the clock. */
interface DueBatch {
  readonly elapsed: number
  readonly elapsedOrder: number
  readonly wall: number
  readonly wallOrder: number
}

class SystemClock implements Clock {
  readonly #sources: TimeSources
  readonly #isInBackground: boolean
  readonly #wallTimers = new TimerHeap()
  readonly #elapsedTimers = new TimerHeap()
  readonly #jumpListeners = new Set<(jump: ClockJump) => void>()
  readonly #beatListeners = new Set<() => void>()
  #lastBeat = 0
  #deferred: (() => void)[] = []
  #dueBatch: DueBatch | null = null
  #isBatchPlanned = false
  #timeout: NodeJS.Timeout | undefined
  /** The time on the awake axis at which the timeout is to fire. */
  #armedFor = Number.POSITIVE_INFINITY
  /** The due time of the timeout, on the awake axis. */
  #wakeDue = 0
  #keeps = 0
  readonly #jumps: JumpDetector

  constructor(sources: TimeSources, isInBackground: boolean) {
    this.#sources = sources
    this.#isInBackground = isInBackground
    this.#jumps = new JumpDetector(sources)
  }

  now(): number {
    return this.#sources.wall()
  }

  monotonic(): number {
    return this.#sources.awake() + this.#jumps.sleptMs
  }

  callAt(instant: number, call: () => void): Undo {
    return this.#add(this.#wallTimers, instant, call)
  }

  callAfter(ms: number, call: () => void): Undo {
    return this.#add(this.#elapsedTimers, this.monotonic() + ms, call)
  }

  defer(call: () => void): void {
    if (this.#deferred.push(call) === 1) setImmediate(this.#callDeferred)
  }

  get dueBatch(): object | null {
    return this.#dueBatch
  }

  sleep(ms: number, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return sleepOn(this, ms, options.signal)
  }

  onJump(listener: (jump: ClockJump) => void): Undo {
    this.#jumpListeners.add(listener)
    return () => this.#jumpListeners.delete(listener)
  }

  onBeat(listener: () => void): Undo {
    this.#beatListeners.add(listener)
    return () => this.#beatListeners.delete(listener)
  }

  keep(): Undo {
    if (this.#keeps++ === 0) this.#jumps.restart()
    this.#arm()
    let kept = true
    return () => {
      if (!kept) return
      kept = false
      this.#keeps -= 1
      this.#arm()
    }
  }

  #add(heap: TimerHeap, due: number, call: () => void): Undo {
    const timer = heap.add(due, call)
    if (heap.nextDue === timer.due) this.#arm()
    return () => {
      if (timer.place < 0) return
      heap.remove(timer)
      if (heap.size === 0) this.#arm()
    }
  }

  /** Sets the single timeout to the earliest timer or check, or clears it if there is none. */
  #arm(): void {
    // Due calls are in progress, slice by slice; the last slice arms the timeout again.
    if (this.#dueBatch !== null) return
    const wall = this.#wallTimers.nextDue - this.now()
    const elapsed = this.#elapsedTimers.nextDue - this.monotonic()
    const check = this.#keeps > 0 ? checkEveryMs : Number.POSITIVE_INFINITY
    const wait = Math.min(wall, elapsed, check)
    if (wait === Number.POSITIVE_INFINITY) {
      clearTimeout(this.#timeout)
      this.#timeout = undefined
      this.#armedFor = wait
      return
    }
    const at = this.#sources.awake() + wait
    // An armed timeout that is early enough is kept: setting it again for each of ten thousand timers costs more than
    // one unnecessary wake-up.
    if (this.#timeout !== undefined && this.#armedFor <= at) return
    clearTimeout(this.#timeout)
    this.#armedFor = at
    const waitMs = Math.min(Math.max(0, Math.ceil(wait)), longestWaitMs)
    this.#wakeDue = this.#sources.awake() + waitMs
    this.#timeout = setTimeout(this.#wake, waitMs)
    if (this.#isInBackground) this.#timeout.unref()
  }

  readonly #wake = (): void => {
    const lateMs = this.#sources.awake() - this.#wakeDue
    this.#timeout = undefined
    this.#armedFor = Number.POSITIVE_INFINITY
    this.#checkJump()
    this.#beat()
    // Node calls timers before I/O: a response that arrived while the process was stopped must be handled before its
    // time limit.
    if (lateMs > lateWakeMs) this.#planCalls()
    else this.#callAllDue()
  }

  readonly #callAllDue = (): void => {
    this.#isBatchPlanned = false
    // Timers set with no delay during these calls wait for the next wake-up, so that I/O is not starved.
    const batch = (this.#dueBatch ??= {
      elapsed: this.monotonic(),
      elapsedOrder: this.#elapsedTimers.nextOrder,
      wall: this.now(),
      wallOrder: this.#wallTimers.nextOrder,
    })
    const until = this.#sources.awake() + callsMs
    if (
      !this.#callDue(this.#elapsedTimers, batch.elapsed, batch.elapsedOrder, until) ||
      !this.#callDue(this.#wallTimers, batch.wall, batch.wallOrder, until)
    )
      return this.#planCalls()
    this.#dueBatch = null
    this.#arm()
  }

  #planCalls(): void {
    if (this.#isBatchPlanned) return
    this.#isBatchPlanned = true
    setImmediate(this.#callAllDue)
  }

  /** Calls due timers; returns false if some must wait for the next turn. */
  #callDue(heap: TimerHeap, now: number, before: number, until: number): boolean {
    for (let calls = 1; ; calls++) {
      const timer = heap.takeDue(now, before)
      if (timer === undefined) return true
      callSafely(timer.call)
      if (calls % callsPerReading === 0 && this.#sources.awake() >= until) return false
    }
  }

  readonly #callDeferred = (): void => {
    const calls = this.#deferred
    this.#deferred = []
    for (const call of calls) callSafely(call)
  }

  #checkJump(): void {
    const jump = this.#jumps.check()
    if (jump !== null) for (const listener of [...this.#jumpListeners]) callSafely(() => listener(jump))
  }

  #beat(): void {
    const awake = this.#sources.awake()
    if (this.#keeps === 0 || awake - this.#lastBeat < checkEveryMs) return
    this.#lastBeat = awake
    for (const listener of [...this.#beatListeners]) callSafely(listener)
  }
}

/** Resolves in a later turn of the event loop, after the timers, I/O and promises of this turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Monotonic time of this process, in milliseconds, for durations that must not follow the session's clock. */
export function monotonicNow(): number {
  return performance.now()
}
