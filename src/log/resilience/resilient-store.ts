/**
 * A store that survives failures of the store below it.
 *
 * Entries that the store below cannot write now (the disk is full, the server is down) are kept, and written in order once
 * it can. Until then the log is *degraded*, and a policy decides what appenders do: with `pause` they wait, so that no run
 * starts that could not be recorded; with `buffer` they continue, up to a limit of entries that a crash would lose. No
 * entry is dropped, and none is reported twice. Entries that can never be written are refused and do not block others.
 */
import { createSystemClock } from '../../clock/system-clock.ts'
import { RunLogError } from '../../errors/errors.ts'
import type { LogEntry, Note, RunRecord } from '../entry.ts'
import type { LogQuery, NoteQuery } from '../query.ts'
import type { KeepOf, Retention } from '../retention.ts'
import type { LoadLimits, Store } from '../store.ts'
import { type Answer, isRefusal, StoreCalls, Thrown } from '../store-calls.ts'
import { Deadline, settlesWithin } from './deadline.ts'
import { HealthListeners } from './health-listeners.ts'
import {
  type GuardSettings,
  type ResilientStoreOptions,
  type StoreHealth,
  type StoreHealthListener,
  toGuardSettings,
} from './options.ts'
import { createItem, type Item, WriteBacklog } from './write-backlog.ts'

/**
 * Wraps a store in a guard that retries failed writes. The guard keeps all rules of {@link Store}, and never rejects entries
 * that can be written later.
 *
 * @example
 * ```ts
 * const guard = resilientStore(createSqliteStore('./gantry.db'), {
 *   whenDown: 'buffer',
 *   onHealth: ({ state, reason }) => console.warn(`the log is ${state}`, reason),
 * })
 * const app = createApp({ store: guard })
 * ```
 */
export function resilientStore(store: Store, options: ResilientStoreOptions = {}): ResilientStore {
  return new ResilientStore(store, options)
}

/** An item passed to the store below that has not been acknowledged. */
interface Sent {
  readonly item: Item
  readonly answer: Promise<void>
}

const longestRetryMs = 1_000
/** The number of entries written at once when the store recovers. */
const entriesAtOnce = 500

/**
 * The store made by {@link resilientStore}.
 *
 * @example
 * ```ts
 * const guard: ResilientStore = resilientStore(createJsonlStore('./runs.jsonl'))
 * guard.health.state // 'ok'
 * ```
 */
export class ResilientStore implements Store {
  readonly name: string
  readonly durable: boolean
  readonly #clock = createSystemClock()
  readonly #calls: StoreCalls
  readonly #options: GuardSettings
  readonly #listeners: HealthListeners
  /** Items passed to the store below and not acknowledged, oldest first. */
  #sent: Sent[] = []
  /** Items that wait for the store below, oldest first. */
  readonly #kept = new WriteBacklog()
  /** The items of the write in progress. */
  #trying: readonly Item[] = []
  #reason: Error | null = null
  #retryMs: number
  /** Reduced after a failure: a disk without room for all entries may have room for some. */
  #atOnce = entriesAtOnce
  #draining: Promise<void> | null = null
  #checking: Promise<void> | null = null
  /** True while the session stops: appenders must not wait for long. */
  #isHurried = false
  #isClosed = false
  #undoRetry: (() => void) | null = null
  readonly #slow: Deadline
  readonly #patience: Deadline

