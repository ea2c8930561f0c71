/** The custom conditions of a session: their args, their context, and the re-evaluation after a changed result. */
import { resolveArgs } from '../../args/resolve.ts'
import { Predicates } from '../../conditions/predicates/predicates.ts'
import type { ConditionChanges } from '../events/condition-changes.ts'
import { type Contexts, neverAborted } from '../runs/contexts.ts'
import type { Registry } from '../state/registry.ts'
import type { TaskEntry } from '../state/task-state.ts'
import { askElsewhere, type RemotePredicateDeps } from './remote-predicate.ts'

export interface PredicateDeps extends RemotePredicateDeps {
  readonly registry: Registry
  readonly changes: ConditionChanges
  readonly contexts: Contexts
}

/** Creates the predicates of a session. `onError` receives errors of conditions without a task. */
export function sessionPredicates(deps: PredicateDeps, onError: (error: unknown) => void): Predicates {
  const { clock, configuration, registry, changes, contexts, reporter } = deps
  const entryOf = (name: string | null): TaskEntry | null =>
    name === null ? null : (registry.entries.get(name) ?? null)
  return new Predicates({
    values: (node, owner) =>
      resolveArgs(
        { declared: node.args },
        contexts.forArgs(entryOf(owner), () => neverAborted),
      ),
    context: (owner) => contexts.of(entryOf(owner)),
    changed: (node) => changes.predicateChanged(node),
    execute: (node, owner, values) => askElsewhere(deps, node, entryOf(owner), values, neverAborted),
    monotonic: () => clock.monotonic(),
    pollEveryMs: () => configuration.settings.pollEveryMs,
    onSlow: (message, _, owner) => reporter.warn('condition', message, owner === null ? {} : { task: owner }),
    onError: (error, _, owner) =>
      owner === null
        ? onError(error)
        : reporter.fail('condition', (error as Error).message, { task: owner, error }),
  })
}
