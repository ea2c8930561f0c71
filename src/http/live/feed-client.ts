/** One client of the event stream: a position in the ring, and a stream that is filled no faster than it is read. */
import type { View } from '../security/caller-view.ts'
import { coalesce, type FeedRing, latestProgress, type Numbered } from './feed-ring.ts'

/** Maximum number of unread bytes in the stream. */
const maxWaitingBytes = 65_536
/** More news than this at once is coalesced; if over twice as much is left, the client gets a reset. */
const maxAtOnce = 256
/** Pause between writes to a client that receives coalesced news. */
const busyWaitMs = 500

/** Options of a client. */
export interface ClientOptions {
  /** Only news of these tasks and of the session; null for all. */
  readonly tasks: ReadonlySet<string> | null
  /** The tasks that the client may see. */
  readonly view: View
  /** The number of the first news that the client has not received. */
  readonly next: number
  /** The first text of the stream. */
  readonly greeting: string
  textOf(numbered: Numbered): string
  /** Text of a reset event: everything may have changed. */
  resetText(next: number): string
  monotonic(): number
  /** Called when the stream can take more. */
  onRoom(): void
  onClose(): void
}

const encoder = new TextEncoder()

export class FeedClient {
  readonly stream: ReadableStream<Uint8Array>
  readonly #options: ClientOptions
  readonly #controller: ReadableStreamDefaultController<Uint8Array>
  #next: number
  #notBefore = 0
  #isClosed = false
  #isDeciding = false
  /** Texts for this client only (about an actor that it watches). */
  #own: string[] = []
  /** The number of dropped texts, by what the client watches. */
  readonly #ownDropped = new Map<string, number>()

  constructor(options: ClientOptions) {
    this.#options = options
    this.#next = options.next
    let started: ReadableStreamDefaultController<Uint8Array> | undefined
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          started = controller
          controller.enqueue(encoder.encode(options.greeting))
        },
        pull: () => options.onRoom(),
        cancel: () => this.close(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: maxWaitingBytes }),
    )
    // The constructor of a stream calls `start`.
    this.#controller = started!
  }

  /** True if the maximum number of own texts waits. Checked before a text is made, since that is expensive. */
  get isFull(): boolean {
    return this.#own.length >= maxAtOnce
  }

  /** Queues a text for this client only. If the client reads too slowly, the text is dropped and counted. */
  send(text: string, watched: string): void {
    if (this.isFull) this.drop(watched)
    else this.#own.push(text)
  }

  drop(watched: string): void {
    this.#ownDropped.set(watched, (this.#ownDropped.get(watched) ?? 0) + 1)
  }

  /** Sends news as far as the stream has room; returns true if something is left to be sent later. */
  flush(ring: FeedRing): boolean {
    if (this.#isClosed || !this.#hasNews(ring)) return false
    if ((this.#controller.desiredSize ?? 0) <= 0) return false
    if (this.#options.monotonic() < this.#notBefore) return true
    if (this.#isDeciding || this.#decide(ring)) return false
    const text = this.#newsText(ring) + this.#ownText()
    if (text !== '') this.#controller.enqueue(encoder.encode(text))
    return false
  }

  /** Sends a heartbeat for proxies, unless the stream is full. */
  beat(): void {
    if (!this.#isClosed && (this.#controller.desiredSize ?? 0) > 0)
      this.#controller.enqueue(encoder.encode(':\n\n'))
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#own = []
    try {
      this.#controller.close()
    } catch {
      // The reader has disconnected, and the stream is closed.
    }
    this.#options.onClose()
  }

  #hasNews(ring: FeedRing): boolean {
    return this.#next < ring.next || this.#own.length > 0 || this.#ownDropped.size > 0
  }

  /** True if the news concerns tasks without a decision yet; it is sent once the decision is known. */
  #decide(ring: FeedRing): boolean {
    const { view } = this.#options
    if (view.isWhole) return false
    const news = (ring.since(this.#next) ?? []).map((each) => each.news)
    const undecided = news.flatMap((each) => [
      ...('task' in each && each.task !== undefined && !view.knows(each.task) ? [each.task] : []),
      ...view.undecidedIn(each),
    ])
    if (undecided.length === 0) return false
    this.#isDeciding = true
    view.learn(undecided).then(
      () => {
        this.#isDeciding = false
        this.#options.onRoom()
      },
      // A client whose permissions cannot be determined receives nothing.
      () => this.close(),
    )
    return true
  }

  #newsText(ring: FeedRing): string {
    const missed = ring.since(this.#next)
    this.#next = ring.next
    if (missed === null) return this.#options.resetText(ring.next)
    const { tasks, view } = this.#options
    const isWanted = (task: string): boolean => (tasks === null || tasks.has(task)) && !view.hides(task)
    const wanted =
      tasks === null && view.isWhole
        ? missed
        : missed.filter(({ news }) => !('task' in news) || news.task === undefined || isWanted(news.task))
    if (wanted.length <= maxAtOnce) return latestProgress(wanted).map(this.#options.textOf).join('')
    this.#notBefore = this.#options.monotonic() + busyWaitMs
    const left = coalesce(wanted)
    if (left.length > 2 * maxAtOnce) return this.#options.resetText(ring.next)
    return left.map(this.#options.textOf).join('')
  }

  #ownText(): string {
    const dropped = [...this.#ownDropped].map(
      ([watched, count]) => `event: dropped\ndata: ${JSON.stringify({ count, watched })}\n\n`,
    )
    const text = [...this.#own, ...dropped].join('')
    this.#own = []
    this.#ownDropped.clear()
    return text
  }
}