  constructor(
    readonly store: Store,
    options: ResilientStoreOptions,
  ) {
    this.name = store.name
    this.durable = store.durable
    this.#options = toGuardSettings(options)
    this.#retryMs = this.#options.retryMs
    this.#listeners = new HealthListeners(options)
    const { slowAfterMs, closeWithinMs } = this.#options
    this.#slow = new Deadline(this.#clock, slowAfterMs, () => this.#isSlow())
    this.#patience = new Deadline(this.#clock, closeWithinMs, () => this.#releaseAll())
    this.#calls = new StoreCalls(store, {
      report: (problem) => this.#listeners.problem(problem),
      clock: this.#clock,
      slowAfterMs,
    })
  }

  /** The current health. */
  get health(): StoreHealth {
    const waiting = this.#kept.size
    return this.#reason === null
      ? { state: 'ok', waiting }
      : { state: 'degraded', reason: this.#reason, waiting }
  }

  /** The policy while the store cannot write. */
  get whenDown(): 'pause' | 'buffer' {
    return this.#options.whenDown
  }

  /** Adds a listener. Returns a function that removes it. */
  listen(listener: StoreHealthListener): () => void {
    return this.#listeners.add(listener)
  }

  append(entries: readonly LogEntry[]): void | Promise<void> {
    // Nothing would retry an entry appended from here on.
    if (this.#isClosed)
      throw new RunLogError(`Cannot append to run log '${this.name}' as it must be open: it is closed.`)
    return this.#reason === null ? this.#send(entries) : waitFor(this.#keep(createItem(entries)))
  }

  load(limits?: LoadLimits): readonly LogEntry[] | Promise<readonly LogEntry[]> {
    this.#isClosed = false
    return this.#calls.load(limits)
  }

  query(query: LogQuery): readonly RunRecord[] | Promise<readonly RunRecord[]> {
    return this.#calls.query(query)
  }

  count(query: LogQuery): number | Promise<number> {
    return this.#calls.count(query)
  }

  notes(query: NoteQuery): readonly Note[] | Promise<readonly Note[]> {
    return this.#calls.notes(query)
  }

  prune(retention: Retention, now: number): number | Promise<number> {
    return this.#calls.prune(retention, now)
  }

  protect(keep: KeepOf): void {
    this.#calls.protect(keep)
  }

  beat(now: number): void {
    this.#calls.beat(now)
    if (this.#reason === null) void this.check()
  }

  lastBeat(): number | null {
    return this.#calls.lastBeat()
  }

  /** Checks the store below. If it would lose acknowledged entries, the log is degraded until that is fixed. Never rejects. */
  async check(): Promise<void> {
    this.#checking ??= settled(this.#calls.check())
      .catch((problem: unknown) => this.#degrade(problem))
      .finally(() => {
        this.#checking = null
      })
    await this.#checking
  }

  flushSync(): void {
    for (const item of this.#kept.take(Infinity)) {
      const answer = this.#calls.append(item.entries)
      if (answer === undefined) item.resolve()
      else settled(answer).then(item.resolve, (problem: unknown) => this.#lose(item, problem))
    }
    // The store below also writes what it still holds in memory.
    this.#calls.flushSync()
  }

  /**
   * Begins the stop of the session: appenders wait up to `closeWithinMs` for a store that cannot write. Entries that are not
   * written by then are rejected, and their runs end without a record.
   */
  hurry(): void {
    this.#isHurried = true
    this.#hurryOn()
  }

  /** Retries the waiting entries once, then closes. Entries that cannot be written reject their appenders and the close. */
  async close(): Promise<void> {
    this.#stopTimers()
    if (this.#reason !== null) await this.#isSoon(this.#drain())
    this.#stopTimers()
    const lost = [...this.#trying, ...this.#kept.take(Infinity)].filter((item) => !item.isLost)
    const count = lost.reduce((sum, { entries }) => sum + entries.length, 0)
    const problem = new RunLogError(
      `Cannot close run log '${this.name}' as all recorded entries must be written: ${count} entries are lost.`,
      { cause: this.#reason },
    )
    for (const item of lost) this.#lose(item, problem)
    this.#recover()
    this.#isHurried = false
    this.#isClosed = true
    const isClosed = await this.#isSoon(settled(this.#calls.close()))
    this.#stopTimers()
    if (count > 0) throw problem
    if (!isClosed) throw this.#tooLate('Cannot close')
  }

  #stopTimers(): void {
    this.#undoRetry?.()
    this.#undoRetry = null
    this.#slow.disarm()
    this.#patience.disarm()
  }

  #isSoon(work: Promise<unknown>): Promise<boolean> {
    return settlesWithin(this.#clock, this.#options.closeWithinMs, work)
  }

  #send(entries: readonly LogEntry[]): void | Promise<void> {
    const answer = this.#calls.append(entries)
    if (answer === undefined) return
    const item = createItem(entries)
    if (answer instanceof Thrown) this.#failed(item, answer.problem)
    else this.#await({ item, answer })
    return waitFor(item)
  }

  #await(sent: Sent): void {
    this.#sent.push(sent)
    this.#slow.arm()
    this.#hurryOn()
    sent.answer.then(
      () => {
        this.#forget(sent)
        sent.item.resolve()
      },
      (problem: unknown) => {
        this.#forget(sent)
        this.#failed(sent.item, problem)
      },
    )
  }

  #failed(item: Item, problem: unknown): void {
    if (isRefusal(problem)) return this.#lose(item, problem)
    this.#keep(item)
    this.#degrade(problem)
  }

  #forget(sent: Sent): void {
    this.#sent.splice(this.#sent.indexOf(sent), 1)
    if (this.#sent.length > 0) return
    this.#slow.disarm()
    if (this.#reason === null) this.#patience.disarm()
    // The write was only slow: the items kept meanwhile follow.
    else if (this.#undoRetry === null) this.#retryIn(0)
  }

  /** Keeps an item for a later write. Its appender waits, or is released where the policy is `buffer`. */
  #keep(item: Item): Item {
    if (item.isLost) return item
    this.#kept.add(item)
    if (this.#options.whenDown === 'buffer' && this.#kept.size <= this.#options.limit) {
      item.isReleased = true
      item.resolve()
    }
    this.#hurryOn()
    return item
  }

  #degrade(problem: unknown): void {
    const isNew = this.#reason === null
    this.#reason = problem instanceof Error ? problem : new Error(String(problem))
    if (this.#undoRetry === null) this.#retryIn(this.#retryMs)
    if (isNew) this.#listeners.health(this.health)
  }

  #recover(): void {
    this.#retryMs = this.#options.retryMs
    this.#atOnce = entriesAtOnce
    this.#patience.disarm()
    if (this.#reason === null) return
    this.#reason = null
    this.#listeners.health(this.health)
  }

  #isSlow(): void {
    if (this.#sent.length === 0 || this.#reason !== null) return
    this.#reason = new RunLogError(
      `Run log '${this.name}' takes longer than ${this.#options.slowAfterMs} ms to write.`,
    )
    this.#listeners.health(this.health)
  }

  #hurryOn(): void {
    const isWaiting = this.#sent.length > 0 || this.#kept.size > 0 || this.#trying.length > 0
    if (this.#isHurried && isWaiting) this.#patience.arm()
  }

  /** Rejects all waiting appenders. Entries that were released before are retried once when the store closes. */
  #releaseAll(): void {
    const problem = this.#tooLate('Cannot write to')
    const underWay = [...this.#sent.map(({ item }) => item), ...this.#trying]
    for (const item of [...underWay.filter(({ isReleased }) => !isReleased), ...this.#kept.takeWaiting()])
      this.#lose(item, problem)
  }

  #tooLate(act: string): RunLogError {
    return new RunLogError(
      `${act} run log '${this.name}' as it must answer within ${this.#options.closeWithinMs} ms when the session stops.`,
      { cause: this.#reason },
    )
  }

  #retryIn(ms: number): void {
    this.#undoRetry = this.#clock.callAfter(ms, () => {
      this.#undoRetry = null
      void this.#drain()
    })
  }

  /** Writes the kept items. A call during a drain joins it. */
  #drain(): Promise<void> {
    this.#draining ??= this.#drainAll().finally(() => {
      this.#draining = null
    })
    return this.#draining
  }

  /** Writes the kept items, oldest first, until none are left or a write fails. */
  async #drainAll(): Promise<void> {
    // Writes in flight may fail, and precede all kept items.
    while (this.#sent.length > 0) await Promise.allSettled(this.#sent.map(({ answer }) => answer))
    try {
      await settled(this.#calls.check())
      while (this.#kept.size > 0) await this.#writeSome()
    } catch (problem) {
      this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs)
      return this.#degrade(problem)
    }
    this.#recover()
  }

  /** Writes the oldest kept items. Throws if they cannot be written now; drops entries that can never be written. */
  async #writeSome(): Promise<void> {
    const items = this.#kept.take(this.#atOnce)
    this.#trying = items
    try {
      const answer = this.#calls.append(items.flatMap((item) => item.entries))
      if (answer !== undefined) await settled(answer)
      for (const item of items) item.resolve()
      this.#atOnce = Math.min(this.#atOnce * 2, entriesAtOnce)
    } catch (problem) {
      const isRefused = isRefusal(problem)
      if (isRefused && items.length === 1) return this.#lose(items[0]!, problem)
      for (const item of items) this.#keep(item)
      // One of the entries can never be written: retry them one by one to find it.
      this.#atOnce = isRefused ? 1 : Math.max(1, Math.floor(this.#atOnce / 2))
      if (!isRefused) throw problem
    } finally {
      this.#trying = []
    }
  }

  #lose(item: Item, problem: unknown): void {
    item.isLost = true
    if (item.isReleased) this.#listeners.lost(item.entries, problem)
    else item.reject(problem)
  }
}

function waitFor(item: Item): void | Promise<void> {
  return item.isReleased ? undefined : item.done
}

/** Converts an answer to a promise. */
async function settled(answer: Answer): Promise<void> {
  if (answer instanceof Thrown) throw answer.problem
  await answer
}
