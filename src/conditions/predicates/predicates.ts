/**
 * Evaluation of custom conditions: functions, promises and streams. The last value counts until there is a new one; a
 * failure counts as false and is reported.
 */
import { ConditionError } from '../../errors/errors.ts'
import { toPromise } from '../../values/promise.ts'
import { isStream, type StreamLike } from '../../values/stream.ts'
import type { Facts, PredicateReading } from '../facts.ts'
import type { PredicateNode } from '../node.ts'
import { CachedPredicate, slowText } from './cached-predicate.ts'
import { Concurrency } from './concurrency.ts'
import { newestSeq } from './refresh-facts.ts'
import { againInMs, isLimited, isRefreshDue, stillCounts } from './validity.ts'

/** Services of the session for evaluations. */
export interface PredicateHost {
  /** The resolved args of the predicate; a promise only if one of them is asynchronous. */
  values(
    node: PredicateNode,
    owner: string | null,
  ): Record<string, unknown> | Promise<Record<string, unknown>>
  /** The second argument of the function. */
  context(owner: string | null): unknown
  /** Called when a predicate has a new value: conditions that depend on it are evaluated again. */
  changed(node: PredicateNode, owner: string | null): void
  /** Elapsed time, ms. */
  monotonic(): number
  pollEveryMs(): number
  onError(error: unknown, node: PredicateNode, owner: string | null): void
  /** Calls the function in its kind of `execution`. */
  execute?(node: PredicateNode, owner: string | null, values: Record<string, unknown>): Promise<unknown>
  /** Called once for each function that blocks the event loop. */
  onSlow?(message: string, node: PredicateNode, owner: string | null): void
}

/** Maximum number of stream values that wait for a run; the oldest ones are dropped and reported. */
const maxWaiting = 1000

/** A predicate and the owner of its evaluation. */
interface Evaluation {
  readonly reader: CachedPredicate
  readonly node: PredicateNode
  readonly owner: string | null
}

/** Readings of a session's predicates. */
export class Predicates {
  readonly #host: PredicateHost
  readonly #readers = new Map<string | null, Map<PredicateNode, CachedPredicate>>()
  /** Concurrency limits of async evaluations, by function. */
  readonly #turns = new Concurrency<Evaluation>()

  constructor(host: PredicateHost) {
    this.#host = host
  }

