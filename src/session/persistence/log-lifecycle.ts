/**
 * Keeps the session's run log: opens its store, guards it against times at which it cannot write, leaves signs of life, and has
 * it forget what nobody needs.
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

/** How often the log is asked to forget. */
const tidyEveryMs = 600_000

const healthy: StoreHealth = { state: 'ok', waiting: 0 }

export class LogLifecycle {
  readonly #core: Core
  readonly #onWritable: () => void
  #isOpen = false
  #opening: Promise<void> | undefined
  #undo: (() => void)[] = []
  #tidiedAt = 0
  /** The log that was read by a start. */
  #restored: SessionLog | undefined
  readonly #toldOmitted = new Set<string>()

  constructor(core: Core, onWritable: () => void) {
    this.#core = core
    this.#onWritable = onWritable
  }

  /** Opens the log: with the store that the options mean, or again with the store that an earlier stop closed. */
  open(): void | Promise<void> {
    const core = this.#core
    if (core.isLogClosed) return this.#take(core.log.store)
    if (this.#isOpen) return this.#opening
    this.#isOpen = true
    const made = resolveStore(core.options.store, { onProblem: ({ message }) => core.warn('log', message) })
    if (!(made instanceof Promise)) return this.#take(this.#guarded(made))
    // Until it is there the log is asked in vain, and not refused: a task has a status before the session starts.
    this.#take(createMemoryStore())
    const opening = made.then((store) => this.#take(this.#guarded(store)))
    this.#opening = opening
    // Who starts the session is told; with nobody there yet it is no unhandled rejection, and the start asks anew.
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

  /** True if the log was read since it was opened. */
  get isRestored(): boolean {
    return this.#restored === this.#core.log && !this.#core.isLogClosed
  }

  /** Reads the log, and gives the runs that have no end. */
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

  /** Whether the store can write now, and how many entries wait for it. */
  get health(): StoreHealth {
    const store: Store | undefined = (this.#core.log as SessionLog | undefined)?.store
    return store instanceof ResilientStore ? store.health : healthy
  }

  /** The session starts. */
  begin(): void {
    const core = this.#core
    if (this.#undo.length > 0 || !core.log.store.durable) return
    this.#tidiedAt = core.clock.monotonic()
    this.#undo.push(flushAtExit(core))
    const undoBeat = core.clock.onBeat?.(() => this.#beat())
    if (undoBeat !== undefined) this.#undo.push(undoBeat)
  }

  /** The session has stopped: the store is closed. A log in memory holds nothing open, and can still be asked. */
  async end(): Promise<void> {
    const core = this.#core
    // A store that is still being opened would be left open.
    await this.#opening?.catch(() => {})
    for (const undo of this.#undo.splice(0)) undo()
    core.logHealth = healthy
    if (!core.log.store.durable || core.isLogClosed) return
    await core.log.close()
    core.isLogClosed = true
  }

  /** The store behind a guard, whoever wrote it: that of the user, or a new one. Memory cannot fail. */
  #guarded(store: Store): Store {
    const core = this.#core
    if (store instanceof MemoryStore) return store
    const listener: StoreHealthListener = {
      onHealth: (health) => this.#healthChanged(health),
      onLost: (entries, error) =>
        core.fail('log', `${entries.length} entries of the run log were refused for good: they are lost.`, {
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

  /** The session stops: a store that cannot write must not hold it up. */
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
    // Entries past retention may be all that fills the disk.
    if (isFull(health.reason)) void this.tidy()
  }

  #beat(): void {
    const { clock, log } = this.#core
    log.beat()
    if (clock.monotonic() - this.#tidiedAt < tidyEveryMs) return
    this.#tidiedAt = clock.monotonic()
    void this.tidy()
  }

  /** Forgets what neither the retention nor a condition keeps. */
  async tidy(): Promise<void> {
    const core = this.#core
    const retention = this.#retention()
    if (retention === null) return
    try {
      await core.log.prune(retention)
    } catch (error) {
      core.fail('log', 'The run log could not forget what is past retention.', { error })
    }
  }

  /** The retention of the session and of its tasks; null if nothing is said: then the store's own is all there is. */
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

  /** Told once of each task, and only where a restart would look for it. */
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
