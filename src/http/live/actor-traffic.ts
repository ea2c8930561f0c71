/**
 * The events between all actors of a session, for the clients that watch them.
 *
 * The actor system is inspected once for all clients, and only while there are any. What is sent is limited: a session may process ten
 * thousand events a second, and neither the server nor a page could keep up. Events beyond the budget are counted, not copied.
 */
import type { ActorRefLike, InspectionEvent } from 'xstate'
import type { Session } from '../../app/index.ts'
import { type ActorAddress, type Processed, type Sent, watchedActors } from '../contract/actor-messages.ts'
import type { View } from '../security/caller-view.ts'
import { ActorAddresses } from './actor-address.ts'
import { Budget } from './budget.ts'

/** Texts per second and at once, for all clients together: two per event, one with it and one with the state after it. */
const textsPerSecond = 1_000
const textsAtOnce = 200
/** The number of characters that cost as much as one text. */
const charactersPerText = 4_000
/** The number of receivers of one event object whose states are awaited. */
const maxReceivers = 16

/** A client that watches all actors. */
export interface TrafficClient {
  readonly view: View
  readonly isFull: boolean
  send(text: string): void
  drop(): void
}

type Seen<T extends InspectionEvent['type']> = Extract<InspectionEvent, { type: T }>

export class ActorTraffic {
  readonly #session: Session
  readonly #copy: (value: unknown) => unknown
  readonly #addresses: ActorAddresses
  readonly #clients = new Set<TrafficClient>()
  readonly #budget: Budget
  /** The receivers of sent events that have not processed them yet, and the clients that know of the event. */
  #open = new WeakMap<object, { actor: ActorRefLike; n: number; clients: readonly TrafficClient[] }[]>()
  #undo: (() => void) | null = null
  #last = 0

  constructor(session: Session, era: string, copy: (value: unknown) => unknown) {
    this.#session = session
    this.#copy = copy
    this.#addresses = new ActorAddresses(session, era)
    this.#budget = new Budget({
      perSecond: textsPerSecond,
      most: textsAtOnce,
      monotonic: () => session.clock.monotonic(),
    })
  }

  /** Sends events to a client until the returned function is called. */
  join(client: TrafficClient): () => void {
    this.#clients.add(client)
    this.#undo ??= this.#inspect()
    return () => {
      this.#clients.delete(client)
      if (this.#clients.size > 0) return
      this.#undo?.()
      this.#undo = null
    }
  }

  #inspect(): () => void {
    this.#open = new WeakMap()
    const subscription = this.#session.actor.system.inspect((seen) => {
      if (seen.type === '@xstate.event') this.#onEvent(seen)
      else if (seen.type === '@xstate.snapshot') this.#onSnapshot(seen)
    })
    return () => subscription.unsubscribe()
  }

  #onEvent({ actorRef, sourceRef, event }: Pick<Seen<'@xstate.event'>, 'actorRef' | 'sourceRef' | 'event'>) {
    const open = this.#ready()
    if (open.length === 0) return
    this.#last += 1
    const sent: Sent = {
      kind: 'event',
      n: this.#last,
      at: this.#session.clock.now(),
      from: sourceRef === undefined ? null : this.#addresses.of(sourceRef),
      to: this.#addresses.of(actorRef),
      event: this.#copy(event),
    }
    const clients = this.#send(open, sent, event, sent.to)
    this.#await(event, actorRef, clients)
  }

  /** The clients that can take an event; it is counted for the others. */
  #ready(): TrafficClient[] {
    const isSpent = this.#budget.isSpent
    const ready: TrafficClient[] = []
    for (const client of this.#clients)
      if (isSpent || client.isFull) client.drop()
      else ready.push(client)
    return ready
  }

  #onSnapshot({ actorRef, event, snapshot }: Seen<'@xstate.snapshot'>): void {
    // A stop is not an event that is sent, but belongs to the sequence: only the parent stops an actor.
    if (event.type === 'xstate.stop') {
      const parent = (actorRef as { readonly _parent?: ActorRefLike })._parent
      this.#onEvent({ actorRef, sourceRef: parent, event })
    }
    const found = this.#take(event, actorRef)
    if (found === null || found.clients.length === 0) return
    const { status, value, context } = snapshot as {
      readonly status: string
      readonly value?: unknown
      readonly context?: unknown
    }
    const processed: Processed = {
      kind: 'snapshot',
      n: found.n,
      at: this.#session.clock.now(),
      status,
      value: this.#copy(value),
      context: this.#copy(context),
    }
    const clients = found.clients.filter((client) => this.#clients.has(client) && !client.isFull)
    this.#send(clients, processed, event, this.#addresses.of(actorRef))
  }

  /** Sends to the clients that may see it, and returns them. */
  #send(
    clients: readonly TrafficClient[],
    news: Sent | Processed,
    event: unknown,
    to: ActorAddress,
  ): readonly TrafficClient[] {
    let whole: string | null = null
    const receivers: TrafficClient[] = []
    for (const client of clients) {
      const { view } = client
      if (!view.isWhole && !isShown(news, event, to, view)) continue
      // Without hidden tasks all clients receive the same text.
      const text: string = view.isWhole && whole !== null ? whole : textOf(view.shown(news))
      if (!view.isWhole || whole === null) this.#budget.spend(1 + text.length / charactersPerText)
      if (view.isWhole) whole = text
      client.send(text)
      receivers.push(client)
    }
    return receivers
  }

  #await(event: unknown, actor: ActorRefLike, clients: readonly TrafficClient[]): void {
    if (typeof event !== 'object' || event === null) return
    const receivers = this.#open.get(event) ?? []
    // An event object that is never processed (refused, and sent again) must not collect receivers.
    this.#open.set(event, [...receivers.slice(1 - maxReceivers), { actor, n: this.#last, clients }])
  }

  #take(
    event: object,
    actor: ActorRefLike,
  ): { readonly n: number; readonly clients: readonly TrafficClient[] } | null {
    const receivers = this.#open.get(event) ?? []
    const found = receivers.findIndex((receiver) => receiver.actor === actor)
    return found < 0 ? null : receivers.splice(found, 1)[0]!
  }
}

function textOf(news: Sent | Processed): string {
  return `event: actor\ndata: ${JSON.stringify({ watched: watchedActors, ...news })}\n\n`
}

/** True if a caller may see the news: of visible tasks, and those of the session's own events that name no hidden task. */
function isShown(news: Sent | Processed, event: unknown, to: ActorAddress, view: View): boolean {
  if (view.isWithin(news) || view.undecidedIn(news).length > 0) return false
  if (to.task !== null) return !view.hides(to.task)
  return to.role === 'session' && isOfSession(event, view)
}

/** True for an event of the session's actor that names no hidden task; other events contain ids of actors. */
export function isOfSession(event: unknown, view: View): boolean {
  const { type, tasks } = (event ?? {}) as { readonly type?: unknown; readonly tasks?: unknown }
  const named = Array.isArray(tasks) ? tasks.map(String) : []
  return String(type).startsWith('session.') && !named.some((name) => view.hides(name))
}
