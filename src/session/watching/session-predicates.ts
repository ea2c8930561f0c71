/** The custom conditions of a session: their args, their context, and the re-evaluation after a changed result. */
import { resolveArgs } from '../../args/resolve.ts'
import { Predicates } from '../../conditions/predicates/predicates.ts'
import { argContextOf } from '../runs/arg-context.ts'
import type { Core } from '../state/session-state.ts'
import type { TaskEntry } from '../state/task-state.ts'
import { askElsewhere } from './remote-predicate.ts'

/** Creates the predicates of a session. `onError` receives errors of conditions without a task. */
export function sessionPredicates(core: Core, onError: (error: unknown) => void): Predicates {
  const entryOf = (name: string | null): TaskEntry | null =>
    name === null ? null : (core.entries.get(name) ?? null)
  return new Predicates({
    values: (node, owner) =>
      resolveArgs(
        { declared: node.args },
        argContextOf(core, entryOf(owner), () => neverAborted),
      ),
    context: (owner) => core.context(entryOf(owner)),
    changed: (node) => core.changes.predicateChanged(node),
    execute: (node, owner, values) => askElsewhere(core, node, entryOf(owner), values, neverAborted),
    monotonic: () => core.clock.monotonic(),
    pollEveryMs: () => core.settings.pollEveryMs,
    onSlow: (message, _, owner) => core.warn('condition', message, owner === null ? {} : { task: owner }),
    onError: (error, _, owner) =>
      owner === null
        ? onError(error)
        : core.fail('condition', (error as Error).message, { task: owner, error }),
  })
}

const neverAborted = new AbortController().signal
