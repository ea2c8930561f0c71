/**
 * The simulated copy of a session for forecasts: the same machines, conditions and launcher on a virtual clock and a branch of the
 * log, with work that only takes time. It has no effect on the session: no records, events, hooks, store or work.
 */

import type { TaskContext } from '../../../machines/task.setup.ts'
import { VirtualClock } from '../../clock/virtual-clock.ts'
import { Condition } from '../../conditions/condition.ts'
import { watchedHeldNodes } from '../../conditions/evaluate/held.ts'
import { type ConditionNode, falseNode, type HeldNode } from '../../conditions/node.ts'
import { toCondition } from '../../conditions/to-condition.ts'
import type { Executor } from '../../executors/executor.ts'
import { isNote, type RunRecord } from '../../log/entry.ts'
import type { Store } from '../../log/store.ts'
import { tell } from '../actors/guarded-actor.ts'
import type { SessionOptions } from '../api/session.ts'
import type { Execution, TaskOptions } from '../api/task-options.ts'
import { compose, type SessionParts } from '../compose.ts'
import { executionOf } from '../runs/capacity.ts'
import {
  type QueuedRun,
  type RunSlot,
  startOf,
  type TaskDefinition,
  type TaskEntry,
} from '../state/task-state.ts'
import type { TasksAndFacts } from './findings.ts'
import type { Pace } from './pace.ts'

/**
 * The maximum number of launches, evaluations or timers of the simulation in one step, which cannot be interrupted.
 */
export const itemsPerStep = 50

/** Callbacks that a simulation uses. */
export interface SimulationParts {
  /** Returns the frozen condition. */
  still(node: ConditionNode, entry: TaskEntry | null): ConditionNode
  /** Returns the time for which a node of a frozen condition has held, ms; undefined if it does not hold. */
  heldMs(node: HeldNode): number | undefined
  /** Returns the runtime of the task, ms; Infinity if its runs do not end. */
  runtimeMs(task: string): number
  /** Receives each record before conditions read it. */
  onRecord(record: RunRecord, simulated: TasksAndFacts): void
}

/** A simulation that is not started yet. */
export interface Simulation {
  readonly parts: SessionParts
  readonly clock: VirtualClock
  /** Callbacks of runs that end now. They are called after everything else at this instant, as promises would be. */
  readonly ends: (() => void)[]
}

/** A task at the beginning of the forecast: the session continues while the simulation is created. */
interface TaskNow {
  readonly entry: TaskEntry
  readonly definition: TaskDefinition
  readonly facts: TaskContext
  readonly zone: string
  readonly endsAtOnce: boolean
  readonly execution: Execution
  readonly queue: readonly QueuedRun[]
}

/** A run that was live at the beginning of the forecast. */
type RunNow = Pick<
  RunSlot,
  'runId' | 'trigger' | 'execution' | 'dueAt' | 'period' | 'startedAt' | 'startedMono'
> & {
  readonly task: string
}

/** Creates a simulation of the session's current state, with its tasks, params, history, live and queued runs; in slices. */
export async function createSimulation(
  live: SessionParts,
  given: SimulationParts,
  pace: Pace,
): Promise<Simulation> {
  const now = { wall: live.clock.now(), elapsed: live.clock.monotonic() }
  const clock = new VirtualClock(now, itemsPerStep)
  const ends: (() => void)[] = []
  const endsAtOnce = (task: string): boolean => parts.registry.entries.get(task)?.endsAtOnce === true
  const executors = [...live.executors.values(), workflows]
  const stubs = executors.map(
    (executor) => [executor.kind, stubOf(executor, { clock, ends, given, endsAtOnce })] as const,
  )
  const parts = compose({
    name: live.name,
    clock,
    options: twinOptions(live, (record) => given.onRecord(record, parts)),
    words: live.words,
    session: live.session,
    original: {
      handleOf: live.handleOf,
      executors: new Map(stubs),
      log: live.runLog.current,
      only: live.selection.only,
    },
  })
  const twin: Simulation = { parts, clock, ends }
  for (const [name, value] of live.params.entries()) parts.params.put(name, value)
  const isStarted = isUnderWay(live)
  const tasks = [...live.registry.entries.values()].map((entry) => taskNow(live, entry))
  const runs = [...live.registry.entries.values()].flatMap(({ live: slots }) => slots.map(runNow))
  const standing = live.slots.copy()
  const line = live.launcher.copyLine()
  const { shutCondition } = live.configuration.options
  // By identity: a removed task may still be in a queue, under a name that another task now has.
  const own = new Map<TaskEntry, TaskEntry>()
  for (const task of tasks) {
    if (pace.isOver()) await pace.giveWay()
    own.set(task.entry, addTask(twin, task, isStarted, given))
  }
  for (const run of runs.sort((a, b) => a.startedMono - b.startedMono)) {
    if (pace.isOver()) await pace.giveWay()
    adoptRun(twin, run)
  }
  clock.stand(now)
  for (const { entry, facts } of tasks) restore(twin, own.get(entry)!, facts)
  const toOwn = (entry: TaskEntry): TaskEntry | undefined => own.get(entry)
  parts.slots.adopt(standing, toOwn)
  parts.launcher.adoptLine(line, toOwn)
  if (shutCondition !== undefined) {
    const { node } = toCondition(shutCondition, live.words, live.clock)
    parts.watches.setShutCondition(new Condition(given.still(node, null)))
  }
  return twin
}

