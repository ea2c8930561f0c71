/** The time for which the inner condition of a `held` has held, according to the facts. */
import type { Facts } from '../facts.ts'
import type { ConditionNode, HeldNode } from '../node.ts'

/** Maximum number of edges to trace back; with more of them in the required time, half of it is examined. */
const maxEdges = 5_000

const timeAlone: ReadonlySet<string> = new Set(['constant', 'period', 'all', 'any', 'not', 'held'])
const known = new WeakMap<ConditionNode, boolean>()

/** True if the calendar alone determines the condition, so that no watch is needed. */
export function isOfTimeAlone(node: ConditionNode): boolean {
  let is = known.get(node)
  if (is === undefined) {
    is = timeAlone.has(node.kind) && partsOf(node).every(isOfTimeAlone)
    known.set(node, is)
  }
  return is
}

/** The parts of a combined condition. */
export function partsOf(node: ConditionNode): readonly ConditionNode[] {
  if (node.kind === 'all' || node.kind === 'any') return node.nodes
  return node.kind === 'not' || node.kind === 'held' ? [node.node] : []
}

/**
 * Elapsed ms for which the inner condition has held without interruption; null if it does not hold, or if no watch
 * observed it. If time alone determines it, it is traced back no further than the required time.
 */
export function heldMs(node: HeldNode, facts: Facts): number | null {
  return isOfTimeAlone(node.node) ? heldByCalendar(node, facts.now, facts.zone) : facts.heldForMs(node)
}

function heldByCalendar({ node, forMs }: HeldNode, now: number, zone: string): number | null {
  for (let lengthMs = forMs; ; lengthMs = Math.floor(lengthMs / 2)) {
    const ms = followed(node, now - lengthMs, now, zone)
    if (ms !== undefined) return ms
  }
}

/** Undefined if there are too many edges to follow. */
function followed(node: ConditionNode, from: number, now: number, zone: string): number | null | undefined {
  let since: number | null = null
  let edges = 0
  for (let at = from; at <= now; at = edgeAfter(node, at, zone)) {
    if (!holdsAt(node, at, zone)) since = null
    else since ??= at
    if (++edges > maxEdges && from < now) return undefined
  }
  return since === null ? null : now - since
}

/** Equivalent of `holds` for conditions of time alone. */
function holdsAt(node: ConditionNode, at: number, zone: string): boolean {
  if (node.kind === 'period') return node.period.contains(at, zone)
  if (node.kind === 'all') return node.nodes.every((part) => holdsAt(part, at, zone))
  if (node.kind === 'any') return node.nodes.some((part) => holdsAt(part, at, zone))
  if (node.kind === 'not') return !holdsAt(node.node, at, zone)
  if (node.kind === 'held') return (heldByCalendar(node, at, zone) ?? -1) >= node.forMs
  return node.kind === 'constant' && node.value
}

/** Equivalent of `wakesAt` for conditions of time alone: an instant later than this one. */
function edgeAfter(node: ConditionNode, at: number, zone: string): number {
  if (node.kind === 'period') return Math.max(at + 1, node.period.edgeAfter(at, zone))
  const inner = Math.min(Number.POSITIVE_INFINITY, ...partsOf(node).map((part) => edgeAfter(part, at, zone)))
  const ms = node.kind === 'held' ? heldByCalendar(node, at, zone) : null
  return node.kind !== 'held' || ms === null || ms >= node.forMs
    ? inner
    : Math.min(inner, at + node.forMs - ms)
}
