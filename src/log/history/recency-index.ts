/**
 * In-memory index of the run log for conditions: an evaluation costs a few comparisons, regardless of the log's length.
 *
 * For each action of a task the index keeps the newest record and the times of the newest 500. Counts are exact up to that
 * limit: for more than 500 records in a window that ends now, the count is at least 500, so a comparison with up to 500 is
 * correct. A condition that compares with more, or whose window ends before now, calls {@link RecencyIndex.keep}. A task
 * without records costs nothing, a busy one about 16 KB.
 */
import type { Action } from '../../../machines/protocol.ts'
import type { Note, RunRecord } from '../entry.ts'
import type { Keep } from '../retention.ts'
import { EventTimes } from './event-times.ts'

/** The number of times kept per action of a task, unless {@link RecencyIndex.keep} raises it. */
export const marksPerAction = 500

/** The countable events: records by their action, and notes of missed periods. */
export type MarkAction = Action | 'missed'

/** The newest record of a task and its age. */
export interface Recent {
  readonly record: RunRecord
  /** Elapsed ms on the monotonic clock, never negative. */
  readonly ageMs: number
}

/** A record and the monotonic time at which it was made, ms. */
interface Latest {
  readonly record: RunRecord
  readonly mono: number
}

/** Consecutive runs with the same outcome. */
interface Row {
  readonly action: Action
  count: number
}

class TaskMemory {
  readonly latest = new Map<Action, Latest>()
  readonly marks = new Map<MarkAction, EventTimes>()
  /** Streaks of ended runs, oldest first. */
  readonly rows: Row[] = []
  newest: Latest | null = null

  copy(): TaskMemory {
    const copy = new TaskMemory()
    for (const [action, latest] of this.latest) copy.latest.set(action, latest)
    for (const [action, marks] of this.marks) copy.marks.set(action, marks.copy())
    for (const row of this.rows) copy.rows.push({ ...row })
    copy.newest = this.newest
    return copy
  }
}

/** The index. One per session: the session adds each record, and conditions read their facts from it. */
export class RecencyIndex {
  readonly #tasks = new Map<string, TaskMemory>()
  readonly #open = new Map<string, RunRecord>()
  readonly #keep: Map<string, Required<Keep>>

  /** Takes over what the index that it replaces was asked to keep. */
  constructor(before?: RecencyIndex) {
    this.#keep = new Map(before === undefined ? [] : before.#keep)
  }

