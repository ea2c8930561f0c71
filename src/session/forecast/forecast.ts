/** The forecast of a session: a simulated copy of it runs ahead, faster than real time. */
import { nextTurn } from '../../clock/clock.ts'
import type { ConditionNode, HeldNode } from '../../conditions/node.ts'
import { showValue } from '../../errors/show-value.ts'
import { stretches } from '../../executors/inline/loop-stretches.ts'
import type { RunRecord } from '../../log/store.ts'
import { toDateTime, toInstant } from '../../time/zone/zone.ts'
import type { Assumption, Forecast, ForecastOptions, NotForecastable, PlannedRun } from '../api/forecast.ts'
import { canRecord } from '../decision/situation.ts'
import { aBoolean, aCount, anything, type Check, checkKeys } from '../options/validators.ts'
import type { Core } from '../state/session-state.ts'
import type { TaskEntry } from '../state/task-state.ts'
import { FrozenConditions } from './frozen-conditions.ts'
import { inTurn, type Pace } from './pace.ts'
import { createSimulation, isUnderWay, itemsPerStep, type Original, type Simulation } from './simulation.ts'

const dayMs = 24 * 60 * 60 * 1000
const defaultLimit = 1000
/** The owner of the periods in which a forecast blocks the event loop. */
const forecasting = { part: 'a forecast' }
/** The maximum number of steps: a condition may wake without end and never start a run. */
const maxSteps = 2_000_000
/** The number of relaunches after which a task counts as one that runs continuously, since its condition still holds. */
const maxRelaunches = 10
/** The number of past successes, over all tasks, from which runtimes are estimated. */
const maxSuccesses = 10_000

/** Simulates the future of a session. The session and its log are read and not changed. */
export async function forecast(original: Original, options: ForecastOptions = {}): Promise<Forecast> {
  checkKeys(
    options,
    { until: anything, limit: aCount(1), asIfResumed: aBoolean, signal: aSignal },
    'options of a forecast',
  )
  return inTurn(options.signal, (pace) => play(original, options, pace))
}

const aSignal: Check = (value, name) => {
  if (!(value instanceof AbortSignal))
    throw new TypeError(`Cannot read '${name}' as it must be an AbortSignal: ${showValue(value)}`)
}

async function play(original: Original, options: ForecastOptions, pace: Pace): Promise<Forecast> {
  const { core: live } = original
  const { timezone } = live.configuration.settings
  const runtimes = await runtimesOf(live)
  const from = live.clock.now()
  const until = options.until === undefined ? from + dayMs : toInstant(options.until, timezone)
  if (!(until > from))
    throw new RangeError(
      `Cannot forecast as 'until' must be later than now: ${toDateTime(until, timezone).toISO()}`,
    )
  const play = new Play(original, runtimes, options)
  const reached = await play.run(until, pace)
  return {
    from: toDateTime(from, timezone),
    until: toDateTime(reached, timezone),
    isComplete: reached === until,
    stopsAt: play.stopsAt === null ? null : toDateTime(play.stopsAt, timezone),
    runs: play.runs,
    assumed: play.assumed,
    notForecastable: play.notForecastable,
  }
}

/** One simulation run, and its results. */
class Play {
  readonly runs: PlannedRun[] = []
  readonly assumed: Assumption[] = []
  readonly notForecastable: NotForecastable[] = []
  /** The instant of the shut-down by the shut condition, epoch ms. */
  stopsAt: number | null = null
  readonly #runtimes: ReadonlyMap<string, number>
  readonly #limit: number
  readonly #isUnderWay: boolean
  /** True if nothing launches: live runs end, and time advances. */
  readonly #isHeld: boolean
  /** True once the simulation has reached the state of the session; the forecast begins there. */
  #isLevel = false
  readonly #live: Core
  readonly #original: Original
  #twin!: Simulation
  readonly #conditions: FrozenConditions
  readonly #relaunches = new Map<string, { readonly dueAt: number; count: number }>()

