/**
 * Live events: the session's news to whoever follows, over server-sent events.
 *
 * News goes into a ring; clients have a place in it and are written to together, a few times a second. So a piece of news costs
 * the same however many follow, a slow client costs a place and not a queue, and where nobody follows nothing is listened to.
 */
import { randomBytes } from 'node:crypto'
import type { ErrorData, News, Session } from '../../app/index.ts'
import { Problem } from '../contract/problem.ts'
import { withoutStack } from '../contract/redact.ts'
import { View } from '../security/caller-view.ts'
import { type ActorNews, parseWatched, type Watched, watchActor } from './actor-feed.ts'
import { FeedClient } from './feed-client.ts'
import { FeedRing, type Numbered } from './feed-ring.ts'

/** How long news is gathered before it is written. */
const gatherMs = 50
const heartbeatMs = 15_000
/** How long news is kept after the last client left: it may come back. */
const lingerMs = 60_000

/** What a client asks for. */
export interface Follow {
  /** What the client may see. Default: everything. */
  readonly view?: View
  /** Where it was before: the last event's id. */
  readonly lastEventId: string | null
  readonly tasks: ReadonlySet<string> | null
  /** `session` or `task:‹name›`: the actors of which it wants to know what happens to them. */
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
  readonly #clients = new Set<FeedClient>()
  /** Numbers of another process mean nothing to this one. */
  readonly #era = randomBytes(4).toString('hex')
  #undoNews: (() => void) | null = null
  #undoFlush: (() => void) | null = null
  #undoBeat: (() => void) | null = null
  #undoLinger: (() => void) | null = null

  constructor(session: Session, options: FeedOptions) {
    this.#session = session
    this.#options = options
    this.#ring = new FeedRing(options.keptEvents)
  }

  /** How many follow. */
  get clients(): number {
    return this.#clients.size
  }

  /** Whether news is listened to: while somebody follows, and a little longer. */
  get isListening(): boolean {
    return this.#undoNews !== null
  }

  /** A stream of events. @throws Problem 503 when too many follow, 400 and TaskNotFoundError for what to watch */
  open(follow: Follow): ReadableStream<Uint8Array> {
    if (this.#clients.size >= this.#options.streams)
      throw new Problem(
        503,
        'too-many-streams',
        `Cannot let more than ${this.#options.streams} follow events.`,
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

  #watch(watched: Watched, client: FeedClient, view: View): () => void {
    const text = 'task' in watched ? `task:${watched.task}` : 'session'
    return watchActor(this.#session, watched, {
      isWanted: () => !client.isFull,
      copy: (value) => this.#options.copy(value),
      tell: (news) => {
        if (!isShown(news, watched, view)) return
        client.tell(`event: actor\ndata: ${JSON.stringify({ watched: text, ...view.shown(news) })}\n\n`)
        this.#flushLater()
      },
      drop: () => client.drop(),
    })
  }

  #checkWatched(text: string): Watched {
    const watched = parseWatched(text)
    if (watched === null)
      throw new Problem(
        400,
        'watch',
        `Cannot watch that as it must be 'session' or 'task:‹name›': '${text.slice(0, 100)}'`,
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
    // Who is told what it missed has not seen that yet: the id comes with it.
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
    // Only what may hold anything is copied; the rest of all news is names and numbers.
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

  /** A stopped session's program may end: what is here must not hold it with timers because someone still looks. */
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

/** Of the session's actor only what is about no task, or about tasks that are known to be visible: the rest names actors of tasks. */
function isShown(news: ActorNews, watched: Watched, view: View): boolean {
  if (view.isWhole) return true
  if (view.isWithin(news) || view.undecidedIn(news).length > 0) return false
  if ('task' in watched) return true
  const { type, tasks } = news.event as { readonly type?: unknown; readonly tasks?: unknown }
  const named = Array.isArray(tasks) ? tasks.map(String) : []
  return String(type).startsWith('session.') && !named.some((name) => view.hides(name))
}
