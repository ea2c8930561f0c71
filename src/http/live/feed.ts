/**
 * Live events: the session's news as server-sent events.
 *
 * News goes into a ring; each client has a position in it, and all clients are written to together, a few times a second. So the cost of
 * news does not depend on the number of clients, a slow client costs a position instead of a queue, and without clients the feed does not
 * listen to the session.
 */
import { randomBytes } from 'node:crypto'
import type { ErrorData, News, Session } from '../../app/index.ts'
import { watchedActors } from '../contract/actor-messages.ts'
import { Problem } from '../contract/problem.ts'
import { withoutStack } from '../contract/redact.ts'
import { View } from '../security/caller-view.ts'
import { isShown, parseWatched, type Watched, watchActor } from './actor-feed.ts'
import { ActorTraffic, type TrafficClient } from './actor-traffic.ts'
import { FeedClient } from './feed-client.ts'
import { FeedRing, type Numbered } from './feed-ring.ts'

/** Delay in which news is gathered before it is written. */
const gatherMs = 50
const heartbeatMs = 15_000
/** Time for which news is kept after the last client disconnects, since it may reconnect. */
const lingerMs = 60_000

/** Request of a client to follow events. */
export interface Follow {
  /** The tasks that the client may see. Default: all. */
  readonly view?: View
  /** Id of the last event that the client received; null for a new client. */
  readonly lastEventId: string | null
  /** Only news of these tasks and of the session; null for all. */
  readonly tasks: ReadonlySet<string> | null
  /** Actors to watch: `session`, `task:‹name›`, or `actors` for all. */
  readonly watch: readonly string[]
}

export interface FeedOptions {
  readonly keptEvents: number
  readonly streams: number
  copy(value: unknown, key?: string): unknown
}

export class Feed {
  readonly #session: Session
  readonly #options: FeedOptions
  readonly #ring: FeedRing
  readonly #traffic: ActorTraffic
  readonly #clients = new Set<FeedClient>()
  /** Prefix of event ids: numbers of another process are meaningless here. */
  readonly #era = randomBytes(4).toString('hex')
  #undoNews: (() => void) | null = null
  #undoFlush: (() => void) | null = null
  #undoBeat: (() => void) | null = null
  #undoLinger: (() => void) | null = null

  constructor(session: Session, options: FeedOptions) {
    this.#session = session
    this.#options = options
    this.#ring = new FeedRing(options.keptEvents)
    this.#traffic = new ActorTraffic(session, this.#era, (value) => options.copy(value))
  }

  /** The number of clients. */
  get clients(): number {
    return this.#clients.size
  }

  /** True while there are clients, and for a short time afterwards. */
  get isListening(): boolean {
    return this.#undoNews !== null
  }