  constructor(original: Original, runtimes: ReadonlyMap<string, number>, options: ForecastOptions) {
    const live = original.core
    this.#live = live
    this.#runtimes = runtimes
    this.#limit = options.limit ?? defaultLimit
    this.#isUnderWay = isUnderWay(live)
    const why = options.asIfResumed === true ? null : whyHeld(live)
    this.#isHeld = why !== null
    if (why !== null) this.notForecastable.push(why)
    // The session subscribes to streams while it watches start conditions.
    this.#conditions = new FrozenConditions(live.state === 'running' || live.state === 'held')
    this.#original = original
  }

  /** Simulates up to an instant, and returns the instant that was reached; both are epoch ms. */
  async run(until: number, pace: Pace): Promise<number> {
    const live = this.#live
    const given = {
      still: (node: ConditionNode, entry: TaskEntry | null) =>
        this.#conditions.hold(node, live.factsOf(entry), (held) => this.#note(entry, held)),
      heldMs: (node: HeldNode) => this.#conditions.heldMs(node),
      runtimeMs: (task: string) => this.#runtimeMs(task),
      onRecord: (record: RunRecord) => {
        if (record.action === 'run') this.#plan(record)
      },
    }
    this.#twin = await createSimulation(this.#original, given, pace)
    const { core, parts, clock, ends } = this.#twin
    parts.milestones.ask().catch(() => {})
    if (this.#isHeld) core.sessionActor.tell({ type: 'session.hold' })
    core.sessionActor.tell({ type: 'session.start' })
    await nextTurn()
    // Conditions about the session's age and cycles refer to the original.
    if (this.#isUnderWay) {
      core.uptime.continue(this.#live.uptime)
      core.cycles.count = this.#live.cycles.count
    }
    for (let step = 1; step < maxSteps; step++) {
      // The start is partly asynchronous, and so are the slices of the simulation; everything else happens within the step.
      if (pace.isOver() || core.state === 'starting') await pace.giveWay()
      if (this.runs.length >= this.#limit) return this.#reached(until)
      if (this.#isOver()) {
        this.stopsAt = clock.now()
        return until
      }
      if (!this.#isLevel) this.#level()
      if (clock.dueBatch !== null) this.#step(() => clock.callDue(itemsPerStep))
      // Like promises, runs that end now end before the next turn; runs of the original end once all conditions are watched.
      else if (ends.length > 0 && (this.#isLevel || !this.#isUnderWay))
        this.#step(() => {
          for (const end of ends.splice(0)) end()
        })
      else if (clock.hasDeferred) this.#step(() => clock.callDeferred())
      else if (clock.now() + clock.untilNextMs >= until) return until
      else {
        clock.pass(clock.untilNextMs)
        this.#step(() => clock.callDue(itemsPerStep))
      }
    }
    return this.#reached(until)
  }

  #step(call: () => void): void {
    stretches.measure(forecasting, call)
  }

  /** True if the session has stopped, or stops now because the tasks for which it was started are done. */
  #isOver(): boolean {
    const { core } = this.#twin
    if (core.state !== 'starting' && core.state !== 'running' && core.state !== 'held') return true
    if (core.selection.only === null || !this.#isLevel) return false
    return [...core.registry.entries.values()].every(
      ({ live, queue }) => live.length === 0 && queue.length === 0,
    )
  }

  /** Once all conditions are watched, copies the instants from which they hold. */
  #level(): void {
    const { core, parts } = this.#twin
    if (!parts.watches.isWatching) return
    this.#isLevel = true
    if (!this.#isUnderWay) return
    for (const entry of core.registry.entries.values()) {
      const live = this.#live.registry.entries.get(entry.name)
      if (entry.holds && live?.holds === true) entry.dueAt = live.dueAt
    }
  }

  /** The end of the complete part of a simulation that is cut off, epoch ms. */
  #reached(until: number): number {
    return Math.min(this.#twin.clock.now(), until - 1)
  }

  #plan(record: RunRecord): void {
    const { core } = this.#twin
    const entry = core.registry.entries.get(record.task)!
    if (this.runs.length >= this.#limit) return
    const at = toDateTime(record.at, entry.zone)
    // Most runs start when they become due: both fields then share one value.
    const dueAt = record.dueAt === record.at ? at : record.dueAt
    this.runs.push({
      task: record.task,
      at,
      dueAt: typeof dueAt === 'number' ? toDateTime(dueAt, entry.zone) : (dueAt ?? null),
      runtimeMs: this.#runtimeMs(record.task),
      trigger: record.trigger ?? 'condition',
      because: this.#because(record, entry),
    })
    if (record.dueAt !== undefined) this.#countRelaunch(entry, record.at)
  }

  #because({ trigger }: RunRecord, entry: TaskEntry): string {
    if (trigger === 'manual') return 'a manual run was requested'
    if (trigger === 'startup') return 'the session starts'
    if (trigger === 'catch-up') return 'an earlier run was missed'
    return this.#conditions.because(entry.definition.start.node, this.#twin.core.factsOf(entry))
  }

  /** Disables a task whose condition still holds after each run: the simulation would consist of its runs. */
  #countRelaunch(entry: TaskEntry, at: number): void {
    const { dueAt } = entry
    if (dueAt === null || at === dueAt) return
    const before = this.#relaunches.get(entry.name)
    if (before?.dueAt !== dueAt) {
      this.#relaunches.set(entry.name, { dueAt, count: 1 })
      return
    }
    before.count += 1
    if (before.count < maxRelaunches) return
    entry.disabled = true
    this.notForecastable.push({
      task: entry.name,
      statement: this.#conditions.because(entry.definition.start.node, this.#twin.core.factsOf(entry)),
      reason:
        'its condition still holds after each run: it runs again and again, and only the first runs are listed',
    })
  }

  #note(entry: TaskEntry | null, held: { statement: string; value: boolean; reason: string | null }): void {
    const task = entry?.name ?? null
    const { statement, value, reason } = held
    if (reason === null) this.assumed.push({ task, statement, value })
    else this.notForecastable.push({ task, statement, reason })
  }

