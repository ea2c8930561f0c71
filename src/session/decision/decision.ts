/**
 * The launch decision: the obstacles between a task and its launch. The guards of the task machine, the launcher,
 * `explain()`, `isDue`, `nextRuns()` and the forecast (which replays the launcher) all use it.
 */
import type { SessionState } from '../api/session-parts.ts'

/**
 * The origin of a launch: the task's condition, or its queue (manual runs, catch-up, retries after a crash).
 */
export type Route = 'condition' | 'queue'

/** The input of the decision, for one task at one instant. Each value is read only on demand. */
export interface Situation {
  readonly state: SessionState
  readonly isRemoved: boolean
  /** False while `session.run(...)` has started the session for other tasks. */
  readonly isChosen: boolean
  /** A task that only the start or the shut-down of the session launches. */
  readonly role: 'startup' | 'shutdown' | null
  readonly disabled: boolean
  /** The run log takes records. */
  readonly canRecord: boolean
  /** The start condition holds. */
  readonly holds: boolean
  /** One more run of the task may be live. */
  readonly hasRoom: boolean
  /** A `main` run is live. */
  readonly isMainBusy: boolean
  /** Threads, processes and the task's pool have a place for it. */
  readonly hasSlot: boolean
  /** The relaunch delay after its last launch is not over. */
  readonly isDelayed: boolean
}

interface Rule {
  readonly name: string
  readonly stands: (situation: Situation) => boolean
  /** It stands in the way of one route only. */
  readonly only?: Route
  /** It blocks all tasks alike, or ends when another task gives capacity back: the launcher waits for it, not the task. */
  readonly isShared?: true
}

/**
 * In the order in which they are told: first what only somebody can lift, then the condition, then what ends by itself. An
 * obstacle stands before those that do not matter until it is lifted.
 */
const rules = [
  { name: 'removed', stands: ({ isRemoved }) => isRemoved },
  { name: 'stopped', stands: ({ state }) => state === 'stopped', isShared: true },
  { name: 'stopping', stands: ({ state }) => state === 'stopping', isShared: true },
  { name: 'starting', stands: ({ state }) => state === 'starting' || state === 'restarting', isShared: true },
  { name: 'not chosen', stands: ({ isChosen }) => !isChosen },
  // The start of the session launches it: while that is to come, it is what is waited for.
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

/** The first thing that keeps a run from being launched by this route; null: it launches. */
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

/** The first obstacle of the task's own; null: it waits for its turn and for capacity alone. */
export function ownObstacle(route: Route, situation: Situation): Obstacle | null {
  for (const rule of ownRules[route]) if (rule.stands(situation)) return rule.name
  return null
}

/** All that keeps a run from being launched by this route, the first to be lifted first; empty: it launches. */
export function obstacles(route: Route, situation: Situation): readonly Obstacle[] {
  // Nothing brings it back: what else stands in its way does not matter.
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
