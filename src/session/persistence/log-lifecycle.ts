/**
 * The lifecycle of the session's run log: opens and closes its store, guards it against failures to write, writes heartbeats, and
 * applies the retention.
 */
import type { Clock } from '../../clock/clock.ts'
import type { RunRecord } from '../../log/entry.ts'
import type { StoreHealth, StoreHealthListener, WhenDown } from '../../log/resilience/options.ts'
import { ResilientStore, resilientStore } from '../../log/resilience/resilient-store.ts'
import { resolveStore } from '../../log/resolve-store.ts'
import type { Retention } from '../../log/retention.ts'
import type { ValueRules } from '../../log/serialize.ts'
import { SessionLog } from '../../log/session-log.ts'
import type { Store } from '../../log/store.ts'
import { createMemoryStore, MemoryStore } from '../../log/stores/memory.ts'
import { isFull } from '../../log/stores/sqlite/writes.ts'
import { createRedactor, type Redactor } from '../../values/secrets.ts'
import type { Configuration } from '../options/configuration.ts'
import { toDuration } from '../options/durations.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { Registry } from '../state/registry.ts'
import type { RunLog } from '../state/run-log.ts'
import { flushAtExit } from './exit-flush.ts'

/** The interval at which the retention is applied, ms. */
const tidyEveryMs = 600_000

const healthy: StoreHealth = { state: 'ok', waiting: 0 }

export interface LogLifecycleDeps {
  readonly clock: Clock
  readonly configuration: Configuration
  readonly reporter: Reporter
  readonly registry: Registry
  /** Called when the store can be written again. */
  readonly onWritable: () => void
  /** Called when the health of the store has changed. */
  readonly onHealth: () => void
  /** The log of the session that this one simulates, from which it takes the history. */
  readonly branchOf?: SessionLog | undefined
}

export class LogLifecycle implements RunLog {
  current: SessionLog
  isClosed = false
  health = healthy
  whenDown: WhenDown = 'pause'
  redactor: Redactor | undefined
  readonly #deps: LogLifecycleDeps
  #isOpen = true
  #opening: Promise<void> | undefined
  #undo: (() => void)[] = []
  #tidiedAt = 0
  /** The log that a start has read. */
  #restored: SessionLog | undefined
  readonly #toldOmitted = new Set<string>()

  /** Begins to open the store from the options. */
  constructor(deps: LogLifecycleDeps) {
    this.#deps = deps
    const made = this.#resolve()
    // Until the store is open, queries find an empty log and do not fail: a task has a status before the session starts.
    this.current = this.#logOver(made instanceof Promise ? createMemoryStore() : this.#guarded(made))
    if (made instanceof Promise) this.#await(made)
  }

  /** Opens the log: with the store from the options, or again with the store that an earlier stop closed. */
  open(): void | Promise<void> {
    if (this.isClosed) return this.#take(this.current.store)
    if (this.#isOpen) return this.#opening
    this.#isOpen = true
    const made = this.#resolve()
    return made instanceof Promise ? this.#await(made) : this.#take(this.#guarded(made))
  }

  #resolve(): Store | Promise<Store> {
    const { configuration, reporter } = this.#deps
    return resolveStore(configuration.options.store, {
      onProblem: ({ message }) => reporter.warn('log', message),
    })
  }

  #await(made: Promise<Store>): Promise<void> {
    const opening = made.then((store) => this.#take(this.#guarded(store)))
    this.#opening = opening
    // The start of the session opens the store again and reports the error; before that it must not be an unhandled rejection.
    opening.catch(() => {
      this.#isOpen = false
    })
    return opening
  }

