/**
 * The launch decision: the obstacles between a task and its launch. The guards of the task machine, the launcher,
 * `explain()`, `isDue`, `nextRuns()` and the forecast (which replays the launcher) all use it.
 */
import type { TaskContext } from '../../../machines/task.setup.ts'
import type { Clock } from '../../clock/clock.ts'
import type { SessionState } from '../api/session-parts.ts'
import type { Capacity } from '../runs/capacity.ts'
import type { RunLog } from '../state/run-log.ts'
import type { Selection } from '../state/selection.ts'
import type { TaskEntry } from '../state/task-state.ts'
import { canRecord, hasRoom, type LimitDeps } from './limits.ts'

/**
 * The origin of a launch: the task's condition, or its queue (manual runs, catch-up, retries after a crash).
 */
export type Route = 'condition' | 'queue'

/** The session parts that the decision reads. */
export interface DecisionDeps extends LimitDeps {
  readonly clock: Clock
  readonly runLog: RunLog
  readonly selection: Selection
  readonly runs: { readonly exclusive: number }
  readonly slots: Capacity
}

/** A task at one instant. */
export interface Situation {
  readonly entry: TaskEntry
  /** The facts of the task: a guard has the next ones before the actor has them. */
  readonly facts: TaskContext
  readonly state: SessionState
  /** True if the start condition holds. */
  readonly holds: boolean
}

interface ObstacleTraits {
  /** `all`: it blocks all tasks, or ends when another task frees capacity. The launcher waits for it, not the task. */
  readonly blocks: 'task' | 'all'
  /** The launches that it blocks. */
  readonly launches: 'all' | 'by condition'
  /** True if time alone never removes it. */
  readonly isLasting: boolean
}

/**
 * The obstacles in the order in which they are reported: first those that need an action, then the condition, then those that end by
 * themselves. An obstacle precedes those that are irrelevant until it is removed.
 */
const traits = {
  removed: { blocks: 'task', launches: 'all', isLasting: true },
  stopped: { blocks: 'all', launches: 'all', isLasting: false },
  stopping: { blocks: 'all', launches: 'all', isLasting: true },
  starting: { blocks: 'all', launches: 'all', isLasting: false },
  'not chosen': { blocks: 'task', launches: 'all', isLasting: true },
  startup: { blocks: 'task', launches: 'by condition', isLasting: false },
  shutdown: { blocks: 'task', launches: 'by condition', isLasting: true },
  disabled: { blocks: 'task', launches: 'by condition', isLasting: true },
  held: { blocks: 'all', launches: 'all', isLasting: true },
  log: { blocks: 'all', launches: 'all', isLasting: true },
  condition: { blocks: 'task', launches: 'by condition', isLasting: false },
  running: { blocks: 'task', launches: 'all', isLasting: false },
  main: { blocks: 'all', launches: 'all', isLasting: false },
  slot: { blocks: 'all', launches: 'all', isLasting: false },
  relaunch: { blocks: 'task', launches: 'by condition', isLasting: false },
} as const satisfies Readonly<Record<string, ObstacleTraits>>

/** An obstacle between a task and its launch. */
export type Obstacle = keyof typeof traits

const all = Object.keys(traits) as readonly Obstacle[]
const byRoute: Readonly<Record<Route, readonly Obstacle[]>> = {
  condition: all,
  queue: all.filter((obstacle) => traits[obstacle].launches === 'all'),
}
const isOwn = (obstacle: Obstacle): boolean => traits[obstacle].blocks === 'task'
const ownByRoute: Readonly<Record<Route, readonly Obstacle[]>> = {
  condition: byRoute.condition.filter(isOwn),
  queue: byRoute.queue.filter(isOwn),
}

/** True if time alone never removes the obstacle. */
export function isLasting(obstacle: Obstacle): boolean {
  return traits[obstacle].isLasting
}

/** True if the obstacle blocks the task. One function, as each event to a task's actor evaluates it. */
function blocks(obstacle: Obstacle, deps: DecisionDeps, { entry, facts, state, holds }: Situation): boolean {
  switch (obstacle) {
    case 'removed':
      return entry.isRemoved
    case 'stopped':
    case 'stopping':
    case 'held':
      return state === obstacle
    case 'starting':
      return state === 'starting' || state === 'restarting'
    case 'not chosen':
      return !isChosen(deps, entry)
    case 'startup':
      // The start of the session launches the task: before it, the start is the obstacle.
      return entry.role === 'startup' && state !== 'stopped' && state !== 'starting'
    case 'shutdown':
      return entry.role === 'shutdown'
    case 'disabled':
      return facts.disabled
    case 'log':
      return !canRecord(deps.runLog)
    case 'condition':
      return !holds
    case 'running':
      return !hasRoom(deps, entry, facts.live)
    case 'main':
      return deps.runs.exclusive > 0
    case 'slot':
      return deps.slots.shortageOf(entry) !== null
    case 'relaunch': {
      // Without the condition there is no launch to delay.
      const { hasForeignChange, relaunchAt } = facts
      return holds && relaunchAt !== null && !hasForeignChange && deps.clock.monotonic() < relaunchAt
    }
  }
}

/** The first obstacle to a launch by this route; null: the task launches. */
export function firstObstacle(route: Route, deps: DecisionDeps, situation: Situation): Obstacle | null {
  for (const obstacle of byRoute[route]) if (blocks(obstacle, deps, situation)) return obstacle
  return null
}

/** The first obstacle that is specific to the task; null: it waits only for its turn and for capacity. */
export function ownObstacle(route: Route, deps: DecisionDeps, situation: Situation): Obstacle | null {
  for (const obstacle of ownByRoute[route]) if (blocks(obstacle, deps, situation)) return obstacle
  return null
}

/** All obstacles to a launch by this route, in the order in which they must be removed; empty: the task launches. */
export function obstacles(route: Route, deps: DecisionDeps, situation: Situation): readonly Obstacle[] {
  // A removed task cannot be restored: other obstacles are irrelevant.
  if (situation.entry.isRemoved) return ['removed']
  return byRoute[route].filter((obstacle) => blocks(obstacle, deps, situation))
}

/**
 * True if the task is launched by something other than its condition: the start or the end of the session, or
 * nothing at all.
 */
export function isLeftOut(deps: DecisionDeps, entry: TaskEntry): boolean {
  return entry.role !== null || !isChosen(deps, entry)
}

/** False while `session.run(...)` has started the session for other tasks. */
function isChosen({ selection }: DecisionDeps, entry: TaskEntry): boolean {
  return selection.only === null || selection.only.has(entry.name)
}

/** The current situation of a task. */
export function situationOf(entry: TaskEntry, state: SessionState, holds: boolean): Situation {
  return { entry, facts: entry.facts, state, holds }
}
