/** The workflows of live runs: their begin, the events that they receive, and their suspension. */
import type { EventObject } from 'xstate'
import type { RunContext, Settlement } from '../../../machines/run.machine.ts'
import type { Clock } from '../../clock/clock.ts'
import { CommandRefusedError } from '../../errors/errors.ts'
import { WorkflowInstance } from '../../workflow/instance.ts'
import { isMachine, isWorkflow, type Workflow } from '../../workflow/workflow.ts'
import { tell } from '../actors/guarded-actor.ts'
import type { Received } from '../actors/received.ts'
import type { Run } from '../api/session.ts'
import type { ConditionChanges } from '../events/condition-changes.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { Registry } from '../state/registry.ts'
import type { Answerable, Requests } from '../state/requests.ts'
import type { RunLog } from '../state/run-log.ts'
import type { RunSlot, TaskEntry } from '../state/task-state.ts'
import { WorkflowNotes } from './workflow-notes.ts'

export interface WorkflowRunsDeps {
  readonly clock: Clock
  readonly reporter: Reporter
  readonly registry: Registry
  readonly runLog: RunLog
  readonly requests: Requests
  readonly changes: ConditionChanges
}

/** The state of a run for a refused event. */
const endedState = 'ended'

export class WorkflowRuns {
  readonly #deps: WorkflowRunsDeps
  /** The answers that a command to several runs waits for, by its request id. */
  readonly #answers = new Map<string, Answers>()

  constructor(deps: WorkflowRunsDeps) {
    this.#deps = deps
  }

  /** Begins the workflow of a run, or continues it in its stored state. */
  begin(
    slot: RunSlot,
    workflow: Workflow,
    view: Run,
    args: Readonly<Record<string, unknown>>,
    settle: (settlement: Settlement) => void,
  ): void {
    const instance = instanceOf(this.#deps, slot, view, settle, workflow)
    slot.workflow = instance
    const state = slot.resumed?.state
    try {
      const problem = instance.begin(
        state === undefined ? { input: inputOf(workflow, args, view) } : { state },
      )
      if (problem === null) {
        if (state !== undefined) this.#deps.changes.taskChanged(slot.entry.name, slot.entry.name)
        return
      }
      slot.workflow = null
      settle({ kind: 'lost', reason: `The workflow cannot continue, as ${problem}` })
    } catch (error) {
      settle({ kind: 'threw', error })
    }
  }

  /** True if a shut-down suspends the run, which then continues at the next start. */
  suspends({ entry, workflow }: RunSlot): boolean {
    return workflow !== null && isResumable(this.#deps.runLog, entry)
  }

  /** The effect `suspendWork`: stores the state, and reports to the run's actor. */
  suspend(slot: RunSlot): void {
    const { clock, reporter } = this.#deps
    const { actor, workflow, entry } = slot
    const done = (): void => tell(actor, { type: 'run.suspended' })
    const kept = (workflow?.suspend() ?? Promise.resolve()).then(done, (error) => {
      reporter.fail('log', `The state of a workflow of task '${entry.name}' could not be stored.`, {
        task: entry.name,
        error,
      })
      done()
    })
    clock.busy?.(kept)
    // After the state is taken: what a step does upon the abort must not change it.
    slot.abort?.abort(
      new DOMException(`Run ${slot.runId} of task '${entry.name}' was cancelled: shut-down.`, 'AbortError'),
    )
  }

  /** The effect of `run.send` in the task machine: passes the event to one live run, or to all. */
  readonly send = ({ context, event }: Received<'run.send'>): void => {
    const { registry, requests } = this.#deps
    const entry = registry.byId.get(context.id)
    if (entry === undefined) return
    const { request } = event
    const sent = { ...event, ...requests.of(event as Answerable)?.live }.event as unknown as EventObject
    const slots = event.runId === undefined ? [...entry.live] : entry.live.allWithId(event.runId)
    if (slots.length === 0) return requests.refuse(event as Answerable, noRun(entry, event.runId))
    if (request !== undefined) this.#answers.set(request, new Answers(slots.length))
    for (const slot of slots)
      tell(slot.actor, { type: 'run.sent', event: sent, ...(request === undefined ? {} : { request }) })
    // Runs that are starting keep the event until their work begins.
    const answers = request === undefined ? undefined : this.#answers.get(request)
    if (answers !== undefined) requests.postpone(event as Answerable, () => {})
  }

  /** The effects `deliver` and, for events that waited, `beginWork`. */
  deliver(slot: RunSlot, event: EventObject, request: string | undefined): void {
    const { workflow, entry } = slot
    if (workflow === null)
      return this.#answer(request, {
        error: new CommandRefusedError(
          'run.send',
          'running',
          [],
          `Cannot send '${event.type}' to a run of task '${entry.name}' as its work must be a workflow: only actor logic takes events.`,
        ),
      })
    const delivery = workflow.deliver(event)
    if (!delivery.isAccepted)
      return this.#answer(request, { error: refused(entry, event, delivery.state, delivery.accepts) })
    workflow.answer(() => this.#answer(request, { value: delivery.isCertain ? 'accepted' : 'taken' }))
  }

  /** The effect `refuseEvent`. */
  refuse(slot: RunSlot, context: RunContext, event: EventObject, request: string | undefined): void {
    const state = context.outcome === null ? 'stopping' : endedState
    this.#answer(request, { error: refused(slot.entry, event, state, []) })
  }

  /** Refuses the events that waited for work which does not begin. */
  refuseInbox(slot: RunSlot, context: RunContext): void {
    for (const { event, request } of context.inbox) this.refuse(slot, context, event, request)
  }

  #answer(request: string | undefined, answer: Answer): void {
    if (request === undefined) return
    const answers = this.#answers.get(request)
    if (answers === undefined || !answers.add(answer)) return
    this.#answers.delete(request)
    const { value, error } = answers.result
    if (error === undefined) this.#deps.requests.accept({ request }, value)
    else this.#deps.requests.refuse({ request }, error)
  }
}

