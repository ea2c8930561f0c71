/** The guards of the task machine, which use the same facts as `explain()`. */
import type { TaskContext, TaskEvent } from '../../../machines/task.setup.ts'
import type { SessionActor } from '../actors/session-actor.ts'
import type { TaskEntry } from '../state/task-state.ts'
import { type DecisionDeps, firstObstacle, type Obstacle, ownObstacle, type Route } from './decision.ts'

export interface LaunchGuardDeps extends DecisionDeps {
  readonly sessionActor: Pick<SessionActor, 'state'>
}

/** The argument of a guard. The context already contains the facts of the event, except those of `capacity.freed`. */
interface Given {
  readonly context: TaskContext
  readonly event: TaskEvent
}

export function launchGuards(deps: LaunchGuardDeps) {
  const { byId } = deps.registry
  /** The first obstacle that is specific to the task, as in a running session. */
  const own = ({ context, event }: Given): Obstacle | null => {
    const entry = byId.get(context.id)
    if (entry === undefined) return 'removed'
    const situation = { entry, facts: context, state: 'running', holds: context.holds } as const
    return ownObstacle(routeOf(entry, event), deps, situation)
  }
  return {
    isReady: (given: Given): boolean => own(given) === null,
    // Each event calls this, and most tasks have no delay.
    isBackingOff: (given: Given): boolean => given.context.relaunchAt !== null && own(given) === 'relaunch',
    isResting: (given: Given): boolean => {
      const obstacle = own(given)
      return obstacle !== null && obstacle !== 'relaunch'
    },
    mayLaunch: ({ context }: Given): boolean => {
      const entry = byId.get(context.id)
      if (entry === undefined) return false
      const situation = { entry, facts: context, state: deps.sessionActor.state, holds: context.holds }
      return firstObstacle(routeOf(entry), deps, situation) === null
    },
  }
}

/** The route of the next launch, without the run that the event launches: queued runs precede those of the condition. */
export function routeOf(entry: TaskEntry, event?: TaskEvent): Route {
  const { first } = entry.queue
  if (first === undefined) return 'condition'
  const isLaunch = event?.type === 'capacity.freed' || event?.type === 'run.ordered'
  const next = isLaunch && event.runId === first.runId ? entry.queue.second : first
  return next?.isReady === true ? 'queue' : 'condition'
}
