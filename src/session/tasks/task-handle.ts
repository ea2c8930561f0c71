/** The handle of a task: a thin layer over commands, the log's index and the entry. */

import type { DateTime } from 'luxon'
import type { Observable } from 'rxjs'
import type { AnyActorRef, EventObject } from 'xstate'
import type { Command, CommandEvent } from '../../../machines/commands.ts'
import type { Action, ParamValues } from '../../../machines/protocol.ts'
import type { Condition } from '../../conditions/condition.ts'
import type { WaitedFor } from '../../conditions/explain/waits-for.ts'
import { atDoor } from '../../errors/at-door.ts'
import type { RunRecord } from '../../log/entry.ts'
import type { LogQuery } from '../../log/query.ts'
import { type Instant, toDateTime } from '../../time/zone/zone.ts'
import { checkOptions } from '../../values/check-options.ts'
import type { WorkflowInstance } from '../../workflow/instance.ts'
import { printState } from '../../workflow/steps.ts'
import { toTaskState } from '../actors/state-name.ts'
import type { PastExplanation, TaskExplanation } from '../api/explanation.ts'
import type { RunHandle, SentAs, Task, TaskJson, TaskState, WorkflowView } from '../api/task.ts'
import type { Execution, TaskUpdate } from '../api/task-options.ts'
import type { Configuration } from '../options/configuration.ts'
import { toTimeout } from '../options/durations.ts'
import { aCount, aString } from '../options/validators.ts'
import type { Reporter } from '../reports/reporter.ts'
import { executionOf } from '../runs/capacity.ts'
import type { HandleOf } from '../state/ports.ts'
import type { ReadonlyReturns } from '../state/returns.ts'
import type { PendingRun } from '../state/run-handle.ts'
import type { RunLog } from '../state/run-log.ts'
import type { TaskEntry } from '../state/task-state.ts'
import { holdsOf$, stateOf$ } from '../watching/task-streams.ts'

/** The parts that the handles of a session use. */
export interface TaskHandleDeps {
  readonly configuration: Configuration
  readonly reporter: Reporter
  readonly runLog: RunLog
  readonly returns: ReadonlyReturns
  readonly sender: CommandSender
  readonly explanations: Explanations
  readonly past: { explain(name: string, instant: Instant): Promise<PastExplanation> }
  /** Sends a prepared command to the session's actor. */
  readonly post: (event: CommandEvent) => void
}

/** The functions that send the commands of handles. */
interface CommandSender {
  send(command: Command): unknown
  prepareRun(
    entry: TaskEntry,
    params: ParamValues | undefined,
    given: { readonly key?: string | undefined },
  ): { readonly event: CommandEvent; readonly pending: PendingRun }
  backfill(entry: TaskEntry, from: Instant, to: Instant): RunHandle[]
  sendEvent(entry: TaskEntry, event: unknown, runId?: string): Promise<SentAs>
}

/** The functions that explain and predict launches. */
interface Explanations {
  explain(entry: TaskEntry): TaskExplanation
  nextRuns(entry: TaskEntry, n: number): number[]
  isDue(entry: TaskEntry): boolean
  waitsFor(entry: TaskEntry): readonly WaitedFor[]
}

/** Creates the function that returns the handle of a task, always the same one. */
export function createHandles(deps: TaskHandleDeps): HandleOf {
  const handles = new WeakMap<TaskEntry, TaskHandle>()
  return (entry) => {
    let handle = handles.get(entry)
    if (handle === undefined) handles.set(entry, (handle = new TaskHandle(deps, entry)))
    return handle
  }
}

class TaskHandle implements Task {
  readonly #deps: TaskHandleDeps
  readonly #entry: TaskEntry

  constructor(deps: TaskHandleDeps, entry: TaskEntry) {
    this.#deps = deps
    this.#entry = entry
  }

  get name(): string {
    return this.#entry.name
  }

  get description(): string | undefined {
    return this.#entry.definition.options.description
  }

  get status(): Action | null {
    return this.#deps.runLog.current.index.status(this.name)
  }

  get isRunning(): boolean {
    return this.#entry.live.length > 0 || this.#entry.queue.length > 0
  }

  get isDue(): boolean {
    return this.#deps.explanations.isDue(this.#entry)
  }

  get disabled(): boolean {
    return this.#entry.disabled
  }

  get priority(): number {
    return this.#entry.priority
  }

  get execution(): Execution {
    return executionOf(this.#deps.configuration, this.#entry, undefined)
  }

  get start(): Condition {
    return this.#entry.definition.start
  }

  get runs(): readonly {
    readonly id: string
    readonly startedAt: DateTime
    readonly progress: number | null
    readonly message: string | null
    readonly lines: readonly string[]
    readonly workflow: WorkflowView | null
  }[] {
    return this.#entry.live.map((slot) => {
      const { progress, message, lines } = slot.actor.getSnapshot().context
      return {
        id: slot.runId,
        startedAt: toDateTime(slot.startedAt, this.#entry.zone),
        progress,
        message,
        lines,
        workflow: slot.workflow === null ? null : viewOf(slot.workflow),
      }
    })
  }

