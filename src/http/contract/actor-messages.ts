/** Messages of the event stream about the actors of a session (`watch=actors`). */

/** The name of the watched actors in messages. */
export const watchedActors = 'actors'

/** An actor, as clients see it. */
export interface ActorAddress {
  /** The keys of its ancestors and its own, from the session's. */
  readonly path: readonly string[]
  /** The actor's id in its parent. */
  readonly id: string
  /** `actor`: any other actor, for example one that a machine invokes. */
  readonly role: 'session' | 'task' | 'run' | 'actor'
  /** The task that the actor belongs to; null above the tasks. */
  readonly task: string | null
}

/** An event that was sent to an actor. */
export interface Sent {
  readonly kind: 'event'
  /** Number of the event. */
  readonly n: number
  /** Epoch ms. */
  readonly at: number
  /** The sender; null if it is not an actor: an effect of the session, or the program. */
  readonly from: ActorAddress | null
  readonly to: ActorAddress
  readonly event: unknown
}

/** The state of an actor after it has processed an event. */
export interface Processed {
  readonly kind: 'snapshot'
  /** The number of that event. */
  readonly n: number
  /** Epoch ms. */
  readonly at: number
  /** XState's status: `active`, `done`, `error` or `stopped`. */
  readonly status: string
  /** Null for an actor that is not a machine. */
  readonly value: unknown
  readonly context: unknown
}
