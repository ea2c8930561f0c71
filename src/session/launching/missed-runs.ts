/**
 * Missed runs: the scheduled periods of tasks (the day of `daily`, the occurrences of a cron) that ended without a
 * start. Each is recorded in the log with the reason, reported as `run.missed`, and caught up as the task's options require.
 */
import type { Clock, Undo } from '../../clock/clock.ts'
import { Slice } from '../../clock/slices.ts'
import { lapsesAt, missedBetween, occurrencesBetween } from '../../conditions/analysis/missed.ts'
import { blockersIn, explain } from '../../conditions/explain/explain.ts'
import type { Interval } from '../../time/zone/interval.ts'
import { type Instant, toInstant } from '../../time/zone/zone.ts'
import type { Received } from '../actors/received.ts'
import type { SessionActor } from '../actors/session-actor.ts'
import type { ConditionChanges } from '../events/condition-changes.ts'
import { toDuration } from '../options/durations.ts'
import type { Reporter } from '../reports/reporter.ts'
import { newRunId } from '../runs/run-id.ts'
import type { FactsOf } from '../state/ports.ts'
import type { Registry } from '../state/registry.ts'
import type { BackfillRun, Requests } from '../state/requests.ts'
import type { RunLog } from '../state/run-log.ts'
import type { TaskEntry } from '../state/task-state.ts'
import type { Uptime } from '../state/uptime.ts'
import type { Launcher } from './launcher.ts'
import type { RunQueue } from './manual-runs.ts'

/** The delay of a timer that indicates a suspended or blocked process, or a clock that was set, ms. */
const lateMs = 1000
/**
 * The maximum number of periods that are evaluated in one turn of the event loop: after a long suspension, each of a thousand tasks
 * may have missed a thousand periods.
 */
const looksPerTurn = 200

/** The missed-run accounting of one task. */
interface Watched {
  /** The instant up to which all periods are accounted for, epoch ms. */
  until: number
  undo: Undo | null
}

export interface MissedRunsDeps {
  readonly clock: Clock
  readonly sessionActor: SessionActor
  readonly reporter: Reporter
  readonly registry: Registry
  readonly runLog: RunLog
  readonly requests: Requests
  readonly changes: ConditionChanges
  readonly uptime: Uptime
  readonly factsOf: FactsOf
  readonly launcher: Pick<Launcher, 'isLeftOut' | 'obstacleOf'>
  readonly queue: Pick<RunQueue, 'ask' | 'pendingOf'>
}

/** Watches the scheduled periods of tasks. */
export class MissedRuns {
  readonly #deps: MissedRunsDeps
  readonly #watched = new WeakMap<TaskEntry, Watched>()
  /** Tasks with a period that has ended and is not evaluated yet. */
  readonly #lapsed = new Map<TaskEntry, Watched>()

  constructor(deps: MissedRunsDeps) {
    this.#deps = deps
  }

  /** Starts at now, or at the log's last entry for tasks that the log knows. */
  begin(entry: TaskEntry): void {
    this.end(entry)
    const { clock, runLog } = this.#deps
    const log = runLog.current
    if (entry.role !== null) return
    const before = this.#watched.get(entry)?.until
    const isKnown = log.index.status(entry.name) !== null
    const until = before ?? (isKnown ? Math.min(log.aliveAt ?? clock.now(), clock.now()) : clock.now())
    const watched = { until, undo: null }
    this.#watched.set(entry, watched)
    if (until < clock.now()) this.#lapse(entry, watched)
    else this.#arm(entry, watched)
  }

