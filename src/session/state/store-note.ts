/** The storage of a note that nothing waits for. */
import type { Clock } from '../../clock/clock.ts'
import type { NewNote } from '../../log/session-log.ts'
import type { RunLog } from './run-log.ts'

/** Stores a note. Errors, also later ones of the store, go to `onError`. */
export function storeNote(
  { clock, runLog }: { readonly clock: Clock; readonly runLog: RunLog },
  note: NewNote,
  onError: (error: unknown) => void,
): void {
  try {
    const { durable } = runLog.current.note(note)
    if (!(durable instanceof Promise)) return
    clock.busy?.(durable)
    durable.catch(onError)
  } catch (error) {
    onError(error)
  }
}
