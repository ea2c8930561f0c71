/**
 * The retention rules of a run log.
 *
 * Conditions read the newest record of an action regardless of its age ("has it ever succeeded?", "when did it last start?"),
 * so that record is never forgotten: a yearly task must not run again because its log was pruned. The start of a run that has
 * not ended is not forgotten either: a restart detects a crash by it, and continues a workflow from the newest state of its run.
 */
import type { Action } from '../../machines/protocol.ts'
import { checkOptions } from '../values/check-options.ts'
import { isNote, type LogEntry, type Note, type RunRecord } from './entry.ts'

/**
 * The records of one task that conditions need.
 *
 * @example
 * ```ts
 * const keep: Keep = { lastMs: 86_400_000, count: 3 } // the past day, and three records of each action
 * ```
 */
export interface Keep {
  /** All records up to this age, ms. */
  readonly lastMs?: number
  /** The number of records of each action. */
  readonly count?: number
}

/**
 * A function that returns the records of a task that conditions need; undefined if the newest of each action suffices.
 *
 * @example
 * ```ts
 * const keep: KeepOf = (task) => (task === 'backup' ? { count: 10 } : undefined)
 * ```
 */
export type KeepOf = (task: string) => Keep | undefined

/**
 * The limits up to which a store keeps records. A limit that is left out does not apply. Regardless of the limits, the newest
 * record of each action of each task is kept.
 *
 * @example
 * ```ts
 * const retention: Retention = { maxAgeMs: 90 * 86_400_000, maxPerTask: 1_000 }
 * createApp({ store: createSqliteStore('./gantry.db', { retention }) })
 * ```
 */
export interface Retention {
  /** Forget records older than this, ms. */
  readonly maxAgeMs?: number
  /** Maximum number of records per task. */
  readonly maxPerTask?: number
  /** Maximum number of records of all tasks together: bounds memory regardless of the number of tasks. */
  readonly maxTotal?: number
  /** Limits of one task, in place of those above; undefined for a task without its own. */
  readonly ofTask?: (task: string) => Pick<Retention, 'maxAgeMs' | 'maxPerTask'> | undefined
  /** Records that are kept regardless of the limits. */
  readonly keep?: KeepOf
}

/** The entries that a retention keeps, in the given order (rising `seq`). `now` is epoch ms. */
export function retain(entries: readonly LogEntry[], retention: Retention, now: number): LogEntry[] {
  const isKept = createRetentionFilter(retention, now, openSince(entries))
  const kept: LogEntry[] = []
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = entries[i]!
    if (isKept(entry)) kept.push(entry)
  }
  return kept.reverse()
}

/** The runs that have not ended, with the `seq` of their start. `entries` have rising `seq`. */
function openSince(entries: readonly LogEntry[]): Map<string, number> {
  const open = new Map<string, number>()
  for (const entry of entries) {
    if (isNote(entry)) continue
    if (entry.action !== 'run') open.delete(entry.runId)
    else if (!open.has(entry.runId)) open.set(entry.runId, entry.seq)
  }
  return open
}

/** The fields of an entry that the decision needs. */
export type EntrySummary =
  | Pick<RunRecord, 'seq' | 'runId' | 'at' | 'task' | 'action'>
  | Pick<Note, 'seq' | 'note' | 'at' | 'task' | 'runId'>

/**
 * Creates a function that decides which entries to keep, called once per entry, newest first. `open` are the runs that have
 * not ended, with the `seq` of their start. Notes, and among them the log lines of runs, the steps of workflows and the changes
 * of the session, have separate counts: a flood of one kind does not push out the others.
 */
