/**
 * Looks at the app's own conditions: functions, promises and streams. What was last said stands until something new is
 * said; a failure is false, and is reported.
 */
import { ConditionError } from '../errors.ts'
import type { PredicateReading } from './facts.ts'
import type { PredicateNode } from './node.ts'

/** What looking at predicates needs of the session. */
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
}

/** Something to subscribe to, of RxJS or another library. */
export interface StreamLike {
  subscribe(observer: {
    next: (value: unknown) => void
    error: (error: unknown) => void
    complete: () => void
  }): { unsubscribe(): void }
}

/** True of whatever can be subscribed to. */
export function isStream(value: unknown): value is StreamLike {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as Partial<StreamLike>).subscribe === 'function'
  )
}

/** At most so many values of a stream wait for a run; more are dropped, the oldest first, and that is reported. */
const maxWaiting = 1000
/** After so many errors in a row a function is looked at more and more rarely. */
const patience = 5
const longestPauseMs = 60_000
/** An answer that takes longer than this is reported, once. */
const slowMs = 1000

/** What is kept of one predicate and one owner. */
class Reader {
  value = false
  pending = true
  error: unknown = undefined
  hasError = false
  errors = 0
  /** Of a function: not looked at before this, on the monotonic clock. */
  nextLook = Number.NEGATIVE_INFINITY
  isLooking = false
  lookingSince = 0
  isKnownSlow = false
  readonly waiting: unknown[] = []
  subscription: { unsubscribe(): void } | null = null
  isReleased = false
}

/** The readings of a session's predicates. */
export class Predicates {
  readonly #host: PredicateHost
  readonly #readers = new Map<string | null, Map<PredicateNode, Reader>>()

  constructor(host: PredicateHost) {
    this.#host = host
  }

  /** Looks at a predicate for an owner. */
  read(node: PredicateNode, owner: string | null): PredicateReading {
    const reader = this.#readerOf(node, owner)
    if (node.mode === 'function') this.#look(reader, node, owner)
    else if (reader.subscription === null && !reader.isReleased) this.#subscribe(reader, node, owner)
    const value = node.mode === 'events' ? reader.waiting.length > 0 : reader.value
    return { value, pending: reader.pending, ...(reader.hasError ? { error: reader.error } : {}) }
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

  #readerOf(node: PredicateNode, owner: string | null): Reader {
    let readers = this.#readers.get(owner)
    if (readers === undefined) this.#readers.set(owner, (readers = new Map()))
    let reader = readers.get(node)
    if (reader === undefined) readers.set(node, (reader = new Reader()))
    return reader
  }

  #look(reader: Reader, node: PredicateNode, owner: string | null): void {
    // An answer under way is waited for; a failing function has its pause.
    const now = this.#host.monotonic()
    if (reader.isLooking) return this.#reportSlow(reader, node, owner, now)
    if (now < reader.nextLook) return
    try {
      reader.isLooking = true
      reader.lookingSince = now
      const values = this.#host.values(node, owner)
      const said =
        values instanceof Promise
          ? values.then((made) => this.#call(node, owner, made))
          : this.#call(node, owner, values)
      if (isStream(said)) return this.#subscribeTo(said, reader, node, owner)
      if (!isPromise(said)) return this.#said(reader, said)
      // An async function that has an answer is not asked again at once: its answer is a look of its own.
      reader.isLooking = true
      said.then(
        (value) => {
          const before = reader.value
          this.#said(reader, value)
          reader.nextLook = this.#host.monotonic() + this.#host.pollEveryMs()
          if (!reader.isReleased && before !== reader.value) this.#host.changed(node, owner)
        },
        (error) => {
          const before = reader.value
          this.#failed(reader, node, owner, error)
          if (!reader.isReleased && before) this.#host.changed(node, owner)
        },
      )
    } catch (error) {
      this.#failed(reader, node, owner, error)
    }
  }

  #reportSlow(reader: Reader, node: PredicateNode, owner: string | null, now: number): void {
    if (reader.isKnownSlow || now - reader.lookingSince <= slowMs) return
    reader.isKnownSlow = true
    const about = aboutOf(node, owner)
    this.#host.onError(
      new ConditionError(
        `Condition '${about.statement}' has not answered for over ${slowMs} ms; its last answer stands.`,
        about,
      ),
      node,
      owner,
    )
  }

  #call(node: PredicateNode, owner: string | null, values: Record<string, unknown>): unknown {
    const call = node.source as (values: Record<string, unknown>, context: unknown) => unknown
    return call(values, this.#host.context(owner))
  }

  #said(reader: Reader, value: unknown): void {
    reader.isLooking = false
    reader.pending = false
    reader.hasError = false
    reader.error = undefined
    reader.errors = 0
    reader.isKnownSlow = false
    reader.value = Boolean(value)
  }

  #failed(reader: Reader, node: PredicateNode, owner: string | null, cause: unknown): void {
    reader.isLooking = false
    reader.pending = false
    reader.value = false
    reader.hasError = true
    reader.error = cause
    reader.errors += 1
    const pause = reader.errors < patience ? this.#host.pollEveryMs() : 1000 * 2 ** (reader.errors - patience)
    reader.nextLook = this.#host.monotonic() + Math.min(pause, longestPauseMs)
    reader.isKnownSlow = false
    const about = aboutOf(node, owner)
    this.#host.onError(
      new ConditionError(`Condition '${about.statement}' failed; it counts as false.`, about, { cause }),
      node,
      owner,
    )
  }

  #subscribe(reader: Reader, node: PredicateNode, owner: string | null): void {
    try {
      this.#subscribeTo(node.source as StreamLike, reader, node, owner)
    } catch (error) {
      this.#failed(reader, node, owner, error)
    }
  }

  #subscribeTo(stream: StreamLike, reader: Reader, node: PredicateNode, owner: string | null): void {
    // Set before subscribing: a stream may speak at once, and its words must not subscribe again.
    reader.subscription ??= { unsubscribe: () => {} }
    // A function that gave a stream is not called again: the stream speaks for it from now on.
    reader.nextLook = Number.POSITIVE_INFINITY
    reader.isLooking = false
    const subscription = stream.subscribe({
      next: (value) => {
        if (reader.isReleased) return
        const before = reader.value
        if (node.mode === 'events') this.#queue(reader, node, owner, value)
        else this.#said(reader, value)
        if (node.mode === 'events' || before !== reader.value) this.#host.changed(node, owner)
      },
      error: (error) => {
        const before = reader.value
        this.#failed(reader, node, owner, error)
        reader.nextLook = Number.POSITIVE_INFINITY
        if (before) this.#host.changed(node, owner)
      },
      complete: () => {},
    })
    reader.subscription = subscription
    if (reader.isReleased) subscription.unsubscribe()
  }

  #queue(reader: Reader, node: PredicateNode, owner: string | null, value: unknown): void {
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

function aboutOf(node: PredicateNode, owner: string | null) {
  return { ...(owner === null ? {} : { task: owner }), statement: node.words ?? node.name }
}

/** Readings of predicates for a session; `close()` ends all that they subscribe to. */
export function createPredicates(host: PredicateHost): Predicates {
  return new Predicates(host)
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as Promise<unknown>).then === 'function'
}
