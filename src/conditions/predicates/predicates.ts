/**
 * Asks the app's own conditions: functions, promises and streams. What was last said stands until something new is said; a
 * failure is false, and is reported.
 */
import { ConditionError } from '../../errors/errors.ts'
import { toPromise } from '../../values/promise.ts'
import { holds } from '../evaluate/holds.ts'
import { CachedPredicate, isStream, type StreamLike, slowWords } from '../evaluate/reading.ts'
import { wakesAt } from '../evaluate/wakes-at.ts'
import type { Facts, PredicateReading } from '../facts.ts'
import type { PredicateNode } from '../node.ts'
import { Concurrency } from './concurrency.ts'
import { newestSeq, RefreshFacts } from './refresh-facts.ts'

/** What asking needs of the session. */
export interface PredicateHost {
  /** The args of the predicate, made: a promise only if one of them is. */
  values(
    node: PredicateNode,
    owner: string | null,
  ): Record<string, unknown> | Promise<Record<string, unknown>>
  /** What the function gets as its second argument. */
  context(owner: string | null): unknown
  /** Told when a predicate says something new by itself: conditions that depend on it look again. */
  changed(node: PredicateNode, owner: string | null): void
  /** Elapsed ms. */
  monotonic(): number
  pollEveryMs(): number
  onError(error: unknown, node: PredicateNode, owner: string | null): void
  /** Calls the function where its `execution` says. */
  execute?(node: PredicateNode, owner: string | null, values: Record<string, unknown>): Promise<unknown>
  /** Told, once for each, of a function that holds up everything else while it is asked. */
  onSlow?(message: string, node: PredicateNode, owner: string | null): void
}

/** At most so many values of a stream wait for a run; more are dropped, the oldest first, and that is reported. */
const maxWaiting = 1000

/** A predicate and who asks. */
interface Asked {
  readonly reader: CachedPredicate
  readonly node: PredicateNode
  readonly owner: string | null
}

/** The readings of a session's predicates. */
export class Predicates {
  readonly #host: PredicateHost
  readonly #readers = new Map<string | null, Map<PredicateNode, CachedPredicate>>()
  /** By function: who may ask for an async answer. */
  readonly #turns = new Concurrency<Asked>()

  constructor(host: PredicateHost) {
    this.#host = host
  }

