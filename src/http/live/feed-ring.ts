/** The news of late, numbered, so that a client that was away is told what it missed. */
import type { News } from '../../app/index.ts'

/** A piece of news with its number. */
export interface Numbered {
  readonly id: number
  readonly news: News
  /** As it is sent; made when the first client needs it. */
  text: string | null
}

/** The newest pieces of news, at most so many; numbers go up by one. */
export class FeedRing {
  readonly #slots: (Numbered | undefined)[]
  #first = 1
  #next = 1

  constructor(readonly size: number) {
    this.#slots = new Array<Numbered | undefined>(size)
  }

  /** The number that the next one will have. */
  get next(): number {
    return this.#next
  }

  add(news: News): void {
    this.#slots[this.#next % this.size] = { id: this.#next, news, text: null }
    this.#next += 1
    if (this.#next - this.#first > this.size) this.#first = this.#next - this.size
  }

  /** Forgets everything, and that there was a gap: who was told of what came before has missed something. */
  interrupt(): void {
    this.#slots.fill(undefined)
    this.#next += 1
    this.#first = this.#next
  }

  /** What came from that number on; null if some of it is gone. */
  since(id: number): Numbered[] | null {
    // The other way round it would be true of what is no number.
    if (!(id >= this.#first && id <= this.#next)) return null
    const found: Numbered[] = []
    for (let each = id; each < this.#next; each++) found.push(this.#slots[each % this.size]!)
    return found
  }
}

/**
 * What is left of news when a client cannot be told all: of each task the newest of each kind, of runs' lines and progress the
 * newest of each run. The order stays.
 */
export function coalesce(all: readonly Numbered[]): Numbered[] {
  const newest = new Map<string, number>()
  for (const { id, news } of all) newest.set(subjectOf(news, id), id)
  return all.filter(({ id, news }) => newest.get(subjectOf(news, id)) === id)
}

/** Without the progress that is out of date already, which nobody ever needs. */
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