export function createRetentionFilter(
  retention: Retention,
  now: number,
  open: ReadonlyMap<string, number>,
): (entry: EntrySummary) => boolean {
  const { maxTotal = Infinity, keep } = retention
  const runs = new Map<string, RetainedCounts>()
  const notes = new Map<string, RetainedCounts>()
  const lines = new Map<string, RetainedCounts>()
  const steps = new Map<string, RetainedCounts>()
  const changes = new Map<string, RetainedCounts>()
  const countsOf = (entry: EntrySummary): Map<string, RetainedCounts> => {
    if (!('note' in entry)) return runs
    if (entry.note === 'lines') return lines
    if (entry.note === 'steps') return steps
    return isOfPast(entry.note) ? changes : notes
  }
  const keptOf = (kind: Map<string, RetainedCounts>, task: string): RetainedCounts => {
    let kept = kind.get(task)
    if (kept === undefined)
      kind.set(task, (kept = newKept({ ...retention, ...retention.ofTask?.(task) }, now)))
    return kept
  }
  const isOpen = ({ runId, seq }: { readonly runId: string; readonly seq: number }): boolean =>
    seq >= (open.get(runId) ?? Infinity)
  /** The runs whose newest workflow state was seen. */
  const workflows = new Set<string>()
  let total = 0
  let hasState = false
  let snapshotAt: number | null = null
  return (entry) => {
    // Each state note is complete, so only the newest is kept.
    if ('note' in entry && entry.note === 'state') {
      const isFirst = !hasState
      hasState = true
      return isFirst
    }
    // The newest snapshot, which may have several parts, is kept: later changes refer to it.
    if ('note' in entry && entry.note === 'snapshot') {
      snapshotAt ??= entry.at
      if (entry.at === snapshotAt) return true
    }
    // Each state of a workflow is complete: an open run continues from its newest one.
    if (isWorkflowState(entry)) {
      if (workflows.has(entry.runId)) return false
      workflows.add(entry.runId)
      if (isOpen(entry)) return true
    }
    const task = entry.task ?? ''
    const of = keptOf(countsOf(entry), task)
    const isWithin = entry.at >= of.oldest && of.count < of.most && total < maxTotal
    const isNewest = !('note' in entry) && !of.actions.has(entry.action)
    if (!('note' in entry)) of.actions.set(entry.action, (of.actions.get(entry.action) ?? 0) + 1)
    const isKept =
      isWithin ||
      isNewest ||
      (!('note' in entry) && entry.action === 'run' && isOpen(entry)) ||
      isNeeded(entry, of, keep?.(task), now)
    if (!isKept) return false
    of.count++
    total++
    return true
  }
}

/** Counts for one task so far, from its newest entry on: the entries kept, and the entries of each action. */
interface RetainedCounts {
  count: number
  readonly actions: Map<Action, number>
  /** Entries made before this are forgotten, epoch ms. */
  readonly oldest: number
  /** The maximum number of entries to keep. */
  readonly most: number
}

/** True for a note that replaces the earlier ones of its kind and run: the state of a workflow. */
export function isWorkflowState<E extends EntrySummary>(
  entry: E,
): entry is E & { readonly note: 'workflow'; readonly runId: string } {
  return 'note' in entry && entry.note === 'workflow' && entry.runId !== undefined
}

/** True for notes from which past instants are reconstructed. */
function isOfPast(kind: Note['note']): boolean {
  return kind === 'change' || kind === 'snapshot'
}

function newKept({ maxAgeMs = Infinity, maxPerTask = Infinity }: Retention, now: number): RetainedCounts {
  return { count: 0, actions: new Map(), oldest: now - maxAgeMs, most: maxPerTask }
}

/** True for notes that no condition reads, and of which there may be many. */
function isUnread(kind: Note['note']): boolean {
  return kind === 'lines' || kind === 'steps' || kind === 'workflow' || isOfPast(kind)
}

/** True if a condition needs the entry; called after the entry was counted. Of notes, only missed periods count. */
function isNeeded(entry: EntrySummary, of: RetainedCounts, needed: Keep | undefined, now: number): boolean {
  if (needed === undefined || ('note' in entry && isUnread(entry.note))) return false
  if (needed.lastMs !== undefined && entry.at >= now - needed.lastMs) return true
  return !('note' in entry) && of.actions.get(entry.action)! <= (needed.count ?? 0)
}

/** Validates a retention. Throws `RangeError` for limits that are not numbers or are negative. */
export function checkRetention(retention: Retention): Retention {
  checkOptions(retention, ['maxAgeMs', 'maxPerTask', 'maxTotal', 'keep', 'ofTask'], 'limits of a retention')
  for (const key of ['maxAgeMs', 'maxPerTask', 'maxTotal'] as const) {
    const value = retention[key]
    if (value !== undefined && !(typeof value === 'number' && value >= 0))
      throw new RangeError(
        `Cannot keep the run log as ${key} must be a number of at least 0: ${String(value)}`,
      )
  }
  return retention
}
