/** The ids of runs: from the task's function `runId`, or random UUIDs. */
import type { ParamValues } from '../../../machines/protocol.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { TaskEntry } from '../state/task-state.ts'

/** Creates an id for a run of the task. If the task's function fails, a warning reports it, and the id is random. */
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