  /** An independent copy. */
  copy(): RecencyIndex {
    const copy = new RecencyIndex(this)
    for (const [task, memory] of this.#tasks) copy.#tasks.set(task, memory.copy())
    for (const [runId, record] of this.#open) copy.#open.set(runId, record)
    return copy
  }

  /** The records of a task that conditions asked to keep. */
  readonly keepOf = (task: string): Keep | undefined => this.#keep.get(task)

  /** Adds a record made at `mono` on the monotonic clock, ms. */
  add(record: RunRecord, mono: number): void {
    const task = this.#memoryOf(record.task)
    const latest = { record, mono }
    const before = task.latest.get(record.action)
    // An end record is added once it is durable, so a newer start may have been added before it: `seq` decides.
    if (before === undefined || before.record.seq < record.seq) task.latest.set(record.action, latest)
    if (task.newest === null || task.newest.record.seq < record.seq) task.newest = latest
    this.#mark(task, record.task, record.action, countsAt(record), mono)
    if (record.action === 'run') this.#open.set(record.runId, record)
    else {
      this.#open.delete(record.runId)
      countInRow(task.rows, record.action)
    }
  }

  /** Adds a note. Notes of missed periods are counted under `missed`; conditions do not read other notes. */
  addNote(note: Note, mono: number): void {
    if (note.note === 'missed' && note.task !== undefined)
      this.#mark(this.#memoryOf(note.task), note.task, 'missed', note.at, mono)
  }

  /** The newest record (by `seq`) of the task with one of these actions. Notes are not records. */
  newest(task: string, actions: readonly MarkAction[], nowMono: number): Recent | null {
    const memory = this.#tasks.get(task)
    if (memory === undefined) return null
    let found: Latest | null = null
    for (const action of actions) {
      const latest = action === 'missed' ? undefined : memory.latest.get(action)
      if (latest !== undefined && (found === null || latest.record.seq > found.record.seq)) found = latest
    }
    return found === null ? null : { record: found.record, ageMs: Math.max(0, nowMono - found.mono) }
  }

  /** The number of records with one of these actions made in `[start, end)` of wall time, epoch ms. */
  countBetween(task: string, actions: readonly MarkAction[], start: number, end: number): number {
    const marks = this.#tasks.get(task)?.marks
    let count = 0
    if (marks !== undefined)
      for (const action of actions) count += marks.get(action)?.between(start, end) ?? 0
    return count
  }

  /** The number of records with one of these actions and an age in `[nearMs, farMs)`. */
  countWithin(
    task: string,
    actions: readonly MarkAction[],
    nearMs: number,
    farMs: number,
    nowMono: number,
  ): number {
    const marks = this.#tasks.get(task)?.marks
    let count = 0
    if (marks !== undefined)
      for (const action of actions) count += marks.get(action)?.within(nearMs, farMs, nowMono) ?? 0
    return count
  }

  /** Ms from now until {@link countWithin} next changes by the passage of time alone; Infinity if it does not. */
  countWithinChangesIn(
    task: string,
    actions: readonly MarkAction[],
    nearMs: number,
    farMs: number,
    nowMono: number,
  ): number {
    const marks = this.#tasks.get(task)?.marks
    let soonest = Infinity
    if (marks !== undefined)
      for (const action of actions)
        soonest = Math.min(soonest, marks.get(action)?.changesIn(nearMs, farMs, nowMono) ?? Infinity)
    return soonest
  }

  /** The number of newest ended runs in a row that ended with one of these actions. */
  streak(task: string, actions: readonly MarkAction[]): number {
    const rows = this.#tasks.get(task)?.rows ?? []
    let count = 0
    for (let i = rows.length - 1; i >= 0 && actions.includes(rows[i]!.action); i--) count += rows[i]!.count
    return count
  }

  /** The last action of the task, or null if it never ran. */
  status(task: string): Action | null {
    return this.#tasks.get(task)?.newest?.record.action ?? null
  }

  /** The newest record of one action of the task, or null. */
  lastOf(task: string, action: Action): RunRecord | null {
    return this.#tasks.get(task)?.latest.get(action)?.record ?? null
  }

  /** The start record of a run that has not ended, or null. */
  openRun(runId: string): RunRecord | null {
    return this.#open.get(runId) ?? null
  }

  /** Run records without an end, oldest first. */
  openRuns(): RunRecord[] {
    return [...this.#open.values()]
  }

  /** The tasks that have records, in order of their first record. */
  tasks(): IterableIterator<string> {
    return this.#tasks.keys()
  }

  /** Keeps more of a task than the newest 500 of each action. The largest request applies. */
  keep(task: string, request: Keep): void {
    const { lastMs, count } = this.#keepFor(task)
    this.#keep.set(task, {
      lastMs: Math.max(lastMs, request.lastMs ?? 0),
      count: Math.max(count, request.count ?? 0),
    })
  }

  /** Forgets a task and its {@link keep} requests. */
  forget(task: string): void {
    this.#tasks.delete(task)
    this.#keep.delete(task)
    for (const [runId, record] of this.#open) if (record.task === task) this.#open.delete(runId)
  }

  #mark(memory: TaskMemory, task: string, action: MarkAction, at: number, mono: number): void {
    let marks = memory.marks.get(action)
    if (marks === undefined) memory.marks.set(action, (marks = new EventTimes()))
    const size = marks.add(at, mono)
    // Requests to keep only raise the number.
    if (size <= marksPerAction * 1.5) return
    const { count, lastMs } = this.#keepFor(task)
    if (size > count * 1.5) marks.forget(count, lastMs > 0 ? mono - lastMs : Infinity)
  }

  #memoryOf(task: string): TaskMemory {
    let memory = this.#tasks.get(task)
    if (memory === undefined) this.#tasks.set(task, (memory = new TaskMemory()))
    return memory
  }

  #keepFor(task: string): Required<Keep> {
    return this.#keep.get(task) ?? defaultKeep
  }
}

const defaultKeep: Required<Keep> = { lastMs: 0, count: marksPerAction }

/** Bounds memory where outcomes alternate for years: no condition counts a streak that lies this many changes back. */
const maxRows = 1_000

/**
 * The wall time at which a record counts. A run that caught up a missed period counts for that period: otherwise the day
 * on which it caught up would count as done. The end of a run during which the clock was set counts by the clock as it
 * was at the start.
 */
function countsAt({ at, action, start, runtimeMs, trigger, period }: RunRecord): number {
  if (trigger === 'catch-up' && period !== undefined)
    return Math.max(period.start, Math.min(at, period.end - 1))
  if (action === 'run' || start === undefined || runtimeMs === undefined) return at
  const end = start + runtimeMs
  return Math.abs(at - end) > Math.max(setToleranceMs, runtimeMs * driftShare) ? end : at
}

/** Clocks are disciplined by milliseconds and drift by about 0.1 %: only a larger difference is a clock change. */
const setToleranceMs = 1000
const driftShare = 0.001

function countInRow(rows: Row[], action: Action): void {
  const last = rows.at(-1)
  if (last?.action === action) last.count++
  else rows.push({ action, count: 1 })
  if (rows.length > maxRows) rows.splice(0, rows.length / 2)
}
