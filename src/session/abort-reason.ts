/** Why a run was told to end, as its work finds it. */
import { RunTimeoutError } from '../errors.ts'
import { toTimeout } from './durations.ts'
import type { RunSlot } from './entry.ts'

/** The reason that work finds in its signal: a `RunTimeoutError`, or an `AbortError` that says why. */
export function abortReason(slot: RunSlot, reason: string | null): Error {
  const { entry, runId } = slot
  if (reason === 'timeout') {
    const timeoutMs = entry.definition.options.timeout
    return new RunTimeoutError(
      entry.name,
      runId,
      timeoutMs === undefined ? 0 : toTimeout(timeoutMs, 'timeout'),
    )
  }
  return new DOMException(`Run ${runId} of task '${entry.name}' was told to end: ${reason}.`, 'AbortError')
}
