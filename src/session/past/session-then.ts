/**
 * The parts of a session at a past instant, as far as the explanation of a task reads them. The explanation itself is the one of the
 * present: only the facts are others.
 */
import { VirtualClock } from '../../clock/virtual-clock.ts'
import { neverHolds } from '../../conditions/analysis/never-holds.ts'
import { Condition } from '../../conditions/condition.ts'
import { HeldTimes } from '../../conditions/evaluate/held.ts'
import { dependencies } from '../../conditions/evaluate/wakes-at.ts'
import { type ConditionNode, visit } from '../../conditions/node.ts'
import type { Executor } from '../../executors/executor.ts'
import { isNote } from '../../log/entry.ts'
import { SessionLog } from '../../log/session-log.ts'
import { createMemoryStore } from '../../log/stores/memory.ts'
import type { ExplanationDeps } from '../decision/explain-task.ts'
import type { Configuration } from '../options/configuration.ts'
import { executionOf } from '../runs/capacity.ts'
import { TaskRegistry } from '../state/registry.ts'
import type { RunLog } from '../state/run-log.ts'
import type { RunSlot, TaskEntry } from '../state/task-state.ts'
import { createFactsOf } from '../watching/session-facts.ts'
import { newestOf, type PastHistory, type PastRun, readHistory } from './history.ts'
import { shortDelayMs } from './journal.ts'
import { livedAt } from './lived.ts'
import { PastCapacity, PastEntry, pastQueued, pastSlot } from './past-entry.ts'
import type { PastState } from './reach.ts'
import { settingsThen, type TasksThenDeps, type TaskThen, taskThen } from './tasks-then.ts'
import {
  type Assumed,
  assume,
  queuePart,
  relaunchPart,
  turnPart,
  unknownParts,
  unknownWhy,
} from './unknown-parts.ts'

export interface SessionThenDeps extends TasksThenDeps {
  readonly configuration: Configuration
  readonly executors: ReadonlyMap<string, Executor>
  readonly runLog: RunLog
}

/** A session at the instant, for the explanation of one task. */
export class SessionThen {
  readonly clock: VirtualClock
  readonly #deps: SessionThenDeps
  readonly #state: PastState
  readonly #name: string
  readonly #task: TaskThen
  readonly #configuration: Configuration
  readonly #registry = new TaskRegistry()
  #history: PastHistory = { entries: [], live: [] }

