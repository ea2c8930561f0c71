/** Invariants of a log, at whichever instant its process was killed. */
import { isNote, type LogEntry, type RunRecord } from '../../src/log/entry.ts'

/** A record that was announced. */
export interface Announced {
  readonly runId: string
  readonly action: string
}

/** The violations in a log; empty if there are none. `openBefore` are the runs that an earlier process left open. */
export function audit(
  entries: readonly LogEntry[],
  announced: readonly Announced[],
  openBefore: ReadonlySet<string>,
): string[] {
  const records = entries.filter((entry): entry is RunRecord => !isNote(entry))
  return [
    ...ofOrder(entries),
    ...ofPromises(records, announced),
    ...ofRuns(records, openBefore),
    ...ofPeriods(records),
    ...ofDependents(records),
  ]
}

/** The runs without an end. */
export function openRuns(entries: readonly LogEntry[]): Set<string> {
  const open = new Set<string>()
  for (const entry of entries) {
    if (isNote(entry)) continue
    if (entry.action === 'run') open.add(entry.runId)
    else open.delete(entry.runId)
  }
  return open
}

/** The dependent tasks that have not run since the last success of the task before them. */
export function unfollowed(entries: readonly LogEntry[]): string[] {
  const left: string[] = []
  for (const [task, before] of dependents) {
    let isDue = false
    for (const entry of entries) {
      if (isNote(entry)) continue
      if (entry.task === before && entry.action === 'success') isDue = true
      if (entry.task === task && entry.action === 'run') isDue = false
    }
    if (isDue) left.push(`${task} did not follow the last success of ${before}`)
  }
  return left
}

const dependents = new Map(
  ['a', 'b', 'c'].flatMap((chain) => [
    [`${chain}2`, `${chain}1`],
    [`${chain}3`, `${chain}2`],
  ]) as [string, string][],
)

function* ofOrder(entries: readonly LogEntry[]): Generator<string> {
  for (let i = 1; i < entries.length; i++)
    if (entries[i]!.seq <= entries[i - 1]!.seq) yield `seq ${entries[i]!.seq} follows ${entries[i - 1]!.seq}`
}

/** Every announced record is in the log. */
function* ofPromises(records: readonly RunRecord[], announced: readonly Announced[]): Generator<string> {
  const there = new Set(records.map(({ runId, action }) => `${runId} ${action}`))
  for (const { runId, action } of announced)
    if (!there.has(`${runId} ${action}`)) yield `lost: ${action} of run ${runId}`
}

/** A run has at most one start and one end; a run that an earlier process left open has ended. */
function* ofRuns(records: readonly RunRecord[], openBefore: ReadonlySet<string>): Generator<string> {
  const starts = new Set<string>()
  const ends = new Set<string>()
  for (const { runId, action, task } of records) {
    const seen = action === 'run' ? starts : ends
    if (seen.has(runId)) yield `two ${action === 'run' ? 'starts' : 'ends'} of run ${runId} of ${task}`
    if (action !== 'run' && !starts.has(runId)) yield `an end without a start: run ${runId} of ${task}`
    seen.add(runId)
  }
  for (const runId of openBefore) if (!ends.has(runId)) yield `run ${runId} was left open without a crash`
}

/** The period lengths of tasks that run once per period, by the prefix of their names, ms. */
const unitMs = { second: 1_000, minute: 60_000 }

/** A period has at most one success. */
function* ofPeriods(records: readonly RunRecord[]): Generator<string> {
  const done = new Set<string>()
  for (const { task, action, start } of records) {
    const [unit] = task.split('-')
    if (action !== 'success' || !(unit! in unitMs)) continue
    const period = `${task} in ${unit} ${Math.floor(start! / unitMs[unit as keyof typeof unitMs])}`
    if (done.has(period)) yield `two successes of ${period}`
    done.add(period)
  }
}

/** A dependent task starts once for one or several successes, and never without a new one. */
function* ofDependents(records: readonly RunRecord[]): Generator<string> {
  for (const [task, before] of dependents) {
    let successes = 0
    for (const record of records) {
      if (record.task === before && record.action === 'success') successes++
      if (record.task !== task || record.action !== 'run') continue
      if (successes === 0) yield `${task} started twice for one success of ${before}: run ${record.runId}`
      successes = 0
    }
  }
}
