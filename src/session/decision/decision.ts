/**
 * The launch decision: the obstacles between a task and its launch. The guards of the task machine, the launcher,
 * `explain()`, `isDue`, `nextRuns()` and the forecast (which replays the launcher) all use it.
 */
import type { SessionState } from '../api/session-parts.ts'

/**
 * The origin of a launch: the task's condition, or its queue (manual runs, catch-up, retries after a crash).
 */
export type Route = 'condition' | 'queue'

/** The input of the decision, for one task at one instant. Values are read only on demand. */
export interface Situation {
  readonly state: SessionState
  readonly isRemoved: boolean
  /** False while `session.run(...)` has started the session for other tasks. */
  readonly isChosen: boolean
  /** The step of the session that launches the task instead of its condition; null if there is none. */
  readonly role: 'startup' | 'shutdown' | null
  readonly disabled: boolean
  /** True if the run log accepts records. */
  readonly canRecord: boolean
  /** True if the start condition holds. */
  readonly holds: boolean
  /** True if the concurrency limit allows another run. */
  readonly hasRoom: boolean
  /** True while a `main` run is live. */
  readonly isMainBusy: boolean
  /** True if threads, processes and the task's pool have capacity. */
  readonly hasSlot: boolean
  /** True during the relaunch delay after the last launch. */
  readonly isDelayed: boolean
}

interface Rule {
  readonly name: string
  readonly stands: (situation: Situation) => boolean
  /** The only route that the rule blocks. Default: both. */
  readonly only?: Route
  /** True if the obstacle blocks all tasks, or ends when another task frees capacity: the launcher waits for it, not the task. */
  readonly isShared?: true
}

/**
 * The rules in the order in which obstacles are reported: first those that need an action, then the condition, then those that end
 * by themselves. An obstacle precedes those that are irrelevant until it is removed.
 */
const rules = [
  { name: 'removed', stands: ({ isRemoved }) => isRemoved },
  { name: 'stopped', stands: ({ state }) => state === 'stopped', isShared: true },
  { name: 'stopping', stands: ({ state }) => state === 'stopping', isShared: true },
  { name: 'starting', stands: ({ state }) => state === 'starting' || state === 'restarting', isShared: true },
  { name: 'not chosen', stands: ({ isChosen }) => !isChosen },
  // The start of the session launches the task: before it, the start is the obstacle.
  {
    name: 'startup',
    only: 'condition',
    stands: ({ role, state }) => role === 'startup' && state !== 'stopped' && state !== 'starting',
  },
  { name: 'shutdown', only: 'condition', stands: ({ role }) => role === 'shutdown' },
  { name: 'disabled', only: 'condition', stands: ({ disabled }) => disabled },
  { name: 'held', stands: ({ state }) => state === 'held', isShared: true },
  { name: 'log', stands: ({ canRecord }) => !canRecord, isShared: true },
  { name: 'condition', only: 'condition', stands: ({ holds }) => !holds },
  { name: 'running', stands: ({ hasRoom }) => !hasRoom },
  { name: 'main', stands: ({ isMainBusy }) => isMainBusy, isShared: true },
  { name: 'slot', stands: ({ hasSlot }) => !hasSlot, isShared: true },
  { name: 'relaunch', only: 'condition', stands: ({ isDelayed }) => isDelayed },
] as const satisfies readonly Rule[]

/** An obstacle between a task and its launch. */
export type Obstacle = (typeof rules)[number]['name']

type NamedRule = Rule & { readonly name: Obstacle }

/** The first obstacle to a launch by this route; null: the task launches. */
export function firstObstacle(route: Route, situation: Situation): Obstacle | null {
  for (const rule of rules as readonly NamedRule[])
    if ((rule.only === undefined || rule.only === route) && rule.stands(situation)) return rule.name
  return null
}

const ownRulesOf = (route: Route): readonly NamedRule[] =>
  (rules as readonly NamedRule[]).filter(
    (rule) => rule.isShared !== true && (rule.only === undefined || rule.only === route),
  )
const ownRules: Readonly<Record<Route, readonly NamedRule[]>> = {
  condition: ownRulesOf('condition'),
  queue: ownRulesOf('queue'),
}

/** The first obstacle that is specific to the task; null: it waits only for its turn and for capacity. */
export function ownObstacle(route: Route, situation: Situation): Obstacle | null {
  for (const rule of ownRules[route]) if (rule.stands(situation)) return rule.name
  return null
}

/** All obstacles to a launch by this route, in the order in which they must be removed; empty: the task launches. */
export function obstacles(route: Route, situation: Situation): readonly Obstacle[] {
  // A removed task cannot be restored: other obstacles are irrelevant.
  if (situation.isRemoved) return ['removed']
  return (rules as readonly NamedRule[])
    .filter((rule) => (rule.only === undefined || rule.only === route) && rule.stands(situation))
    .map(({ name }) => name)
}

/**
 * True if the task is launched by something other than its condition: the start or the end of the session, or
 * nothing at all.
 */
export function isLeftOut({ isChosen, role }: Situation): boolean {
  return !isChosen || role !== null
}
