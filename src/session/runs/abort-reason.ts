/** Why a run was told to end, as its work finds it. */
import { RunTimeoutError } from '../../errors/errors.ts'
import type { RunSlot } from '../state/task-state.ts'

/** The reason that work finds in its signal: a `RunTimeoutError`, or an `AbortError` that says why. */
export function abortReason(slot: RunSlot, reason: string | null): Error {
  const { entry, runId } = slot
  if (reason === 'timeout') return new RunTimeoutError(entry.name, runId, slot.timeoutMs)
  return new DOMException(`Run ${runId} of task '${entry.name}' was told to end: ${reason}.`, 'AbortError')
}
