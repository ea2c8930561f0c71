/** What the run log is told of a run: that it began, and how it ended. */
import type { ErrorData, Outcome } from '../../../machines/protocol.ts'
import { toErrorData } from '../../errors/error-data.ts'
import type { NewRecord } from '../../log/session-log.ts'
import { noParams, type RunSlot } from '../state/task-state.ts'

/** How a run ended. */
export interface Ending {
  readonly outcome: Outcome
  /** Why: it was told to end, or had nothing to do. */
  readonly reason: string | null
  /** Epoch ms. */
  readonly at: number
  readonly runtimeMs: number
  /** What the work returned, of a success. */
  readonly value: unknown
  /** What it threw, of a fail. */
  readonly error: unknown
}

/** The record of a run that begins. */
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

/** The record of a run that ended. */
export function endRecordOf(slot: RunSlot, ending: Ending): NewRecord {
  const { outcome, reason, at, runtimeMs, value, error } = ending
  return {
    task: slot.entry.name,
    runId: slot.runId,
    action: outcome,
    at,
    start: slot.startedAt,
    end: at,
    // Which period it was caught up for, so that its outcome counts there, too.
    ...(slot.trigger === 'catch-up' && slot.period !== null
      ? { trigger: slot.trigger, period: { start: slot.period.start, end: slot.period.end } }
      : {}),
    runtimeMs,
    ...(error === undefined && outcome !== 'fail' ? {} : { error: toErrorData(error) }),
    ...(reason === null ? {} : { reason }),
    ...(value === undefined ? {} : { value }),
  }
}

/** What a run failed with, for whoever asked for it: an error as it was thrown, anything else as data of the same shape. */
export function failureOf(thrown: unknown): ErrorData {
  try {
    const { name, message } = thrown as Partial<Error>
    if (typeof name === 'string' && typeof message === 'string') return thrown as Error
  } catch {
    // Whatever cannot be read is told as data.
  }
  return toErrorData(thrown)
}