  /** Opens a stream of events. @throws Problem 503 for too many streams, 400 or TaskNotFoundError for an invalid `watch` */
  open(follow: Follow): ReadableStream<Uint8Array> {
    if (this.#clients.size >= this.#options.streams)
      throw new Problem(
        503,
        'too-many-streams',
        `Cannot open another event stream as ${this.#options.streams} may be open at most.`,
        {
          headers: { 'retry-after': '10' },
        },
      )
    const { view = new View(this.#session, null) } = follow
    const watched = [...new Set(follow.watch)].map((text) => this.#checkWatched(text))
    this.#listen()
    const { next, isResumed } = this.#placeOf(follow.lastEventId)
    const undos: (() => void)[] = []
    const client = new FeedClient({
      tasks: follow.tasks,
      view,
      next,
      greeting: this.#greeting(follow.lastEventId !== null, isResumed, follow.watch),
      textOf: (numbered) => this.#textOf(numbered, view),
      resetText: (at) => this.#resetText(at),
      monotonic: () => this.#session.clock.monotonic(),
      onRoom: () => this.#flushLater(),
      onClose: () => {
        for (const undo of undos) undo()
        this.#leave(client)
      },
    })
    this.#clients.add(client)
    this.#undoLinger?.()
    this.#undoLinger = null
    for (const each of watched) undos.push(this.#watch(each, client, view))
    this.#flushLater()
    return client.stream
  }

  /** Ends all streams. */
  close(): void {
    for (const client of [...this.#clients]) client.close()
    this.#stopListening()
  }

  #watch(watched: Watched | { actors: true }, client: FeedClient, view: View): () => void {
    if ('actors' in watched) return this.#traffic.join(this.#trafficClient(client, view))
    const text = 'task' in watched ? `task:${watched.task}` : 'session'
    return watchActor(this.#session, watched, {
      isWanted: () => !client.isFull,
      copy: (value) => this.#options.copy(value),
      send: (news) => {
        if (!isShown(news, watched, view)) return
        client.send(`event: actor\ndata: ${JSON.stringify({ watched: text, ...view.shown(news) })}\n\n`, text)
        this.#flushLater()
      },
      drop: () => client.drop(text),
    })
  }

  #trafficClient(client: FeedClient, view: View): TrafficClient {
    return {
      view,
      get isFull() {
        return client.isFull
      },
      send: (text) => {
        client.send(text, watchedActors)
        this.#flushLater()
      },
      drop: () => {
        client.drop(watchedActors)
        this.#flushLater()
      },
    }
  }

  #checkWatched(text: string): NonNullable<ReturnType<typeof parseWatched>> {
    const watched = parseWatched(text)
    if (watched === null)
      throw new Problem(
        400,
        'watch',
        `Cannot watch that as it must be 'session', 'task:‹name›' or 'actors': '${text.slice(0, 100)}'`,
      )
    if ('task' in watched) this.#session.task(watched.task)
    return watched
  }

  #placeOf(lastEventId: string | null): { readonly next: number; readonly isResumed: boolean } {
    const match = /^([\da-f]+)-(\d{1,15})$/.exec(lastEventId ?? '')
    const next = Number(match?.[2]) + 1
    const isResumed = match?.[1] === this.#era && this.#ring.since(next) !== null
    return { next: isResumed ? next : this.#ring.next, isResumed }
  }

  #greeting(wasHere: boolean, isResumed: boolean, watch: readonly string[]): string {
    const at = this.#ring.next
    // A resumed client has not received the missed news yet: the ids follow with it.
    const id = isResumed ? '' : this.#idLine(at - 1)
    const name = wasHere && !isResumed ? 'reset' : 'hello'
    return `retry: 2000\n\nevent: ${name}\n${id}data: ${JSON.stringify({ isResumed, watch })}\n\n`
  }

  #resetText(next: number): string {
    return `event: reset\n${this.#idLine(next - 1)}data: {}\n\n`
  }

  #idLine(id: number): string {
    return `id: ${this.#era}-${id}\n`
  }

  #textOf(numbered: Numbered, view: View): string {
    if (!view.isWhole) return this.#newsText(numbered, view)
    numbered.text ??= this.#newsText(numbered, view)
    return numbered.text
  }

  #newsText({ id, news }: Numbered, view: View): string {
    const data = JSON.stringify(view.shown(this.#dataOf(news)))
    return `event: ${news.type}\n${this.#idLine(id)}data: ${data}\n\n`
  }

  #dataOf(news: News): object {
    // Only arbitrary values are copied; all other fields are names and numbers.
    const { value, error } = news as { value?: unknown; error?: ErrorData }
    if (value === undefined && error === undefined) return news
    return {
      ...news,
      ...(value === undefined ? {} : { value: this.#options.copy(value, 'value') }),
      ...(error === undefined ? {} : { error: withoutStack(error) }),
    }
  }

  #listen(): void {
    if (this.#undoNews !== null) return
    this.#ring.interrupt()
    this.#undoNews = this.#session.on('*', (news) => {
      this.#ring.add(news)
      if (this.#undoFlush === null && this.#clients.size > 0) this.#flushLater()
      if (news.type === 'session.started') this.#beatLater()
      if (news.type === 'session.stopped') this.#rest()
    })
    this.#beatLater()
  }

  #leave(client: FeedClient): void {
    this.#clients.delete(client)
    if (this.#clients.size > 0 || this.#undoNews === null) return
    if (this.#session.state === 'stopped') this.#stopListening()
    else this.#undoLinger ??= this.#session.clock.callAfter(lingerMs, () => this.#stopListening())
  }

  #stopListening(): void {
    for (const undo of [this.#undoNews, this.#undoFlush, this.#undoBeat, this.#undoLinger]) undo?.()
    this.#undoNews = this.#undoFlush = this.#undoBeat = this.#undoLinger = null
  }

  #flushLater(): void {
    this.#undoFlush ??= this.#session.clock.callAfter(gatherMs, () => {
      this.#undoFlush = null
      let isSomeLeft = false
      for (const client of this.#clients) isSomeLeft = client.flush(this.#ring) || isSomeLeft
      if (isSomeLeft) this.#flushLater()
    })
  }

  /** Stops timers once the session has stopped, so that open streams do not keep the process alive. */
  #rest(): void {
    this.#undoBeat?.()
    this.#undoBeat = null
    if (this.#clients.size === 0) this.#stopListening()
  }

  #beatLater(): void {
    if (this.#session.state === 'stopped') return
    this.#undoBeat ??= this.#session.clock.callAfter(heartbeatMs, () => {
      this.#undoBeat = null
      for (const client of this.#clients) client.beat()
      this.#beatLater()
    })
  }
}