  end(entry: TaskEntry): void {
    const watched = this.#watched.get(entry)
    if (watched === undefined) return
    watched.undo?.()
    watched.undo = null
    this.#lapsed.delete(entry)
    watched.until = Math.max(watched.until, this.#deps.clock.now())
  }

  /**
   * The range of a backfill in epoch ms, and its runs: a handle for each period that ended in `(from, to]`, oldest first. Throws if the
   * range or the start is invalid.
   */
  prepareBackfill(
    entry: TaskEntry,
    {
      from,
      to,
      runIds = [],
    }: { readonly from: Instant; readonly to: Instant; readonly runIds?: readonly string[] },
  ): { range: { from: number; to: number }; backfill: readonly BackfillRun[] } {
    const range = stretchOf(entry, from, to)
    const backfill = this.#periodsOf(entry, range).map((period, i) => ({
      period,
      pending: this.#deps.queue.pendingOf(entry, runIds[i] ?? newRunId(this.#deps, entry, {})),
    }))
    return { range, backfill }
  }

  /**
   * The effect of `task.backfill`: queues the runs that its sender has prepared. The periods are those of the request: the task may have
   * changed since, and its caller has the handles.
   */
  readonly acceptBackfill = ({ context, event }: Received<'task.backfill'>): void => {
    const { requests, registry } = this.#deps
    const entry = registry.byId.get(context.id)
    if (entry === undefined) return
    requests.attempt(event, () => {
      const { backfill } = requests.of(event) ?? {}
      for (const { period, pending } of backfill ?? this.prepareBackfill(entry, event).backfill)
        this.#deps.queue.ask(entry, { trigger: 'catch-up', period, pending, runId: pending.runId })
    })
  }

  /** Scheduled periods that ended in `(from, to]`, oldest first. */
  #periodsOf(entry: TaskEntry, { from, to }: { readonly from: number; readonly to: number }): Interval[] {
    const { start } = entry.definition
    const periods = [...occurrencesBetween(start.node, this.#deps.factsOf(entry, to), from)]
    if (periods.length === 0 && lapsesAt(start.node, to, entry.zone) === Infinity)
      throw new TypeError(
        `Cannot backfill task '${entry.name}' as its start must have a cycle or a cron: '${start}'`,
      )
    return periods.sort((a, b) => a.start - b.start)
  }

  #arm(entry: TaskEntry, watched: Watched): void {
    const { clock } = this.#deps
    const at = lapsesAt(entry.definition.start.node, clock.now(), entry.zone)
    if (!Number.isFinite(at)) return
    watched.undo = clock.callAt(at, () => {
      watched.undo = null
      this.#lapse(entry, watched)
    })
  }

  /** Schedules the evaluation after the launches of this instant: starts must not wait for the accounting. */
  #lapse(entry: TaskEntry, watched: Watched): void {
    const { clock } = this.#deps
    this.#lapsed.set(entry, watched)
    if (this.#lapsed.size === 1) clock.defer(() => clock.defer(this.#turn))
  }

  readonly #turn = (): void => {
    let looks = 0
    const slice = new Slice(this.#deps.clock)
    for (const [entry, watched] of this.#lapsed) {
      if (looks >= looksPerTurn || slice.isOver()) return this.#deps.clock.defer(this.#turn)
      this.#lapsed.delete(entry)
      looks += 1 + this.#look(entry, watched)
      this.#arm(entry, watched)
    }
  }

  /** Records the missed periods of a task; returns their number. */
  #look(entry: TaskEntry, watched: Watched): number {
    const { clock, factsOf } = this.#deps
    const now = clock.now()
    const since = watched.until
    // After a wall clock is set back, accounted periods stay accounted.
    watched.until = Math.max(since, now)
    if (this.#deps.launcher.isLeftOut(entry)) return 0
    const missed = missedBetween(entry.definition.start.node, factsOf(entry), since)
    if (missed.length === 0) return 0
    const told = missed.map((period) => ({ period, why: this.#whyMissed(entry, period, now) }))
    const caughtUp = new Set(this.#toCatchUp(entry, told, now))
    for (const { period, why } of told) this.#tell(entry, period, why, caughtUp.has(period), now)
    for (const period of caughtUp) this.#deps.queue.ask(entry, { trigger: 'catch-up', period })
    return missed.length
  }

  #tell(entry: TaskEntry, period: Interval, why: Why, isCaughtUp: boolean, now: number): void {
    const { changes, reporter, runLog } = this.#deps
    const reason = isCaughtUp ? `${why.reason}; it is caught up` : why.reason
    const { durable } = runLog.current.note({
      note: 'missed',
      task: entry.name,
      at: now,
      message: reason,
      data: { start: period.start, end: period.end },
    })
    if (durable instanceof Promise)
      durable.catch((error) =>
        reporter.fail('log', `A missed run of task '${entry.name}' could not be noted.`, {
          task: entry.name,
          error,
        }),
      )
    changes.taskChanged(entry.name, entry.name)
    reporter.failures.report('was missed', entry.name, `: ${reason}`, { dueAt: period.start })
    reporter.news.tell({ type: 'run.missed', task: entry.name, at: now, dueAt: period.start, reason })
  }

  /**
   * The missed periods to catch up: those that the session could not launch, not those that the task's condition
   * prevented.
   */
  #toCatchUp(entry: TaskEntry, missed: readonly { period: Interval; why: Why }[], now: number): Interval[] {
    const { catchUp = 'none', misfireGrace } = entry.definition.options
    if (catchUp === 'none') return []
    const graceMs =
      misfireGrace === undefined ? Number.POSITIVE_INFINITY : toDuration(misfireGrace, 'misfireGrace')
    const due = missed.filter(({ why, period }) => why.isOurs && now - period.end <= graceMs)
    const periods = due.map(({ period }) => period)
    if (catchUp === 'all') return periods
    // The run that launches for the current period is the latest: nothing is left to catch up.
    return entry.holds || this.#hasStartedSince(entry, periods.at(-1)?.end ?? now) ? [] : periods.slice(-1)
  }

  #hasStartedSince(entry: TaskEntry, at: number): boolean {
    const last = this.#deps.runLog.current.index.lastOf(entry.name, 'run')
    return last !== null && last.at >= at
  }

  #whyMissed(entry: TaskEntry, period: Interval, now: number): Why {
    const { sessionActor, uptime, factsOf } = this.#deps
    if (uptime.startedAt === null || period.end <= uptime.startedAt)
      return { isOurs: true, reason: 'the session was not running' }
    if (now - period.end > lateMs)
      return { isOurs: true, reason: 'the process slept or was blocked, or the clock was set ahead' }
    if (entry.disabled) return { isOurs: false, reason: 'the task was disabled' }
    if (sessionActor.state === 'held') return { isOurs: true, reason: 'the session was held' }
    const obstacle = this.#deps.launcher.obstacleOf(entry)
    if (obstacle === 'running') return { isOurs: true, reason: 'an earlier run of it was still going on' }
    if (obstacle === 'main')
      return { isOurs: true, reason: 'main work was running, and nothing else launches' }
    const facts = factsOf(entry, period.end - 1)
    const blockers = blockersIn(explain(entry.definition.start.node, facts)).map(({ sentence }) => sentence)
    const because = blockers.length === 0 ? '' : `: ${blockers.join('; ')}`
    return { isOurs: false, reason: `its condition did not hold${because}` }
  }
}

/** The range of a backfill in epoch ms; throws for invalid instants or a wrong order. */
export function stretchOf(entry: TaskEntry, from: Instant, to: Instant): { from: number; to: number } {
  const stretch = { from: toInstant(from, entry.zone), to: toInstant(to, entry.zone) }
  if (stretch.from < stretch.to) return stretch
  throw new RangeError(
    `Cannot backfill task '${entry.name}' as 'from' must be before 'to': ${String(from)}, ${String(to)}`,
  )
}

/** The reason for a missed period, and whether the session caused it rather than the task's condition. */
interface Why {
  readonly reason: string
  readonly isOurs: boolean
}
