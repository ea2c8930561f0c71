/** A running workflow: its actor, its records, and the events from outside. */
import type { AnyActorRef, AnyMachineSnapshot, EventObject, Snapshot, StateValue } from 'xstate'
import type { Settlement } from '../../machines/run.machine.ts'
import type { Clock } from '../clock/clock.ts'
import { toErrorData } from '../errors/error-data.ts'
import { isInaction } from '../executors/inaction.ts'
import type { IsolatedRun } from '../executors/run-facts.ts'
import { Recorder } from './recorder.ts'
import { own, type RunOwner, type WorkflowStep } from './run-of.ts'
import { actorAt, pathOf, toStoredState, type WorkflowState } from './state.ts'
import { printState, sinceOf, type Transition } from './steps.ts'
import { isMachine, versionOf, type Workflow } from './workflow.ts'
import { startUnlessStopped, WorkflowActor } from './workflow-actor.ts'
import { WorkflowSystem } from './workflow-system.ts'

/** The parts of a session that a workflow uses. */
export interface WorkflowPorts {
  readonly clock: Clock
  /** The actor of the run. */
  readonly parent: AnyActorRef
  readonly run: IsolatedRun
  /** Reports the result, once. */
  readonly settle: (settlement: Settlement) => void
  /** Stores a state durably; absent if the log is not durable. */
  readonly keep?: (state: WorkflowState) => void | Promise<void>
  /** Receives each step of the machine. */
  readonly onStep?: (step: Transition) => void
  /** Called when the set of active states has changed. */
  readonly onState?: () => void
}

/** The beginning of a workflow: its input, or the state in which it continues. */
export type WorkflowBeginning = { readonly input: unknown } | { readonly state: WorkflowState }

/** The answer to an event from outside. */
export type Delivery =
  /** `isCertain`: the machine was at rest, and its state accepts the event. */
  | { readonly isAccepted: true; readonly isCertain: boolean }
  | { readonly isAccepted: false; readonly state: string; readonly accepts: readonly string[] }

const noTimes: Readonly<Record<string, number>> = {}

export class WorkflowInstance implements RunOwner {
  readonly run: IsolatedRun
  readonly #workflow: Workflow
  readonly #ports: WorkflowPorts
  readonly #recorder: Recorder | null
  #actor: WorkflowActor | undefined
  #system: WorkflowSystem | undefined
  #attempts: Record<string, number> | undefined
  #since = noTimes
  #steppedAt: number
  #last: Snapshot<unknown> | undefined
  #isRestoring = false
  #isOver = false

  constructor(workflow: Workflow, ports: WorkflowPorts) {
    this.#workflow = workflow
    this.#ports = ports
    this.run = ports.run
    this.#steppedAt = ports.clock.now()
    this.#recorder =
      ports.keep === undefined
        ? null
        : new Recorder(
            () => this.#keep(),
            (error) => this.#fail(error),
          )
  }

