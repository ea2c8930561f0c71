/**
 * The boundary to a store: every call to a store, built-in or custom, goes through here.
 *
 * The methods of a store are user code. A synchronous throw is equivalent to a rejection, a returned promise may be of any
 * kind, and an invalid answer (not a list, not a number, an entry of an unknown action) does not pass this file.
 */
import type { Clock } from '../clock/clock.ts'
import { callAfterLived } from '../clock/lived-time.ts'
import { RunLogError } from '../errors/errors.ts'
import { chain, toPromise } from '../values/promise.ts'
import { whyInvalidEntry } from './check-entry.ts'
import type { LogEntry, Note, RunRecord } from './entry.ts'
import type { LogQuery, NoteQuery } from './query.ts'
import type { KeepOf, Retention } from './retention.ts'
import type { LoadLimits, Store } from './store.ts'
import type { LogProblem } from './store-problem.ts'

/** An error that a method threw synchronously: the order of writes needs it before any later turn. */
export class Thrown {
  constructor(readonly problem: unknown) {}
}

/** The answer of a write: undefined if it is complete, a promise, or a synchronous error. */
export type Answer = undefined | Promise<void> | Thrown

/** True if the same entries would fail each time, so that a retry is pointless. */
export function isRefusal(problem: unknown): boolean {
  return (problem as Partial<RunLogError> | null)?.isEntryRefused === true
}

/** The receiver of reports on invalid and late answers. */
interface StoreCallsOptions {
  readonly report: (problem: LogProblem) => void
  readonly clock: Pick<Clock, 'callAfter' | 'monotonic'>
  readonly slowAfterMs: number
}

/** A store behind the boundary. No method throws, except {@link flushSync}. */
export class StoreCalls {
  readonly #said = new Set<string>()

  constructor(
    readonly store: Store,
    readonly options: StoreCallsOptions,
  ) {}

  append(entries: readonly LogEntry[]): Answer {
    return this.#act(() => this.store.append(entries))
  }

  /** Checks whether the store could lose acknowledged entries; does nothing if the store has no such method. */
  check(): Answer {
    return this.#act(() => this.store.check?.())
  }

  close(): Answer {
    return this.#act(() => this.store.close())
  }

  load(limits?: LoadLimits): readonly LogEntry[] | Promise<readonly LogEntry[]> {
    return this.#ask('load', () => this.store.load(limits), this.#entries<LogEntry>)
  }

  query(query: LogQuery): readonly RunRecord[] | Promise<readonly RunRecord[]> {
    return this.#ask('query', () => this.store.query(query), this.#entries<RunRecord>)
  }

  notes(query: NoteQuery): readonly Note[] | Promise<readonly Note[]> {
    return this.#ask('notes', () => this.store.notes(query), this.#entries<Note>)
  }

  count(query: LogQuery): number | Promise<number> {
    if (this.store.count !== undefined)
      return this.#ask('count', () => this.store.count!(query), this.#number)
    const found = this.query(query)
    return chain(found, (records) => records.length)
  }

  prune(retention: Retention, now: number): number | Promise<number> {
    return this.#ask('prune', () => this.store.prune(retention, now), this.#number)
  }

  protect(keep: KeepOf): void {
    this.#try('protect', () => this.store.protect?.(keep))
  }

  beat(now: number): void {
    this.#try('beat', () => this.store.beat?.(now))
  }

  lastBeat(): number | null {
    const at = this.#try('lastBeat', () => this.store.lastBeat?.())
    return typeof at === 'number' && Number.isFinite(at) ? at : null
  }

  /** Throws what the store throws: the caller is the last step before the process exits, and reports it. */
  flushSync(): void {
    this.store.flushSync?.()
  }

  #act(call: () => unknown): Answer {
    try {
      return toPromise(call() as Promise<void> | undefined)
    } catch (problem) {
      return new Thrown(problem)
    }
  }

  #ask<T>(method: string, call: () => unknown, check: (method: string, value: unknown) => T): T | Promise<T> {
    try {
      const value = call()
      const promise = toPromise(value)
      if (promise === undefined) return check(method, value)
      // Pruning may take long, and no caller waits for it.
      const timed = method === 'prune' ? promise : this.#timed(method, promise)
      return timed.then((late) => check(method, late))
    } catch (problem) {
      return Promise.reject(problem)
    }
  }

  /** Reports an answer that is late; the caller continues to wait. */
  #timed<T>(method: string, answer: Promise<T>): Promise<T> {
    const { clock, slowAfterMs, report } = this.options
    const path = this.store.name
    const undo = callAfterLived(clock, slowAfterMs, () =>
      report({
        kind: 'answer',
        path,
        message: `Run log '${path}' takes longer than ${slowAfterMs} ms to answer: ${method}.`,
      }),
    )
    return answer.finally(undo)
  }

  #try<T>(method: string, call: () => T): T | undefined {
    try {
      const value = call()
      toPromise(value)?.catch((problem: unknown) => this.#failed(method, problem))
      return value
    } catch (problem) {
      this.#failed(method, problem)
      return undefined
    }
  }

  #failed(method: string, problem: unknown): void {
    this.#reportOnce(`Run log '${this.store.name}' failed in ${method}: ${messageOf(problem)}`)
  }

  readonly #entries = <E extends LogEntry>(method: string, value: unknown): readonly E[] => {
    if (!Array.isArray(value))
      throw new RunLogError(
        `Cannot read run log '${this.store.name}' as ${method} must return a list: ${String(value)}`,
      )
    const problems = value.map(whyInvalidEntry)
    const first = problems.find((problem) => problem !== null)
    if (first === undefined) return value as E[]
    const good = value.filter((_, i) => problems[i] === null) as E[]
    this.#reportOnce(
      `Run log '${this.store.name}' holds ${value.length - good.length} invalid entries, which are left out, as ${first}.`,
      'bad entry',
    )
    return good
  }

  readonly #number = (method: string, value: unknown): number => {
    if (typeof value === 'number' && value >= 0) return value
    throw new RunLogError(
      `Cannot read run log '${this.store.name}' as ${method} must return a number of at least 0: ${String(value)}`,
    )
  }

  /** A store that gives one invalid answer gives more: each report is made once. */
  #reportOnce(message: string, kind: LogProblem['kind'] = 'answer'): void {
    if (this.#said.has(message)) return
    this.#said.add(message)
    this.options.report({ kind, path: this.store.name, message })
  }
}

/** The thrown value as text. Never throws. */
export function messageOf(problem: unknown): string {
  try {
    return problem instanceof Error ? problem.message : String(problem)
  } catch {
    return 'an error that cannot be shown'
  }
}

/** Converts an answer to a promise. */
export async function settled(answer: Answer): Promise<void> {
  if (answer instanceof Thrown) throw answer.problem
  await answer
}
