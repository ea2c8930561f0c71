/**
 * What a store may forget.
 *
 * Conditions ask for the newest record of an action however old it is ("has it ever succeeded?", "when did it last start?"),
 * so that record is never forgotten: a yearly task must not run again because its log was tidied.
 */
import type { Action } from '../../machines/protocol.ts'
import { isNote, type LogEntry, type Retention } from './run-log.ts'

/**
 * The entries that a retention keeps, in the order given (rising `seq`). `now` is epoch ms.
 * Notes count as a kind of record of their own, so that a flood of them pushes no run out.
 */
export function retain(entries: readonly LogEntry[], retention: Retention, now: number): LogEntry[] {
  const { maxAgeMs = Infinity, maxPerTask = Infinity, maxTotal = Infinity } = retention
  const oldest = now - maxAgeMs
  const runs = new Map<string, Kept>()
  const notes = new Map<string, Kept>()
  const kept: LogEntry[] = []
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = entries[i]!
    const of = isNote(entry) ? keptOf(notes, entry.task ?? '') : keptOf(runs, entry.task)
    const isNewest = !isNote(entry) && !of.actions.includes(entry.action)
    if (!isNewest && (entry.at < oldest || of.count >= maxPerTask || kept.length >= maxTotal)) continue
    if (isNewest) of.actions.push(entry.action)
    of.count++
    kept.push(entry)
  }
  return kept.reverse()
}

/** What is kept of one task so far: how many entries, and which actions. */
interface Kept {
  count: number
  readonly actions: Action[]
}

function keptOf(tasks: Map<string, Kept>, task: string): Kept {
  let kept = tasks.get(task)
  if (kept === undefined) tasks.set(task, (kept = { count: 0, actions: [] }))
  return kept
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
