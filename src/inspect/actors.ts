/**
 * The registry of live actors, which allows a page that is opened late to show all of them.
 *
 * `@statelyai/inspect` announces an actor when it is created, and keeps only the last two hundred messages for later pages: of a
 * session with a thousand tasks such pages would show almost nothing.
 */
import type { ActorRefLike, InspectionEvent } from 'xstate'

/** An actor and the root of its tree. */
export interface LiveActor {
  readonly actor: ActorRefLike
  readonly rootId: string
}

/** A change of an actor: it received an event, or has a new snapshot. */
export type Change = Extract<InspectionEvent, { type: '@xstate.event' | '@xstate.snapshot' }>

/** The receiver of actors and changes. */
export interface Audience {
  /** Called for a new actor. */
  onActor(actor: LiveActor): void
  /** Called for a change of a known actor. */
  onChange(change: Change): void
}

/** The options of {@link LiveActors}. */
export interface LiveActorsOptions {
  readonly audience: Audience
  /** Maximum number of actors shown at the same time; later ones are left out. */
  readonly maxActors: number
  /** Called once when actors are left out. */
  onOverflow(): void
}

/** The live actors in order of appearance, parents first. */
export class LiveActors {
  readonly #options: LiveActorsOptions
  readonly #live = new Map<string, LiveActor>()
  #hasOverflown = false

  constructor(options: LiveActorsOptions) {
    this.#options = options
  }

  /** Handles an inspection event. Only changes of actors are relevant; other events are ignored. */
  observe(event: InspectionEvent): void {
    if (event.type === '@xstate.event') {
      if (event.sourceRef !== undefined) this.#endIfOver(event.sourceRef, event)
      if (this.#see(event.actorRef, event.rootId)) this.#options.audience.onChange(event)
    } else if (event.type === '@xstate.snapshot') {
      const { actorRef, rootId, snapshot } = event
      if (!this.#see(actorRef, rootId) && !this.#live.has(actorRef.sessionId)) return
      this.#options.audience.onChange(event)
      if (snapshot.status !== 'active') this.#live.delete(actorRef.sessionId)
    }
  }

  /** The live actors. An actor whose end was not reported (after a failure of the root) is left out. */
  *[Symbol.iterator](): Iterator<LiveActor> {
    for (const [sessionId, live] of this.#live)
      if (isActive(live.actor)) yield live
      else this.#live.delete(sessionId)
  }

  /** Forgets all actors. */
  clear(): void {
    this.#live.clear()
  }

  /**
   * Registers an actor at its first event, and returns whether it is shown. `@xstate.actor` is not used: it precedes the first
   * snapshot of the actor, and an observer that joined later does not receive it.
   */
  #see(actor: ActorRefLike, rootId: string): boolean {
    if (this.#live.has(actor.sessionId)) return true
    // Events may still arrive at actors that have ended; they must not register them again.
    if (!isActive(actor)) return false
    if (this.#live.size >= this.#options.maxActors) return this.#overflow()
    const parent = parentOf(actor)
    if (parent !== undefined) this.#see(parent, rootId)
    const live = { actor, rootId }
    this.#live.set(actor.sessionId, live)
    this.#options.audience.onActor(live)
    return true
  }

  /** Detects the end of an actor by the event to its parent, as an actor that fails notifies only its parent. */
  #endIfOver(actor: ActorRefLike, { event, rootId }: Change): void {
    if (!this.#live.has(actor.sessionId) || isActive(actor)) return
    this.#live.delete(actor.sessionId)
    const snapshot = actor.getSnapshot()
    this.#options.audience.onChange({ type: '@xstate.snapshot', actorRef: actor, rootId, event, snapshot })
  }

  #overflow(): false {
    if (!this.#hasOverflown) this.#options.onOverflow()
    this.#hasOverflown = true
    return false
  }
}

/** The parent of an actor, if it has one. */
export function parentOf(actor: ActorRefLike): ActorRefLike | undefined {
  return (actor as { _parent?: ActorRefLike })._parent
}

function isActive(actor: ActorRefLike): boolean {
  return actor.getSnapshot()?.status === 'active'
}
