/** What a session keeps of one task: its definition, its actor, its watch, its queue and its runs. */
import type { Subscription } from 'rxjs'
import type { ActorRefFrom } from 'xstate'
import type { ParamValues, RunTrigger } from '../../../machines/protocol.ts'
import type { runMachine } from '../../../machines/run.machine.ts'
import type { taskMachine } from '../../../machines/task.machine.ts'
import { initialContext, type TaskContext } from '../../../machines/task.setup.ts'
import type { Undo } from '../../clock/clock.ts'
import type { Condition } from '../../conditions/condition.ts'
import type { HeldTimes } from '../../conditions/evaluate/held.ts'
import type { ExecutionHandle } from '../../executors/executor.ts'
import type { Interval } from '../../time/zone/interval.ts'
import { toPhase } from '../actors/state-name.ts'
import type { Work } from '../api/session.ts'
import type { Execution, TaskOptions, TaskUpdate } from '../api/task-options.ts'
import type { RunAbort } from './abort.ts'
import type { PendingRun } from './run-handle.ts'

export type TaskActor = ActorRefFrom<typeof taskMachine>
export type RunActor = ActorRefFrom<typeof runMachine>

/** What a task is: may be changed by `task.update`. */
export interface TaskDefinition {
  readonly name: string
  readonly start: Condition
  readonly end: Condition | null
  readonly work: Work<never, unknown> | unknown
  readonly options: TaskOptions
  /** The template it was made of, and what was given besides. */
  readonly madeOf?: { readonly template: string; readonly given: TaskUpdate }
}

/** A run that waits for its launch. */
export interface QueuedRun {
  readonly runId: string
  params: ParamValues
  /** Its params are checked; one that is not keeps its place in the line. */
  isReady: boolean
  readonly key: string | undefined
  readonly trigger: RunTrigger
  readonly execution: Execution | undefined
  readonly pending: PendingRun | undefined
  /** The value of the stream that asks for it. */
  readonly value: unknown
  /** The period it is to run for, where it is not the one under way. */
  readonly period?: Interval | undefined
}

/** The params of a run that was given none. */
export const noParams: ParamValues = Object.freeze({})

/** One place for a run of a task: its actor is used again and again, since making one costs more than a run. */
export class RunSlot {
  actor!: RunActor
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
  /** How long the run may last. */
  timeoutMs = Number.POSITIVE_INFINITY
  undoTimeout: Undo | null = null
  undoGrace: Undo | null = null
  /** Names of tasks whose runs this run waits for. */
  readonly waitsFor = new Set<string>()
  lives = false

  constructor(readonly entry: TaskEntry) {}
}

/** A task in its session. */
export class TaskEntry {
  #actor: TaskActor | null = null
  #followers: Set<() => void> | undefined
  /** Why it can never start by its condition; null if it can, or if that is unknown. */
  neverHolds: string | null = null
  /** What updates have changed, all together. */
  updated: TaskUpdate | null = null
  watch: Subscription | null = null
  endWatch: Subscription | null = null
  /** The last value reported by the watch of the end condition. */
  endHolds = false
  readonly queue: QueuedRun[] = []
  readonly live: RunSlot[] = []
  /** Slots whose run has ended, to be used again. */
  readonly free: RunSlot[] = []
  /** Its last run ended within its launch: sync work, recorded at once. Others may launch in the same settling. */
  endsAtOnce = false
  /** Resolved when the last living run of a removed task has ended. */
  onEmpty: (() => void)[] = []

  constructor(
    readonly id: string,
    readonly order: number,
    public definition: TaskDefinition,
    public zone: string,
    /** Since when parts of its start have held that must hold for a while. */
    readonly held: HeldTimes,
  ) {}

  get actor(): TaskActor {
    return this.#actor!
  }
  set actor(actor: TaskActor) {
    this.#actor = actor
    this.#changed()
  }

  /** The facts that the task's actor keeps. */
  get facts(): TaskContext {
    if (this.#actor !== null) return this.#actor.getSnapshot().context
    const { id, name, definition } = this
    return initialContext({ id, name, disabled: definition.options.disabled === true })
  }

  /** The start condition holds. */
  get holds(): boolean {
    return this.facts.holds
  }

  get disabled(): boolean {
    return this.facts.disabled
  }

  get isRemoved(): boolean {
    return this.#actor?.getSnapshot().value === 'removed'
  }

  /** The next run waits for its turn and for capacity alone. */
  get isReady(): boolean {
    return toPhase(this.actor.getSnapshot().value) === 'ready'
  }

  /** Calls when the task gets another actor; returns its undo. */
  follow(follower: () => void): () => void {
    this.#followers ??= new Set()
    this.#followers.add(follower)
    return () => this.#followers?.delete(follower)
  }

  #changed(): void {
    if (this.#followers === undefined) return
    for (const follower of [...this.#followers]) follower()
  }

  /** The run by hand whose turn it is, if it may be launched. */
  get nextQueued(): QueuedRun | undefined {
    const first = this.queue[0]
    return first?.isReady === true ? first : undefined
  }

  get hasQueued(): boolean {
    return this.nextQueued !== undefined
  }

  /** Takes the queued run of this id, if its turn has come. */
  takeQueued(runId: string): QueuedRun | undefined {
    return this.nextQueued?.runId === runId ? this.queue.shift() : undefined
  }

  get name(): string {
    return this.definition.name
  }

  get priority(): number {
    return this.definition.options.priority ?? 0
  }
}