interface Answer {
  readonly value?: 'accepted' | 'taken'
  readonly error?: unknown
}

/** The answers of the runs that a command was sent to. */
class Answers {
  #missing: number
  #value: Answer['value']
  #error: unknown

  constructor(count: number) {
    this.#missing = count
  }

  /** Adds an answer; true if it is the last. */
  add({ value, error }: Answer): boolean {
    if (value !== undefined) this.#value = this.#value === 'taken' ? 'taken' : value
    else this.#error ??= error
    return --this.#missing === 0
  }

  /** One run that takes the event is sufficient. */
  get result(): Answer {
    return this.#value === undefined ? { error: this.#error } : { value: this.#value }
  }
}

/** True if the runs of a task continue in a later process or start of the session. */
export function isResumable({ current }: RunLog, { definition }: TaskEntry): boolean {
  const { work, options } = definition
  if (!isWorkflow(work) || !current.store.durable) return false
  return options.onCrash === undefined ? isMachine(work.logic) : options.onCrash === 'resume'
}

function instanceOf(
  deps: WorkflowRunsDeps,
  slot: RunSlot,
  view: Run,
  settle: (settlement: Settlement) => void,
  workflow: Workflow,
): WorkflowInstance {
  const { clock, changes, runLog } = deps
  const { entry, runId, actor } = slot
  const notes = new WorkflowNotes(deps, { task: entry.name, runId })
  return new WorkflowInstance(workflow, {
    clock,
    parent: actor,
    run: view,
    settle,
    ...(runLog.current.store.durable ? { keep: (state) => notes.keep(state) } : {}),
    onStep: (step) => notes.add(step),
    onState: () => changes.taskChanged(entry.name, entry.name),
  })
}

function inputOf({ input }: Workflow, args: Readonly<Record<string, unknown>>, view: Run): unknown {
  return input === undefined ? args : input({ args, run: view })
}

function noRun({ name }: TaskEntry, runId: string | undefined): CommandRefusedError {
  const what = runId === undefined ? 'a run must be live' : `run '${runId}' must be live`
  return new CommandRefusedError(
    'run.send',
    endedState,
    [],
    `Cannot send an event to task '${name}' as ${what}.`,
  )
}

function refused(
  { name }: TaskEntry,
  { type }: EventObject,
  state: string,
  accepts: readonly string[],
): CommandRefusedError {
  const list = accepts.length === 0 ? 'no event' : accepts.map((each) => `'${each}'`).join(', ')
  return new CommandRefusedError(
    'run.send',
    state,
    accepts,
    `Cannot send '${type}' to a run of task '${name}' as its state must accept the event: state '${state}' accepts ${list}.`,
  )
}
