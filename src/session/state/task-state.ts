/** The state of one task in a session: its definition, its actor, its watch, its queue and its runs. */
import type { Subscription } from 'rxjs'
import type { ActorRefFrom } from 'xstate'
import type { ParamValues, RunTrigger } from '../../../machines/protocol.ts'
import type { runMachine } from '../../../machines/run.machine.ts'
import type { taskMachine } from '../../../machines/task.machine.ts'
import { initialContext, type TaskContext } from '../../../machines/task.setup.ts'
import type { Undo } from '../../clock/clock.ts'
import type { Condition } from '../../conditions/condition.ts'
import type { HeldTimes } from '../../conditions/evaluate/held.ts'
import { onEachNodes, type PredicateNode, periodOf } from '../../conditions/node.ts'
import type { ExecutionHandle } from '../../executors/executor.ts'
import type { RunRecord } from '../../log/entry.ts'
import type { Period } from '../../time/period.ts'
import type { Interval } from '../../time/zone/interval.ts'
import type { WorkflowInstance } from '../../workflow/instance.ts'
import type { WorkflowState } from '../../workflow/state.ts'
import { toPhase } from '../actors/state-name.ts'
import type { Work } from '../api/session.ts'
import type { Execution, TaskOptions, TaskUpdate } from '../api/task-options.ts'
import type { RunAbort } from './abort.ts'
import type { PendingRun } from './run-handle.ts'
import { RunList } from './run-list.ts'

export type TaskActor = ActorRefFrom<typeof taskMachine>
export type RunActor = ActorRefFrom<typeof runMachine>

/** The definition of a task, which `task.update` replaces. */
export interface TaskDefinition {
  readonly name: string
  readonly start: Condition
  /** The event streams of the start condition: a launch takes a value of each. */
  readonly streams: readonly PredicateNode[]
  /** The calendar period to which a run by the start condition belongs. */
  readonly period: Period | null
  readonly end: Condition | null
  readonly work: Work<never, unknown> | unknown
  readonly options: TaskOptions
  /** The template from which it was created, and the options that were given then. */
  readonly madeOf?: { readonly template: string; readonly given: TaskUpdate }
}

const noStreams: readonly PredicateNode[] = []

/** The start condition for a definition, with what each launch reads of it. */
export function startOf(start: Condition): Pick<TaskDefinition, 'start' | 'streams' | 'period'> {
  const streams = onEachNodes(start.node)
  return { start, streams: streams.length === 0 ? noStreams : streams, period: periodOf(start.node) }
}

/** A run that waits for its launch. */
export interface QueuedRun {
  readonly runId: string
  params: ParamValues
  /** True once the params are validated. Before that, the run keeps its position in the queue. */
  isReady: boolean
  readonly key: string | undefined
  readonly trigger: RunTrigger
  readonly execution: Execution | undefined
  readonly pending: PendingRun | undefined
  /** The value of the stream that requests the run. */
  readonly value: unknown
  /** The period to run for, if it is not the current one. */
  readonly period?: Interval | undefined
}

/** The params of runs without params. */
export const noParams: ParamValues = Object.freeze({})

/** A reusable place for a run of a task: its actor serves many runs, since the creation of an actor costs more than a run. */
export class RunSlot {
  /** The number of its runs so far, which identifies the present one: the ids of runs may repeat themselves. */
  count = 0
  runId = ''
  startedAt = 0
  startedMono = 0
  trigger: RunTrigger = 'condition'
  dueAt: number | null = null
  period: Interval | null = null
  params: ParamValues = {}
  value: unknown = undefined
  pending: PendingRun | undefined
  execution: Execution = 'async'
  abort: RunAbort | null = null
  handle: ExecutionHandle | undefined
  /** The workflow of the run; null for other work, and before the work begins. */
  workflow: WorkflowInstance | null = null
  /** The run that continues; null for a new one. */
  resumed: { readonly record: RunRecord; readonly state: WorkflowState | undefined } | null = null
  /** The maximum duration of the run, ms. */
  timeoutMs = Number.POSITIVE_INFINITY
  undoTimeout: Undo | null = null
  undoGrace: Undo | null = null
  /** The names of tasks for whose runs this run waits. */
  readonly waitsFor = new Set<string>()
  lives = false

  constructor(
    readonly entry: TaskEntry,
    readonly actor: RunActor,
  ) {}

  get key(): string | undefined {
    return this.pending?.key
  }
}

/** A task in its session. */
export class TaskEntry {
  #actor: TaskActor | null = null
  #followers: Set<() => void> | undefined
  /** The reason why its condition can never hold; null if it can, or if that is unknown. */
  neverHolds: string | null = null
  /** All changes by updates. */
  updated: TaskUpdate | null = null
  watch: Subscription | null = null
  endWatch: Subscription | null = null
  /** The last value reported by the watch of the end condition. */
  endHolds = false
  readonly queue = new RunList<QueuedRun>()
  readonly live = new RunList<RunSlot>()
  /** Places whose run has ended, for reuse. */
  readonly free: RunSlot[] = []
  /** True if the last run ended within its launch, since its work and its record are synchronous. */
  endsAtOnce = false
  /** Callbacks for the end of the last live run of a removed task. */
  onEmpty: (() => void)[] = []
  /** Constant, unlike the rest of the definition. */
  readonly name: string

  constructor(
    readonly id: string,
    readonly order: number,
    public definition: TaskDefinition,
    public zone: string,
    /** The instants from which `held` parts of the start condition hold. */
    readonly held: HeldTimes,
  ) {
    this.name = definition.name
  }

  get actor(): TaskActor {
    return this.#actor!
  }
  set actor(actor: TaskActor) {
    this.#actor = actor
    this.#changed()
  }

  /** The facts in the context of the task's actor. */
  get facts(): TaskContext {
    if (this.#actor !== null) return this.#actor.getSnapshot().context
    const { id, name, definition } = this
    return initialContext({ id, name, disabled: definition.options.disabled === true })
  }

  /** True if the start condition holds. */
  get holds(): boolean {
    return this.facts.holds
  }

  get disabled(): boolean {
    return this.facts.disabled
  }

  get isRemoved(): boolean {
    return this.#actor?.getSnapshot().value === 'removed'
  }

  /** True if the next run waits only for its turn and for capacity. */
  get isReady(): boolean {
    return toPhase(this.actor.getSnapshot().value) === 'ready'
  }

  /** Calls back when the task gets another actor. Returns a function that ends this. */
  follow(follower: () => void): () => void {
    this.#followers ??= new Set()
    this.#followers.add(follower)
    return () => this.#followers?.delete(follower)
  }

  #changed(): void {
    if (this.#followers === undefined) return
    for (const follower of [...this.#followers]) follower()
  }

  /** The first run in the queue, if it may be launched. */
  get nextQueued(): QueuedRun | undefined {
    const { first } = this.queue
    return first?.isReady === true ? first : undefined
  }

  get hasQueued(): boolean {
    return this.nextQueued !== undefined
  }

  /** Removes the queued run with this id and returns it, if it is the first and may be launched. */
  takeQueued(runId: string): QueuedRun | undefined {
    return this.nextQueued?.runId === runId ? this.queue.shift() : undefined
  }

  /** The step of the session that launches the task instead of its condition; null if there is none. */
  get role(): 'startup' | 'shutdown' | null {
    const { onStartup, onShutdown } = this.definition.options
    if (onStartup === true) return 'startup'
    return onShutdown === true ? 'shutdown' : null
  }

  get priority(): number {
    return this.definition.options.priority ?? 0
  }
}
