/** The reason in the signal of a cancelled run. */
import { RunTimeoutError } from '../../errors/errors.ts'
import type { RunSlot } from '../state/task-state.ts'

/** Creates the reason of the signal: a `RunTimeoutError`, or an `AbortError` whose message contains the reason. */
export function abortReason(slot: RunSlot, reason: string | null): Error {
  const { entry, runId } = slot
  if (reason === 'timeout') return new RunTimeoutError(entry.name, runId, slot.timeoutMs)
  return new DOMException(`Run ${runId} of task '${entry.name}' was cancelled: ${reason}.`, 'AbortError')
}
