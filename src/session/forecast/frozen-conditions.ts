/** Conditions held still for a look ahead: what only the world outside can say is asked once and stays said. */

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

/** Told of each part that was taken to be what it is now; `reason` where it cannot be foreseen at all. */
export type OnHeld = (held: {
  readonly statement: string
  readonly value: boolean
  readonly reason: string | null
}) => void

/** Conditions that stand still, and the statements that they stand for. */
export class FrozenConditions {
  /** Streams are listened to while a session runs; to ask one of a session that does not would subscribe to it. */
  readonly #isListening: boolean
  readonly #origins = new Map<ConditionNode, ConditionNode>()
  readonly #statements = new Map<ConditionNode, string>()
  /** How long what must hold for a while has held as the look ahead begins, ms. */
  readonly #heldMs = new Map<HeldNode, number>()

  constructor(isListening: boolean) {
    this.#isListening = isListening
  }

  /**
   * The condition with its functions and streams as they are now. Parts that nobody can foresee (values of event streams,
   * numbers of cycles) are told with the reason.
   */
  hold(node: ConditionNode, facts: Facts, onHeld: OnHeld): ConditionNode {
    const still = this.#hold(node, facts, onHeld)
    if (still !== node) this.#origins.set(still, node)
    return still
  }

  /** How long it has held as the look ahead begins, ms; undefined where it does not. */
  heldMs(node: HeldNode): number | undefined {
    return this.#heldMs.get(node)
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
        onHeld({ statement: printNode(node), value, reason: 'nobody knows how many cycles there will be' })
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
    // With its functions held still, the calendar would say that it has held for ever: it has since it was first seen.
    const period = dated({ from: facts.now + Math.max(0, node.forMs - (ms ?? 0)) })
    return allOf([still, { kind: 'period', period }])
  }

  #ask(node: PredicateNode, facts: Facts): { readonly value: boolean; readonly reason: string | null } {
    if (node.mode === 'events') return { value: false, reason: 'nobody knows when the stream will speak' }
    if (node.mode === 'stream' && !this.#isListening)
      return { value: false, reason: 'its stream is listened to only while the session runs' }
    const { value, pending } = facts.predicate(node)
    return { value, reason: pending ? 'it has not answered yet, and counts as false' : null }
  }
}

/** A node of its own each time: two that say the same stand for different statements. */
const constant = (value: boolean): ConditionNode => ({ ...(value ? trueNode : falseNode) })
