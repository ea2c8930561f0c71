/**
 * The publisher of a session's news: to listeners by type or of all types, as an Observable, and to tools on the channel `gantry`
 * of `node:diagnostics_channel` (messages `{ session, news }`). Without listeners it costs one comparison.
 */
import { channel } from 'node:diagnostics_channel'
import type { Observable } from 'rxjs'
import { type News, type NewsType, newsTypes } from '../../../machines/protocol.ts'
import { didYouMeanNearest } from '../../errors/suggest.ts'
import { toPromise } from '../../values/promise.ts'
import { SafeStream } from './safe-stream.ts'

type Listener = (news: News) => void

const diagnostics = channel('gantry')
const noTools = { hasSubscribers: false, publish: (): void => {} }

/** Publishes news to listeners, in the order in which they were added. An error of one is reported, and the others are called. */
export class NewsHub {
  readonly #byName = new Map<NewsType | '*', Set<Listener>>()
  readonly #session: string
  readonly #onThrow: (error: unknown, of: string) => void
  #listeners = 0
  #isTellingOfThrow = false
  /** Tools on the channel do not receive the news of a simulation. */
  readonly #tools: Pick<typeof diagnostics, 'hasSubscribers' | 'publish'>

  /** @param isPrivate - True if only its own listeners receive news: that of a simulation must not reach tools. */
  constructor(session: string, onThrow: (error: unknown, of: string) => void, isPrivate = false) {
    this.#session = session
    this.#onThrow = onThrow
    this.#tools = isPrivate ? noTools : diagnostics
  }

  /** True if there is a listener. Callers check it before they create expensive news. */
  get isHeard(): boolean {
    return this.#listeners > 0 || this.#tools.hasSubscribers
  }

  /** True if there is a listener of this type of news. */
  hears(name: NewsType): boolean {
    if (this.#tools.hasSubscribers) return true
    return (this.#byName.get(name)?.size ?? 0) + (this.#byName.get('*')?.size ?? 0) > 0
  }

  on(name: NewsType | '*', listener: Listener): () => void {
    if (typeof listener !== 'function')
      throw new TypeError(`Cannot listen to '${name}' as a listener must be a function: ${String(listener)}`)
    // A listener of an unknown type would never be called, and nothing would report it.
    if (name !== '*' && !newsTypes.includes(name)) throw unknownNews(name)
    let listeners = this.#byName.get(name)
    if (listeners === undefined) this.#byName.set(name, (listeners = new Set()))
    // The same function may be added twice: each time it is a separate listener.
    const own: Listener = (news) => listener(news)
    listeners.add(own)
    this.#listeners += 1
    return () => {
      if (listeners.delete(own)) this.#listeners -= 1
    }
  }

  tell(news: News): void {
    if (this.#tools.hasSubscribers) this.#tools.publish({ session: this.#session, news })
    if (this.#listeners === 0) return
    this.#tellAll(this.#byName.get(news.type), news)
    this.#tellAll(this.#byName.get('*'), news)
  }

  /** All news, from the subscription on. */
  readonly events$: Observable<News> = new SafeStream<News>(
    (error) => this.#report(error, 'events$'),
    (subscriber) => this.on('*', (news) => subscriber.next(news)),
  )

  #tellAll(listeners: Set<Listener> | undefined, news: News): void {
    if (listeners === undefined) return
    const isOfThrow = this.#isTellingOfThrow
    for (const listener of [...listeners]) {
      try {
        const result: unknown = listener(news)
        // A listener may be async regardless of its type, and its rejection would end the process.
        toPromise(result)?.catch((error) => isOfThrow || this.#report(error, news.type))
      } catch (error) {
        this.#report(error, news.type)
      }
    }
  }

  #report(error: unknown, of: string): void {
    // A listener of warnings that throws must not receive warnings about itself without end.
    if (this.#isTellingOfThrow) return
    this.#isTellingOfThrow = true
    try {
      this.#onThrow(error, of)
    } finally {
      this.#isTellingOfThrow = false
    }
  }
}

function unknownNews(name: unknown): TypeError {
  const hint = typeof name === 'string' ? didYouMeanNearest(name, newsTypes) : ''
  return new TypeError(`Cannot listen to '${String(name)}' as there is no such event.${hint}`)
}
