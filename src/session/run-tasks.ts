/**
 * The command `session.run`: runs chosen tasks, each once. A stopped session starts with only these enabled, and stops when they
 * are done.
 */

import type { SessionRunOptions } from './api/session-parts.ts'
import type { RunOutcome } from './api/task.ts'
import type { Core } from './state/session-state.ts'
import type { TaskEntry } from './state/task-state.ts'

/** Runs tasks, and resolves to their outcomes by name. With `obeyConditions`, tasks whose condition does not hold are left out. */
export async function runChosen(
  core: Core,
  { watches }: { readonly watches: { holdsNow(entry: TaskEntry): boolean } },
  names: readonly string[],
  options: SessionRunOptions,
): Promise<Record<string, RunOutcome>> {
  const { session } = core
  const entries = names.map((name) => core.entry(name))
  const isStopped = core.waitsForStart
  if (isStopped) {
    core.only = new Set(names)
    await session.start().catch((error) => {
      core.only = null
      throw error
    })
  }
  try {
    const chosen =
      options.obeyConditions === true ? entries.filter((entry) => watches.holdsNow(entry)) : entries
    const handles = chosen.map((entry) => core.runTask(entry, { execution: options.execution }))
    const outcomes = await Promise.all(handles)
    return Object.fromEntries(outcomes.map((outcome, i) => [chosen[i]!.name, outcome]))
  } finally {
    if (isStopped) {
      session.shutDown()
      await session.stopped.finally(() => {
        core.only = null
      })
    }
  }
}
