/**
 * The command `session.run`: runs chosen tasks, each once. A stopped session starts with only these enabled, and stops when they
 * are done.
 */

import type { SessionActor } from './actors/session-actor.ts'
import type { SessionRunOptions } from './api/session-parts.ts'
import type { RunHandle, RunOutcome } from './api/task.ts'
import type { Registry } from './state/registry.ts'
import type { TaskSelection } from './state/selection.ts'
import type { TaskEntry } from './state/task-state.ts'

export interface RunTasksDeps {
  readonly session: StartedSession
  readonly sessionActor: SessionActor
  readonly registry: Registry
  readonly selection: TaskSelection
  readonly watches: { holdsNow(entry: TaskEntry): boolean }
  /** Runs a task manually. */
  readonly runTask: (entry: TaskEntry, given: { readonly execution?: string | undefined }) => RunHandle
}

/** Starts and stops the session. */
interface StartedSession {
  readonly stopped: Promise<void>
  start(): Promise<void>
  shutDown(): void
}

/** Runs tasks, and resolves to their outcomes by name. With `obeyConditions`, tasks whose condition does not hold are left out. */
export async function runChosen(
  { session, sessionActor, registry, selection, watches, runTask }: RunTasksDeps,
  names: readonly string[],
  options: SessionRunOptions,
): Promise<Record<string, RunOutcome>> {
  const entries = names.map((name) => registry.entry(name))
  const isStopped = sessionActor.waitsForStart
  if (isStopped) {
    selection.select(names)
    await session.start().catch((error) => {
      selection.clear()
      throw error
    })
  }
  try {
    const chosen =
      options.obeyConditions === true ? entries.filter((entry) => watches.holdsNow(entry)) : entries
    const handles = chosen.map((entry) => runTask(entry, { execution: options.execution }))
    const outcomes = await Promise.all(handles)
    return Object.fromEntries(outcomes.map((outcome, i) => [chosen[i]!.name, outcome]))
  } finally {
    if (isStopped) {
      session.shutDown()
      await session.stopped.finally(() => {
        selection.clear()
      })
    }
  }
}
