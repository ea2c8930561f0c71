/**
 * The one door to time. Nothing else in the package reads the machine's clock or sets a timer.
 *
 * A clock has two axes: *wall* (epoch ms; people set it, daylight saving does not move it) and *monotonic* (elapsed ms; never
 * goes back, and counts the time a machine slept). Calendar conditions wait on the wall, durations on the monotonic axis.
 */
import { uptime } from 'node:os'
import { TimerHeap } from './timer-heap.ts'

/** Takes back what was set up; calling it twice does nothing. */
export type Undo = () => void

/**
 * What a clock noticed: somebody set the wall clock, or the machine slept.
 *
 * @example
 * ```ts
 * session.clock.onJump(({ kind, byMs }: ClockJump) => console.warn(`the clock was ${kind}: ${byMs} ms`))
 * ```
 */
export interface ClockJump {
  readonly kind: 'set' | 'slept'
  /** How far the wall clock moved beyond the time that was lived through, ms; negative when set back. */
  readonly byMs: number
}

/**
 * A source of time and timers. A session takes one as its option `clock`; the default is that of the system, and
 * `gantry/testing` has one that stands still until it is moved. Instants are epoch ms, lengths ms.
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
  /** Elapsed ms since some fixed instant; never goes back. */
  monotonic(): number
  /** Calls once when the wall clock reads `instant` or later. */
  callAt(instant: number, call: () => void): Undo
  /** Calls once when `ms` have elapsed. */
  callAfter(ms: number, call: () => void): Undo
  /** Calls in a later turn of the event loop, after I/O had its chance: nobody starves. */
  defer(call: () => void): void
  /** Resolves when `ms` have elapsed; rejects with the signal's reason when it aborts. */
  sleep(ms: number, options?: { readonly signal?: AbortSignal }): Promise<void>
  /** Hears of a set clock or a slept machine, within a second of it while the clock is watched. */
  onJump(listener: (jump: ClockJump) => void): Undo
  /** Keeps the process alive and watches for jumps until undone. */
  keep(): Undo
  /**
   * Calls about once a second of real time while the clock is kept: for signs of life. A clock that tests move has none.
   */
  onBeat?(listener: () => void): Undo
  /**
   * Timers that were due together and are not all called yet, as some object; null when there are none. Many are called in
   * slices that give way to I/O; what has to see them all called (priorities among tasks that are due together) waits.
   */
  readonly dueBatch?: object | null
  /**
   * The maximum number of items handled in one turn of the loop; default 1000, or fewer where they take long.
   */
  readonly itemsPerSlice?: number
  /** Told of every launch, so that a test clock can stop a loop that no time can end. */
  launched?(task: string): void
  /** Told of work that must end before time may move on in a test (a store that writes). */
  busy?(work: Promise<unknown>): void
}

/** Where the system clock reads its axes; tests put their own. */
export interface TimeSources {
  readonly wall: () => number
  /** Elapsed ms, standing still while the machine sleeps. */
  readonly awake: () => number
  /** Elapsed ms, counting the machine's sleep too. */
  readonly boot: () => number
}

const systemSources: TimeSources = {
  wall: () => Date.now(),
  awake: () => performance.now(),
  boot: () => uptime() * 1000,
}

/** `setTimeout` fires at once beyond 2^31−1 ms, and engines lose long timers over a sleep: look again at least this often. */
const longestWaitMs = 60_000
/** How often a kept clock looks for jumps. */
const lookEveryMs = 1000
/** A wake that is later than this comes after the process was stopped, or its loop was held. */
const lateWakeMs = 250
/** Due timers are called for so long before I/O gets a turn, and the clock is read once in so many calls. */
const callsMs = 8
const callsPerReading = 8
/** Clock discipline (NTP) moves the wall by milliseconds; only more than this counts as set. */
const jumpToleranceMs = 250

/**
 * The machine's clock.
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

/** The machine's clock for what waits while the process lives, and does not keep it up. */
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
  /** The wall instant the timeout will look at next. */
  #armedFor = Number.POSITIVE_INFINITY
  /** When the timeout was to call, on the awake axis. */
  #wakeDue = 0
  #keeps = 0
  /** Time slept, which the awake axis does not count. */
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

  /** Sets the one timeout of the machine to the earliest thing to look at, or clears it when there is nothing. */
  #arm(): void {
    // Due calls are being made, slice by slice: the end of that arms the timer again.
    if (this.#dueBatch !== null) return
    const wall = this.#wallTimers.nextDue - this.now()
    const elapsed = this.#elapsedTimers.nextDue - this.monotonic()
    const look = this.#keeps > 0 ? lookEveryMs : Number.POSITIVE_INFINITY
    const wait = Math.min(wall, elapsed, look)
    if (wait === Number.POSITIVE_INFINITY) {
      clearTimeout(this.#timeout)
      this.#timeout = undefined
      this.#armedFor = wait
      return
    }
    const at = this.#sources.awake() + wait
    // An armed timeout that is early enough is left alone: re-arming on each of ten thousand adds costs more than one vain wake.
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
    this.#look()
    this.#beat()
    // Node calls timers before I/O: an answer that arrived while the process was stopped must be heard before its time limit.
    if (lateMs > lateWakeMs) this.#planCalls()
    else this.#callAllDue()
  }

  readonly #callAllDue = (): void => {
    this.#isBatchPlanned = false
    // Calls set for "at once" during these calls wait for the next wake, so that I/O is not starved.
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

  /** Calls what is due; false if some has to wait for the next turn. */
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

  #look(): void {
    const beyond = this.#sources.wall() - this.#lastWall - (this.#sources.awake() - this.#lastAwake)
    const slept = this.#sources.boot() - this.#lastBoot - (this.#sources.awake() - this.#lastAwake)
    this.#remember()
    if (Math.abs(beyond) <= jumpToleranceMs) return
    // Boot time counts sleep and nobody can set it: it tells a slept machine from a set clock.
    const kind = slept > jumpToleranceMs ? 'slept' : 'set'
    if (kind === 'slept') this.#sleptMs += slept
    for (const listener of [...this.#jumpListeners]) callSafely(() => listener({ kind, byMs: beyond }))
  }

  #beat(): void {
    const awake = this.#sources.awake()
    if (this.#keeps === 0 || awake - this.#lastBeat < lookEveryMs) return
    this.#lastBeat = awake
    for (const listener of [...this.#beatListeners]) callSafely(listener)
  }

  #remember(): void {
    this.#lastWall = this.#sources.wall()
    this.#lastAwake = this.#sources.awake()
    this.#lastBoot = this.#sources.boot()
  }
}

/** One call that throws must not keep the others from being made; it is reported like any uncaught error. */
export function callSafely(call: () => void): void {
  try {
    call()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

/** `sleep` for any clock. */
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

/** Resolves in a later turn of the event loop, after timers, I/O and promises of this turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Monotonic time of this process, in milliseconds: for lengths that must not follow the session's clock. */
export function monotonicNow(): number {
  return performance.now()
}
