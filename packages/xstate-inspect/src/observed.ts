/**
 * Structural types for the parts of XState 5 that an inspection observer uses.
 *
 * This package is installed together with XState 4 (for the inspector) and does not import types of XState 5, so that it forces
 * neither version upon its users.
 */

/** An actor of XState 5, as an inspector uses it. */
export interface ActorLike {
  readonly sessionId: string
  // biome-ignore lint/suspicious/noExplicitAny: each actor has its own events and snapshots, and any actor may be observed.
  send(event: any): void
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  getSnapshot(): any
}

/** An inspection event of XState 5. */
export interface InspectionEventLike {
  readonly type: string
  readonly actorRef: ActorLike
  readonly sourceRef?: ActorLike | undefined
  readonly event?: { readonly type: string }
  readonly snapshot?: unknown
}

/** An inspection observer, as `createActor({ inspect })` and `createApp({ inspect })` accept it. */
export interface InspectionObserver {
  next(event: InspectionEventLike): void
}

/** A snapshot of any logic: machines have `value` and `context`, others a status and possibly an output. */
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

/** The name given to an actor; otherwise the name of its machine; otherwise its session id. */
export function nameOf(actor: ActorLike): string {
  const { id, logic, sessionId } = actor as ActorInternals
  // XState uses the session id as the id of an actor without a name, which is not informative.
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

/** The snapshot of an actor; undefined while the actor is being created. */
export function snapshotOf(actor: ActorLike): SnapshotLike | undefined {
  return actor.getSnapshot() ?? undefined
}

/** True while an actor can still change. */
export function isActive(actor: ActorLike): boolean {
  return snapshotOf(actor)?.status === 'active'
}
