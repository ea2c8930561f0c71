/**
 * A store that outlives the failures of the one below it.
 *
 * What the store below can't write now (the disk is full, the server is away) is kept in order, and written in order once it
 * can be. Until then the log is *degraded*, and what that means for whoever appends is a policy: `pause` lets them wait, so
 * that nothing begins that could not be recorded; `buffer` lets them go on, up to a limit of entries that a crash would lose.
 * Nothing is dropped or told twice. An entry that can never be written (`append` throws at once) is refused as it was.
 */
import { createSystemClock } from '../clock.ts'
import { RunLogError } from '../errors.ts'
import { callAfterLived } from '../lived-time.ts'
import { toTerminal } from '../terminal-text.ts'
import type { GuardOptions, StoreHealth } from './guard-options.ts'
import { createItem, type Item, KeptEntries } from './kept-entries.ts'
import type {
  KeepOf,
  LoadLimits,
  LogEntry,
  LogQuery,
  Note,
  NoteQuery,
  Retention,
  RunRecord,
  Store,
} from './run-log.ts'

/**
 * Puts a guard before a store. The guard keeps all the laws of a store, and never rejects what may be written later.
 *
 * @example
 * ```ts
 * const guard = guardStore(createSqliteStore('./gantry.db'), {
 *   whenDown: 'buffer',
 *   onHealth: ({ state, reason }) => console.warn(`the log is ${state}`, reason),
 * })
 * const app = createApp({ store: guard })
 * ```
 */
export function guardStore(store: Store, options: GuardOptions = {}): GuardedStore {
  return new GuardedStore(store, options)
}

/** An item that the store below has and has not answered. */
interface Sent {
  readonly item: Item
  readonly answer: Promise<void>
}

const longestRetryMs = 1_000
/** So many entries are written at once when the store is back. */
const entriesAtOnce = 500

/**
 * The store made by {@link guardStore}.
 *
 * @example
 * ```ts
 * const guard: GuardedStore = guardStore(createJsonlStore('./runs.jsonl'))
 * guard.health.state // 'ok'
 * ```
 */
export class GuardedStore implements Store {
  readonly name: string
  readonly durable: boolean
  readonly #clock = createSystemClock()
  readonly #options: Required<Pick<GuardOptions, 'whenDown' | 'limit' | 'slowAfterMs' | 'retryMs'>> &
    GuardOptions
  /** What the store below has and has not answered, oldest first. */
  #sent: Sent[] = []
  /** What is kept for it, oldest first. */
  readonly #kept = new KeptEntries()
  #reason: Error | null = null
  #retryMs: number
  #draining: Promise<void> | null = null
  #undoRetry: (() => void) | null = null
  #undoSlow: (() => void) | null = null

  constructor(
    readonly store: Store,
    options: GuardOptions,
  ) {
    this.name = store.name
    this.durable = store.durable
    this.#options = { whenDown: 'pause', limit: 10_000, slowAfterMs: 5_000, retryMs: 100, ...options }
    this.#retryMs = this.#options.retryMs
  }

