/**
 * A twin of a session for looking ahead: the same machines, conditions and launcher over a clock that is played, a branch of
 * the log, and work that only takes its time. Nothing of it reaches the session: no record, news, hook, store or work.
 */

import { VirtualClock } from '../../clock/virtual-clock.ts'
import { Condition } from '../../conditions/condition.ts'
import { watchedHeldNodes } from '../../conditions/evaluate/held.ts'
import { type ConditionNode, falseNode, type HeldNode } from '../../conditions/node.ts'
import { toCondition } from '../../conditions/to-condition.ts'
import type { Executor } from '../../executors/executor.ts'
import { isNote, type RunRecord, type Store } from '../../log/store.ts'
import type { SessionOptions } from '../api/session.ts'
import type { Execution, TaskOptions } from '../api/task-options.ts'
import { assemble } from '../compose.ts'
import type { Launcher } from '../launching/launcher.ts'
import type { SessionModules } from '../machine-effects.ts'
import { type Capacity, executionOf } from '../runs/capacity.ts'
import { Core } from '../state/session-state.ts'
import type { QueuedRun, RunSlot, TaskDefinition, TaskEntry } from '../state/task-state.ts'
import type { Pace } from './pace.ts'

/**
 * The number of launches, evaluations or timers of the twin that are handled in one step: a step cannot be
 * cut.
 */
export const itemsPerStep = 50

/** What a twin is made with. */
export interface SimulationParts {
  /** The condition as it is to be played. */
  still(node: ConditionNode, entry: TaskEntry | null): ConditionNode
  /** The time for which a part of such a condition has held already, ms; undefined where it does not hold. */
  heldMs(node: HeldNode): number | undefined
  /** How long a run of the task takes, ms; Infinity if it does not end. */
  runtimeMs(task: string): number
  /** Told of each record before conditions see it. */
  onRecord(record: RunRecord): void
}

/** A twin, stopped. */
export interface Simulation {
  readonly core: Core
  readonly parts: SessionModules
  readonly clock: VirtualClock
  /** Runs that end now: called when what the instant brings about is through, as promises would be. */
  readonly ends: (() => void)[]
}

/** The parts of a twin: the session's core, and the parts that remember more than the core. */
export interface Original {
  readonly core: Core
  readonly slots: Capacity
  readonly launcher: Launcher
}

/** A task as it was when the twin was asked for: the session goes on while its twin is made. */
interface TaskNow {
  readonly entry: TaskEntry
  readonly definition: TaskDefinition
  readonly disabled: boolean
  readonly zone: string
  readonly relaunchAt: number
  readonly hasForeignChange: boolean
  readonly endsAtOnce: boolean
  readonly execution: Execution
  readonly queue: readonly QueuedRun[]
}

/** A run that lived then. */
type RunNow = Pick<
  RunSlot,
  'runId' | 'trigger' | 'execution' | 'dueAt' | 'period' | 'startedAt' | 'startedMono'
> & {
  readonly task: string
}

/** Makes the twin of a session as it is now, with its tasks, params, history, living and waiting runs; in slices. */
export async function createSimulation(
  { core: live, slots, launcher }: Original,
  given: SimulationParts,
  pace: Pace,
): Promise<Simulation> {
  const now = { wall: live.clock.now(), elapsed: live.clock.monotonic() }
  const clock = new VirtualClock(now, itemsPerStep)
  const core = new Core(live.name, clock, twinOptions(live, given), live.words)
  core.news.makePrivate()
  core.session = live.session
  core.handleOf = live.handleOf
  const twin: Simulation = { core, clock, parts: assemble(core), ends: [] }
  twin.parts.starts.turnOff()
  // Opened, so that a start does not open another.
  void twin.parts.keeper.open()
  if (live.log !== undefined) core.log = live.log.branch(core.log.store, clock)
  for (const [name, value] of live.params.entries()) core.params.put(name, value)
  for (const [kind, executor] of live.executors) core.executors.set(kind, stubOf(executor, twin, given))
  core.only = live.only
  const isStarted = isUnderWay(live)
  const tasks = [...live.entries.values()].map((entry) => taskNow(core, entry))
  const runs = [...live.entries.values()].flatMap(({ live: slots }) => slots.map(runNow))
  const standing = slots.copy()
  const line = launcher.copyLine()
  const { shutCondition } = live.options
  // By identity: a task that was removed may still stand in a line, under a name that another task now has.
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
  const toOwn = (entry: TaskEntry): TaskEntry | undefined => own.get(entry)
  twin.parts.slots.adopt(standing, toOwn)
  twin.parts.launcher.adoptLine(line, toOwn)
  if (shutCondition !== undefined) {
    const { node } = toCondition(shutCondition, live.words)
    twin.parts.watches.setShutCondition(new Condition(given.still(node, null)))
  }
  return twin
}