  /** Looks at a predicate for an owner; `facts` are those of the look, for a `refresh`. */
  read(node: PredicateNode, owner: string | null, facts?: Facts): PredicateReading {
    const reader = this.#readerOf(node, owner)
    const asked = { reader, node, owner }
    if (node.mode === 'function') this.#look(asked, facts)
    else if (reader.subscription === null && !reader.isReleased) this.#subscribe(asked)
    return {
      value: node.mode === 'events' ? reader.waiting.length > 0 : reader.value && this.#stillCounts(asked),
      pending: reader.pending,
      ...(reader.hasError ? { error: reader.error } : {}),
      ...(isLimited(node) ? { againInMs: this.#againInMs(asked, facts) } : {}),
    }
  }

  /** Takes the next value of an event stream, for the run that it starts. */
  take(node: PredicateNode, owner: string | null): unknown {
    const reader = this.#readerOf(node, owner)
    const value = reader.waiting.shift()
    if (reader.waiting.length === 0) this.#host.changed(node, owner)
    return value
  }

  /** Forgets what was read for an owner and ends its subscriptions. */
  release(owner: string | null): void {
    const readers = this.#readers.get(owner)
    if (readers === undefined) return
    this.#readers.delete(owner)
    for (const reader of readers.values()) {
      reader.isReleased = true
      reader.subscription?.unsubscribe()
    }
  }

  close(): void {
    for (const owner of [...this.#readers.keys()]) this.release(owner)
  }

  #readerOf(node: PredicateNode, owner: string | null): CachedPredicate {
    let readers = this.#readers.get(owner)
    if (readers === undefined) this.#readers.set(owner, (readers = new Map()))
    let reader = readers.get(node)
    if (reader === undefined) readers.set(node, (reader = new CachedPredicate()))
    return reader
  }

  #look(asked: Asked, facts: Facts | undefined): void {
    const { reader, node, owner } = asked
    const now = this.#host.monotonic()
    // An answer under way is waited for; a failing function has its pause.
    if (reader.isLooking) return this.#reportSlow(asked, now)
    if (now < reader.nextLook || !this.#isRefreshDue(asked, facts) || !this.#hasTurn(asked)) return
    try {
      const seq = facts === undefined ? Number.NEGATIVE_INFINITY : newestSeq(node.refresh, facts)
      reader.asks(facts?.now ?? now, now, seq)
      const values = this.#host.values(node, owner)
      const said =
        values instanceof Promise
          ? values.then((made) => this.#call(node, owner, made as Record<string, unknown>))
          : this.#call(node, owner, values)
      this.#noteHold(asked, this.#host.monotonic() - now)
      const promise = toPromise(said)
      if (isStream(said)) this.#subscribeTo(said, asked)
      else if (promise !== undefined) this.#await(promise, asked)
      else this.#said(asked, said)
    } catch (error) {
      this.#failed(asked, error)
    }
  }

  #await(said: Promise<unknown>, asked: Asked): void {
    const { reader, node, owner } = asked
    this.#turns.take(node.source)
    said
      .then(
        (value) => {
          const before = reader.value
          this.#said(asked, value)
          // An answer is a look of its own: the function is not asked again at once.
          if (!isLimited(node)) reader.nextLook = this.#host.monotonic() + this.#host.pollEveryMs()
          return before
        },
        (error) => {
          const before = reader.value
          this.#failed(asked, error)
          return before
        },
      )
      .then((before) => {
        this.#giveTurn(node.source)
        const hasNews = before !== reader.value || isLimited(node)
        if (!reader.isReleased && hasNews) this.#host.changed(node, owner)
      })
  }

  #isRefreshDue({ reader, node }: Asked, facts: Facts | undefined): boolean {
    if (node.refresh === null || !reader.wasAsked || facts === undefined) return true
    return holds(node.refresh, this.#lookFacts(reader, facts))
  }

  #lookFacts(reader: CachedPredicate, facts: Facts): RefreshFacts {
    const { askedAt, askedMono, askedSeq } = reader
    return new RefreshFacts(facts, { at: askedAt, ageMs: this.#host.monotonic() - askedMono, seq: askedSeq })
  }

  /** With a `refresh`, an answer stands no longer than it is said to be valid; without, a late one has been asked for again. */
  #stillCounts({ reader, node }: Asked): boolean {
    if (node.validForMs === null) return true
    const age = this.#host.monotonic() - reader.answeredMono
    return (node.refresh === null && !reader.isLate) || age < node.validForMs
  }

  /** Elapsed ms until looking again can bring something new by time alone. */
  #againInMs({ reader, node }: Asked, facts: Facts | undefined): number {
    const now = this.#host.monotonic()
    // Whoever waits for an answer or a turn is told; but an answer that does not come must be noticed.
    if (reader.isLooking) return reader.isLate ? Number.POSITIVE_INFINITY : this.#host.pollEveryMs()
    let again =
      node.refresh === null || reader.nextLook > now ? reader.nextLook - now : Number.POSITIVE_INFINITY
    if (node.refresh !== null && facts !== undefined)
      again = Math.min(again, wakesAt(node.refresh, this.#lookFacts(reader, facts)) - facts.now)
    if (node.validForMs !== null && reader.value)
      again = Math.min(again, reader.answeredMono + node.validForMs - now)
    return again > 0 ? again : this.#host.pollEveryMs()
  }

  #hasTurn(asked: Asked): boolean {
    const { source, concurrency } = asked.node
    return this.#turns.has(source, concurrency, asked, (a, b) => a.reader === b.reader)
  }

  #giveTurn(source: unknown): void {
    const next = this.#turns.give(source)
    if (next !== undefined && !next.reader.isReleased) this.#host.changed(next.node, next.owner)
  }

  #noteHold({ reader, node, owner }: Asked, ms: number): void {
    if (!reader.holdsUp(ms)) return
    const words = node.words ?? node.name
    this.#host.onSlow?.(
      `Condition '${words}' held up the session for ${Math.round(ms)} ms; make it async, or give it 'validFor'.`,
      node,
      owner,
    )
  }

