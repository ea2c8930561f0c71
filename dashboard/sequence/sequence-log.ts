/** The events between actors as the page keeps them: limited, and held back while paused. */
import type { ActorAddress, Processed, Sent } from '../../src/http/contract/actor-messages.ts'

/** The state of the receiver after an event. */
export type After = Pick<Processed, 'at' | 'status' | 'value' | 'context'>

/** An event from one actor to another. */
export interface Step {
  readonly kind: 'step'
  /** Unique among the steps of a page. */
  readonly id: number
  /** Epoch ms. */
  readonly at: number
  /** The sender; null if it is not an actor. */
  readonly from: ActorAddress | null
  readonly to: ActorAddress
  readonly type: string
  readonly event: unknown
  /** Null until it is known, or if it was left out. */
  readonly after: After | null
}

/** A place where events are missing. */
export interface Gap {
  readonly kind: 'gap'
  readonly id: number
  /** The number of events that the server left out; null if events may be missing since the connection was interrupted. */
  readonly count: number | null
}

export type Entry = Step | Gap

/** The maximum number of entries that are kept. */
export const maxEntries = 2_000

export class SequenceLog {
  readonly #limit: number
  #entries: Entry[] = []
  #held: Entry[] = []
  #isPaused = false
  #heldCount = 0
  #forgotten = 0
  #lastId = 0
  /** Ids of the steps whose state is not known yet, by the server's number of the event. */
  #open = new Map<number, number>()

  constructor(limit = maxEntries) {
    this.#limit = limit
  }

  /** The entries that are shown, oldest first. */
  get entries(): readonly Entry[] {
    return this.#entries
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  /** The number of events since the pause began. */
  get heldCount(): number {
    return this.#heldCount
  }

  /** The number of events that are no longer kept, as newer ones took their place. */
  get forgotten(): number {
    return this.#forgotten
  }

  /** Takes an event of the server; returns true if something has changed. */
  take({ name, data }: { readonly name: string; readonly data: Record<string, unknown> }): boolean {
    // The first event of a stream: what was sent before it is missing.
    if (name === 'hello' || name === 'reset') return this.interrupt()
    if (data.watched !== 'actors') return false
    if (name === 'dropped') this.#addGap(Number(data.count))
    else if (name === 'actor' && data.kind === 'event') this.#addStep(data as unknown as Sent)
    else if (name === 'actor' && data.kind === 'snapshot') this.#finish(data as unknown as Processed)
    else return false
    return true
  }

  /** Holds back what arrives from now on. */
  pause(): void {
    this.#isPaused = true
  }

  /** Shows what was held back. */
  resume(): void {
    const held = this.#held
    this.#held = []
    this.#heldCount = 0
    this.#isPaused = false
    for (const entry of held) this.#keep(this.#entries, entry)
  }

  /** Removes all entries. */
  clear(): void {
    this.#entries = []
    this.#held = []
    this.#heldCount = 0
    this.#forgotten = 0
    this.#open.clear()
  }

  /** Notes that events may be missing from now on; returns true if that changed something. */
  interrupt(): boolean {
    // The server numbers events from the start again.
    this.#open.clear()
    if (this.#entries.length === 0 && this.#held.length === 0) return false
    this.#addGap(null)
    return true
  }

  #addStep({ n, at, from, to, event }: Sent): void {
    const { type } = (event ?? {}) as { readonly type?: unknown }
    this.#lastId += 1
    if (this.#isPaused) this.#heldCount += 1
    this.#open.set(n, this.#lastId)
    this.#add({ kind: 'step', id: this.#lastId, at, from, to, type: String(type), event, after: null })
  }

  #addGap(count: number | null): void {
    const list = this.#isPaused ? this.#held : this.#entries
    if (this.#isPaused && count !== null) this.#heldCount += count
    const last = list.at(-1)
    if (last?.kind === 'gap' && (last.count === null) === (count === null)) {
      if (count !== null) list[list.length - 1] = { ...last, count: last.count! + count }
      return
    }
    this.#lastId += 1
    this.#add({ kind: 'gap', id: this.#lastId, count })
  }

  #finish({ n, at, status, value, context }: Processed): void {
    const id = this.#open.get(n)
    this.#open.delete(n)
    if (id === undefined) return
    for (const list of [this.#held, this.#entries]) {
      const found = list.findLastIndex((entry) => entry.id === id)
      const step = list[found]
      if (step?.kind === 'step') list[found] = { ...step, after: { at, status, value, context } }
    }
  }

  #add(entry: Entry): void {
    this.#keep(this.#isPaused ? this.#held : this.#entries, entry)
  }

  #keep(list: Entry[], entry: Entry): void {
    list.push(entry)
    if (list.length <= this.#limit) return
    for (const left of list.splice(0, list.length - this.#limit))
      this.#forgotten += left.kind === 'step' ? 1 : 0
    // Events that are never processed would stay open.
    if (this.#open.size > this.#limit) this.#open.delete(this.#open.keys().next().value!)
  }
}