  get lastRun(): DateTime | null {
    return this.#last('run')
  }
  get lastSuccess(): DateTime | null {
    return this.#last('success')
  }
  get lastFail(): DateTime | null {
    return this.#last('fail')
  }
  get lastTerminate(): DateTime | null {
    return this.#last('terminate')
  }
  get lastInaction(): DateTime | null {
    return this.#last('inaction')
  }
  get lastCrash(): DateTime | null {
    return this.#last('crash')
  }

  get lastValue(): unknown {
    return this.#deps.returns.get(this.name)
  }

  get actor(): AnyActorRef {
    return this.#entry.actor
  }

  get state(): TaskState | 'removed' {
    return toTaskState(this.#entry.actor.getSnapshot().value)
  }

  get state$(): Observable<TaskState> {
    return stateOf$(this.#deps.reporter, this.#entry)
  }

  get holds$(): Observable<boolean> {
    return holdsOf$(this.#deps.reporter, this.#entry)
  }

  run(params?: ParamValues, options?: { readonly key?: string }): RunHandle {
    if (options !== undefined) {
      checkOptions(options, ['key'], 'options of task.run()')
      if (options.key !== undefined) aString(options.key, 'key')
    }
    const { event, pending } = this.#deps.sender.prepareRun(this.#entry, params, options ?? {})
    this.#deps.post(event)
    return pending.handle
  }

  async send(event: EventObject, runId?: string): Promise<SentAs> {
    return await this.#deps.sender.sendEvent(this.#entry, event, runId)
  }

  backfill({ from, to }: { readonly from: Instant; readonly to: Instant }): RunHandle[] {
    return this.#deps.sender.backfill(this.#entry, from, to)
  }

  terminate(runId?: string): void {
    this.#deps.sender.send({
      type: 'task.terminate',
      task: this.name,
      ...(runId === undefined ? {} : { runId }),
    })
  }

  disable(): void {
    this.#deps.sender.send({ type: 'task.disable', task: this.name })
  }

  enable(): void {
    this.#deps.sender.send({ type: 'task.enable', task: this.name })
  }

  update(options: TaskUpdate): void {
    const send = (): unknown =>
      this.#deps.sender.send({ type: 'task.update', task: this.name, options: { ...options } })
    atDoor(this.update, send, `Cannot update task '${this.name}'`)
  }

  explain(): TaskExplanation {
    return this.#deps.explanations.explain(this.#entry)
  }

  explainAt(instant: Instant): Promise<PastExplanation> {
    return this.#deps.past.explain(this.name, instant)
  }

  nextRuns(n = 1): DateTime[] {
    aCount(0)(n, 'n')
    return this.#deps.explanations.nextRuns(this.#entry, n).map((at) => toDateTime(at, this.#entry.zone))
  }

  waitsFor(): readonly WaitedFor[] {
    return this.#deps.explanations.waitsFor(this.#entry)
  }

  get log(): { query(query?: Omit<LogQuery, 'task'>): Promise<readonly RunRecord[]> } {
    return { query: async (query = {}) => this.#deps.runLog.current.query({ ...query, task: this.name }) }
  }

  toJSON(): TaskJson {
    const { options, end, start } = this.#entry.definition
    const timeoutMs =
      options.timeout === undefined
        ? this.#deps.configuration.settings.timeoutMs
        : toTimeout(options.timeout, 'timeout')
    return {
      name: this.name,
      ...(options.description === undefined ? {} : { description: options.description }),
      start: String(start),
      ...(end === null ? {} : { end: String(end) }),
      priority: this.priority,
      disabled: this.disabled,
      execution: this.execution,
      timeoutMs: Number.isFinite(timeoutMs) ? timeoutMs : null,
      status: this.status,
      state: this.state,
      isRunning: this.isRunning,
      lastRun: this.lastRun?.toISO() ?? null,
      lastSuccess: this.lastSuccess?.toISO() ?? null,
      lastFail: this.lastFail?.toISO() ?? null,
      lastTerminate: this.lastTerminate?.toISO() ?? null,
      lastInaction: this.lastInaction?.toISO() ?? null,
      lastCrash: this.lastCrash?.toISO() ?? null,
    }
  }

  #last(action: Action): DateTime | null {
    const record = this.#deps.runLog.current.index.lastOf(this.name, action)
    return record === null ? null : toDateTime(record.at, this.#entry.zone)
  }
}

function viewOf({ actor, accepts, since, value }: WorkflowInstance): WorkflowView {
  return { state: value === null ? null : printState(value), value, since, accepts, actor }
}
