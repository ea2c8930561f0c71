/** Conditions held still for a look ahead: what only the world outside can say is asked once and stays said. */
import type { Facts } from '../conditions/facts.ts'
import { holds } from '../conditions/holds.ts'
import { type ConditionNode, falseNode, trueNode } from '../conditions/node.ts'
import { printNode } from '../conditions/print.ts'

/** Told of each part that was taken to be what it is now; `reason` where it cannot be foreseen at all. */
export type OnHeld = (held: {
  readonly statement: string
  readonly value: boolean
  readonly reason: string | null
}) => void

/** Conditions that stand still, and the statements that they stand for. */
export class StillConditions {
  readonly #origins = new Map<ConditionNode, ConditionNode>()
  readonly #statements = new Map<ConditionNode, string>()

  /**
   * The condition with its functions and streams as they are now. Parts that nobody can foresee (values of event streams,
   * numbers of cycles) are told with the reason.
   */
  hold(node: ConditionNode, facts: Facts, onHeld: OnHeld): ConditionNode {
    const still = this.#hold(node, facts, onHeld)
    if (still !== node) this.#origins.set(still, node)
    return still
  }

  /** The statement of the part that makes a condition hold: of several alternatives the first that does. */
  because(still: ConditionNode, facts: Facts): string {
    if (still.kind === 'any' && still.text === undefined) {
      const first = still.nodes.find((part) => holds(part, facts))
      if (first !== undefined) return this.because(first, facts)
    }
    let statement = this.#statements.get(still)
    if (statement === undefined) {
      statement = printNode(this.#origins.get(still) ?? still)
      this.#statements.set(still, statement)
    }
    return statement
  }

  #hold(node: ConditionNode, facts: Facts, onHeld: OnHeld): ConditionNode {
    switch (node.kind) {
      case 'all':
      case 'any': {
        const nodes = node.nodes.map((part) => this.hold(part, facts, onHeld))
        return nodes.every((part, i) => part === node.nodes[i]) ? node : { ...node, nodes }
      }
      case 'not': {
        const inner = this.hold(node.node, facts, onHeld)
        return inner === node.node ? node : { ...node, node: inner }
      }
      case 'predicate':
      case 'session':
        return isForeseeable(node) ? node : constant(this.#asNow(node, facts, onHeld))
      default:
        return node
    }
  }

  #asNow(node: ConditionNode, facts: Facts, onHeld: OnHeld): boolean {
    const isEvents = node.kind === 'predicate' && node.mode === 'events'
    const value = !isEvents && holds(node, facts)
    onHeld({ statement: printNode(node), value, reason: reasonOf(node, facts) })
    return value
  }
}

/** A node of its own each time: two that say the same stand for different statements. */
const constant = (value: boolean): ConditionNode => ({ ...(value ? trueNode : falseNode) })

function isForeseeable(node: ConditionNode): boolean {
  return node.kind !== 'predicate' && (node.kind !== 'session' || node.cycles === null)
}

function reasonOf(node: ConditionNode, facts: Facts): string | null {
  if (node.kind === 'session') return 'nobody knows how many cycles there will be'
  if (node.kind !== 'predicate') return null
  if (node.mode === 'events') return 'nobody knows when the stream will speak'
  return facts.predicate(node).pending ? 'it has not answered yet, and counts as false' : null
}