function taskNow(core: Core, entry: TaskEntry): TaskNow {
  const { definition, disabled, zone, relaunchAt, hasForeignChange, endsAtOnce } = entry
  // As its work has it: the twin's own work is of no kind.
  const execution = executionOf(core, entry, undefined)
  return {
    entry,
    definition,
    disabled,
    zone,
    relaunchAt,
    hasForeignChange,
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

/** Whether the start of the session lies behind it: start-up tasks have run, its age counts. */
export function isUnderWay({ state }: Core): boolean {
  return state === 'running' || state === 'held' || state === 'stopping'
}

/** The session's options without what reaches out of it. */
function twinOptions(live: Core, given: SimulationParts): SessionOptions {
  const { inspect, shutCondition, persist, ...options } = live.options
  return { ...options, onError: 'log', handleSignals: false, logger: false, store: recorder(given) }
}

function addTask(twin: Simulation, live: TaskNow, isStarted: boolean, given: SimulationParts): TaskEntry {
  const { name, start, end } = live.definition
  const { args, params, schema, runId, onStartup, onShutdown, ...options } = live.definition.options
  const still = (condition: Condition): Condition => {
    const node = given.still(condition.node, live.entry)
    return node === condition.node ? condition : new Condition(node)
  }
  // A start-up task of a session under way has had its turn; one of the shut-down has it after what is looked at.
  const isOutside = onShutdown === true || (onStartup === true && isStarted)
  const entry = twin.parts.tasks.add({
    name,
    start: isOutside ? new Condition(falseNode) : still(start),
    end: end === null ? null : still(end),
    options: {
      ...options,
      disabled: live.disabled,
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
  entry.relaunchAt = live.relaunchAt
  entry.hasForeignChange = live.hasForeignChange
  entry.endsAtOnce = live.endsAtOnce
  for (const queued of live.queue)
    entry.queue.push({ ...queued, pending: undefined, params: {}, isReady: true })
  return entry
}

/** A run that lives goes on in the twin: begun when it was, ended when it would be. */
function adoptRun({ core, parts, clock }: Simulation, run: RunNow): void {
  const { runId, trigger, execution, dueAt, period } = run
  clock.stand({ wall: run.startedAt, elapsed: run.startedMono })
  const queued = {
    runId,
    trigger,
    execution,
    params: {},
    isReady: true,
    key: undefined,
    pending: undefined,
    value: undefined,
  }
  parts.runs.launch(core.entries.get(run.task)!, queued, { trigger, dueAt, period })
}

/** Takes as long as the work is expected to, and does nothing. */
function stubOf(
  { kind, isExclusive, slots }: Executor,
  { core, clock, ends }: Simulation,
  given: SimulationParts,
): Executor {
  const begin = clock.monotonic()
  return {
    kind,
    isExclusive,
    ...(slots === undefined ? {} : { slots }),
    execute(_work, _args, { task }, settle) {
      const runtimeMs = given.runtimeMs(task)
      const end = (): void => settle({ kind: 'returned', value: undefined })
      // A run that is live already, and has lasted longer than those before it, ends when the play begins.
      const isOver = runtimeMs === 0 || clock.monotonic() + runtimeMs <= begin
      if (!isOver) clock.callAfter(runtimeMs, () => void ends.push(end))
      else if (core.entries.get(task)?.endsAtOnce === true) end()
      else ends.push(end)
      return undefined
    },
  }
}

/** A store that keeps nothing and tells what it was given. */
function recorder(given: SimulationParts): Store {
  return {
    name: 'memory',
    durable: false,
    load: () => [],
    append: (entries) => {
      for (const entry of entries) if (!isNote(entry)) given.onRecord(entry)
    },
    query: () => [],
    notes: () => [],
    prune: () => 0,
    close: () => {},
  }
}

const nothing = (): void => {}
