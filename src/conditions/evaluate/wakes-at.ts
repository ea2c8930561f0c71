/** When a condition has to be looked at again because of time alone, and what else it depends on. */
import type { Dependency, Facts } from '../facts.ts'
import { type ConditionNode, type NodeKind, visit } from '../node.ts'
import { heldMs } from './held-time.ts'
import { holds, retryWaitMs, spanOf } from './holds.ts'

type Wakes<K extends NodeKind> = (node: Extract<ConditionNode, { kind: K }>, facts: Facts) => number

/**
 * The next instant (epoch ms) at which time alone could change whether the condition holds: always later than now,
 * Infinity if it can't. It may be too early (then nothing has changed), never too late.
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
    // Its answer stands by now, so that this look asks no one.
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

/** Ms until an age is the limit; Infinity if it is already. */
function untilReached(limit: number | null, age: number): number {
  return limit === null || age >= limit ? never : limit - age
}

/** Whole ms until an age is over the limit: at the limit itself it is not yet. */
function untilPast(limit: number | null, age: number): number {
  return limit === null || age > limit ? never : Math.floor(limit - age) + 1
}

/**
 * As long as one part alone decides (a false one among all, a true one among any), nothing changes before that part does:
 * a task that is done for today sleeps until tomorrow, whatever else it asks for every second.
 */
function deciderOf(nodes: readonly ConditionNode[], decisive: boolean, facts: Facts): number | null {
  for (const node of nodes) if (isQuiet(node) && holds(node, facts) === decisive) return wakesAt(node, facts)
  return null
}

/** Looking at it calls no function of the app's: those are called once in a look, by `holds`. */
function isQuiet(node: ConditionNode): boolean {
  const mayHoldPredicates = node.kind === 'all' || node.kind === 'any' || node.kind === 'not'
  return node.kind !== 'predicate' && (!mayHoldPredicates || node.text !== undefined)
}

function soonestOf(nodes: readonly ConditionNode[], facts: Facts): number {
  let soonest = never
  for (const node of nodes) soonest = Math.min(soonest, wakesAt(node, facts))
  return soonest
}

/** Instants are whole milliseconds: a wait is rounded up, so that the wake finds what it waited for. */
function after(waitMs: number, facts: Facts): number {
  return waitMs === never ? never : later(facts.now + Math.ceil(waitMs), facts)
}

function later(at: number, facts: Facts): number {
  return at > facts.now ? at : facts.now + 1
}

/** What else than time can change whether the condition holds for this owner; each thing once. */
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
    // Its age is time alone: only cycles are to be heard of, and whoever hears of them makes the session wake for them.
    else if (part.kind === 'session' && part.cycles !== null) found.set('session', { kind: 'session' })
    else if (part.kind === 'predicate') {
      found.set(part, { kind: 'predicate', node: part })
      // In a refresh, this task is the condition itself, and nobody else hears of its looks.
      if (part.refresh !== null) collect(part.refresh, null, found)
    }
  })
}

/** True if the condition asks how many cycles there were: then there must be some. */
export function asksForCycles(node: ConditionNode): boolean {
  let asks = false
  visit(node, (part) => {
    if (part.kind === 'session' && part.cycles !== null) asks = true
  })
  return asks
}
