/** Events and snapshots of one actor, for its watchers. The actor system is inspected only while there are any. */
import type { ActorRefLike, AnyActorRef, InspectionEvent } from 'xstate'
import type { Session } from '../../app/index.ts'
import { watchedActors } from '../contract/actor-messages.ts'
import type { View } from '../security/caller-view.ts'
import { isOfSession } from './actor-traffic.ts'

/** An event that reached an actor, or a new snapshot of it. */
export interface ActorNews {
  readonly kind: 'event' | 'snapshot'
  /** The actor's id. */
  readonly actor: string
  /** The kind of the actor. */
  readonly role: 'session' | 'task' | 'run'
  /** The actor that sent the event; null from outside. */
  readonly from: string | null
  /** Epoch ms. */
  readonly at: number
  readonly event: unknown
  /** State and context, in snapshots only. */
  readonly value?: unknown
  readonly context?: unknown
}

/** The watched actor: the session's, or a task's, including those of its runs. */
export type Watched = { readonly session: true } | { readonly task: string }

/** Parses `session`, `task:‹name›`, or `actors` for all; null for anything else. */
export function parseWatched(text: string): Watched | { readonly actors: true } | null {
  if (text === 'session') return { session: true }
  if (text === watchedActors) return { actors: true }
  return text.startsWith('task:') && text.length > 5 ? { task: text.slice(5) } : null
}

/**
 * Reports events and snapshots of an actor until the returned function is called.
 *
 * @param parts - `isWanted` is called before anything is copied; if it returns false, `drop` is called instead of `send`.
 */
export function watchActor(
  session: Session,
  watched: Watched,
  parts: { isWanted(): boolean; copy(value: unknown): unknown; send(news: ActorNews): void; drop(): void },
): () => void {
  const observe = (event: InspectionEvent): void => {
    if (event.type !== '@xstate.event' && event.type !== '@xstate.snapshot') return
    const role = roleOf(session, watched, event.actorRef)
    if (role === null) return
    if (!parts.isWanted()) return parts.drop()
    parts.send(toNews(event, role, session.clock.now(), parts.copy))
  }
  const subscription = session.actor.system.inspect(observe)
  return () => subscription.unsubscribe()
}

function roleOf(session: Session, watched: Watched, actor: ActorRefLike): ActorNews['role'] | null {
  if ('session' in watched) return actor === session.actor ? 'session' : null
  // Looked up each time: a crashed task actor is recreated, and a removed task may be added again.
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

/** True if the caller may see the news. Of the session's actor only events that name no hidden task are shown; the others contain actor ids. */
export function isShown(news: ActorNews, watched: Watched, view: View): boolean {
  if (view.isWhole) return true
  if (view.isWithin(news) || view.undecidedIn(news).length > 0) return false
  return 'task' in watched || isOfSession(news.event, view)
}
