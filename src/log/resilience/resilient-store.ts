/**
 * A store that survives failures of the store below it.
 *
 * What the store below can't write now (the disk is full, the server is away) is kept in order, and written in order once it
 * can be. Until then the log is *degraded*, and what that means for whoever appends is a policy: `pause` lets them wait, so
 * that nothing begins that could not be recorded; `buffer` lets them go on, up to a limit of entries that a crash would lose.
 * Nothing is dropped or told twice. Entries that can never be written are refused, and hold up no others.
 */
import { createSystemClock } from '../../clock/clock.ts'
import { RunLogError } from '../../errors/errors.ts'
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
} from '../store.ts'
import { type Answer, isRefusal, StoreDoor, Thrown } from '../store-calls.ts'
import { Deadline, settlesWithin } from './deadline.ts'
import { HealthListeners } from './health-listeners.ts'
import type { GuardListener, GuardOptions, StoreHealth } from './options.ts'
import { createItem, type Item, WriteBacklog } from './write-backlog.ts'

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
  readonly #door: StoreDoor
  readonly #options: Required<
    Pick<GuardOptions, 'whenDown' | 'limit' | 'slowAfterMs' | 'retryMs' | 'closeWithinMs'>
  >
  readonly #listeners: HealthListeners
  /** What the store below has and has not answered, oldest first. */
  #sent: Sent[] = []
  /** What is kept for it, oldest first. */
  readonly #kept = new WriteBacklog()
  /** The part of it that is being tried. */
  #trying: readonly Item[] = []
  #reason: Error | null = null
  #retryMs: number
  /** Fewer after a failure: a disk without room for all may have room for some. */
  #atOnce = entriesAtOnce
  #draining: Promise<void> | null = null
  #checking: Promise<void> | null = null
  /** The session stops: no appender may wait for long. */
  #isHurried = false
  #isClosed = false
  #undoRetry: (() => void) | null = null
  readonly #slow: Deadline
  readonly #patience: Deadline

  constructor(
    readonly store: Store,
    options: GuardOptions,
  ) {
    this.name = store.name
    this.durable = store.durable
    this.#options = {
      whenDown: options.whenDown ?? 'pause',
      limit: options.limit ?? 10_000,
      slowAfterMs: options.slowAfterMs ?? 5_000,
      retryMs: options.retryMs ?? 100,
      closeWithinMs: options.closeWithinMs ?? 5_000,
    }
    this.#retryMs = this.#options.retryMs
    this.#listeners = new HealthListeners(options)
    const { slowAfterMs, closeWithinMs } = this.#options
    this.#slow = new Deadline(this.#clock, slowAfterMs, () => this.#isSlow())
    this.#patience = new Deadline(this.#clock, closeWithinMs, () => this.#giveUp())
    this.#door = new StoreDoor(store, {
      tell: (problem) => this.#listeners.problem(problem),
      clock: this.#clock,
      slowAfterMs,
    })
  }

  /** How it does now. */
  get health(): StoreHealth {
    const waiting = this.#kept.size
    return this.#reason === null
      ? { state: 'ok', waiting }
      : { state: 'degraded', reason: this.#reason, waiting }
  }

  /** True if appenders go on while the store cannot write. */
  get whenDown(): 'pause' | 'buffer' {
    return this.#options.whenDown
  }

  /** Tells one more listener, until the function that is returned is called. */
  listen(listener: GuardListener): () => void {
    return this.#listeners.add(listener)
  }

  append(entries: readonly LogEntry[]): void | Promise<void> {
    // Nothing would ever try again what is appended now.
    if (this.#isClosed)
      throw new RunLogError(`Cannot append to run log '${this.name}' as it must be open: it is closed.`)
    return this.#reason === null ? this.#send(entries) : waitFor(this.#keep(createItem(entries)))
  }

  load(limits?: LoadLimits): readonly LogEntry[] | Promise<readonly LogEntry[]> {
    this.#isClosed = false
    return this.#door.load(limits)
  }

  query(query: LogQuery): readonly RunRecord[] | Promise<readonly RunRecord[]> {
    return this.#door.query(query)
  }

  count(query: LogQuery): number | Promise<number> {
    return this.#door.count(query)
  }

  notes(query: NoteQuery): readonly Note[] | Promise<readonly Note[]> {
    return this.#door.notes(query)
  }

  prune(retention: Retention, now: number): number | Promise<number> {
    return this.#door.prune(retention, now)
  }

  protect(keep: KeepOf): void {
    this.#door.protect(keep)
  }

  beat(now: number): void {
    this.#door.beat(now)
    if (this.#reason === null) void this.check()
  }

  lastBeat(): number | null {
    return this.#door.lastBeat()
  }

  /** Looks at the store below; one that would lose what it has acknowledged is degraded until it is mended. Never rejects. */
  async check(): Promise<void> {
    this.#checking ??= settled(this.#door.check())
      .catch((problem: unknown) => this.#degrade(problem))
      .finally(() => {
        this.#checking = null
      })
    await this.#checking
  }

  flushSync(): void {
    for (const item of this.#kept.take(Infinity)) {
      const answer = this.#door.append(item.entries)
      if (answer === undefined) item.resolve()
      else settled(answer).then(item.resolve, (problem: unknown) => this.#lose(item, problem))
    }
    // What it has in its hands by now it writes.
    this.#door.flushSync()
  }

  /**
   * The session stops: from now on an appender waits `closeWithinMs` at most for a store that cannot write.
   * What is not written by then is rejected, and runs end without their record.
   */
  hurry(): void {
    this.#isHurried = true
    this.#hurryOn()
  }

  /** Tries once more to write what waits; what can't be written is told to those who wait for it, and by rejecting. */
  async close(): Promise<void> {
    this.#stopTimers()
    if (this.#reason !== null) await this.#isSoon(this.#drain())
    this.#stopTimers()
    const lost = [...this.#trying, ...this.#kept.take(Infinity)].filter((item) => !item.isLost)
    const count = lost.reduce((sum, { entries }) => sum + entries.length, 0)
    const problem = new RunLogError(
      `Cannot close run log '${this.name}' as all that was recorded must be written: ${count} entries are lost.`,
      { cause: this.#reason },
    )
    for (const item of lost) this.#lose(item, problem)
    this.#recover()
    this.#isHurried = false
    this.#isClosed = true
    const isClosed = await this.#isSoon(settled(this.#door.close()))
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
    const answer = this.#door.append(entries)
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
    // Nothing failed, it only took long: what was kept meanwhile follows.
    else if (this.#undoRetry === null) this.#retryIn(0)
  }

  /** Keeps an item for later. Those who appended it wait, or are let go on where the policy is that. */
  #keep(item: Item): Item {
    if (item.isLost) return item
    this.#kept.add(item)
    if (this.#options.whenDown === 'buffer' && this.#kept.size <= this.#options.limit) {
      item.isLetGo = true
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

  /**
   * No appender waits any longer. Entries that were released are tried once more when the store is closed.
   */
  #giveUp(): void {
    const problem = this.#tooLate('Cannot write to')
    const underWay = [...this.#sent.map(({ item }) => item), ...this.#trying]
    for (const item of [...underWay.filter(({ isLetGo }) => !isLetGo), ...this.#kept.takeWaiting()])
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
    try {
      await settled(this.#door.check())
      while (this.#kept.size > 0) await this.#writeSome()
    } catch (problem) {
      this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs)
      return this.#degrade(problem)
    }
    this.#recover()
  }

  /** Writes the oldest that are kept. Throws if that cannot be done now; entries that can never be written are left out. */
  async #writeSome(): Promise<void> {
    const items = this.#kept.take(this.#atOnce)
    this.#trying = items
    try {
      const answer = this.#door.append(items.flatMap((item) => item.entries))
      if (answer !== undefined) await settled(answer)
      for (const item of items) item.resolve()
      this.#atOnce = Math.min(this.#atOnce * 2, entriesAtOnce)
    } catch (problem) {
      const isRefused = isRefusal(problem)
      if (isRefused && items.length === 1) return this.#lose(items[0]!, problem)
      for (const item of items) this.#keep(item)
      // One of them can never be written: they are tried one by one, and that one is left out.
      this.#atOnce = isRefused ? 1 : Math.max(1, Math.floor(this.#atOnce / 2))
      if (!isRefused) throw problem
    } finally {
      this.#trying = []
    }
  }

  #lose(item: Item, problem: unknown): void {
    item.isLost = true
    if (item.isLetGo) this.#listeners.lost(item.entries, problem)
    else item.reject(problem)
  }
}

function waitFor(item: Item): void | Promise<void> {
  return item.isLetGo ? undefined : item.done
}

/** An answer as a promise. */
async function settled(answer: Answer): Promise<void> {
  if (answer instanceof Thrown) throw answer.problem
  await answer
}