  /** Creates and starts the actor. Returns the reason why a stored state cannot be restored, if so. */
  begin(given: WorkflowBeginning): string | null {
    if ('input' in given) this.#create({ input: given.input })
    else {
      const problem = this.#restore(given.state)
      if (problem !== null) return problem
    }
    const actor = this.#actor!
    actor.subscribe({ error: (error) => this.#fail(error), complete: () => this.#complete() })
    this.#recorder?.touch()
    actor.start()
    if ('state' in given && !this.#isOver)
      this.#system!.scheduler.restore(given.state.delays ?? [], (path) => actorAt(path, actor))
    return null
  }

  /** The actor of the workflow. */
  get actor(): AnyActorRef {
    return this.#actor!
  }

  get isMachine(): boolean {
    return isMachine(this.#workflow.logic)
  }

  /** The state value of the machine; null for other logic. */
  get value(): StateValue | null {
    return this.#machineSnapshot?.value ?? null
  }

  /** Since when each active state is active, by its path, epoch ms. */
  get since(): Readonly<Record<string, number>> {
    return this.#since
  }

  /** The types of the events that the present state has transitions for. */
  get accepts(): readonly string[] {
    const nodes = this.#machineSnapshot?._nodes ?? []
    const types = nodes.flatMap(({ ownEvents }) => ownEvents as readonly string[])
    return [...new Set(types)].filter((type) => type !== '' && !type.startsWith('xstate.'))
  }

  get #machineSnapshot(): AnyMachineSnapshot | null {
    return this.#actor !== undefined && this.isMachine
      ? (this.#actor.getSnapshot() as unknown as AnyMachineSnapshot)
      : null
  }

  /**
   * Delivers an event from outside. A machine at rest refuses what its state does not accept; other logic, and a machine within a
   * step, takes it in order.
   */
  deliver(event: EventObject): Delivery {
    const actor = this.#actor!
    const snapshot = this.#machineSnapshot
    const isAtRest = snapshot !== null && !actor.isWithinStep
    if (
      this.#isOver ||
      actor.getSnapshot().status !== 'active' ||
      (isAtRest && !snapshot.can(event as never))
    )
      return {
        isAccepted: false,
        state: this.#isOver || snapshot === null ? 'ended' : printState(snapshot.value),
        accepts: this.accepts,
      }
    actor.send(event)
    return { isAccepted: true, isCertain: isAtRest }
  }

  /** Answers an event once its effects are durable. Without a durable log, at once. */
  answer(call: () => void): void {
    if (this.#recorder === null) call()
    else this.#recorder.answer(call)
  }

  /** Answers all events: the end of the run is durable. */
  answerAll(): void {
    this.#recorder?.answerAll()
  }

  /** Ends the workflow: its run is being terminated. */
  abort(reason: unknown): void {
    this.#settle({ kind: 'threw', error: reason })
  }

  /** Ends the workflow without a result. */
  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#recorder?.close()
    this.#actor?.end()
    this.#system?.scheduler.clear()
  }

  /** Ends the actor, and keeps the state in which the workflow continues later. Resolves when it is durable. */
  async suspend(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    const kept = this.#recorder?.flush()
    this.#actor?.end()
    this.#system?.scheduler.clear()
    await kept
  }

  created(actor: AnyActorRef): void {
    own(actor, this)
    if (actor._parent === this.#ports.parent) return
    if (!this.#isRestoring) {
      const id = this.#idOf(actor)
      this.#attempts ??= {}
      this.#attempts[id] = (this.#attempts[id] ?? 0) + 1
    }
    if (this.#recorder !== null && hasEffects(actor)) this.#startWhenKept(actor, this.#recorder)
  }

  stepped(actor: AnyActorRef, event: EventObject): void {
    if (this.#isOver) return
    if (actor === (this.#actor as AnyActorRef | undefined)) {
      const snapshot = actor.getSnapshot() as Snapshot<unknown>
      if (snapshot === this.#last) return
      this.#noteStep(snapshot, event)
    }
    this.#recorder?.touch()
  }

  stepOf(actor: AnyActorRef): WorkflowStep {
    const id = this.#idOf(actor)
    const attempt = this.#attempts?.[id] ?? 1
    return { id, attempt, key: `${this.run.id}/${id}#${attempt}` }
  }

  #idOf(actor: AnyActorRef): string {
    // From the run's actor: the root of the workflow is not set yet while it creates its first children.
    return (pathOf(actor, this.#ports.parent) ?? []).slice(1).join('/')
  }

  /** Delays the start of an actor with effects until the state that created it is durable. */
  #startWhenKept(actor: AnyActorRef, recorder: Recorder): void {
    const start = actor.start.bind(actor)
    let isAsked = false
    actor.start = () => {
      if (!isAsked) {
        isAsked = true
        // XState starts actors before it announces the snapshot that created them: without this, the recorder may be at rest.
        recorder.touch()
        recorder.afterwards(() => startUnlessStopped(actor, start))
      }
      return actor
    }
  }

  #create(given: { readonly input: unknown } | { readonly snapshot: Snapshot<unknown> }): void {
    const { logic } = this.#workflow
    this.#actor = WorkflowActor.create(logic, {
      parent: this.#ports.parent,
      id: isMachine(logic) ? logic.id : 'workflow',
      ...given,
      systemIn: (base) => {
        this.#system = new WorkflowSystem(base, this.#ports.clock, this)
        return this.#system
      },
    })
  }

  /** Creates the actor in a stored state; returns the reason why that is impossible. */
  #restore(state: WorkflowState): string | null {
    const { migrate } = this.#workflow
    const version = versionOf(this.#workflow)
    this.#attempts = { ...state.attempts }
    this.#since = { ...state.since }
    this.#isRestoring = true
    try {
      if (state.version === version) {
        const problem = this.#tryRestore(state.snapshot)
        if (problem === null || migrate === undefined) return problem
      } else if (migrate === undefined)
        return `its state is of version ${state.version ?? 'none'}, and the workflow is of version ${version ?? 'none'}: give workflow() the option 'migrate'`
      return this.#tryRestore(migrate(structuredClone(state.snapshot), state.version))
    } catch (error) {
      return `'migrate' threw: ${toErrorData(error).message}`
    } finally {
      this.#isRestoring = false
    }
  }

  #tryRestore(snapshot: Snapshot<unknown>): string | null {
    // XState changes the context in place while it restores it.
    this.#create({ snapshot: structuredClone(snapshot) })
    const restored = this.#actor!.getSnapshot()
    this.#last = restored
    return restored.status === 'error'
      ? `its state does not fit the workflow: ${toErrorData(restored.error).message}`
      : null
  }

  #noteStep(snapshot: Snapshot<unknown>, event: EventObject): void {
    const before = this.#last as AnyMachineSnapshot | undefined
    this.#last = snapshot
    if (!this.isMachine) return
    const { value, context } = snapshot as unknown as AnyMachineSnapshot
    const at = this.#ports.clock.now()
    const hasMoved = before === undefined || before.value !== value
    if (hasMoved) this.#since = sinceOf(value, this.#since, at)
    this.#ports.onStep?.({
      at,
      event,
      from: before?.value ?? null,
      to: value,
      ms: at - this.#steppedAt,
      context,
    })
    this.#steppedAt = at
    if (hasMoved) this.#ports.onState?.()
  }

  #keep(): void | Promise<void> {
    const actor = this.#actor!
    // A workflow that has ended is recorded by the end of its run.
    if (actor.getSnapshot().status !== 'active') return
    const version = versionOf(this.#workflow)
    const delays = this.#system!.scheduler.toData((each) => pathOf(each, actor))
    const stored = toStoredState({
      ...(version === undefined ? {} : { version }),
      snapshot: actor.getPersistedSnapshot(),
      ...(delays.length === 0 ? {} : { delays }),
      ...(this.#attempts === undefined ? {} : { attempts: this.#attempts }),
      ...(this.#since === noTimes ? {} : { since: this.#since }),
    })
    if (!stored.kept)
      throw new TypeError(
        `Cannot store the state of a workflow of task '${this.run.task.name}' as it must be data: ${stored.why}. Over a durable store, input and context must be JSON.`,
      )
    return this.#ports.keep!(stored.state)
  }

  #complete(): void {
    const { status, output } = this.#actor!.getSnapshot()
    if (this.#isOver || status !== 'done') return
    const tags = this.#machineSnapshot?.tags
    const isSkipped = isInaction(output)
    if (isSkipped || tags?.has('inaction') === true) {
      const reason = isSkipped ? output.reason : typeof output === 'string' ? output : undefined
      return this.#settle({ kind: 'inaction', ...(reason === undefined ? {} : { reason }) })
    }
    this.#settle({ kind: 'returned', value: output })
  }

  #fail(error: unknown): void {
    if (isInaction(error))
      this.#settle({ kind: 'inaction', ...(error.reason === undefined ? {} : { reason: error.reason }) })
    else this.#settle({ kind: 'threw', error })
  }

  #settle(settlement: Settlement): void {
    if (this.#isOver) return
    this.end()
    this.#ports.settle(settlement)
  }
}

/** True for an actor that acts when it is started. Machines and transition functions act by events only. */
function hasEffects({ logic }: AnyActorRef & { readonly logic?: unknown }): boolean {
  return typeof (logic as { readonly start?: unknown }).start === 'function' && !isMachine(logic as never)
}
