/** What happens to one actor, told to whoever watches it. The actor system is looked into only while somebody does. */
import type { ActorRefLike, AnyActorRef, InspectionEvent } from 'xstate'
import type { Session } from '../../app/index.ts'

/** Something that happened to an actor: an event reached it, or it has a new snapshot. */
export interface ActorNews {
  readonly kind: 'event' | 'snapshot'
  /** The actor's id, and what it is the actor of. */
  readonly actor: string
  readonly role: 'session' | 'task' | 'run'
  /** The actor that sent the event; null from outside. */
  readonly from: string | null
  /** Epoch ms. */
  readonly at: number
  readonly event: unknown
  /** Of a snapshot: the state, and what the actor knows. */
  readonly value?: unknown
  readonly context?: unknown
}

/** Which actor: the session's, or that of a task, whose runs then belong to it. */
export type Watched = { readonly session: true } | { readonly task: string }

/** Reads `session` or `task:‹name›`; null of what is neither. */
export function parseWatched(text: string): Watched | null {
  if (text === 'session') return { session: true }
  return text.startsWith('task:') && text.length > 5 ? { task: text.slice(5) } : null
}

/**
 * Tells what happens to an actor until undone.
 *
 * @param isWanted - Asked before anything is copied.
 */
export function watchActor(
  session: Session,
  watched: Watched,
  parts: { isWanted(): boolean; copy(value: unknown): unknown; tell(news: ActorNews): void; drop(): void },
): () => void {
  const observe = (event: InspectionEvent): void => {
    if (event.type !== '@xstate.event' && event.type !== '@xstate.snapshot') return
    const role = roleOf(session, watched, event.actorRef)
    if (role === null) return
    if (!parts.isWanted()) return parts.drop()
    parts.tell(toNews(event, role, session.clock.now(), parts.copy))
  }
  const subscription = session.actor.system.inspect(observe)
  return () => subscription.unsubscribe()
}

function roleOf(session: Session, watched: Watched, actor: ActorRefLike): ActorNews['role'] | null {
  if ('session' in watched) return actor === session.actor ? 'session' : null
  // Looked up each time: a task's actor is recreated after it crashed, and a task of that name after it was removed.
  if (!session.has(watched.task)) return null
  const own: AnyActorRef = session.task(watched.task).actor
  if (actor === own) return 'task'
  return (actor as { _parent?: unknown })._parent === own ? 'run' : null
}

function toNews(
  seen: Extract<InspectionEvent, { type: '@xstate.event' | '@xstate.snapshot' }>,
  role: ActorNews['role'],
  at: number,
  copy: (value: unknown) => unknown,
): ActorNews {
  const { actorRef, event } = seen
  const from = seen.type === '@xstate.event' ? (idOf(seen.sourceRef) ?? null) : null
  const about = { actor: idOf(actorRef) ?? '', role, from, at, event: copy(event) }
  if (seen.type === '@xstate.event') return { kind: 'event', ...about }
  const { value, context } = seen.snapshot as { value?: unknown; context?: unknown }
  return { kind: 'snapshot', ...about, value: copy(value), context: copy(context) }
}

function idOf(actor: ActorRefLike | undefined): string | undefined {
  return (actor as { id?: string } | undefined)?.id
}
