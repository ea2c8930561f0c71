/**
 * What conditions ask of the run log, in memory: a look costs a few comparisons however long the log is.
 *
 * Of each action of a task it keeps the newest record whole and the times of the newest 500. A count is exact as far as it
 * goes: of more than 500 records in a window that reaches up to now it answers at least 500, so any comparison with up to
 * 500 is right. A condition that compares with more, or whose window ends before now, says so with {@link RecencyIndex.keep}.
 * A task without records costs nothing, a busy one some 16 KB.
 */
import type { Action } from '../../../machines/protocol.ts'
import type { Keep, Note, RunRecord } from '../store.ts'
import { EventTimes } from './event-times.ts'

/** How many times of one action of a task are kept unless {@link RecencyIndex.keep} asks for more. */
export const marksPerAction = 500

/** What can be counted: records by their action, and notes of missed periods. */
export type MarkAction = Action | 'missed'

/** The newest record of a task and how long ago it was made. */
export interface Recent {
  readonly record: RunRecord
  /** Elapsed ms on the monotonic clock, never negative. */
  readonly ageMs: number
}

/** A record and when it was made on the monotonic clock. */
interface Latest {
  readonly record: RunRecord
  readonly mono: number
}

/** How many runs in a row ended alike. */
interface Row {
  readonly action: Action
  count: number
}

class TaskMemory {
  readonly latest = new Map<Action, Latest>()
  readonly marks = new Map<MarkAction, EventTimes>()
  /** Ended runs in a row, oldest first. */
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

/** The index. One per session; the session tells it of each record and answers the facts of conditions from it. */
export class RecencyIndex {
  readonly #tasks = new Map<string, TaskMemory>()
  readonly #open = new Map<string, RunRecord>()
  readonly #keep: Map<string, Required<Keep>>

  /** With the wishes of the index that this one stands in for. */
  constructor(before?: RecencyIndex) {
    this.#keep = new Map(before === undefined ? [] : before.#keep)
  }

  /** An index that knows the same and goes on by itself. */
  copy(): RecencyIndex {
    const copy = new RecencyIndex(this)
    for (const [task, memory] of this.#tasks) copy.#tasks.set(task, memory.copy())
    for (const [runId, record] of this.#open) copy.#open.set(runId, record)
    return copy
  }

  /** What conditions asked to have remembered of a task. */
  readonly keepOf = (task: string): Keep | undefined => this.#keep.get(task)

  /** Takes in a record made at `mono` on the monotonic clock, ms. */
  add(record: RunRecord, mono: number): void {
    const task = this.#memoryOf(record.task)
    const latest = { record, mono }
    const before = task.latest.get(record.action)
    // An end record is seen once it is durable, so a younger start may have come before it: `seq` decides.
    if (before === undefined || before.record.seq < record.seq) task.latest.set(record.action, latest)
    if (task.newest === null || task.newest.record.seq < record.seq) task.newest = latest
    this.#mark(task, record.task, record.action, countsAt(record), mono)
    if (record.action === 'run') this.#open.set(record.runId, record)
    else {
      this.#open.delete(record.runId)
      countInRow(task.rows, record.action)
    }
  }

  /** Takes in a note: those of missed periods are counted under `missed`, others are nothing that conditions ask for. */
  addNote(note: Note, mono: number): void {
    if (note.note === 'missed' && note.task !== undefined)
      this.#mark(this.#memoryOf(note.task), note.task, 'missed', note.at, mono)
  }

  /** The newest record (by `seq`) of the task with one of these actions; a note is no record. */
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

  /** How many records with one of these actions were made in `[start, end)` of wall time, epoch ms. */
  countBetween(task: string, actions: readonly MarkAction[], start: number, end: number): number {
    const marks = this.#tasks.get(task)?.marks
    let count = 0
    if (marks !== undefined)
      for (const action of actions) count += marks.get(action)?.between(start, end) ?? 0
    return count
  }

  /** How many records with one of these actions have an age in `[nearMs, farMs)`. */
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

  /** Ms from now until {@link countWithin} next changes by time alone; Infinity if it can't. */
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

  /** How many of the newest ended runs in a row ended with one of these actions. */
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

  /** The start of a run that has no end yet, or null. */
  openRun(runId: string): RunRecord | null {
    return this.#open.get(runId) ?? null
  }

  /** Run records without an end, oldest first. */
  openRuns(): RunRecord[] {
    return [...this.#open.values()]
  }

  /** The tasks that have records, in the order in which they came. */
  tasks(): IterableIterator<string> {
    return this.#tasks.keys()
  }

  /** Remembers more of a task than the newest 500 of each action; the largest wish holds. */
  keep(task: string, wish: Keep): void {
    const { lastMs, count } = this.#wishOf(task)
    this.#keep.set(task, {
      lastMs: Math.max(lastMs, wish.lastMs ?? 0),
      count: Math.max(count, wish.count ?? 0),
    })
  }

  /** Forgets a task and what was to be kept of it. */
  forget(task: string): void {
    this.#tasks.delete(task)
    this.#keep.delete(task)
    for (const [runId, record] of this.#open) if (record.task === task) this.#open.delete(runId)
  }

  #mark(memory: TaskMemory, task: string, action: MarkAction, at: number, mono: number): void {
    let marks = memory.marks.get(action)
    if (marks === undefined) memory.marks.set(action, (marks = new EventTimes()))
    marks.add(at, mono)
    const { count, lastMs } = this.#wishOf(task)
    if (marks.size > count * 1.5) marks.forget(count, lastMs > 0 ? mono - lastMs : Infinity)
  }

  #memoryOf(task: string): TaskMemory {
    let memory = this.#tasks.get(task)
    if (memory === undefined) this.#tasks.set(task, (memory = new TaskMemory()))
    return memory
  }

  #wishOf(task: string): Required<Keep> {
    return this.#keep.get(task) ?? defaultKeep
  }
}

const defaultKeep: Required<Keep> = { lastMs: 0, count: marksPerAction }

/** A log that alternates for years must not grow: what lies so many changes back is no row that anyone counts. */
const maxRows = 1_000

/**
 * The wall time at which a record counts: a run that caught up a missed period counts for that period, or the day on which
 * it is caught up would pass for done.
 */
function countsAt(record: RunRecord): number {
  const { at, trigger, period } = record
  if (trigger === 'catch-up' && period !== undefined)
    return Math.max(period.start, Math.min(at, period.end - 1))
  return endOf(record) ?? at
}

/** When a run would have ended by the clock that it started by, if that was set while it ran; else null. */
function endOf({ at, action, start, runtimeMs }: RunRecord): number | null {
  if (action === 'run' || start === undefined || runtimeMs === undefined) return null
  const end = start + runtimeMs
  return Math.abs(at - end) > Math.max(setToleranceMs, runtimeMs * driftShare) ? end : null
}

/** Clocks are disciplined by milliseconds, and drift by some per mille: only more than this is a clock that was set. */
const setToleranceMs = 1000
const driftShare = 0.001

function countInRow(rows: Row[], action: Action): void {
  const last = rows.at(-1)
  if (last?.action === action) last.count++
  else rows.push({ action, count: 1 })
  if (rows.length > maxRows) rows.splice(0, rows.length / 2)
}
