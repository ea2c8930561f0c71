/** Next instant at which a condition must be evaluated again because of time, and its other dependencies. */
import type { Dependency, Facts } from '../facts.ts'
import { type ConditionNode, type NodeKind, visit } from '../node.ts'
import { heldMs } from './held-time.ts'
import { holds, retryWaitMs, spanOf } from './holds.ts'

type Wakes<K extends NodeKind> = (node: Extract<ConditionNode, { kind: K }>, facts: Facts) => number

/**
 * The next instant (epoch ms) at which time alone could change the condition's value: always later than now, Infinity
 * if there is none. It may be too early (then nothing has changed), never too late.
 */
export function wakesAt(node: ConditionNode, facts: Facts): number {
  return (byKind[node.kind] as Wakes<NodeKind>)(node, facts)
}

const never = Number.POSITIVE_INFINITY

const byKind: { readonly [K in NodeKind]: Wakes<K> } = {
  constant: () => never,
  period: (node, facts) => later(node.period.edgeAfter(facts.now, facts.zone), facts),
  count: (node, facts) => {
    const task = node.task ?? facts.task
    if (task === null || node.period === null) return never
    const span = spanOf(node.period)
    if (span === null) return later(node.period.edgeAfter(facts.now, facts.zone), facts)
    const wait = facts.countWithinChangesIn(task, node.actions, span.nearMs, span.farMs)
    return after(wait, facts)
  },
  running: (node, facts) => {
    const task = node.task ?? facts.task
    if (task === null) return never
    let soonest = never
    for (const { ageMs } of facts.running(task))
      soonest = Math.min(soonest, untilPast(node.moreThanMs, ageMs), untilReached(node.lessThanMs, ageMs))
    return after(soonest, facts)
  },
  after: () => never,
  retry: (node, facts) => {
    const wait = retryWaitMs(node, facts)
    return wait === null || wait <= 0 ? never : after(wait, facts)
  },
  session: (node, facts) => {
    const age = facts.sessionAgeMs
    if (age === null) return never
    return after(Math.min(untilReached(node.moreThanMs, age), untilPast(node.lessThanMs, age)), facts)
  },
  param: () => never,
  predicate: (node, facts) => {
    if (node.mode !== 'function') return never
    if (node.validForMs === null && node.refresh === null) return facts.now + facts.pollEveryMs
    // The predicate was read in this evaluation, so this does not call the function again.
    return after(facts.predicate(node).againInMs ?? facts.pollEveryMs, facts)
  },
  all: (node, facts) => deciderOf(node.nodes, false, facts) ?? soonestOf(node.nodes, facts),
  any: (node, facts) => deciderOf(node.nodes, true, facts) ?? soonestOf(node.nodes, facts),
  not: (node, facts) => wakesAt(node.node, facts),
  held: (node, facts) => {
    const ms = heldMs(node, facts)
    const inner = wakesAt(node.node, facts)
    return ms === null || ms >= node.forMs ? inner : Math.min(inner, after(node.forMs - ms, facts))
  },
}

/** Ms until an age reaches the limit; Infinity if it already has. */
function untilReached(limit: number | null, age: number): number {
  return limit === null || age >= limit ? never : limit - age
}

/** Whole ms until an age exceeds the limit; at the limit itself it does not. */
function untilPast(limit: number | null, age: number): number {
  return limit === null || age > limit ? never : Math.floor(limit - age) + 1
}

/**
 * While one part alone determines the result (a false one in `all`, a true one in `any`), nothing changes before that
 * part does: a task that is done for today sleeps until tomorrow, regardless of parts that change every second.
 */
function deciderOf(nodes: readonly ConditionNode[], decisive: boolean, facts: Facts): number | null {
  for (const node of nodes) if (isQuiet(node) && holds(node, facts) === decisive) return wakesAt(node, facts)
  return null
}

/** True if reading the part calls no function of the app: `holds` calls those once per evaluation. */
function isQuiet(node: ConditionNode): boolean {
  const mayHoldPredicates = node.kind === 'all' || node.kind === 'any' || node.kind === 'not'
  return node.kind !== 'predicate' && (!mayHoldPredicates || node.text !== undefined)
}

function soonestOf(nodes: readonly ConditionNode[], facts: Facts): number {
  let soonest = never
  for (const node of nodes) soonest = Math.min(soonest, wakesAt(node, facts))
  return soonest
}

/** Instants are whole milliseconds, so a wait is rounded up: after waking, the condition has changed. */
function after(waitMs: number, facts: Facts): number {
  return waitMs === never ? never : later(facts.now + Math.ceil(waitMs), facts)
}

function later(at: number, facts: Facts): number {
  return at > facts.now ? at : facts.now + 1
}

/** The dependencies besides time that can change the condition's value for this owner, without duplicates. */
export function dependencies(node: ConditionNode, owner: string | null): Dependency[] {
  const found = new Map<unknown, Dependency>()
  collect(node, owner, found)
  return [...found.values()]
}

function collect(node: ConditionNode, owner: string | null, found: Map<unknown, Dependency>): void {
  const addTask = (task: string | null): void => {
    const name = task ?? owner
    if (name !== null) found.set(`task ${name}`, { kind: 'task', task: name })
  }
  visit(node, (part) => {
    if (part.kind === 'count' || part.kind === 'running') addTask(part.task)
    else if (part.kind === 'after') {
      addTask(part.task)
      addTask(null)
    } else if (part.kind === 'retry') addTask(null)
    else if (part.kind === 'param') found.set(`param ${part.name}`, { kind: 'param', name: part.name })
    // The age depends on time alone. Only cycles need notifications, and a subscription to them makes the session wake
    // up.
    else if (part.kind === 'session' && part.cycles !== null) found.set('session', { kind: 'session' })
    else if (part.kind === 'predicate') {
      found.set(part, { kind: 'predicate', node: part })
      // In a refresh, "this task" is the condition itself, which notifies no listeners.
      if (part.refresh !== null) collect(part.refresh, null, found)
    }
  })
}

/** True if the condition depends on the number of cycles, so that the session must have cycles. */
export function dependsOnCycles(node: ConditionNode): boolean {
  let asks = false
  visit(node, (part) => {
    if (part.kind === 'session' && part.cycles !== null) asks = true
  })
  return asks
}
