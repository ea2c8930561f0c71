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
import { isRefusal, StoreCalls, settled, Thrown } from '../store-calls.ts'
import { BacklogWriter } from './backlog-writer.ts'
import { Deadline, settlesWithin } from './deadline.ts'
import { Health } from './health.ts'
import { HealthListeners } from './health-listeners.ts'
import {
  type GuardSettings,
  type ResilientStoreOptions,
  type StoreHealth,
  type StoreHealthListener,
  toGuardSettings,
} from './options.ts'
import { RetryClock } from './retry-clock.ts'
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
  readonly #writer: BacklogWriter
  readonly #health: Health
  readonly #retries: RetryClock
  #draining: Promise<void> | null = null
  #checking: Promise<void> | null = null
  /** True while the session stops: appenders must not wait for long. */
  #isHurried = false
  #isClosed = false
  readonly #slow: Deadline
  readonly #patience: Deadline

  constructor(
    readonly store: Store,
    options: ResilientStoreOptions,
  ) {
    this.name = store.name
    this.durable = store.durable
    this.#options = toGuardSettings(options)
    this.#listeners = new HealthListeners(options)
    this.#health = new Health(this.#listeners, () => this.#kept.size)
    const { retryMs, slowAfterMs, closeWithinMs } = this.#options
    this.#retries = new RetryClock(this.#clock, retryMs, () => void this.#drain())
    this.#slow = new Deadline(this.#clock, slowAfterMs, () => this.#isSlow())
    this.#patience = new Deadline(this.#clock, closeWithinMs, () => this.#releaseAll())
    this.#calls = new StoreCalls(store, {
      report: (problem) => this.#listeners.problem(problem),
      clock: this.#clock,
      slowAfterMs,
    })
    this.#writer = new BacklogWriter(this.#calls, this.#kept, {
      keep: (item) => this.#keep(item),
      lose: (item, problem) => this.#lose(item, problem),
    })
  }

  /** The current health. */
  get health(): StoreHealth {
    return this.#health.current
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
    return this.#health.isDegraded ? waitFor(this.#keep(createItem(entries))) : this.#send(entries)
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
    if (!this.#health.isDegraded) void this.check()
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
    if (this.#health.isDegraded) await this.#isSoon(this.#drain())
    this.#stopTimers()
    const lost = [...this.#writer.trying, ...this.#kept.take(Infinity)].filter((item) => !item.isLost)
    const count = lost.reduce((sum, { entries }) => sum + entries.length, 0)
    const problem = new RunLogError(
      `Cannot close run log '${this.name}' as all recorded entries must be written: ${count} entries are lost.`,
      { cause: this.#health.reason },
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
    this.#retries.disarm()
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
    // If the write was only slow, the items kept meanwhile follow.
    if (this.#health.isDegraded) this.#retries.arm(0)
    else this.#patience.disarm()
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
    this.#retries.arm()
    this.#health.degrade(problem)
  }

  #recover(): void {
    this.#retries.reset()
    this.#writer.reset()
    this.#patience.disarm()
    this.#health.recover()
  }

  #isSlow(): void {
    if (this.#sent.length === 0 || this.#health.isDegraded) return
    this.#health.degrade(
      new RunLogError(`Run log '${this.name}' takes longer than ${this.#options.slowAfterMs} ms to write.`),
    )
  }

  #hurryOn(): void {
    const isWaiting = this.#sent.length > 0 || this.#kept.size > 0 || this.#writer.trying.length > 0
    if (this.#isHurried && isWaiting) this.#patience.arm()
  }

  /** Rejects all waiting appenders. Entries that were released before are retried once when the store closes. */
  #releaseAll(): void {
    const problem = this.#tooLate('Cannot write to')
    const underWay = [...this.#sent.map(({ item }) => item), ...this.#writer.trying]
    for (const item of [...underWay.filter(({ isReleased }) => !isReleased), ...this.#kept.takeWaiting()])
      this.#lose(item, problem)
  }

  #tooLate(act: string): RunLogError {
    return new RunLogError(
      `${act} run log '${this.name}' as it must answer within ${this.#options.closeWithinMs} ms when the session stops.`,
      { cause: this.#health.reason },
    )
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
      // No await between the check of the backlog and the recovery: an entry that is added then would wait forever.
      while (this.#kept.size > 0) await this.#writer.writeSome()
    } catch (problem) {
      this.#retries.lengthen()
      return this.#degrade(problem)
    }
    this.#recover()
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
