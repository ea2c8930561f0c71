/**
 * What a store may forget.
 *
 * Conditions ask for the newest record of an action however old it is ("has it ever succeeded?", "when did it last start?"),
 * so that record is never forgotten: a yearly task must not run again because its log was tidied. Neither is the start of a
 * run that has not ended: it is how a restart learns of a crash.
 */
import type { Action } from '../../machines/protocol.ts'
import { isNote, type Keep, type LogEntry, type Retention } from './run-log.ts'

/**
 * The entries that a retention keeps, in the order given (rising `seq`). `now` is epoch ms.
 * Notes count as a kind of record of their own, so that a flood of them pushes no run out.
 */
export function retain(entries: readonly LogEntry[], retention: Retention, now: number): LogEntry[] {
  const { maxAgeMs = Infinity, maxPerTask = Infinity, maxTotal = Infinity, keep } = retention
  const oldest = now - maxAgeMs
  const runs = new Map<string, Kept>()
  const notes = new Map<string, Kept>()
  const ended = new Set<string>()
  const kept: LogEntry[] = []
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = entries[i]!
    const task = entry.task ?? ''
    const of = keptOf(isNote(entry) ? notes : runs, task)
    const isWithin = entry.at >= oldest && of.count < maxPerTask && kept.length < maxTotal
    const stays = isWithin || isNeeded(entry, of, ended)
    if (!isNote(entry)) {
      of.actions.set(entry.action, (of.actions.get(entry.action) ?? 0) + 1)
      if (entry.action !== 'run') ended.add(entry.runId)
    }
    if (!stays && !isWished(entry, of, keep?.(task), now)) continue
    of.count++
    kept.push(entry)
  }
  return kept.reverse()
}

/** What was seen of one task so far, from its newest entry on: how many were kept, and how many there were of each action. */
interface Kept {
  count: number
  readonly actions: Map<Action, number>
}

function keptOf(tasks: Map<string, Kept>, task: string): Kept {
  let kept = tasks.get(task)
  if (kept === undefined) tasks.set(task, (kept = { count: 0, actions: new Map() }))
  return kept
}

/** The newest record of its action, or a run that has not ended. */
function isNeeded(entry: LogEntry, of: Kept, ended: ReadonlySet<string>): boolean {
  if (isNote(entry)) return false
  return !of.actions.has(entry.action) || (entry.action === 'run' && !ended.has(entry.runId))
}

/** What a condition's window reaches: asked after the entry was counted. Of notes, those of missed periods are counted. */
function isWished(entry: LogEntry, of: Kept, wish: Keep | undefined, now: number): boolean {
  if (wish === undefined) return false
  if (wish.lastMs !== undefined && entry.at >= now - wish.lastMs) return true
  return !isNote(entry) && of.actions.get(entry.action)! <= (wish.count ?? 0)
}

/** Refuses a retention that cannot be meant: `RangeError` for limits that are no numbers, or negative. */
export function checkRetention(retention: Retention): Retention {
  for (const key of ['maxAgeMs', 'maxPerTask', 'maxTotal'] as const) {
    const value = retention[key]
    if (value !== undefined && !(typeof value === 'number' && value >= 0))
      throw new RangeError(`Cannot keep the run log as ${key} must be a number from 0: ${String(value)}`)
  }
  return retention
}
