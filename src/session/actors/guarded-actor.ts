/**
 * The actors of a session, which other code can access.
 *
 * Any code with a reference can send anything to an actor: a value that is not an event breaks XState's mailbox permanently,
 * `xstate.stop` ends an actor without the session, and an internal event falsifies facts. `send` of these actors therefore accepts
 * only commands, and the session itself sends events with {@link tell}.
 */
import {
  Actor,
  type ActorOptions,
  type AnyActorRef,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type EventObject,
} from 'xstate'
import { withEffectsAfterStep } from './deferred-effects.ts'

/** Decides on events from outside, for all actors of one machine. */
export interface Door {
  /** Carries out a command from outside. Throws a `TypeError` for other events. */
  take(actor: AnyActorRef, event: unknown): void
  /** The error for an attempt to stop an actor from outside. */
  refuseStop(actor: AnyActorRef): Error
  /** The event that notifies an actor of a failed child; null if it has no children. */
  childFailed(actorId: string): EventObject | null
  /** Handles the failure of a child of an actor that no longer accepts events. */
  orphanFailed(actor: AnyActorRef, actorId: string): void
  /** The number of inspectors that are being notified, nested. */
  readonly inspection: { readonly depth: number }
  /** Calls back in the next turn of the event loop. */
  defer(call: () => void): void
  /** The session's commands in transit. */
  readonly requests: Requests
}

/** The part of a session's requests that a door uses. */
interface Requests {
  /** True for an event that the session itself has prepared. */
  isPrepared(event: unknown): boolean
  /** Keeps a prepared event unanswered until the returned function is called. */
  postpone(event: unknown, call: () => void): () => void
  /** Notes that an actor begins a step. */
  enter(): void
  /** Notes that an actor ends a step. */
  leave(): void
}

const doors = new WeakMap<object, Door>()

/** Prepares a machine for {@link GuardedActor}: with its door, and with its effects after its steps. */
export function guardedLogic<M extends AnyStateMachine>(machine: M, door: Door): M {
  const logic = withEffectsAfterStep(machine)
  doors.set(logic, door)
  return logic
}

type Send = (this: object, event: EventObject) => void

/**
 * Sends an event as the session itself. Assigned within the class, so that code with a reference to an actor cannot reach it.
 */
// biome-ignore lint/suspicious/noExplicitAny: the actor decides on its events.
export let tell: <A extends { send(event: any): void }>(actor: A, event: Parameters<A['send']>[0]) => void

/** An actor that accepts commands from outside, and other events only from {@link tell}. */
export class GuardedActor<M extends AnyStateMachine> extends Actor<M> {
  /** The session's event in transit. */
  #told: EventObject | undefined
  #hasStarted = false
  readonly #door: Door

  static {
    tell = (actor, event) => (actor as unknown as GuardedActor<AnyStateMachine>).#tell(event)
  }

  // Not in XState's types: the method through which every event passes, from any sender.
  static readonly #enqueue = (Actor.prototype as unknown as { _send: Send })._send

  constructor(logic: M, options: ActorOptions<M>) {
    super(logic, options)
    this.#door = doors.get(logic)!
  }

  /** Accepts a command. Throws a `TypeError` for other events. */
  override send(event: Parameters<Actor<M>['send']>[0]): void {
    this.#door.take(this, event)
  }

  /** Always throws: an actor ends only with its session, task or run. */
  override stop(): never {
    throw this.#door.refuseStop(this)
  }

  /** Starts the actor once; an actor that has ended does not start again. */
  override start(): this {
    if (this.#hasStarted) return this
    this.#hasStarted = true
    return super.start()
  }

  /** Receives events from XState: those of the session, reports on children, and those of machines elsewhere. */
  protected _send(event: EventObject): void {
    const door = this.#door
    let accepted: EventObject | null = event
    if (event !== undefined && event === this.#told) this.#told = undefined
    else if (event !== undefined && door.requests.isPrepared(event)) {
      if (door.inspection.depth > 0) return door.defer(door.requests.postpone(event, () => this._send(event)))
    } else {
      const report = toReport(event)
      if (report === null) return door.take(this, event)
      // The id of an invoked actor is constant, and so is the type of the event: the machine names both. Under the name that
      // XState gives it, each other child would be a separate event type, remembered forever.
      if (!isOfInvoked(this, report, event)) {
        const isAccepting = isActive(this)
        accepted = report.hasFailed && isAccepting ? door.childFailed(report.actorId) : null
        if (report.hasFailed && !isAccepting) door.orphanFailed(this, report.actorId)
      }
    }
    if (accepted === null) return
    door.requests.enter()
    try {
      GuardedActor.#enqueue.call(this, accepted)
    } finally {
      door.requests.leave()
    }
  }

  #tell(event: EventObject): void {
    const door = this.#door
    // An inspector may see an event before the actor does: an event that overtakes it would meet the earlier state.
    if (door.inspection.depth > 0) return door.defer(() => this.#tell(event))
    if (!isActive(this)) return
    this.#told = event
    super.send(event as Parameters<Actor<M>['send']>[0])
  }
}

/** The function with which a session sends prepared commands. It is bound, so that it adds no stack frame. */
export function posterOf(actor: AnyActorRef): (event: EventObject) => void {
  return Actor.prototype.send.bind(actor as never)
}

function isActive(actor: AnyActorRef): boolean {
  return actor.getSnapshot().status === 'active'
}

/** True if the event is the report of an invoked actor, with its own output or error. */
function isOfInvoked(actor: AnyActorRef, { hasFailed, actorId }: ChildReport, event: EventObject): boolean {
  const { children } = actor.getSnapshot() as AnyMachineSnapshot
  const ended = children[actorId]?.getSnapshot() as
    | { readonly status: string; readonly output?: unknown; readonly error?: unknown }
    | undefined
  const { output, error } = event as { readonly output?: unknown; readonly error?: unknown }
  return hasFailed
    ? ended?.status === 'error' && ended.error === error
    : ended?.status === 'done' && ended.output === output
}

interface ChildReport {
  readonly hasFailed: boolean
  readonly actorId: string
}

/** XState's report that a child has ended. Receivers verify it with the child's snapshot. */
function toReport(event: unknown): ChildReport | null {
  const { type, actorId } = (event ?? {}) as { type?: unknown; actorId?: unknown }
  if (typeof type !== 'string' || typeof actorId !== 'string') return null
  if (type === `xstate.done.actor.${actorId}`) return { hasFailed: false, actorId }
  return type === `xstate.error.actor.${actorId}` ? { hasFailed: true, actorId } : null
}
