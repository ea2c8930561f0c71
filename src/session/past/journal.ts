/**
 * The journal of changes: writes notes to the log about what explanations of past instants need and records of runs lack. Changes of
 * one turn of the event loop and of one millisecond are one note. A turn without a change writes nothing, and a run by itself never
 * causes a note.
 */
import type { Clock, Undo } from '../../clock/clock.ts'
import { toErrorData } from '../../errors/error-data.ts'
import type { Note } from '../../log/entry.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { Journal } from '../state/journal.ts'
import type { RunSlot, TaskEntry } from '../state/task-state.ts'
import { CurrentImages, type ImageDeps } from './images.ts'
import { livedAt } from './lived.ts'
import type {
  ChangeData,
  Images,
  ParamImage,
  QueueImage,
  SessionImage,
  SnapshotData,
  TaskImage,
} from './notes.ts'

/** The maximum number of tasks in one note, so that no line of a log becomes very long. */
const tasksPerNote = 500
/** The interval between snapshots of a session over a durable store, ms: after a restart, changes are read from one of them. */
const snapshotEveryMs = 86_400_000
/** The maximum number of waiting runs in a note about a queue. */
const runsPerQueue = 10
/** The maximum number of times at which the clock was set, the newest ones. */
const maxClockSets = 50
/** The maximum number of earlier relaunch delays, the newest ones. */
const maxDelays = 20
/** Shorter relaunch delays cause no notes: otherwise a task that always launches again would cause one for each run. */
export const shortDelayMs = 1000

/** The changes that are not written yet. */
interface Batch {
  readonly at: number
  readonly session: SessionImage | undefined
  readonly params: Map<string, ParamImage | null>
  readonly tasks: Map<string, TaskImage | null>
  readonly delays: { readonly task: string; readonly until: number | null }[]
  readonly endings: { readonly run: string; readonly at: number; readonly reason: string | null }[]
}

export interface JournalDeps extends ImageDeps {
  readonly clock: Clock
  readonly reporter: Reporter
}

/** The position of the journal, for readers. */
export interface JournalState {
  /** The session in the notes. */
  readonly by: number
  /** The number of changes so far. */
  readonly n: number
  /** The instant at which the journal began, or an earlier one to which the clock was set since, epoch ms. */
  readonly begunAt: number
  /** The time of the last change, epoch ms; null if there was none. */
  readonly changedAt: number | null
  readonly isOpen: boolean
  /** The session now. */
  readonly session: SessionImage
}

export class ChangeJournal implements Journal {
  readonly #deps: JournalDeps
  readonly #images: CurrentImages
  #state: Omit<JournalState, 'session'> | null = null
  /** True from the restore of the log to its close. */
  #isWritable = false
  #batch: Batch | null = null
  #session: SessionImage | null = null
  #clockSets: SessionImage['clockSets'] = []
  #snapshotAt = 0
  #undoJump: Undo | null = null
  /** Queues that have changed in this turn, with the time. */
  #queued = new Map<TaskEntry, number>()
  /** Tasks with waiting runs and runs that are ending, according to the notes. */
  readonly #waiting = new Set<TaskEntry>()
  readonly #ending = new Set<RunSlot>()
  /** True for tasks that are disabled, false for those that were and are enabled again. */
  readonly #disabled = new WeakMap<TaskEntry, boolean>()
  readonly #delayed = new Map<TaskEntry, number>()

  constructor(deps: JournalDeps) {
    this.#deps = deps
    this.#images = new CurrentImages(deps)
  }

  /** The position; null before the first start. Writes pending changes first. */
  get state(): JournalState | null {
    this.#flush()
    const session = this.#session
    return this.#state === null || session === null ? null : { ...this.#state, session }
  }

