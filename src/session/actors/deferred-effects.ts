/**
 * The deferral of a machine's effects until after its step.
 *
 * XState calls a custom action in the middle of a transition: the actor still has its old snapshot, and the development build takes
 * everything that happens there (the creation of actors, work of the app) for a part of the action, and warns. Here an effect waits
 * until the transition is over and the new snapshot is set. The order of effects does not change, and an effect that throws still
 * fails the actor.
 */
import type { AnyActorScope, AnyStateMachine, ExecutableActionObject } from 'xstate'

/** The same machine, stepped so that its custom actions run after each step. */
export function withEffectsAfterStep<M extends AnyStateMachine>(machine: M): M {
  const stepped = Object.create(machine) as AnyStateMachine
  stepped.transition = (snapshot, event, scope) => machine.transition(snapshot, event, deferring(scope))
  stepped.getInitialSnapshot = (scope, input) => machine.getInitialSnapshot(deferring(scope), input)
  return stepped as M
}

/** The type of a built-in action of an XState step, which stops actors, sends and raises events, begins with this. */
const builtIn = 'xstate.'

function deferring<S extends AnyActorScope>(scope: S): S {
  const actionExecutor = (action: ExecutableActionObject): void => {
    const { type, exec, info, params } = action
    if (exec === undefined || type.startsWith(builtIn)) return scope.actionExecutor(action)
    // Without `exec` the inspectors see the action, and nothing runs.
    scope.actionExecutor({ ...action, exec: undefined })
    // Bound: the stack of an effect holds no frame of this file.
    scope.defer(exec.bind(undefined, info, params))
  }
  return { ...scope, actionExecutor }
}
