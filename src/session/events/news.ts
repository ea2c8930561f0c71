/**
 * Where a session's news is heard: by name, all at once, as an Observable, or by tools that watch the process, on the
 * `gantry` channel of `node:diagnostics_channel` (messages `{ session, news }`). With no listener it costs a comparison.
 */
import { channel } from 'node:diagnostics_channel'
import type { Observable } from 'rxjs'
import { type News, type NewsType, newsTypes } from '../../../machines/protocol.ts'
import { didYouMeanNearest } from '../../errors/suggest.ts'
import { toPromise } from '../../values/promise.ts'
import { SafeStream } from './safe-stream.ts'

type Listener = (news: News) => void

const diagnostics = channel('gantry')

/** Tells news to listeners, in the order they came; one that throws is reported and the others still hear. */
export class NewsHub {
  readonly #byName = new Map<NewsType | '*', Set<Listener>>()
  readonly #session: string
  readonly #onThrow: (error: unknown, of: string) => void
  #listeners = 0
  #isTellingOfThrow = false
  #isPublic = true

  constructor(session: string, onThrow: (error: unknown, of: string) => void) {
    this.#session = session
    this.#onThrow = onThrow
  }

  /** What is told from now on is heard by its own listeners alone: it happens in no session that anybody watches. */
  makePrivate(): void {
    this.#isPublic = false
  }

  /** Whether anyone listens: who makes costly news asks first. */
  get isHeard(): boolean {
    return this.#listeners > 0 || this.#isWatched
  }

  get #isWatched(): boolean {
    return this.#isPublic && diagnostics.hasSubscribers
  }

  /** Whether anyone listens to that news. */
  hears(name: NewsType): boolean {
    if (this.#isWatched) return true
    return (this.#byName.get(name)?.size ?? 0) + (this.#byName.get('*')?.size ?? 0) > 0
  }

  on(name: NewsType | '*', listener: Listener): () => void {
    if (typeof listener !== 'function')
      throw new TypeError(`Cannot listen to '${name}' as a listener must be a function: ${String(listener)}`)
    // Whoever listens to what is never told would wait for ever, without a word.
    if (name !== '*' && !newsTypes.includes(name)) throw unknownNews(name)
    let listeners = this.#byName.get(name)
    if (listeners === undefined) this.#byName.set(name, (listeners = new Set()))
    // A function may be given twice; each is one listener with its own undo.
    const own: Listener = (news) => listener(news)
    listeners.add(own)
    this.#listeners += 1
    return () => {
      if (listeners.delete(own)) this.#listeners -= 1
    }
  }

  tell(news: News): void {
    if (this.#isWatched) diagnostics.publish({ session: this.#session, news })
    if (this.#listeners === 0) return
    this.#tellAll(this.#byName.get(news.type), news)
    this.#tellAll(this.#byName.get('*'), news)
  }

  /** All news from the subscription on. */
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
        // A listener may be async, whatever its type says: its rejection would end the process.
        toPromise(result)?.catch((error) => isOfThrow || this.#report(error, news.type))
      } catch (error) {
        this.#report(error, news.type)
      }
    }
  }

  #report(error: unknown, of: string): void {
    // A listener of warnings that throws must not be told of its own throw for ever.
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
  return new TypeError(`Cannot listen to '${String(name)}' as there is no such news.${hint}`)
}
