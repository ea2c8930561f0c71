/**
 * Validation of log entries read from a file or a store. An invalid entry would otherwise be counted, queried and shown
 * as a real event.
 */
import { actions, isAction } from '../../machines/protocol.ts'
import { isNote, type LogEntry, type Note, type RunRecord } from './entry.ts'

const noteKinds: Readonly<Record<Note['note'], true>> = {
  missed: true,
  late: true,
  audit: true,
  heartbeat: true,
  lines: true,
  workflow: true,
  steps: true,
  state: true,
  change: true,
  snapshot: true,
}

/** The reason why a value is not an entry, as part of a sentence; null if it is one. */
export function whyInvalidEntry(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return 'it is not an object'
  const { seq, at, task, runId, action, note } = value as Partial<RunRecord & Note>
  if (!Number.isSafeInteger(seq) || seq! < 0) return `seq must be an integer from 0: ${seq}`
  if (!Number.isFinite(at)) return `at must be a time: ${at}`
  if (note !== undefined)
    return Object.hasOwn(noteKinds, note)
      ? null
      : `note must be one of ${Object.keys(noteKinds).join(', ')}: ${note}`
  if (!isAction(action)) return `action must be one of ${actions.join(', ')}: ${action}`
  if (typeof task !== 'string') return `task must be a string: ${task}`
  return typeof runId === 'string' ? null : `runId must be a string: ${runId}`
}

/**
 * Detects duplicate entries: the same `seq`, or an identical end of the same run. A write repeated after a failure,
 * concatenated files and copied rows leave duplicates.
 */
export class Duplicates {
  readonly #seqs = new Set<number>()
  readonly #ends = new Map<string, RunRecord>()

  /** The reason why an entry is a duplicate, as part of a sentence; null if it is not, and then it is remembered. */
  why(entry: LogEntry): string | null {
    const { seq } = entry
    if (this.#seqs.has(seq)) return `seq ${seq} is a duplicate`
    if (!isNote(entry) && entry.action !== 'run') {
      const end = this.#ends.get(entry.runId)
      if (end !== undefined && isSameEnd(end, entry)) return `the end of run ${entry.runId} is a duplicate`
      this.#ends.set(entry.runId, entry)
    }
    this.#seqs.add(seq)
    return null
  }
}

function isSameEnd(a: RunRecord, b: RunRecord): boolean {
  if (a.task !== b.task || a.action !== b.action || a.at !== b.at) return false
  return JSON.stringify({ ...a, seq: 0 }) === JSON.stringify({ ...b, seq: 0 })
}