  /** Begins to write, when the log is restored. `aliveAt`: the last sign of life of an earlier session, epoch ms. */
  begin(aliveAt: number | null): void {
    const { clock, runLog } = this.#deps
    this.#undoJump ??= clock.onJump(({ kind, byMs }) => {
      if (kind === 'set') this.#clockSet(byMs)
    })
    // The log of a session in memory continues: only the state has changed.
    if (this.#isWritable) return this.session()
    this.#isWritable = true
    const isDurable = runLog.current.store.durable
    this.#clockSets = []
    this.#session = this.#images.session(this.#clockSets)
    const at = clock.now()
    this.#state = { by: runLog.current.lastSeq, n: 0, begunAt: at, changedAt: null, isOpen: false }
    if (isDurable) this.#snapshot(aliveAt)
  }

  /** Writes the last changes, before the log is closed. */
  end(): void {
    if (!this.#isWritable) return
    this.#undoJump?.()
    this.#undoJump = null
    this.#noteQueues()
    this.#noteSession({ ...this.#images.session(this.#clockSets), state: 'stopped', startedAt: null })
    this.#waiting.clear()
    this.#ending.clear()
    this.#delayed.clear()
    this.#isWritable = !this.#deps.runLog.current.store.durable
  }

  param(name: string): void {
    if (!this.#isWritable) return
    const { params } = this.#touch()
    if (!params.has(name)) params.set(name, this.#images.param(name))
  }

  task(name: string): void {
    if (!this.#isWritable) return
    const { tasks } = this.#touch()
    if (!tasks.has(name)) tasks.set(name, this.#images.task(name))
  }

  toggled(entry: TaskEntry, disabled: boolean): void {
    const { name, definition } = entry
    const wasDisabled = this.#disabled.get(entry) ?? definition.options.disabled === true
    this.#disabled.set(entry, disabled)
    if (!this.#isWritable || wasDisabled === disabled) return
    const { tasks } = this.#touch()
    if (!tasks.has(name)) tasks.set(name, this.#images.taskWith(definition, wasDisabled))
  }

  session(): void {
    if (this.#isWritable) this.#noteSession(this.#images.session(this.#clockSets))
  }

  #noteSession(now: SessionImage): void {
    const before = this.#session
    const delayMs = before?.settings.relaunchDelayMs
    const known = before?.earlierDelays ?? []
    const { lastSeq } = this.#deps.runLog.current
    const isOther = delayMs !== undefined && delayMs !== now.settings.relaunchDelayMs
    const earlierDelays = isOther ? [...known, [lastSeq, delayMs] as const].slice(-maxDelays) : known
    const session = earlierDelays.length === 0 ? now : { ...now, earlierDelays }
    this.#batch = { ...this.#touch(), session }
    this.#flush()
  }

  /** Noted only if the runs still wait two turns later: most are launched before that. */
  queue(entry: TaskEntry): void {
    if (!this.#isWritable || this.#queued.has(entry)) return
    const { clock } = this.#deps
    this.#queued.set(entry, clock.now())
    if (this.#queued.size === 1) clock.defer(() => clock.defer(() => this.#noteQueues()))
  }

  delayBegins(entry: TaskEntry, relaunchAt: number): void {
    const { clock } = this.#deps
    const leftMs = relaunchAt - clock.monotonic()
    if (!this.#isWritable || leftMs < shortDelayMs) return
    this.#delayed.set(entry, relaunchAt)
    const now = livedAt(clock.now(), this.#clockSets)
    this.#touch().delays.push({ task: entry.name, until: now + leftMs })
  }

  delayEnds(entry: TaskEntry): void {
    const relaunchAt = this.#delayed.get(entry)
    if (relaunchAt === undefined) return
    this.#delayed.delete(entry)
    const isOver = this.#deps.clock.monotonic() >= relaunchAt
    if (this.#isWritable && !isOver) this.#touch().delays.push({ task: entry.name, until: null })
  }

  /** Noted only if the run is still live in the next turn. */
  ending(slot: RunSlot, reason: string | null): void {
    if (!this.#isWritable) return
    const { clock } = this.#deps
    const { runId: run } = slot
    const at = clock.now()
    clock.defer(() => {
      if (!this.#isWritable || !slot.lives || slot.runId !== run) return
      this.#ending.add(slot)
      this.#touch().endings.push({ run, at, reason })
    })
  }

  #clockSet(byMs: number): void {
    this.#flush()
    const set = [this.#deps.runLog.current.lastSeq, byMs] as const
    this.#clockSets = [...this.#clockSets, set].slice(-maxClockSets)
    if (this.#state !== null)
      this.#state = { ...this.#state, begunAt: Math.min(this.#state.begunAt, this.#deps.clock.now()) }
    this.session()
  }

  /** The batch of this millisecond. */
  #touch(): Batch {
    const { clock } = this.#deps
    const at = clock.now()
    if (this.#batch !== null && this.#batch.at !== at) this.#flush()
    if (this.#batch === null) {
      this.#batch = {
        at,
        session: undefined,
        params: new Map(),
        tasks: new Map(),
        delays: [],
        endings: [],
      }
      clock.defer(() => this.#flush())
    }
    return this.#batch
  }

  #noteQueues(): void {
    const queued = this.#queued
    if (queued.size === 0) return
    this.#queued = new Map()
    const queues: QueueImage[] = []
    for (const [entry, at] of queued) {
      const { length } = entry.queue
      if (length === 0 && !this.#waiting.has(entry)) continue
      if (length > 0) this.#waiting.add(entry)
      queues.push({ task: entry.name, at, length, runs: firstOf(entry) })
    }
    if (queues.length === 0 || !this.#isWritable) return
    this.#flush()
    this.#write(this.#deps.clock.now(), { was: {}, is: {}, queues })
  }

  /** True if earlier notes are needed to explain what waits now. */
  #isOpen(): boolean {
    for (const entry of this.#waiting) if (entry.queue.length === 0) this.#waiting.delete(entry)
    for (const slot of this.#ending) if (!slot.lives) this.#ending.delete(slot)
    const leaving = this.#deps.registry.leaving.size
    return this.#waiting.size + this.#ending.size + this.#delayed.size + leaving > 0
  }

  #flush(): void {
    const batch = this.#batch
    if (batch === null) return
    this.#batch = null
    if (!this.#isWritable) return
    const { at, delays, endings } = batch
    const events = {
      ...(delays.length === 0 ? {} : { delays }),
      ...(endings.length === 0 ? {} : { endings }),
    }
    const isDurable = this.#deps.runLog.current.store.durable
    const params = changed(batch.params, (name) => this.#images.param(name), isDurable)
    const tasks = changed(batch.tasks, (name) => this.#images.task(name), isDurable)
    const session = this.#sessionChange(batch.session, isDurable)
    const names = Object.keys(tasks.was)
    const isEmpty = names.length === 0 && session.was.session === undefined
    if (isEmpty && Object.keys(params.was).length === 0 && Object.keys(events).length === 0) return
    for (let from = 0; from === 0 || from < names.length; from += tasksPerNote) {
      const some = names.slice(from, from + tasksPerNote)
      const rest = from === 0 ? { params, session, events } : null
      const images = (side: 'was' | 'is'): Images => ({
        ...rest?.session[side],
        ...(rest === null || isNone(rest.params[side]) ? {} : { params: rest.params[side] }),
        ...ofTasks(some, tasks[side]),
      })
      this.#write(at, { was: images('was'), is: images('is'), ...rest?.events })
    }
    if (isDurable && at - this.#snapshotAt >= snapshotEveryMs && !this.#isOpen()) this.#snapshot(null)
  }

  #sessionChange(after: SessionImage | undefined, isDurable: boolean): Record<'was' | 'is', Images> {
    const before = this.#session
    if (after === undefined || before === null || isSame(before, after)) return { was: {}, is: {} }
    this.#session = after
    return { was: { session: before }, is: isDurable ? { session: after } : {} }
  }

  #write(at: number, change: Omit<ChangeData, 'by' | 'n' | 'after' | 'isOpen' | 'wasOpen'>): void {
    const state = this.#state
    if (state === null) return
    const isOpen = this.#isOpen()
    const n = state.n + 1
    const data: ChangeData = {
      by: state.by,
      n,
      after: state.changedAt,
      isOpen,
      wasOpen: state.isOpen,
      ...change,
    }
    this.#state = { ...state, n, changedAt: at, isOpen }
    this.#append({ note: 'change', at, data })
  }

  /** Writes everything, in parts. */
  #snapshot(aliveAt: number | null): void {
    const state = this.#state
    if (state === null) return
    const { clock, registry, params } = this.#deps
    const at = clock.now()
    this.#snapshotAt = at
    const names = [...registry.entries.keys()]
    const parts = Math.max(1, Math.ceil(names.length / tasksPerNote))
    for (let part = 0; part < parts; part++) {
      const some = names.slice(part * tasksPerNote, (part + 1) * tasksPerNote)
      const tasks = Object.fromEntries(some.map((name) => [name, this.#images.task(name)]))
      const is: Images =
        part > 0
          ? { tasks }
          : {
              ...(this.#session === null ? {} : { session: this.#session }),
              params: Object.fromEntries(params.entries().map(([name]) => [name, this.#images.param(name)])),
              tasks,
            }
      const data: SnapshotData = { by: state.by, n: state.n, isOpen: state.isOpen, part, parts, aliveAt, is }
      this.#append({ note: 'snapshot', at, data })
    }
  }

  #append(note: Omit<Note, 'seq' | 'omitted'>): void {
    const { clock, reporter, runLog } = this.#deps
    const { durable } = runLog.current.note(note)
    if (!(durable instanceof Promise)) return
    clock.busy?.(durable)
    durable.catch((error) =>
      reporter.warn('log', `A change of the session could not be noted: ${toErrorData(error).message}`),
    )
  }
}

function firstOf({ queue }: TaskEntry): QueueImage['runs'] {
  const runs: QueueImage['runs'][number][] = []
  for (const { runId: id, isReady, execution } of queue) {
    if (runs.length === runsPerQueue) break
    runs.push({ id, isReady, ...(execution === undefined ? {} : { execution }) })
  }
  return runs
}

/** The changed images, before and after. Without `isKept`, the state after is noted only where there is none. */
function changed<T>(
  before: ReadonlyMap<string, T | null>,
  imageOf: (name: string) => T | null,
  isKept: boolean,
): Record<'was' | 'is', Record<string, T | null>> {
  const all = [...before].map(([name, image]) => ({ name, image, after: imageOf(name) }))
  const differing = all.filter(({ image, after }) => !isSame(image, after))
  const kept = differing.filter(({ after }) => isKept || after === null)
  return {
    was: Object.fromEntries(differing.map(({ name, image }) => [name, image])),
    is: Object.fromEntries(kept.map(({ name, after }) => [name, after])),
  }
}

function ofTasks(names: readonly string[], images: Readonly<Record<string, TaskImage | null>>): Images {
  const some = names.flatMap((name) => (images[name] === undefined ? [] : [[name, images[name]] as const]))
  return some.length === 0 ? {} : { tasks: Object.fromEntries(some) }
}

const isNone = (images: object): boolean => Object.keys(images).length === 0

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