  #reportSlow(asked: Asked, now: number): void {
    const { reader, node, owner } = asked
    if (!reader.noticesDelay(now)) return
    // What it said before counts no more: nobody knows whether it is still so.
    if (node.validForMs === null) reader.value = false
    this.#report(asked, `has not answered for over ${slowWords}; it counts as false until it does.`)
    this.#host.changed(node, owner)
  }

  #call(node: PredicateNode, owner: string | null, values: Record<string, unknown>): unknown {
    if (node.execution !== null && this.#host.execute !== undefined)
      return this.#host.execute(node, owner, values)
    const call = node.source as (values: Record<string, unknown>, context: unknown) => unknown
    return call(values, this.#host.context(owner))
  }

  #said({ reader, node }: Asked, value: unknown): void {
    const now = this.#host.monotonic()
    reader.said(value, now)
    if (node.validForMs !== null && node.refresh === null) reader.nextLook = now + node.validForMs
  }

  #failed(asked: Asked, cause: unknown): void {
    asked.reader.failed(cause, this.#host.monotonic(), this.#host.pollEveryMs())
    this.#report(asked, 'failed; it counts as false.', cause)
  }

  #report({ node, owner }: Asked, what: string, cause?: unknown): void {
    const about = { ...(owner === null ? {} : { task: owner }), statement: node.words ?? node.name }
    const options = cause === undefined ? undefined : { cause }
    const error = new ConditionError(`Condition '${about.statement}' ${what}`, about, options)
    this.#host.onError(error, node, owner)
  }

  #subscribe(asked: Asked): void {
    try {
      this.#subscribeTo(asked.node.source as StreamLike, asked)
    } catch (error) {
      this.#failed(asked, error)
    }
  }

  #subscribeTo(stream: StreamLike, asked: Asked): void {
    const { reader, node, owner } = asked
    // Set before subscribing: a stream may speak at once, and its words must not subscribe again.
    reader.subscription ??= { unsubscribe: () => {} }
    // A function that gave a stream is not called again: the stream speaks for it from now on.
    reader.nextLook = Number.POSITIVE_INFINITY
    reader.isLooking = false
    const subscription = stream.subscribe({
      next: (value) => {
        if (reader.isReleased) return
        const before = reader.value
        if (node.mode === 'events') this.#queue(asked, value)
        else reader.said(value, this.#host.monotonic())
        if (node.mode === 'events' || before !== reader.value) this.#host.changed(node, owner)
      },
      error: (error) => {
        const before = reader.value
        this.#failed(asked, error)
        reader.nextLook = Number.POSITIVE_INFINITY
        if (before) this.#host.changed(node, owner)
      },
      complete: () => {},
    })
    reader.subscription = subscription
    if (reader.isReleased) subscription.unsubscribe()
  }

  #queue({ reader, node, owner }: Asked, value: unknown): void {
    reader.pending = false
    reader.waiting.push(value)
    if (reader.waiting.length <= maxWaiting) return
    reader.waiting.shift()
    const error = new RangeError(
      `Cannot keep the value as at most ${maxWaiting} wait for a run: the oldest is dropped`,
    )
    this.#host.onError(error, node, owner)
  }
}

/** When it is asked is said by itself, and not by the session's poll. */
function isLimited(node: PredicateNode): boolean {
  return node.validForMs !== null || node.refresh !== null
}

/** Readings of predicates for a session; `close()` ends all that they subscribe to. */
export function createPredicates(host: PredicateHost): Predicates {
  return new Predicates(host)
}
