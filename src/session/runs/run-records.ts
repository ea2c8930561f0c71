/** The records of a run: of its start and of its end. */
import type { ErrorData, Outcome } from '../../../machines/protocol.ts'
import { toErrorData } from '../../errors/error-data.ts'
import type { NewRecord } from '../../log/session-log.ts'
import type { RunOutcome } from '../api/task.ts'
import { noParams, type RunSlot } from '../state/task-state.ts'

/** The end of a run. */
export interface Ending {
  readonly outcome: Outcome
  /** The reason for the outcome `terminate` or `inaction`; null for others. */
  readonly reason: string | null
  /** Epoch ms. */
  readonly at: number
  readonly runtimeMs: number
  /** The return value of the work, for a success. */
  readonly value: unknown
  /** The thrown value, for a failure. */
  readonly error: unknown
}

/** The record of the start of a run. */
export function startRecordOf(slot: RunSlot): NewRecord {
  return {
    task: slot.entry.name,
    runId: slot.runId,
    action: 'run',
    at: slot.startedAt,
    start: slot.startedAt,
    trigger: slot.trigger,
    ...(slot.dueAt === null ? {} : { dueAt: slot.dueAt }),
    ...(slot.period === null ? {} : { period: { start: slot.period.start, end: slot.period.end } }),
    ...(slot.params === noParams ? {} : { params: slot.params }),
  }
}

/** The record of the end of a run. */
export function endRecordOf(slot: RunSlot, ending: Ending): NewRecord {
  const { outcome, reason, at, runtimeMs, value, error } = ending
  return {
    task: slot.entry.name,
    runId: slot.runId,
    action: outcome,
    at,
    start: slot.startedAt,
    end: at,
    // The period that was caught up, so that the outcome counts for it.
    ...(slot.trigger === 'catch-up' && slot.period !== null
      ? { trigger: slot.trigger, period: { start: slot.period.start, end: slot.period.end } }
      : {}),
    runtimeMs,
    ...(error === undefined && outcome !== 'fail' ? {} : { error: toErrorData(error) }),
    ...(reason === null ? {} : { reason }),
    ...(value === undefined ? {} : { value }),
  }
}

/** The outcome of a run for its caller. */
export function runOutcomeOf(
  runId: string,
  action: Outcome,
  reason: string | undefined,
  { value, error }: { readonly value: unknown; readonly error: unknown },
): RunOutcome {
  return {
    runId,
    action,
    ...(action === 'success' ? { value } : {}),
    ...(action === 'fail' ? { error: failureOf(error) } : {}),
    ...(reason === undefined ? {} : { reason }),
  }
}

/** The error of a failed run for its caller: a thrown error itself, or any other value as data of the same shape. */
function failureOf(thrown: unknown): ErrorData {
  try {
    const { name, message } = thrown as Partial<Error>
    if (typeof name === 'string' && typeof message === 'string') return thrown as Error
  } catch {
    // A value that cannot be read is converted to data.
  }
  return toErrorData(thrown)
}
