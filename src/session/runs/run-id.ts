/** How runs get their ids: by the task's own function, else at random. */
import type { ParamValues } from '../../../machines/protocol.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { TaskEntry } from '../state/task-state.ts'

/** A new id for a run of the task. A function of the task's that fails is reported, and a random id used. */
export function newRunId(
  { reporter }: { readonly reporter: Reporter },
  entry: TaskEntry,
  params: ParamValues,
): string {
  const make = entry.definition.options.runId
  if (make === undefined) return crypto.randomUUID()
  try {
    const id = make(entry.name, params)
    if (typeof id === 'string' && id !== '') return id
    throw new TypeError(`Cannot name a run as runId must return a non-empty string: ${String(id)}`)
  } catch (error) {
    reporter.warn('run-id', `The runId function of task '${entry.name}' failed; a random id is used.`, {
      task: entry.name,
      error,
    })
    return crypto.randomUUID()
  }
}
