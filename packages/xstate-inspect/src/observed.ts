/**
 * What is looked at: the parts of XState 5 that an inspection observer meets, by their shape.
 *
 * This package lives beside XState 4 (the inspector's own) and names no type of XState 5, so that neither version is forced
 * upon whoever installs it.
 */

/** An actor of XState 5, as far as an inspector looks at it. */
export interface ActorLike {
  readonly sessionId: string
  // biome-ignore lint/suspicious/noExplicitAny: each actor has its own events and snapshots; any of them may come by.
  send(event: any): void
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  getSnapshot(): any
}

/** What the root actor of XState 5 tells its inspection observers. */
export interface InspectionEventLike {
  readonly type: string
  readonly actorRef: ActorLike
  readonly sourceRef?: ActorLike | undefined
  readonly event?: { readonly type: string }
  readonly snapshot?: unknown
}

/** An inspection observer, as `createActor({ inspect })` and `createApp({ inspect })` take it. */
export interface InspectionObserver {
  next(event: InspectionEventLike): void
}

/** A snapshot of any logic: machines have `value` and `context`, others a status and perhaps an output. */
export interface SnapshotLike {
  readonly status?: string
  readonly value?: unknown
  readonly context?: unknown
  readonly output?: unknown
  readonly error?: unknown
  readonly tags?: Iterable<string>
}

interface ActorInternals extends ActorLike {
  readonly id?: string
  readonly logic?: unknown
  readonly _parent?: ActorLike
}

/** The name an actor was given; else that of its machine; else its session id. */
export function nameOf(actor: ActorLike): string {
  const { id, logic, sessionId } = actor as ActorInternals
  // An actor without a name of its own is given its session id for one, which tells nobody anything.
  if (id !== undefined && id !== sessionId) return id
  const { id: machineId } = (logic ?? {}) as { id?: unknown }
  return typeof machineId === 'string' ? machineId : sessionId
}

/** The parent of an actor, if it has one. */
export function parentOf(actor: ActorLike): ActorLike | undefined {
  return (actor as ActorInternals)._parent
}

/** The logic that an actor runs: a machine or anything else. */
export function logicOf(actor: ActorLike): unknown {
  return (actor as ActorInternals).logic
}

/** An actor's snapshot; undefined while it is being made and has none yet. */
export function snapshotOf(actor: ActorLike): SnapshotLike | undefined {
  return actor.getSnapshot() ?? undefined
}

/** True while an actor can still change. */
export function isActive(actor: ActorLike): boolean {
  return snapshotOf(actor)?.status === 'active'
}
