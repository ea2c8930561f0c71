/** A condition with its calendar in a zone. */
import type { ConditionNode } from './node.ts'

/** Periods that are equal in every zone. */
const zoneless: ReadonlySet<string> = new Set(['span', 'always', 'never'])

/** The node with its calendar in a zone. A part that has a zone keeps it. */
export function inZone(node: ConditionNode, zone: string): ConditionNode {
  if (node.kind === 'not' || node.kind === 'held') {
    const inner = inZone(node.node, zone)
    return inner === node.node ? node : replaced(node, { node: inner }, zone)
  }
  if (node.kind === 'all' || node.kind === 'any') {
    const nodes = node.nodes.map((part) => inZone(part, zone))
    return nodes.every((part, place) => part === node.nodes[place]) ? node : replaced(node, { nodes }, zone)
  }
  if (node.kind !== 'period' && node.kind !== 'count') return node
  const { period } = node
  if (period === null || period.zone !== undefined || zoneless.has(period.kind)) return node
  return replaced(node, { period: period.in(zone) }, zone)
}

function replaced(node: ConditionNode, parts: object, zone: string): ConditionNode {
  const text = node.text === undefined ? {} : { text: `${node.text} in ${zone}` }
  return Object.freeze({ ...node, ...parts, ...text })
}
