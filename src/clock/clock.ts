/**
 * Clocks and timers. No other file of the package reads the machine's clock or sets a timer.
 *
 * A clock has two axes: *wall* (epoch ms; users can set it, daylight saving time does not change it) and *monotonic*
 * (elapsed ms; never goes back, and includes the time the machine slept). Calendar conditions wait on the wall axis,
 * durations on the monotonic axis.
 */
import { uptime } from 'node:os'
import { TimerHeap } from './timer-heap.ts'

/** Reverts a registration; a second call has no effect. */
export type Undo = () => void

/**
 * A jump that a clock detected: the wall clock was set, or the machine slept.
 *
 * @example
 * ```ts
 * session.clock.onJump(({ kind, byMs }: ClockJump) => console.warn(`the clock was ${kind}: ${byMs} ms`))
 * ```
 */
export interface ClockJump {
  readonly kind: 'set' | 'slept'
  /** Difference between wall time and elapsed time, ms; negative if the clock was set back. */
  readonly byMs: number
}

/**
 * A source of time and timers. The option `clock` of a session takes one; the default is the system clock, and
 * `gantry/testing` has one that tests move. Instants are epoch ms, durations ms.
 *
 * @example
 * ```ts
 * const elapsed = async (clock: Clock): Promise<number> => {
 *   const before = clock.monotonic()
 *   await clock.sleep(1000)
 *   return clock.monotonic() - before
 * }
 * ```
 */
export interface Clock {
  /** Wall time, epoch ms. */
  now(): number
  /** Elapsed ms since a fixed instant; never goes back. */
  monotonic(): number
  /** Calls once when the wall clock reads `instant` or later. */
  callAt(instant: number, call: () => void): Undo
  /** Calls once after `ms` have elapsed. */
  callAfter(ms: number, call: () => void): Undo
  /** Calls in a later turn of the event loop, after I/O, so that I/O is not starved. */
  defer(call: () => void): void
  /** Resolves after `ms` have elapsed; rejects with the signal's reason if it aborts. */
  sleep(ms: number, options?: { readonly signal?: AbortSignal }): Promise<void>
  /** Reports a set wall clock or a machine that slept, within a second while the clock is kept. */
  onJump(listener: (jump: ClockJump) => void): Undo
  /** Keeps the process alive and watches for jumps until the returned function is called. */
  keep(): Undo
  /** Calls about once per second of real time while the clock is kept, for heartbeats. Test clocks lack this method. */
  onBeat?(listener: () => void): Undo
  /**
   * An object that identifies the timers that were due together while some are not called yet; otherwise null. Many
   * timers are called in slices that yield to I/O; code that needs all of them to be called (priorities among tasks
   * that are due together) waits.
   */
  readonly dueBatch?: object | null
  /** Maximum number of items handled in one turn of the event loop; default 1000, fewer if they take long. */
  readonly itemsPerSlice?: number
  /** Receives every launch, so that a test clock can stop an endless loop at one instant. */
  launched?(task: string): void
  /** Receives work that must end before time may move on in a test (a store that writes). */
  busy?(work: Promise<unknown>): void
  /** Maximum time of the machine that `busy` waits for a run outside this thread, ms; default 10,000. */
  readonly maxBusyMs?: number
}

/** Sources of the system clock's axes; tests replace them. */
export interface TimeSources {
  readonly wall: () => number
  /** Elapsed ms without the time the machine slept. */
  readonly awake: () => number
  /** Elapsed ms including the time the machine slept. */
  readonly boot: () => number
}

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
/** Clock discipline (NTP) adjusts the wall clock by milliseconds; only a larger change counts as set. */
const jumpToleranceMs = 250

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
  /** Time the machine slept, which the awake axis does not include. */
  #sleptMs = 0
  #lastWall: number
  #lastAwake: number
  #lastBoot: number

  constructor(sources: TimeSources, isInBackground: boolean) {
    this.#sources = sources
    this.#isInBackground = isInBackground
    this.#lastWall = sources.wall()
    this.#lastAwake = sources.awake()
    this.#lastBoot = sources.boot()
  }

  now(): number {
    return this.#sources.wall()
  }

  monotonic(): number {
    return this.#sources.awake() + this.#sleptMs
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
    if (this.#keeps++ === 0) this.#remember()
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
    const beyond = this.#sources.wall() - this.#lastWall - (this.#sources.awake() - this.#lastAwake)
    const slept = this.#sources.boot() - this.#lastBoot - (this.#sources.awake() - this.#lastAwake)
    this.#remember()
    if (Math.abs(beyond) <= jumpToleranceMs) return
    // Boot time includes sleep and cannot be set, so it distinguishes a machine that slept from a clock that was set.
    const kind = slept > jumpToleranceMs ? 'slept' : 'set'
    if (kind === 'slept') this.#sleptMs += slept
    for (const listener of [...this.#jumpListeners]) callSafely(() => listener({ kind, byMs: beyond }))
  }

  #beat(): void {
    const awake = this.#sources.awake()
    if (this.#keeps === 0 || awake - this.#lastBeat < checkEveryMs) return
    this.#lastBeat = awake
    for (const listener of [...this.#beatListeners]) callSafely(listener)
  }

  #remember(): void {
    this.#lastWall = this.#sources.wall()
    this.#lastAwake = this.#sources.awake()
    this.#lastBoot = this.#sources.boot()
  }
}

/** Calls, and reports a thrown error like any uncaught error, so that the remaining calls are made. */
export function callSafely(call: () => void): void {
  try {
    call()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

/** Implements `sleep` for any clock. */
export function sleepOn(clock: Pick<Clock, 'callAfter'>, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const wake = (): void => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }
    const undo = clock.callAfter(ms, wake)
    const abort = (): void => {
      undo()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/** Resolves in a later turn of the event loop, after the timers, I/O and promises of this turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Monotonic time of this process, in milliseconds, for durations that must not follow the session's clock. */
export function monotonicNow(): number {
  return performance.now()
}