  /** How it does now. */
  get health(): StoreHealth {
    const waiting = this.#kept.size
    return this.#reason === null
      ? { state: 'ok', waiting }
      : { state: 'degraded', reason: this.#reason, waiting }
  }

  append(entries: readonly LogEntry[]): void | Promise<void> {
    if (this.#reason === null) return this.#send(entries)
    const item = this.#keep(createItem(entries))
    return item.isLetGo ? undefined : item.done
  }

  load(limits?: LoadLimits): readonly LogEntry[] | Promise<readonly LogEntry[]> {
    return this.store.load(limits)
  }

  query(query: LogQuery): readonly RunRecord[] | Promise<readonly RunRecord[]> {
    return this.store.query(query)
  }

  count(query: LogQuery): number | Promise<number> {
    if (this.store.count !== undefined) return this.store.count(query)
    const found = this.store.query(query)
    return found instanceof Promise ? found.then((records) => records.length) : found.length
  }

  notes(query: NoteQuery): readonly Note[] | Promise<readonly Note[]> {
    return this.store.notes(query)
  }

  prune(retention: Retention, now: number): number | Promise<number> {
    return this.store.prune(retention, now)
  }

  protect(keep: KeepOf): void {
    this.store.protect?.(keep)
  }

  beat(now: number): void {
    this.store.beat?.(now)
  }

  lastBeat(): number | null {
    return this.store.lastBeat?.() ?? null
  }

  flushSync(): void {
    for (const item of this.#kept.take(Infinity)) {
      const answer = this.#attempt([item])
      if (answer instanceof Promise)
        answer.then(item.resolve, (problem: unknown) => this.#lose(item, problem))
      else if (answer === undefined) item.resolve()
    }
    // What it has in its hands by now it writes.
    this.store.flushSync?.()
  }

  /** Tries once more to write what waits; what can't be written is told to those who wait for it, and by rejecting. */
  async close(): Promise<void> {
    this.#stopTimers()
    if (this.#reason !== null) await this.#drain()
    this.#stopTimers()
    const lost = this.#kept.take(Infinity)
    const problem = new RunLogError(
      `Cannot close run log '${this.name}' as all that was recorded must be written: ${countOf(lost)} entries are lost.`,
      { cause: this.#reason },
    )
    for (const item of lost) this.#lose(item, problem)
    this.#recover()
    await this.store.close()
    if (lost.length > 0) throw problem
  }

  #stopTimers(): void {
    this.#undoRetry?.()
    this.#undoSlow?.()
    this.#undoRetry = this.#undoSlow = null
  }

  #send(entries: readonly LogEntry[]): void | Promise<void> {
    // What it throws at once is about these entries, not about the store.
    const answer = this.store.append(entries)
    if (!(answer instanceof Promise)) return
    const item = createItem(entries)
    const sent = { item, answer }
    this.#sent.push(sent)
    this.#watchSlow()
    answer.then(
      () => {
        this.#forget(sent)
        item.resolve()
      },
      (problem: unknown) => {
        this.#forget(sent)
        this.#keep(item)
        this.#degrade(problem)
      },
    )
    return item.done
  }

  #forget(sent: Sent): void {
    this.#sent.splice(this.#sent.indexOf(sent), 1)
    if (this.#sent.length > 0) return
    this.#undoSlow?.()
    this.#undoSlow = null
    // Nothing failed, it only took long: what was kept meanwhile follows.
    if (this.#reason !== null && this.#undoRetry === null) this.#retryIn(0)
  }

  /** Keeps an item for later. Those who appended it wait, or are let go on where the policy is that. */
  #keep(item: Item): Item {
    this.#kept.add(item)
    if (this.#options.whenDown === 'buffer' && this.#kept.size <= this.#options.limit) {
      item.isLetGo = true
      item.resolve()
    }
    return item
  }

  #degrade(problem: unknown): void {
    const isNew = this.#reason === null
    this.#reason = problem instanceof Error ? problem : new Error(String(problem))
    if (this.#undoRetry === null) this.#retryIn(this.#retryMs)
    if (isNew) this.#tell()
  }

  #recover(): void {
    this.#retryMs = this.#options.retryMs
    if (this.#reason === null) return
    this.#reason = null
    this.#tell()
  }

  /** A listener that throws must not keep what waits from being written. */
  #tell(): void {
    try {
      this.#options.onHealth?.(this.health)
    } catch (problem) {
      // As text: an error of another realm is none to the process.
      process.emitWarning(
        toTerminal([
          `A listener of a run log's health threw: ${problem instanceof Error ? problem.message : String(problem)}`,
        ]),
        {
          code: 'GANTRY_RUN_LOG',
        },
      )
    }
  }

  #watchSlow(): void {
    const { slowAfterMs } = this.#options
    this.#undoSlow ??= callAfterLived(this.#clock, slowAfterMs, () => {
      this.#undoSlow = null
      const message = `Run log '${this.name}' takes longer than ${slowAfterMs} ms to write.`
      if (this.#sent.length > 0 && this.#reason === null) {
        this.#reason = new RunLogError(message)
        this.#tell()
      }
    })
  }

  #retryIn(ms: number): void {
    this.#undoRetry = this.#clock.callAfter(ms, () => {
      this.#undoRetry = null
      void this.#drain()
    })
  }

  /** Writes what is kept; asked again while it does, it is the same. */
  #drain(): Promise<void> {
    this.#draining ??= this.#drainAll().finally(() => {
      this.#draining = null
    })
    return this.#draining
  }

  /** Writes what is kept, the oldest first, until nothing is left or it fails again. */
  async #drainAll(): Promise<void> {
    // What is still on its way may fail, and comes before all that is kept.
    while (this.#sent.length > 0) await Promise.allSettled(this.#sent.map(({ answer }) => answer))
    let atOnce = entriesAtOnce
    while (this.#kept.size > 0) {
      const items = this.#kept.take(atOnce)
      const answer = this.#attempt(items)
      if (answer === 'refused') {
        // One of them can never be written: they are tried one by one, and that one is left out.
        if (items.length === 1) continue
        this.#keepAll(items)
        atOnce = 1
        continue
      }
      try {
        await answer
        for (const item of items) item.resolve()
      } catch (problem) {
        this.#keepAll(items)
        this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs)
        return this.#degrade(problem)
      }
    }
    this.#recover()
  }

  /** Hands items to the store below. What it throws at once is about the entries: of a single item it is the end. */
  #attempt(items: readonly Item[]): void | Promise<void> | 'refused' {
    try {
      return this.store.append(items.flatMap((item) => item.entries))
    } catch (problem) {
      if (items.length === 1) this.#lose(items[0]!, problem)
      return 'refused'
    }
  }

  #lose(item: Item, problem: unknown): void {
    if (item.isLetGo) this.#options.onLost?.(item.entries, problem)
    else item.reject(problem)
  }

  #keepAll(items: readonly Item[]): void {
    for (const item of items) this.#keep(item)
  }
}

function countOf(items: readonly Item[]): number {
  return items.reduce((count, { entries }) => count + entries.length, 0)
}