  /** Evaluates a predicate for an owner; `facts` are those of the evaluation, for a `refresh`. */
  read(node: PredicateNode, owner: string | null, facts?: Facts): PredicateReading {
    const reader = this.#readerOf(node, owner)
    const evaluation = { reader, node, owner }
    if (node.mode === 'function') this.#evaluate(evaluation, facts)
    else if (reader.subscription === null && !reader.isReleased) this.#subscribe(evaluation)
    return {
      value:
        node.mode === 'events'
          ? reader.waiting.length > 0
          : reader.value && stillCounts(reader, node, this.#host),
      pending: reader.pending,
      ...(reader.hasError ? { error: reader.error } : {}),
      ...(isLimited(node) ? { againInMs: againInMs(reader, node, facts, this.#host) } : {}),
    }
  }

  /** Takes the next value of an event stream, for the run that it causes. */
  take(node: PredicateNode, owner: string | null): unknown {
    const reader = this.#readerOf(node, owner)
    const value = reader.waiting.shift()
    if (reader.waiting.length === 0) this.#host.changed(node, owner)
    return value
  }

  /** Discards the readings of an owner and ends its subscriptions. */
  release(owner: string | null): void {
    const readers = this.#readers.get(owner)
    if (readers === undefined) return
    this.#readers.delete(owner)
    for (const [node, reader] of readers) {
      reader.isReleased = true
      try {
        reader.subscription?.unsubscribe()
      } catch (error) {
        // The stream is foreign code: the removal of a task and the stop of a session go on.
        this.#report({ reader, node, owner }, 'could not end its subscription.', error)
      }
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

  #evaluate(evaluation: Evaluation, facts: Facts | undefined): void {
    const { reader, node, owner } = evaluation
    const now = this.#host.monotonic()
    // A pending evaluation continues, and a failing function has its delay.
    if (reader.isEvaluating) return this.#reportSlow(evaluation, now)
    if (now < reader.nextEvaluation || !isRefreshDue(reader, node, facts, now) || !this.#hasTurn(evaluation))
      return
    try {
      const seq = facts === undefined ? Number.NEGATIVE_INFINITY : newestSeq(node.refresh, facts)
      reader.start(facts?.now ?? now, now, seq)
      const values = this.#host.values(node, owner)
      const result =
        values instanceof Promise
          ? values.then((made) => this.#call(node, owner, made as Record<string, unknown>))
          : this.#call(node, owner, values)
      this.#reportBlocking(evaluation, this.#host.monotonic() - now)
      const promise = toPromise(result)
      if (isStream(result)) this.#subscribeTo(result, evaluation)
      else if (promise !== undefined) this.#await(promise, evaluation)
      else this.#succeed(evaluation, result)
    } catch (error) {
      this.#fail(evaluation, error)
    }
  }

  #await(result: Promise<unknown>, evaluation: Evaluation): void {
    const { reader, node, owner } = evaluation
    this.#turns.take(node.source)
    result
      .then(
        (value) => {
          const before = reader.value
          this.#succeed(evaluation, value)
          // The result counts as an evaluation, so the function is not called again at once.
          if (!isLimited(node)) reader.nextEvaluation = this.#host.monotonic() + this.#host.pollEveryMs()
          return before
        },
        (error) => {
          const before = reader.value
          this.#fail(evaluation, error)
          return before
        },
      )
      .then((before) => {
        this.#giveTurn(node.source)
        const hasNews = before !== reader.value || isLimited(node)
        if (!reader.isReleased && hasNews) this.#host.changed(node, owner)
      })
  }

  #hasTurn(evaluation: Evaluation): boolean {
    const { source, concurrency } = evaluation.node
    return this.#turns.has(source, concurrency, evaluation, (a, b) => a.reader === b.reader)
  }

  #giveTurn(source: unknown): void {
    const next = this.#turns.give(source)
    if (next !== undefined && !next.reader.isReleased) this.#host.changed(next.node, next.owner)
  }

  #reportBlocking({ reader, node, owner }: Evaluation, ms: number): void {
    if (!reader.detectsBlocking(ms)) return
    const words = node.words ?? node.name
    this.#host.onSlow?.(
      `Condition '${words}' blocked the session for ${Math.round(ms)} ms; make it async, or set 'validFor'.`,
      node,
      owner,
    )
  }

  #reportSlow(evaluation: Evaluation, now: number): void {
    const { reader, node, owner } = evaluation
    if (!reader.detectsDelay(now)) return
    // The previous value no longer counts, as it may have changed.
    if (node.validForMs === null) reader.value = false
    this.#report(evaluation, `has not answered for over ${slowText}; it counts as false until it does.`)
    this.#host.changed(node, owner)
  }

  #call(node: PredicateNode, owner: string | null, values: Record<string, unknown>): unknown {
    if (node.execution !== null && this.#host.execute !== undefined)
      return this.#host.execute(node, owner, values)
    const call = node.source as (values: Record<string, unknown>, context: unknown) => unknown
    return call(values, this.#host.context(owner))
  }

  #succeed({ reader, node }: Evaluation, value: unknown): void {
    const now = this.#host.monotonic()
    reader.succeed(value, now)
    if (node.validForMs !== null && node.refresh === null) reader.nextEvaluation = now + node.validForMs
  }

  #fail(evaluation: Evaluation, cause: unknown): void {
    evaluation.reader.fail(cause, this.#host.monotonic(), this.#host.pollEveryMs())
    this.#report(evaluation, 'failed; it counts as false.', cause)
  }

  #report({ node, owner }: Evaluation, what: string, cause?: unknown): void {
    const about = { ...(owner === null ? {} : { task: owner }), statement: node.words ?? node.name }
    const options = cause === undefined ? undefined : { cause }
    const error = new ConditionError(`Condition '${about.statement}' ${what}`, about, options)
    this.#host.onError(error, node, owner)
  }

  #subscribe(evaluation: Evaluation): void {
    try {
      this.#subscribeTo(evaluation.node.source as StreamLike, evaluation)
    } catch (error) {
      this.#fail(evaluation, error)
    }
  }

  #subscribeTo(stream: StreamLike, evaluation: Evaluation): void {
    const { reader, node, owner } = evaluation
    // Set before subscribing: a stream may emit at once, which must not cause another subscription.
    reader.subscription ??= { unsubscribe: () => {} }
    // A function that returned a stream is not called again; the stream provides all further values.
    reader.nextEvaluation = Number.POSITIVE_INFINITY
    reader.isEvaluating = false
    const subscription = stream.subscribe({
      next: (value) => {
        if (reader.isReleased) return
        const before = reader.value
        if (node.mode === 'events') this.#queue(evaluation, value)
        else reader.succeed(value, this.#host.monotonic())
        if (node.mode === 'events' || before !== reader.value) this.#host.changed(node, owner)
      },
      error: (error) => {
        const before = reader.value
        this.#fail(evaluation, error)
        reader.nextEvaluation = Number.POSITIVE_INFINITY
        if (before) this.#host.changed(node, owner)
      },
      complete: () => {},
    })
    reader.subscription = subscription
    if (reader.isReleased) subscription.unsubscribe()
  }

  #queue({ reader, node, owner }: Evaluation, value: unknown): void {
    reader.pending = false
    reader.waiting.push(value)
    if (reader.waiting.length <= maxWaiting) return
    reader.waiting.shift()
    const error = new RangeError(
      `Cannot queue the value as at most ${maxWaiting} values may wait for a run: the oldest is dropped`,
    )
    this.#host.onError(error, node, owner)
  }
}

/** Creates the readings of a session's predicates; `close()` ends all subscriptions. */
export function createPredicates(host: PredicateHost): Predicates {
  return new Predicates(host)
}