  #take(store: Store): void {
    this.current = this.#logOver(store)
    this.isClosed = false
  }

  #logOver(store: Store): SessionLog {
    const { clock, branchOf } = this.#deps
    return branchOf === undefined
      ? new SessionLog(store, clock, this.#valueRules())
      : branchOf.branch(store, clock)
  }

  /** True if a start has read the log since it was opened. */
  get isRestored(): boolean {
    return this.#restored === this.current && !this.isClosed
  }

  /** Reads the log. Resolves to the start records of runs without an end. */
  async restore(signal: AbortSignal): Promise<readonly RunRecord[]> {
    const log = this.current
    const open = await log.restore()
    signal.throwIfAborted()
    this.#restored = log
    return open
  }

  /** Opens and reads the log again if a stop has closed it. */
  async reopen(signal: AbortSignal): Promise<void> {
    if (!this.isClosed) return
    await this.open()
    await this.restore(signal)
  }

  /** The health of the store. */
  get storeHealth(): StoreHealth {
    const { store } = this.current
    return store instanceof ResilientStore ? store.health : healthy
  }

  /** Handles the start of the session. */
  begin(): void {
    const { clock, reporter } = this.#deps
    if (this.#undo.length > 0 || !this.current.store.durable) return
    this.#tidiedAt = clock.monotonic()
    this.#undo.push(flushAtExit({ reporter, runLog: this }))
    const undoBeat = clock.onBeat?.(() => this.#beat())
    if (undoBeat !== undefined) this.#undo.push(undoBeat)
  }

  /** Handles the stop of the session: closes the store. A log in memory has nothing to close, and can still be queried. */
  async end(): Promise<void> {
    // A store that is still opening would otherwise remain open.
    await this.#opening?.catch(() => {})
    for (const undo of this.#undo.splice(0)) undo()
    this.health = healthy
    if (!this.current.store.durable || this.isClosed) return
    await this.current.close()
    this.isClosed = true
  }

  /** Adds a guard to the store, unless the user has added one already. Memory cannot fail and needs none. */
  #guarded(store: Store): Store {
    const { configuration, reporter } = this.#deps
    if (store instanceof MemoryStore) return store
    const listener: StoreHealthListener = {
      onHealth: (health) => this.#healthChanged(health),
      onLost: (entries, error) =>
        reporter.fail(
          'log',
          `${entries.length} entries of the run log were refused permanently and are lost.`,
          {
            error,
          },
        ),
      onProblem: ({ message }) => reporter.warn('log', message),
    }
    const guard =
      store instanceof ResilientStore
        ? store
        : resilientStore(store, { whenDown: configuration.options.log?.whenDown ?? 'pause' })
    guard.listen(listener)
    this.whenDown = guard.whenDown
    return guard
  }

  /** Handles the beginning of a stop: a store that cannot write must not delay it. */
  hurry(): void {
    const { store } = this.current
    if (store instanceof ResilientStore) store.hurry()
  }

  #healthChanged(health: StoreHealth): void {
    const { clock, reporter, onWritable } = this.#deps
    this.health = health
    this.#deps.onHealth()
    const at = clock.now()
    if (health.state === 'ok') {
      reporter.news.tell({ type: 'session.recovered', at })
      onWritable()
      return
    }
    const reason = health.reason?.message ?? 'it does not answer'
    reporter.warn('log', `The run log cannot be written: ${reason}`, { error: health.reason })
    reporter.news.tell({ type: 'session.degraded', at, reason })
    // The disk may be full of entries that exceed the retention.
    if (isFull(health.reason)) void this.tidy()
  }

  #beat(): void {
    const { clock } = this.#deps
    this.current.beat()
    if (clock.monotonic() - this.#tidiedAt < tidyEveryMs) return
    this.#tidiedAt = clock.monotonic()
    void this.tidy()
  }

  /** Removes the entries that neither the retention nor a condition keeps. */
  async tidy(): Promise<void> {
    const retention = this.#retention()
    if (retention === null) return
    try {
      await this.current.prune(retention)
    } catch (error) {
      this.#deps.reporter.fail('log', 'The retention could not be applied to the run log.', { error })
    }
  }

  /** The retention of the session and of its tasks; null if no option sets one, and only that of the store applies. */
  #retention(): Retention | null {
    const { configuration, registry } = this.#deps
    const { retention } = configuration.options.log ?? {}
    const isAny = [...registry.entries.values()].some(
      (entry) => entry.definition.options.retention !== undefined,
    )
    if (retention === undefined && !isAny) return null
    return {
      ...toLimits(retention),
      ...(retention?.maxTotal === undefined ? {} : { maxTotal: retention.maxTotal }),
      ofTask: (task) => {
        const own = registry.entries.get(task)?.definition.options.retention
        return own === undefined ? undefined : toLimits(own)
      },
    }
  }

  /** Warns about an omitted value, once per task and kind of value, and only for a durable log: a restart would need it there. */
  #omitted(task: string, why: string): void {
    const what = why.startsWith('value: ') ? 'return' : why.slice(0, why.indexOf(':'))
    const key = `${task}\n${what}`
    if (!this.current.store.durable || this.#toldOmitted.has(key)) return
    this.#toldOmitted.add(key)
    const reason = why.slice(why.indexOf(': ') + 2)
    const hint = reason.includes('maxValueSize')
      ? 'Raise it with createApp({ log: { maxValueSize } }), or keep the value elsewhere and pass on where it is.'
      : 'Make it JSON, or give createApp({ log: { serializer } }) for returns.'
    this.#deps.reporter.warn(
      'log',
      `The ${what} of a run of task '${task}' is left out of the run log, as ${reason}. ${hint}`,
      {
        task,
      },
    )
  }

  #valueRules(): ValueRules {
    const { maxValueSize, serializer, redact } = this.#deps.configuration.options.log ?? {}
    const redactor = redact === false ? undefined : createRedactor(redact ?? {})
    this.redactor = redactor
    return {
      onOmitted: (task, why) => this.#omitted(task, why),
      ...(maxValueSize === undefined ? {} : { maxSize: maxValueSize }),
      ...(serializer === undefined ? {} : { serializer }),
      ...(redactor === undefined ? {} : { redactor }),
    }
  }
}

function toLimits({ maxAge, maxRecords }: TaskLimits = {}): Pick<Retention, 'maxAgeMs' | 'maxPerTask'> {
  return {
    ...(maxAge === undefined ? {} : { maxAgeMs: toDuration(maxAge, 'maxAge') }),
    ...(maxRecords === undefined ? {} : { maxPerTask: maxRecords }),
  }
}

interface TaskLimits {
  readonly maxAge?: unknown
  readonly maxRecords?: number
}
