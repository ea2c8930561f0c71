/** Ring of recent, numbered news, from which a client that reconnects receives what it missed. */
import type { News } from '../../app/index.ts'

/** News with its number. */
export interface Numbered {
  readonly id: number
  readonly news: News
  /** Text to send; made when the first client needs it. */
  text: string | null
}

/** The newest news, at most `size`; numbers increase by one. */
export class FeedRing {
  readonly #entries: (Numbered | undefined)[]
  #first = 1
  #next = 1

  constructor(readonly size: number) {
    this.#entries = new Array<Numbered | undefined>(size)
  }

  /** The number of the next news. */
  get next(): number {
    return this.#next
  }

  add(news: News): void {
    this.#entries[this.#next % this.size] = { id: this.#next, news, text: null }
    this.#next += 1
    if (this.#next - this.#first > this.size) this.#first = this.#next - this.size
  }

  /** Clears the ring and skips a number, so that clients with an older position know that they missed something. */
  interrupt(): void {
    this.#entries.fill(undefined)
    this.#next += 1
    this.#first = this.#next
  }

  /** The news from that number on; null if some of it is no longer kept. */
  since(id: number): Numbered[] | null {
    // Negated as a whole, so that NaN also gives null.
    if (!(id >= this.#first && id <= this.#next)) return null
    const found: Numbered[] = []
    for (let each = id; each < this.#next; each++) found.push(this.#entries[each % this.size]!)
    return found
  }
}

/**
 * Reduces news for a client that cannot receive everything: the newest of each kind per task, and the newest log line and progress per
 * run. The order is kept.
 */
export function coalesce(all: readonly Numbered[]): Numbered[] {
  const newest = new Map<string, number>()
  for (const { id, news } of all) newest.set(subjectOf(news, id), id)
  return all.filter(({ id, news }) => newest.get(subjectOf(news, id)) === id)
}

/** Removes outdated progress events, which no client needs. */
export function latestProgress(all: readonly Numbered[]): readonly Numbered[] {
  if (!all.some(({ news }) => news.type === 'run.progress')) return all
  const newest = new Map<string, number>()
  for (const { id, news } of all) if (news.type === 'run.progress') newest.set(news.runId, id)
  return all.filter(({ id, news }) => news.type !== 'run.progress' || newest.get(news.runId) === id)
}

function subjectOf(news: News, id: number): string {
  if (news.type === 'run.logged' || news.type === 'run.progress') return `${news.type} ${news.runId}`
  return 'task' in news && news.type !== 'session.warning' ? `${news.type} ${news.task}` : String(id)
}