  #runtimeMs(task: string): number {
    const known = this.#runtimes.get(task)
    if (known !== undefined) return known
    return this.#live.registry.entries.get(task)?.definition.options.permanent === true
      ? Number.POSITIVE_INFINITY
      : 0
  }
}

/** The obstacle to all launches of the session that time alone does not remove; null if there is none. */
function whyHeld(core: Core): NotForecastable | null {
  const { state } = core
  const none = (statement: string, reason: string): NotForecastable => ({ task: null, statement, reason })
  if (state === 'held') return none('the session is held', 'nothing launches until resume() is called')
  if (state === 'stopping')
    return none('the session is stopping', 'nothing launches until it is started again')
  return canRecord(core)
    ? null
    : none('the run log cannot be written', 'nothing launches until it can, and that cannot be predicted')
}

/** The median runtime of each task's past successes, ms. */
async function runtimesOf(live: Core): Promise<ReadonlyMap<string, number>> {
  if (live.runLog.isClosed) return new Map()
  const successes = await live.runLog.current.query({ action: 'success', limit: maxSuccesses })
  const byTask = new Map<string, number[]>()
  for (const { task, runtimeMs } of successes) {
    if (runtimeMs === undefined) continue
    const runtimes = byTask.get(task)
    if (runtimes === undefined) byTask.set(task, [runtimeMs])
    else runtimes.push(runtimeMs)
  }
  return new Map([...byTask].map(([task, runtimes]) => [task, medianOf(runtimes)]))
}

function medianOf(numbers: number[]): number {
  numbers.sort((a, b) => a - b)
  return numbers[numbers.length >> 1]!
}
