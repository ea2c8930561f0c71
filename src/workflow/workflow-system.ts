/**
 * The actor system of one workflow, inside the session's system: actors have unique session ids and one inspection stream, and each
 * workflow has separate delays and system ids.
 *
 * XState has no public interface for this. The members are those of `createSystem` in XState 5.33, which the package pins, and
 * `test/workflow/workflow-system.test.ts` compares them.
 */
import type { ActorSystem, ActorSystemInfo, AnyActorRef, EventObject } from 'xstate'
import type { Clock } from '../clock/clock.ts'
import { Delays } from './delays.ts'

export type AnyActorSystem = ActorSystem<ActorSystemInfo>

/** The members of XState's system, including those that its types leave out. */
interface InternalSystem {
  readonly _clock: unknown
  readonly _logger: unknown
  readonly _snapshot: unknown
  _bookId(): string
  _register(sessionId: string, actor: AnyActorRef): string
  _unregister(actor: AnyActorRef): void
  _sendInspectionEvent(event: Inspected): void
  _relay(source: AnyActorRef | undefined, target: AnyActorRef, event: EventObject): void
  get(systemId: string): AnyActorRef | undefined
  getAll(): Record<string, AnyActorRef>
  inspect: AnyActorSystem['inspect']
  getSnapshot: AnyActorSystem['getSnapshot']
}

/** An inspection event. */
interface Inspected {
  readonly type: string
  readonly actorRef: AnyActorRef
  readonly event?: EventObject
}

/** A listener of the actors of a workflow. */
export interface ActorListener {
  /** An actor of the workflow was created, and has no snapshot yet. */
  created(actor: AnyActorRef): void
  /** An actor has processed an event. */
  stepped(actor: AnyActorRef, event: EventObject): void
}

export class WorkflowSystem implements InternalSystem {
  readonly scheduler: Delays
  readonly #base: InternalSystem
  readonly #listener: ActorListener
  #keyed: Map<string, AnyActorRef> | undefined

  constructor(base: AnyActorSystem, clock: Clock, listener: ActorListener) {
    this.#base = base as unknown as InternalSystem
    this.#listener = listener
    this.scheduler = new Delays(clock, (source, target, event) => this._relay(source, target, event))
  }

  get _clock(): unknown {
    return this.#base._clock
  }

  get _logger(): unknown {
    return this.#base._logger
  }

  get _snapshot(): unknown {
    return this.#base._snapshot
  }

  _bookId(): string {
    return this.#base._bookId()
  }

  _register(sessionId: string, actor: AnyActorRef): string {
    return this.#base._register(sessionId, actor)
  }

  _unregister(actor: AnyActorRef): void {
    this.#base._unregister(actor)
    if (this.#keyed === undefined) return
    for (const [id, keyed] of this.#keyed) if (keyed === actor) this.#keyed.delete(id)
  }

  /** Sets a system id. Each workflow has its own, so that two runs of one machine do not collide. */
  _set(systemId: string, actor: AnyActorRef): void {
    const taken = this.#keyed?.get(systemId)
    if (taken !== undefined && taken !== actor)
      throw new Error(`Actor with system ID '${systemId}' already exists.`)
    this.#keyed ??= new Map()
    this.#keyed.set(systemId, actor)
  }

  get(systemId: string): AnyActorRef | undefined {
    return this.#keyed?.get(systemId) ?? this.#base.get(systemId)
  }

  getAll(): Record<string, AnyActorRef> {
    return { ...this.#base.getAll(), ...Object.fromEntries(this.#keyed ?? []) }
  }

  inspect(observer: Parameters<AnyActorSystem['inspect']>[0]): ReturnType<AnyActorSystem['inspect']> {
    return this.#base.inspect(observer)
  }

  _sendInspectionEvent(event: Inspected): void {
    if (event.type === '@xstate.actor') this.#listener.created(event.actorRef)
    this.#base._sendInspectionEvent(event)
    if (event.type === '@xstate.snapshot') this.#listener.stepped(event.actorRef, event.event!)
  }

  _relay(source: AnyActorRef | undefined, target: AnyActorRef, event: EventObject): void {
    this.#base._relay(source, target, event)
  }

  getSnapshot(): ReturnType<AnyActorSystem['getSnapshot']> {
    return this.#base.getSnapshot()
  }

  /** Called for a root actor only. */
  start(): void {}
}
