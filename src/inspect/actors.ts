/**
 * The actors that live, so that a page which is opened late is shown them too.
 *
 * `@statelyai/inspect` announces an actor when it is made and keeps the last two hundred messages for those who come
 * later: of a session of a thousand tasks such a page would know nothing.
 */
import type { ActorRefLike, InspectionEvent } from 'xstate'

/** An actor and the root of its tree. */
export interface Living {
  readonly actor: ActorRefLike
  readonly rootId: string
}

/** Something that happened to an actor: an event reached it, or it has a new snapshot. */
export type Change = Extract<InspectionEvent, { type: '@xstate.event' | '@xstate.snapshot' }>

/** Who is told. */
export interface Audience {
  /** An actor is there. */
  onActor(living: Living): void
  /** Something happened to an actor that is there. */
  onChange(change: Change): void
}

/** What the register of the living needs. */
export interface LivingActorsOptions {
  readonly audience: Audience
  /** How many are shown at the same time; later ones are left out. */
  readonly maxActors: number
  /** Told once when actors are left out. */
  onOverflow(): void
}

/** The living actors in the order in which they appeared, parents first. */
export class LivingActors {
  readonly #options: LivingActorsOptions
  readonly #living = new Map<string, Living>()
  #hasOverflown = false

  constructor(options: LivingActorsOptions) {
    this.#options = options
  }

  /** Takes in one inspection event. Events other than of changes are left to those who want to know that much. */
  observe(event: InspectionEvent): void {
    if (event.type === '@xstate.event') {
      if (event.sourceRef !== undefined) this.#endIfOver(event.sourceRef, event)
      if (this.#see(event.actorRef, event.rootId)) this.#options.audience.onChange(event)
    } else if (event.type === '@xstate.snapshot') {
      const { actorRef, rootId, snapshot } = event
      if (!this.#see(actorRef, rootId) && !this.#living.has(actorRef.sessionId)) return
      this.#options.audience.onChange(event)
      if (snapshot.status !== 'active') this.#living.delete(actorRef.sessionId)
    }
  }

  /** Those who live now. An actor whose end nobody was told of (a root that failed) is left out. */
  *[Symbol.iterator](): Iterator<Living> {
    for (const [sessionId, living] of this.#living)
      if (isActive(living.actor)) yield living
      else this.#living.delete(sessionId)
  }

  /** Forgets all. */
  clear(): void {
    this.#living.clear()
  }

  /**
   * True of an actor that is shown, which it is from the first sight of it. That is its first event and not
   * `@xstate.actor`, which comes before the actor has a snapshot, and never comes to an observer that joined later.
   */
  #see(actor: ActorRefLike, rootId: string): boolean {
    if (this.#living.has(actor.sessionId)) return true
    // Events go on arriving at actors that are over; they must not bring them back.
    if (!isActive(actor)) return false
    if (this.#living.size >= this.#options.maxActors) return this.#overflow()
    const parent = parentOf(actor)
    if (parent !== undefined) this.#see(parent, rootId)
    const living = { actor, rootId }
    this.#living.set(actor.sessionId, living)
    this.#options.audience.onActor(living)
    return true
  }

  /** An actor that fails tells nobody but its parent, so the news to the parent is where its end shows. */
  #endIfOver(actor: ActorRefLike, { event, rootId }: Change): void {
    if (!this.#living.has(actor.sessionId) || isActive(actor)) return
    this.#living.delete(actor.sessionId)
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
