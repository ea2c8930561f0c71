/** `gantry/testing`: a clock that tests move, and prepared run history. */
import { type Action, isAction } from '../machines/protocol.ts'
import { nextTurn } from './clock/system-clock.ts'
import { VirtualClock } from './clock/virtual-clock.ts'
import { insideRun } from './executors/current-run.ts'
import type { Session } from './session/api/session.ts'
import { internalsOf } from './session/state/session-internals.ts'
import { type TaskName, toTaskName } from './task-ref.ts'
import { type DurationInput, toDurationMs } from './time/duration/duration.ts'
import { type Instant, systemZone, toInstant } from './time/zone/zone.ts'
import { checkOptions } from './values/check-options.ts'

/** More launches than this at one instant are considered an endless loop. */
const maxLaunchesAtOnce = 10_000
/** Number of turns of the event loop without work after which everything is considered settled. */
const quietTurns = 3

/**
 * A clock that is stopped until a test moves it, and then stops at each timer on the way.
 *
 * @example
 * ```ts
 * const clock = new TestClock({ at: '2026-03-29T00:00', zone: 'Europe/Berlin' })
 * const app = createApp({ clock, timezone: 'Europe/Berlin' })
 * await app.start()
 * await clock.advance('1 day')
 * ```
 */
export class TestClock extends VirtualClock {
  #busy = 0
  #hasActed = false
  #launches = new Map<string, number>()
  #launchCount = 0
  #launchedAt = Number.NaN

  readonly #zone: string
  /** Maximum time of the machine that this clock stands still for a run outside this thread, ms. */
  readonly maxBusyMs: number

  /**
   * @param options - `at` (default 1 January 2026) is the time at the start. `zone` (default: the system's) is the zone
   * for text without an offset, here and in {@link set}. `waitForWork` (default 10 seconds) limits how long the clock
   * waits for one run in a thread, a process or a command, in time of the machine; then time moves on, so that a timeout
   * can terminate work that never ends.
   */
  constructor(
    options: {
      readonly at?: Instant
      readonly zone?: string
      readonly waitForWork?: DurationInput | (string & {})
    } = {},
  ) {
    checkOptions(options, ['at', 'zone', 'waitForWork'], 'options of TestClock')
    const { at = '2026-01-01T00:00', zone = systemZone(), waitForWork = '10 seconds' } = options
    super({ wall: toInstant(at, zone) })
    this.#zone = zone
    this.maxBusyMs = toDurationMs(waitForWork)
    if (this.maxBusyMs < 0)
      throw new RangeError(
        `Cannot create a TestClock as 'waitForWork' must not be negative: ${String(waitForWork)}`,
      )
  }

  /** Deferred calls run in a real turn of the event loop, without the clock being moved. */
  override defer(call: () => void): void {
    const isFirst = !this.hasDeferred
    super.defer(call)
    if (isFirst) void nextTurn().then(() => this.callDeferred())
  }

  override callDeferred(): void {
    this.#hasActed = true
    super.callDeferred()
  }

  busy(work: Promise<unknown>): void {
    this.#busy += 1
    const done = (): void => {
      this.#busy -= 1
    }
    work.then(done, done)
  }

  launched(task: string): void {
    if (this.now() !== this.#launchedAt) {
      this.#launchedAt = this.now()
      this.#launchCount = 0
      this.#launches = new Map()
    }
    this.#launchCount += 1
    this.#launches.set(task, (this.#launches.get(task) ?? 0) + 1)
  }

  /**
   * Advances time by a duration, stopping at each timer on the way until everything has settled. The duration is
   * elapsed time: a wall clock that is set meanwhile does not change it.
   */
  async advance(duration: DurationInput | (string & {})): Promise<void> {
    const inside = insideRun()
    if (inside !== undefined)
      throw new TypeError(
        `Cannot advance the clock within a run as the run would wait for itself: '${inside.task}'. Use jump() within a run`,
      )
    const target = this.monotonic() + forwardMs(duration)
    await this.settled()
    while (this.monotonic() + this.untilNextMs <= target) {
      this.pass(this.untilNextMs)
      this.callDue()
      await this.settled()
    }
    this.pass(Math.max(0, target - this.monotonic()))
    await this.settled()
  }

  /** Advances time at once, as if the machine had slept: due timers are called once. Allowed within a run. */
  async jump(duration: DurationInput | (string & {})): Promise<void> {
    this.pass(forwardMs(duration))
    // A run that waited for everything to settle would wait for itself; it continues after the due timers were called.
    if (insideRun() !== undefined) return new Promise((resolve) => this.defer(() => resolve(this.callDue())))
    this.callDue()
    await this.settled()
  }

  /**
   * Sets the wall clock, as a user or a time server does; no time passes. Text without an offset is read in the zone of
   * the clock.
   */
  async set(at: Instant): Promise<void> {
    this.setWall(toInstant(at, this.#zone))
    this.callDue()
    await this.settled()
  }

  /** Resolves when no work is left at this instant. Rejects when tasks launch one another without end. */
  async settled(): Promise<void> {
    let quiet = 0
    while (quiet < quietTurns) {
      await nextTurn()
      if (this.#launchedAt === this.now() && this.#launchCount > maxLaunchesAtOnce) throw this.#endless()
      quiet = this.#hasActed || this.hasDeferred || this.#busy > 0 ? 0 : quiet + 1
      this.#hasActed = false
    }
  }

  #endless(): RangeError {
    const names = [...this.#launches]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 3)
      .map(([name, count]) => `'${name}' (${count})`)
    this.#launchCount = 0
    return new RangeError(
      `Cannot settle as there were more than ${maxLaunchesAtOnce} launches at one instant: ${names.join(', ')}`,
    )
  }
}

/** Converts a duration to ms, and rejects negative ones: elapsed time never goes back. */
function forwardMs(duration: DurationInput | (string & {})): number {
  const ms = toDurationMs(duration)
  if (ms < 0)
    throw new RangeError(
      `Cannot move the clock as elapsed time never goes back: ${String(duration)}. Use set() to set the wall clock back`,
    )
  return ms
}

/**
 * Adds records to a session's log as history. `at` without an offset is read in the session's zone. Conditions see the
 * records at once. Throws a `RangeError` for an unknown action.
 *
 * @example
 * ```ts
 * import { history, TestClock } from 'gantry/testing'
 *
 * const app = createApp({ clock: new TestClock({ at: '2026-11-24T08:00', zone: 'UTC' }), timezone: 'UTC' })
 * const report = app.task('report', afterSuccess('fetch'), () => {})
 * app.task('fetch', false, () => {})
 * history(app.session, [{ task: 'fetch', action: 'success', at: '2026-11-24T07:30' }])
 * succeeded('fetch').today.holds({ session: app.session }) // true
 * ```
 */
export function history(
  session: Session,
  records: readonly {
    readonly task: TaskName
    readonly action: Action
    readonly at: Instant
    readonly runId?: string
  }[],
): void {
  const { changes, clock, configuration, runLog } = internalsOf(session)
  for (const record of records) {
    if (!isAction(record.action))
      throw new RangeError(
        `Cannot add to the history as its action must be one of the six: ${String(record.action)}`,
      )
    const task = toTaskName(record.task)
    const at = toInstant(record.at, configuration.settings.timezone)
    runLog.current.append(
      { task, runId: record.runId ?? `${task}-${at}`, action: record.action, at },
      clock.monotonic() - Math.max(0, clock.now() - at),
    )
    changes.taskChanged(task, null)
  }
}