  constructor(deps: SessionThenDeps, state: PastState, name: string, task: TaskThen) {
    const { configuration } = deps
    const { session, cut } = state
    this.#deps = deps
    this.#state = state
    this.#name = name
    this.#task = task
    this.clock = new VirtualClock({ wall: cut.at, elapsed: livedAt(cut.at, session.clockSets) })
    this.#configuration = {
      options: configuration.options,
      settings: settingsThen(configuration.settings, session.settings),
    }
    for (const other of state.tasks.names()) {
      const then = taskThen(deps, state, other)
      if (then !== null) this.#registry.add(this.#entryOf(then))
    }
  }

  /** The log's records of the tasks that matter. */
  async read(): Promise<void> {
    const log = this.#deps.runLog.current
    this.#history = await readHistory(log, this.#state, this.#relevant())
  }

  /** The facts that are not known and may matter, with the reasons. */
  unknown(): ReadonlyMap<string, string> {
    const { definition, unknown } = this.#task
    const why = unknownWhy(this.#state.params)
    const parts = new Map(unknown)
    for (const condition of [definition.start, definition.end])
      if (condition !== null && !unknown.has(String(condition)))
        for (const [part, reason] of unknownParts(condition.node, why)) parts.set(part, reason)
    if (this.#state.events.unknown !== null) parts.set(queuePart, this.#state.events.unknown)
    const delay = this.#delay()
    if (typeof delay === 'object' && delay !== null) parts.set(relaunchPart, delay.why)
    if (this.#mayWaitInLine())
      parts.set(turnPart, 'whether other tasks were ahead of it for free capacity: the log does not keep it')
    return parts
  }

  /** True if free capacity may not have been used: while nothing launches, tasks wait in line for it. */
  #mayWaitInLine(): boolean {
    const { session } = this.#state
    const { executors } = this.#deps
    const own = this.#registry.entries.get(this.#name)
    const keys = own === undefined ? new Set<string>() : this.#keysOf(own)
    const others = [...this.#registry.entries.values()].filter((entry) => entry !== own)
    if (!others.some((entry) => [...this.#keysOf(entry)].some((key) => keys.has(key)))) return false
    const isMainLive = this.#history.live.some(({ task }) => {
      const entry = this.#registry.entries.get(task)
      const execution = entry === undefined ? null : executionOf(this.#configuration, entry, undefined)
      return execution === null || executors.get(execution)?.isExclusive === true
    })
    return session.state !== 'running' || session.logDown !== null || isMainLive
  }

  /** The parts of the session and the task, with the assumed values of what is not known. */
  with(assumed: Assumed): { readonly deps: ExplanationDeps; readonly entry: TaskEntry } {
    const { executors } = this.#deps
    const { session, events } = this.#state
    const registry = this.#registry
    const configuration = this.#configuration
    const entry = this.#entryOf(this.#assumed(assumed), assumed.get(relaunchPart))
    registry.entries.set(this.#name, entry)
    registry.leaving.clear()
    for (const each of registry.entries.values()) each.live.clear()
    const queue = events.queues.get(this.#name)
    this.#enqueue(entry, queue, assumed.get(queuePart) === true)
    const slots = new PastCapacity(
      { clock: this.clock, configuration, executors, onRoom: () => {} },
      assumed.get(turnPart) === true,
    )
    const runs = this.#history.live.map((run) => this.#slotOf(run))
    registry.byId.clear()
    for (const slot of runs) registry.byId.set(slot.entry.id, slot.entry)
    for (const each of registry.entries.values()) registry.byId.set(each.id, each)
    const log = this.#logThen()
    slots.adopt({ starts: this.#startsOf(), lines: new Map() }, () => undefined)
    for (const slot of runs) slots.hold(slot)
    const isExclusive = ({ execution }: RunSlot): boolean => executors.get(execution)?.isExclusive === true
    const factsOf = createFactsOf(
      {
        clock: this.clock,
        configuration,
        registry,
        runLog: log,
        params: this.#params(),
        uptime: { startedAt: session.startedAt, startedMono: session.startedAt },
        cycles: { count: 0 },
      },
      { read: () => ({ value: false, pending: true }) },
      new HeldTimes(this.clock),
    )
    const deps: ExplanationDeps = {
      clock: this.clock,
      configuration,
      registry,
      runLog: log,
      executors,
      factsOf,
      slots,
      runs: { exclusive: runs.filter(isExclusive).length },
      selection: { only: session.only === null ? null : new Set(session.only) },
      sessionActor: { state: session.state },
    }
    return { deps, entry }
  }

  #entryOf(task: TaskThen, isBackingOff?: boolean): PastEntry {
    const { definition, zone, disabled } = task
    const delay = definition.name === this.#name ? this.#delay() : null
    const isOwn = definition.name === this.#name
    const relaunchAt =
      typeof delay === 'object' ? (isBackingOff === true ? (delay?.until ?? null) : null) : delay
    return new PastEntry(this.#registry.nextOrder(), definition, zone, this.clock, {
      disabled,
      relaunchAt,
      neverHolds: isOwn ? this.#neverHolds() : null,
    })
  }

  #neverHolds(): string | null {
    const { neverHolds: known, definition, zone, unknown } = this.#task
    if (known !== undefined || unknown.size > 0) return known ?? null
    return neverHolds(definition.start.node, zone, this.clock.now())
  }

  #assumed(assumed: Assumed): TaskThen {
    const { definition } = this.#task
    const changed = (condition: Condition): Condition => {
      const node = assume(condition.node, assumed)
      return node === condition.node ? condition : new Condition(node)
    }
    const { start, end } = definition
    return {
      ...this.#task,
      definition: { ...definition, start: changed(start), end: end === null ? null : changed(end) },
    }
  }

  /** The tasks whose records matter: those of its conditions, and those with which it shares capacity. */
  #relevant(): ReadonlySet<string> {
    const { definition } = this.#task
    const names = new Set([this.#name])
    for (const condition of [definition.start, definition.end])
      if (condition !== null) for (const name of tasksIn(condition.node)) names.add(name)
    const own = this.#registry.entries.get(this.#name)
    const keys = own === undefined ? new Set<string>() : this.#keysOf(own)
    for (const entry of this.#registry.entries.values()) {
      const { executors } = this.#deps
      const isMain = executors.get(executionOf(this.#configuration, entry, undefined))?.isExclusive === true
      if (isMain || [...this.#keysOf(entry)].some((key) => keys.has(key))) names.add(entry.name)
    }
    return names
  }

  /** The keys of the capacity that a task needs. */
  #keysOf(entry: TaskEntry): ReadonlySet<string> {
    const { slots } = this.#deps.executors.get(executionOf(this.#configuration, entry, undefined)) ?? {}
    const { pool } = entry.definition.options
    return new Set([...(slots === undefined ? [] : [slots]), ...(pool === undefined ? [] : [pool])])
  }

  /**
   * The end of the relaunch delay in lived time, null if there is none; with a reason if it is not known whether it applies: the log has
   * notes about the delays for which tasks have waited, except for short ones.
   */
  #delay(): number | null | { readonly until: number; readonly why: string } {
    const { events, session } = this.#state
    const event = events.delays.get(this.#name)
    const now = this.clock.monotonic()
    const { record } = newestOf(this.#history.entries, this.#name)
    if (event !== undefined && (record === null || event.seq > record.seq))
      return event.until !== null && event.until > now ? event.until : null
    if (record === null) return null
    const earlier = session.earlierDelays?.find(([before]) => record.seq <= before)
    const relaunchDelayMs = earlier?.[1] ?? session.settings.relaunchDelayMs
    const until = livedAt(record.at, session.clockSets, record.seq) + relaunchDelayMs
    if (until <= now) return null
    const { definition, disabled } = this.#task
    const isForeign = dependencies(definition.start.node, this.#name).some(
      (each) => each.kind !== 'task' || each.task !== this.#name,
    )
    if (record.action === 'run' && record.trigger === 'condition' && !isForeign) return until
    if (record.action !== 'run' && relaunchDelayMs >= shortDelayMs && !disabled) return null
    return {
      until,
      why: 'whether its relaunch delay was over: the log keeps only delays for which it waited a second or more',
    }
  }

  #enqueue(
    entry: TaskEntry,
    queue: (PastState['events']['queues'] extends ReadonlyMap<string, infer Q> ? Q : never) | undefined,
    isAssumed: boolean,
  ): void {
    if (isAssumed) entry.queue.push(pastQueued({ runId: 'unknown', isReady: true, execution: undefined }))
    if (queue === undefined) return
    const started = new Set<string>()
    let launches = 0
    for (const record of this.#history.entries) {
      if (isNote(record) || record.task !== this.#name || record.action !== 'run') continue
      if (record.seq < queue.seq) continue
      started.add(record.runId)
      if (record.trigger !== 'condition') launches += 1
    }
    const left = queue.length - launches
    const known = queue.runs.filter(({ id }) => !started.has(id)).slice(0, Math.max(0, left))
    for (const { id, isReady, execution } of known)
      entry.queue.push(pastQueued({ runId: id, isReady, execution }))
    for (let n = known.length; n < left; n++)
      entry.queue.push(pastQueued({ runId: `waiting-${n}`, isReady: true, execution: undefined }))
  }

  /** The live run; of a task that was removed, outside of the registry. */
  #slotOf({ task, record, startedMono }: PastRun): RunSlot {
    const { events } = this.#state
    const removedAt = events.removals.get(task)
    const listed = this.#registry.entries.get(task)
    const isLeaving = listed === undefined || (removedAt !== undefined && record.seq < removedAt)
    const entry = isLeaving ? this.#leaving(task) : listed
    const slot = pastSlot(entry, events.endings.get(record.runId)?.reason)
    slot.runId = record.runId
    slot.startedAt = record.at
    slot.startedMono = startedMono
    slot.execution = executionOf(this.#configuration, entry, undefined)
    slot.lives = true
    entry.live.push(slot)
    if (isLeaving) this.#registry.leaving.set(task, (this.#registry.leaving.get(task) ?? 0) + 1)
    return slot
  }

  #leaving(task: string): TaskEntry {
    const then = taskThen(this.#deps, this.#state, task) ?? this.#task
    const definition = { ...then.definition, name: task }
    const facts = { disabled: false, relaunchAt: null, neverHolds: null }
    return new PastEntry(this.#registry.nextOrder(), definition, then.zone, this.clock, facts)
  }

  /** The starts within the periods of pools with a rate, in lived time. */
  #startsOf(): ReadonlyMap<string, readonly number[]> {
    const starts = new Map<string, number[]>()
    const { session } = this.#state
    for (const record of this.#history.entries) {
      if (isNote(record) || record.action !== 'run') continue
      const { pool } = this.#registry.entries.get(record.task)?.definition.options ?? {}
      if (pool === undefined || this.#configuration.settings.pools.get(pool)?.starts === undefined) continue
      const at = livedAt(record.at, session.clockSets, record.seq)
      starts.set(pool, [...(starts.get(pool) ?? []), at])
    }
    return starts
  }

  /** The log up to the instant: its index, and whether it could be written. */
  #logThen(): RunLog {
    const { session } = this.#state
    const current = new SessionLog(createMemoryStore(), this.clock)
    const { index } = current
    const now = this.clock.monotonic()
    for (const task of new Set(this.#history.entries.map((entry) => entry.task ?? ''))) {
      const keep = this.#deps.runLog.current.index.keepOf(task)
      if (keep !== undefined) index.keep(task, keep)
    }
    for (const entry of this.#history.entries) {
      const mono = Math.min(now, livedAt(entry.at, session.clockSets, entry.seq))
      if (isNote(entry)) index.addNote(entry, mono)
      else index.add(entry, mono)
    }
    const { logDown } = session
    const health =
      logDown === null
        ? ({ state: 'ok', waiting: 0 } as const)
        : ({ state: 'degraded', waiting: 0, reason: new Error(logDown) } as const)
    return { current, health, isClosed: false, whenDown: 'pause', redactor: undefined }
  }

  /** The params; conditions on values that are not known are replaced before they are read. */
  #params(): { has(name: string): boolean; get(name: string): unknown } {
    const { params } = this.#state
    return {
      has: (name) => params.get(name) !== null,
      get: (name) => {
        const image = params.get(name)
        return image === null || 'why' in image ? undefined : image.value
      },
    }
  }
}

/** The names of other tasks in a condition. */
function tasksIn(node: ConditionNode): readonly string[] {
  const names: string[] = []
  visit(node, (part) => {
    if (part.kind === 'count' || part.kind === 'running' || part.kind === 'after')
      if (part.task !== null) names.push(part.task)
  })
  return names
}
