/**
 * The lifecycle of the session's run log: opens and closes its store, guards it against failures to write, writes heartbeats, and
 * applies the retention.
 */
import type { StoreHealth, StoreHealthListener } from '../../log/resilience/options.ts'
import { ResilientStore, resilientStore } from '../../log/resilience/resilient-store.ts'
import { resolveStore } from '../../log/resolve-store.ts'
import type { ValueRules } from '../../log/serialize.ts'
import { SessionLog } from '../../log/session-log.ts'
import type { Retention, RunRecord, Store } from '../../log/store.ts'
import { createMemoryStore, MemoryStore } from '../../log/stores/memory.ts'
import { isFull } from '../../log/stores/sqlite/writes.ts'
import { createRedactor } from '../../values/secrets.ts'
import { toDuration } from '../options/durations.ts'
import type { Core } from '../state/session-state.ts'
import { flushAtExit } from './exit-flush.ts'

/** The interval at which the retention is applied, ms. */
const tidyEveryMs = 600_000

const healthy: StoreHealth = { state: 'ok', waiting: 0 }

export class LogLifecycle {
  readonly #core: Core
  readonly #onWritable: () => void
  #isOpen = false
  #opening: Promise<void> | undefined
  #undo: (() => void)[] = []
  #tidiedAt = 0
  /** The log that a start has read. */
  #restored: SessionLog | undefined
  readonly #toldOmitted = new Set<string>()

  constructor(core: Core, onWritable: () => void) {
    this.#core = core
    this.#onWritable = onWritable
  }

