/** The records of tasks up to a past instant, read from the store. */
import { type Action, actions } from '../../../machines/protocol.ts'
import { isNote, type LogEntry, type RunRecord } from '../../log/entry.ts'
import { marksPerAction } from '../../log/history/recency-index.ts'
import type { SessionLog } from '../../log/session-log.ts'
import { livedAt } from './lived.ts'
import type { PastState } from './reach.ts'

/** The number of newest records that are read of a task at first: for most tasks, all. */
const firstRecords = 3_000
/** The number of records of each action that the index of a running session may contain. */
const perAction = marksPerAction * 1.5

/** A run that was live at the instant. */
export interface PastRun {
  readonly task: string
  readonly record: RunRecord
  /** The start in lived time. */
  readonly startedMono: number
}

/** The history of some tasks. */
export interface PastHistory {
  /** All entries, oldest first. */
  readonly entries: readonly LogEntry[]
  /** Live runs in the order of their starts. */
  readonly live: readonly PastRun[]
}

/** Reads the history of the tasks. */
export async function readHistory(
  log: SessionLog,
  state: Pick<PastState, 'cut' | 'session'>,
  tasks: Iterable<string>,
): Promise<PastHistory> {
  const entries: LogEntry[] = []
  for (const task of tasks) entries.push(...(await entriesOf(log, state, task)))
  entries.sort((a, b) => a.seq - b.seq)
  return { entries, live: liveOf(entries, state) }
}

async function entriesOf(
  log: SessionLog,
  { cut }: Pick<PastState, 'cut'>,
  task: string,
): Promise<readonly LogEntry[]> {
  const found = new Map<number, LogEntry>()
  const add = (some: readonly LogEntry[]): void => {
    for (const entry of some) if (cut.contains(entry)) found.set(entry.seq, entry)
  }
  const { criteria } = cut
  const first = await log.query({ task, ...criteria, limit: firstRecords })
  add(first)
  const { count = 0, lastMs = 0 } = log.index.keepOf(task) ?? {}
  if (first.length === firstRecords) {
    for (const action of actions)
      add(await log.query({ task, action, ...criteria, limit: Math.max(perAction, count * 1.5) }))
    if (lastMs > 0) add(await log.query({ task, ...criteria, since: cut.at - lastMs }))
  }
  add(await log.notes({ task, note: 'missed' }))
  return [...found.values()]
}

function liveOf(entries: readonly LogEntry[], { session }: Pick<PastState, 'session'>): PastRun[] {
  const live = new Map<string, PastRun>()
  for (const record of entries) {
    if (isNote(record)) continue
    const { runId, task, at, seq } = record
    const key = `${task}\n${runId}`
    if (record.action === 'run')
      live.set(key, { task, record, startedMono: livedAt(at, session.clockSets, seq) })
    else live.delete(key)
  }
  return [...live.values()]
}

/** The last record of a task, and the last end of its runs; null: none. */
export function newestOf(
  entries: readonly LogEntry[],
  task: string,
): { readonly record: RunRecord | null; readonly outcome: Action | null } {
  let record: RunRecord | null = null
  let outcome: Action | null = null
  for (const entry of entries) {
    if (isNote(entry) || entry.task !== task) continue
    record = entry
    if (entry.action !== 'run') outcome = entry.action
  }
  return { record, outcome }
}
