/** Conditions of a forecast: functions and streams are read once, and keep their values. */

import { heldMs, isOfTimeAlone } from '../../conditions/evaluate/held-time.ts'
import { holds } from '../../conditions/evaluate/holds.ts'
import { printNode } from '../../conditions/evaluate/print.ts'
import type { Facts } from '../../conditions/facts.ts'
import {
  allOf,
  type ConditionNode,
  falseNode,
  type HeldNode,
  type PredicateNode,
  trueNode,
} from '../../conditions/node.ts'
import { dated } from '../../time/date-range.ts'

/** Receives each part that keeps its current value. `reason`: why it is unpredictable; null for an assumption. */
export type OnHeld = (held: {
  readonly statement: string
  readonly value: boolean
  readonly reason: string | null
}) => void

/** The frozen conditions of one forecast, and the statements that they replace. */
export class FrozenConditions {
  /** True while the session is subscribed to its streams. Reading a stream at another time would subscribe to it. */
  readonly #isListening: boolean
  readonly #origins = new Map<ConditionNode, ConditionNode>()
  readonly #statements = new Map<ConditionNode, string>()
  /** The time for which each `held` node has held when the forecast begins, ms. */
  readonly #heldMs = new Map<HeldNode, number>()

  constructor(isListening: boolean) {
    this.#isListening = isListening
  }

  /**
   * Replaces functions and streams in a condition by their current values. `onHeld` receives each of them; for unpredictable parts
   * (values of event streams, cycle counts) with a reason.
   */
  hold(node: ConditionNode, facts: Facts, onHeld: OnHeld): ConditionNode {
    const still = this.#hold(node, facts, onHeld)
    if (still !== node) this.#origins.set(still, node)
    return still
  }

  /** The time for which the node has held when the forecast begins, ms; undefined if it does not hold. */
  heldMs(node: HeldNode): number | undefined {
    return this.#heldMs.get(node)
  }

  /** The statement of the part that makes a condition hold: of alternatives, the first that holds. */
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
      case 'held':
        return this.#holdHeld(node, facts, onHeld)
      case 'predicate': {
        const { value, reason } = this.#ask(node, facts)
        onHeld({ statement: printNode(node), value, reason })
        return constant(value)
      }
      case 'session': {
        if (node.cycles === null) return node
        const value = holds(node, facts)
        onHeld({ statement: printNode(node), value, reason: 'the number of cycles cannot be predicted' })
        return constant(value)
      }
      default:
        return node
    }
  }

  #holdHeld(node: HeldNode, facts: Facts, onHeld: OnHeld): ConditionNode {
    const inner = this.hold(node.node, facts, onHeld)
    const still: HeldNode = inner === node.node ? node : { ...node, node: inner }
    const ms = heldMs(node, facts)
    if (ms !== null) this.#heldMs.set(still, ms)
    if (still === node || !isOfTimeAlone(inner) || !holds(inner, facts)) return still
    // With frozen functions only the calendar remains, which would report that the condition has always held. It has held only
    // since it was first evaluated.
    const period = dated({ from: facts.now + Math.max(0, node.forMs - (ms ?? 0)) })
    return allOf([still, { kind: 'period', period }])
  }

  #ask(node: PredicateNode, facts: Facts): { readonly value: boolean; readonly reason: string | null } {
    if (node.mode === 'events')
      return { value: false, reason: 'values of an event stream cannot be predicted' }
    if (node.mode === 'stream' && !this.#isListening)
      return { value: false, reason: 'its stream is listened to only while the session runs' }
    const { value, pending } = facts.predicate(node)
    return { value, reason: pending ? 'it has not answered yet, and counts as false' : null }
  }
}

/** Creates a new node each time, since equal nodes may replace different statements. */
const constant = (value: boolean): ConditionNode => ({ ...(value ? trueNode : falseNode) })
