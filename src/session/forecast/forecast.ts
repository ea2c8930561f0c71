/** The forecast of a session: a simulated copy of it runs ahead, faster than real time. */
import { nextTurn } from '../../clock/system-clock.ts'
import { showValue } from '../../errors/show-value.ts'
import { stretches } from '../../executors/inline/loop-stretches.ts'
import { toDateTime, toInstant } from '../../time/zone/zone.ts'
import { tell } from '../actors/guarded-actor.ts'
import type { Forecast, ForecastOptions, NotForecastable } from '../api/forecast.ts'
import type { SessionParts } from '../compose.ts'
import { canRecord } from '../decision/limits.ts'
import { aBoolean, aCount, anything, type Check, checkKeys } from '../options/validators.ts'
import { Findings } from './findings.ts'
import { inTurn, type Pace } from './pace.ts'
import { createSimulation, isUnderWay, itemsPerStep, type Simulation } from './simulation.ts'

const dayMs = 24 * 60 * 60 * 1000
const defaultLimit = 1000
/** The owner of the periods in which a forecast blocks the event loop. */
const forecasting = { part: 'a forecast' }
/** The maximum number of steps: a condition may wake without end and never start a run. */
const maxSteps = 2_000_000
/** The number of past successes, over all tasks, from which runtimes are estimated. */
const maxSuccesses = 10_000

/** Simulates the future of a session. The session and its log are read and not changed. */
export async function forecast(live: SessionParts, options: ForecastOptions = {}): Promise<Forecast> {
  checkKeys(
    options,
    { until: anything, limit: aCount(1), asIfResumed: aBoolean, signal: aSignal },
    'options of a forecast',
  )
  return inTurn(options.signal, (pace) => play(live, options, pace))
}

const aSignal: Check = (value, name) => {
  if (!(value instanceof AbortSignal))
    throw new TypeError(`Cannot read '${name}' as it must be an AbortSignal: ${showValue(value)}`)
}

async function play(live: SessionParts, options: ForecastOptions, pace: Pace): Promise<Forecast> {
  const { timezone } = live.configuration.settings
  const runtimes = await runtimesOf(live)
  const from = live.clock.now()
  const until = options.until === undefined ? from + dayMs : toInstant(options.until, timezone)
  if (!(until > from))
    throw new RangeError(
      `Cannot forecast as 'until' must be later than now: ${toDateTime(until, timezone).toISO()}`,
    )
  const findings = new Findings(live, runtimes, options.limit ?? defaultLimit)
  const held = options.asIfResumed === true ? null : whyHeld(live)
  if (held !== null) findings.notForecastable.push(held)
  const isStarted = isUnderWay(live)
  const simulation = await createSimulation(live, findings, pace)
  const play = new Play({ live, simulation, findings, isStarted, isHeld: held !== null })
  const reached = await play.run(until, pace)
  return {
    from: toDateTime(from, timezone),
    until: toDateTime(reached, timezone),
    isComplete: reached === until,
    stopsAt: play.stopsAt === null ? null : toDateTime(play.stopsAt, timezone),
    runs: findings.runs,
    assumed: findings.assumed,
    notForecastable: findings.notForecastable,
  }
}

interface PlayDeps {
  readonly live: SessionParts
  readonly simulation: Simulation
  readonly findings: Findings
  /** True if the start of the session is complete. */
  readonly isStarted: boolean
  /** True if nothing launches: live runs end, and time advances. */
  readonly isHeld: boolean
}

/** One simulation run. */
class Play {
  /** The instant of the shut-down by the shut condition, epoch ms. */
  stopsAt: number | null = null
  readonly #deps: PlayDeps
  /** True once the simulation has reached the state of the session; the forecast begins there. */
  #isLevel = false

  constructor(deps: PlayDeps) {
    this.#deps = deps
  }

  /** Simulates up to an instant, and returns the instant that was reached; both are epoch ms. */
  async run(until: number, pace: Pace): Promise<number> {
    const { live, simulation, findings, isStarted, isHeld } = this.#deps
    const { parts, clock, ends } = simulation
    parts.milestones.ask().catch(() => {})
    if (isHeld) parts.sessionActor.tell({ type: 'session.hold' })
    parts.sessionActor.tell({ type: 'session.start' })
    await nextTurn()
    // Conditions about the session's age and cycles refer to the original.
    if (isStarted) {
      parts.uptime.continue(live.uptime)
      parts.cycles.continue(live.cycles)
    }
    for (let step = 1; step < maxSteps; step++) {
      // The start is partly asynchronous, and so are the slices of the simulation; everything else happens within the step.
      if (pace.isOver() || parts.sessionActor.state === 'starting') await pace.giveWay()
      if (findings.isFull) return this.#reached(until)
      if (this.#isOver()) {
        this.stopsAt = clock.now()
        return until
      }
      if (!this.#isLevel) this.#level()
      if (clock.dueBatch !== null) this.#step(() => clock.callDue(itemsPerStep))
      // Like promises, runs that end now end before the next turn; runs of the original end once all conditions are watched.
      else if (ends.length > 0 && (this.#isLevel || !isStarted))
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
    const { parts } = this.#deps.simulation
    const { state } = parts.sessionActor
    if (state !== 'starting' && state !== 'running' && state !== 'held') return true
    if (parts.selection.only === null || !this.#isLevel) return false
    return [...parts.registry.entries.values()].every(
      ({ live, queue }) => live.length === 0 && queue.length === 0,
    )
  }

  /** Once all conditions are watched, copies the instants from which they hold. */
  #level(): void {
    const { live, simulation, isStarted } = this.#deps
    const { parts } = simulation
    if (!parts.watches.isWatching) return
    this.#isLevel = true
    if (!isStarted) return
    for (const entry of parts.registry.entries.values()) {
      const original = live.registry.entries.get(entry.name)
      const at = original?.facts.dueAt ?? null
      if (entry.holds && at !== null) tell(entry.actor, { type: 'condition.changed', holds: true, at })
    }
  }

  /** The end of the complete part of a simulation that is cut off, epoch ms. */
  #reached(until: number): number {
    return Math.min(this.#deps.simulation.clock.now(), until - 1)
  }
}

/** The obstacle to all launches of the session that time alone does not remove; null if there is none. */
function whyHeld({ sessionActor, runLog }: SessionParts): NotForecastable | null {
  const { state } = sessionActor
  const none = (statement: string, reason: string): NotForecastable => ({ task: null, statement, reason })
  if (state === 'held') return none('the session is held', 'nothing launches until resume() is called')
  if (state === 'stopping')
    return none('the session is stopping', 'nothing launches until it is started again')
  return canRecord(runLog)
    ? null
    : none('the run log cannot be written', 'nothing launches until it can, and that cannot be predicted')
}

/** The median runtime of each task's past successes, ms. */
async function runtimesOf(live: SessionParts): Promise<ReadonlyMap<string, number>> {
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