function taskNow({ configuration }: SessionParts, entry: TaskEntry): TaskNow {
  const { definition, facts, zone, endsAtOnce } = entry
  // Derived from the original work: the simulated work has no kind.
  const execution = executionOf(configuration, entry, undefined)
  return {
    entry,
    definition,
    facts,
    zone,
    endsAtOnce,
    execution,
    queue: [...entry.queue],
  }
}

function runNow({
  entry,
  runId,
  trigger,
  execution,
  dueAt,
  period,
  startedAt,
  startedMono,
}: RunSlot): RunNow {
  return { task: entry.name, runId, trigger, execution, dueAt, period, startedAt, startedMono }
}

/** True if the start of the session is complete: start-up tasks have run, and its age counts. */
export function isUnderWay({ sessionActor }: SessionParts): boolean {
  const { state } = sessionActor
  return state === 'running' || state === 'held' || state === 'stopping'
}

/** The session's options, without those that have effects outside of it. */
function twinOptions({ configuration }: SessionParts, onRecord: (record: RunRecord) => void): SessionOptions {
  const { inspect, shutCondition, persist, ...options } = configuration.options
  return { ...options, onError: 'log', handleSignals: false, logger: false, store: recorder(onRecord) }
}

function addTask(twin: Simulation, live: TaskNow, isStarted: boolean, given: SimulationParts): TaskEntry {
  const { name, start, end } = live.definition
  const { args, params, schema, runId, onStartup, onShutdown, ...options } = live.definition.options
  const still = (condition: Condition): Condition => {
    const node = given.still(condition.node, live.entry)
    return node === condition.node ? condition : new Condition(node)
  }
  // Start-up tasks of a started session have run already; shut-down tasks run after the end of the forecast.
  const isOutside = onShutdown === true || (onStartup === true && isStarted)
  const entry = twin.parts.tasks.add({
    name,
    ...startOf(isOutside ? new Condition(falseNode) : still(start)),
    end: end === null ? null : still(end),
    options: {
      ...options,
      disabled: live.facts.disabled,
      execution: live.execution,
      timezone: live.zone,
      ...(onStartup === true && !isStarted ? { onStartup } : {}),
    } as TaskOptions,
    work: nothing,
  })
  for (const node of watchedHeldNodes(entry.definition.start.node)) {
    const ms = given.heldMs(node)
    if (ms !== undefined) entry.held.begin(node, ms)
  }
  entry.endsAtOnce = live.endsAtOnce
  for (const queued of live.queue)
    entry.queue.push({ ...queued, pending: undefined, params: {}, isReady: true })
  return entry
}

/** Continues a live run in the simulation: it started when the original did, and takes the expected runtime. */
function adoptRun({ parts, clock }: Simulation, run: RunNow): void {
  const { runId, trigger, execution, dueAt, period } = run
  clock.stand({ wall: run.startedAt, elapsed: run.startedMono })
  const entry = parts.registry.entries.get(run.task)!
  entry.queue.unshift({
    runId,
    trigger,
    execution,
    params: {},
    isReady: true,
    key: undefined,
    pending: undefined,
    value: undefined,
  })
  const at = run.startedAt
  tell(entry.actor, { type: 'run.ordered', runId, trigger, at, relaunchAt: 0, dueAt, period })
}

/** Continues the relaunch delay of a task in the simulation. */
function restore(
  { parts }: Simulation,
  entry: TaskEntry,
  { relaunchAt, hasForeignChange }: TaskContext,
): void {
  if (relaunchAt === null && !hasForeignChange) return
  const delay = { relaunchAt, hasForeignChange }
  tell(entry.actor, {
    type: 'task.restored',
    last: parts.runLog.current.index.status(entry.name),
    live: entry.live.length,
    delay,
  })
}

interface StubDeps {
  readonly clock: VirtualClock
  readonly ends: (() => void)[]
  readonly given: SimulationParts
  /** True if the last run of the task ended within its launch. */
  readonly endsAtOnce: (task: string) => boolean
}

/** The execution of workflows, which a session executes itself. */
const workflows = { kind: 'workflow', isExclusive: false }

/** An executor whose work does nothing and takes the expected runtime. */
function stubOf(
  { kind, isExclusive, slots }: Pick<Executor, 'kind' | 'isExclusive' | 'slots'>,
  { clock, ends, given, endsAtOnce }: StubDeps,
): Executor {
  const begin = clock.monotonic()
  return {
    kind,
    isExclusive,
    ...(slots === undefined ? {} : { slots }),
    execute(_work, _args, { task }, settle) {
      const runtimeMs = given.runtimeMs(task)
      const end = (): void => settle({ kind: 'returned', value: undefined })
      // A live run that has already exceeded the expected runtime ends when the forecast begins.
      const isOver = runtimeMs === 0 || clock.monotonic() + runtimeMs <= begin
      if (!isOver) clock.callAfter(runtimeMs, () => void ends.push(end))
      else if (endsAtOnce(task)) end()
      else ends.push(end)
      return undefined
    },
  }
}

/** A store that keeps nothing, and passes records on. */
function recorder(onRecord: (record: RunRecord) => void): Store {
  return {
    name: 'memory',
    durable: false,
    load: () => [],
    append: (entries) => {
      for (const entry of entries) if (!isNote(entry)) onRecord(entry)
    },
    query: () => [],
    notes: () => [],
    prune: () => 0,
    close: () => {},
  }
}

const nothing = (): void => {}
