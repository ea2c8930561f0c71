/**
 * Checks that data from a file is a run log entry: anything else would be counted, queried and shown as if it
 * had happened.
 */
import { actions, isAction } from '../../machines/protocol.ts'
import { isNote, type LogEntry, type Note, type RunRecord } from './store.ts'

const noteKinds: Readonly<Record<Note['note'], true>> = {
  missed: true,
  late: true,
  audit: true,
  heartbeat: true,
  lines: true,
  state: true,
}

/** Why a value is no entry, as part of a sentence; null if it is one. */
export function whyNoEntry(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return 'it is no object'
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
 * Tells entries that stand in a log more than once: by `seq`, or as the end of a run that has that very end already. A write that
 * was made again after a failure, files that were joined and rows that were copied leave such entries.
 */
export class Repeats {
  readonly #seqs = new Set<number>()
  readonly #ends = new Map<string, RunRecord>()

  /** Why an entry repeats an earlier one, as part of a sentence; null if it does not, and then it is remembered. */
  why(entry: LogEntry): string | null {
    const { seq } = entry
    if (this.#seqs.has(seq)) return `seq ${seq} stands there already`
    if (!isNote(entry) && entry.action !== 'run') {
      const end = this.#ends.get(entry.runId)
      if (end !== undefined && isSameEnd(end, entry))
        return `that end of run ${entry.runId} stands there already`
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
