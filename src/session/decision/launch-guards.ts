/** The guards of the task machine, which use the same facts as `explain()`. */
import type { TaskEvent } from '../../../machines/task.setup.ts'
import type { TaskGiven as Given, TaskGuards } from '../actors/provide.ts'
import type { SessionActor } from '../actors/session-actor.ts'
import type { TaskEntry } from '../state/task-state.ts'
import { firstObstacle, type Obstacle, ownObstacle, type Route } from './decision.ts'
import { EntrySituation, type SituationDeps } from './situation.ts'

export interface LaunchGuardDeps extends SituationDeps {
  readonly sessionActor: SessionActor
}

export function launchGuards(deps: LaunchGuardDeps): TaskGuards {
  /** The first obstacle that is specific to the task, as in a running session. */
  const own = ({ context, event }: Given): Obstacle | null => {
    const entry = deps.registry.byId.get(context.id)
    if (entry === undefined) return 'removed'
    const situation = new EntrySituation(deps, entry, 'running', context.holds, context)
    return ownObstacle(routeOf(entry, event), situation)
  }
  return {
    isReady: (given) => own(given) === null,
    // Each event calls this, and most tasks have no delay.
    isBackingOff: (given) => given.context.relaunchAt !== null && own(given) === 'relaunch',
    isResting: (given) => {
      const obstacle = own(given)
      return obstacle !== null && obstacle !== 'relaunch'
    },
    mayLaunch: ({ context }) => {
      const entry = deps.registry.byId.get(context.id)
      if (entry === undefined) return false
      const situation = new EntrySituation(deps, entry, deps.sessionActor.state, context.holds, context)
      return firstObstacle(routeOf(entry), situation) === null
    },
  }
}

/** The route of the next launch, without the run that the event launches: queued runs precede those of the condition. */
export function routeOf(entry: TaskEntry, event?: TaskEvent): Route {
  const [first, second] = entry.queue
  const isLaunch = event?.type === 'capacity.freed' || event?.type === 'run.ordered'
  const isLaunched = isLaunch && event.runId === first?.runId
  return (isLaunched ? second : first)?.isReady === true ? 'queue' : 'condition'
}