  /** Opens the log: with the store from the options, or again with the store that an earlier stop closed. */
  open(): void | Promise<void> {
    const core = this.#core
    if (core.isLogClosed) return this.#take(core.log.store)
    if (this.#isOpen) return this.#opening
    this.#isOpen = true
    const made = resolveStore(core.options.store, { onProblem: ({ message }) => core.warn('log', message) })
    if (!(made instanceof Promise)) return this.#take(this.#guarded(made))
    // Queries before that find an empty log and do not fail: a task has a status before the session starts.
    this.#take(createMemoryStore())
    const opening = made.then((store) => this.#take(this.#guarded(store)))
    this.#opening = opening
    // The start of the session opens the store again and reports the error; before that it must not be an unhandled rejection.
    opening.catch(() => {
      this.#isOpen = false
    })
    return opening
  }

  #take(store: Store): void {
    const core = this.#core
    core.log = new SessionLog(store, core.clock, this.#valueRules())
    core.isLogClosed = false
  }

  /** True if a start has read the log since it was opened. */
  get isRestored(): boolean {
    return this.#restored === this.#core.log && !this.#core.isLogClosed
  }

  /** Reads the log. Resolves to the start records of runs without an end. */
  async restore(signal: AbortSignal): Promise<readonly RunRecord[]> {
    const { log } = this.#core
    const open = await log.restore()
    signal.throwIfAborted()
    this.#restored = log
    return open
  }

  /** Opens and reads the log again if a stop has closed it. */
  async reopen(signal: AbortSignal): Promise<void> {
    if (!this.#core.isLogClosed) return
    await this.open()
    await this.restore(signal)
  }

  /** The health of the store. */
  get health(): StoreHealth {
    const store: Store | undefined = (this.#core.log as SessionLog | undefined)?.store
    return store instanceof ResilientStore ? store.health : healthy
  }

  /** Handles the start of the session. */
  begin(): void {
    const core = this.#core
    if (this.#undo.length > 0 || !core.log.store.durable) return
    this.#tidiedAt = core.clock.monotonic()
    this.#undo.push(flushAtExit(core))
    const undoBeat = core.clock.onBeat?.(() => this.#beat())
    if (undoBeat !== undefined) this.#undo.push(undoBeat)
  }

  /** Handles the stop of the session: closes the store. A log in memory has nothing to close, and can still be queried. */
  async end(): Promise<void> {
    const core = this.#core
    // A store that is still opening would otherwise remain open.
    await this.#opening?.catch(() => {})
    for (const undo of this.#undo.splice(0)) undo()
    core.logHealth = healthy
    if (!core.log.store.durable || core.isLogClosed) return
    await core.log.close()
    core.isLogClosed = true
  }

  /** Adds a guard to the store, unless the user has added one already. Memory cannot fail and needs none. */
  #guarded(store: Store): Store {
    const core = this.#core
    if (store instanceof MemoryStore) return store
    const listener: StoreHealthListener = {
      onHealth: (health) => this.#healthChanged(health),
      onLost: (entries, error) =>
        core.fail('log', `${entries.length} entries of the run log were refused permanently and are lost.`, {
          error,
        }),
      onProblem: ({ message }) => core.warn('log', message),
    }
    const guard =
      store instanceof ResilientStore
        ? store
        : resilientStore(store, { whenDown: core.options.log?.whenDown ?? 'pause' })
    guard.listen(listener)
    core.whenLogDown = guard.whenDown
    return guard
  }

  /** Handles the beginning of a stop: a store that cannot write must not delay it. */
  hurry(): void {
    const store: Store | undefined = (this.#core.log as SessionLog | undefined)?.store
    if (store instanceof ResilientStore) store.hurry()
  }

  #healthChanged(health: StoreHealth): void {
    const core = this.#core
    core.logHealth = health
    const at = core.clock.now()
    if (health.state === 'ok') {
      core.news.tell({ type: 'session.recovered', at })
      this.#onWritable()
      return
    }
    const reason = health.reason?.message ?? 'it does not answer'
    core.warn('log', `The run log cannot be written: ${reason}`, { error: health.reason })
    core.news.tell({ type: 'session.degraded', at, reason })
    // The disk may be full of entries that exceed the retention.
    if (isFull(health.reason)) void this.tidy()
  }

  #beat(): void {
    const { clock, log } = this.#core
    log.beat()
    if (clock.monotonic() - this.#tidiedAt < tidyEveryMs) return
    this.#tidiedAt = clock.monotonic()
    void this.tidy()
  }

  /** Removes the entries that neither the retention nor a condition keeps. */
  async tidy(): Promise<void> {
    const core = this.#core
    const retention = this.#retention()
    if (retention === null) return
    try {
      await core.log.prune(retention)
    } catch (error) {
      core.fail('log', 'The retention could not be applied to the run log.', { error })
    }
  }

  /** The retention of the session and of its tasks; null if no option sets one, and only that of the store applies. */
  #retention(): Retention | null {
    const core = this.#core
    const { retention } = core.options.log ?? {}
    const isAny = [...core.entries.values()].some((entry) => entry.definition.options.retention !== undefined)
    if (retention === undefined && !isAny) return null
    return {
      ...toLimits(retention),
      ...(retention?.maxTotal === undefined ? {} : { maxTotal: retention.maxTotal }),
      ofTask: (task) => {
        const own = core.entries.get(task)?.definition.options.retention
        return own === undefined ? undefined : toLimits(own)
      },
    }
  }

  /** Warns about an omitted value, once per task and kind of value, and only for a durable log: a restart would need it there. */
  #omitted(task: string, why: string): void {
    const core = this.#core
    const what = why.startsWith('value: ') ? 'return' : why.slice(0, why.indexOf(':'))
    const key = `${task}\n${what}`
    if (!core.log.store.durable || this.#toldOmitted.has(key)) return
    this.#toldOmitted.add(key)
    const reason = why.slice(why.indexOf(': ') + 2)
    const hint = reason.includes('maxValueSize')
      ? 'Raise it with createApp({ log: { maxValueSize } }), or keep the value elsewhere and pass on where it is.'
      : 'Make it JSON, or give createApp({ log: { serializer } }) for returns.'
    core.warn(
      'log',
      `The ${what} of a run of task '${task}' is left out of the run log, as ${reason}. ${hint}`,
      {
        task,
      },
    )
  }

  #valueRules(): ValueRules {
    const { maxValueSize, serializer, redact } = this.#core.options.log ?? {}
    const redactor = redact === false ? undefined : createRedactor(redact ?? {})
    this.#core.redactor = redactor
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
