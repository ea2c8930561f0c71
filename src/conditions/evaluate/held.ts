/**
 * The time for which a condition has held without interruption: from the calendar where time alone decides,
 * otherwise as a watch saw it.
 */
import type { Facts, HeldNotes } from '../facts.ts'
import { type ConditionNode, type HeldNode, visit } from '../node.ts'
import { isOfTimeAlone } from './held-time.ts'
import { holds } from './holds.ts'
import { wakesAt } from './wakes-at.ts'

/**
 * The instants since which inner conditions have held, on the monotonic clock. The watch of the condition
 * writes them.
 */
export class HeldTimes implements HeldNotes {
  readonly #since = new Map<HeldNode, number>()
  readonly #monotonic: () => number

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic
  }

  saw(node: HeldNode, isTrue: boolean): void {
    if (!isTrue) this.#since.delete(node)
    else if (!this.#since.has(node)) this.#since.set(node, this.#monotonic())
  }

  /** The watch ends: what held before is not known to continue. */
  clear(): void {
    this.#since.clear()
  }

  /** It has held for so long already: for a twin that takes up where a session is. */
  begin(node: HeldNode, ms: number): void {
    this.#since.set(node, this.#monotonic() - ms)
  }

  /** Elapsed ms at an instant of the monotonic clock; null where it does not hold, or did not yet. */
  msOf(node: HeldNode, mono: number = this.#monotonic()): number | null {
    const since = this.#since.get(node)
    return since === undefined || mono < since ? null : mono - since
  }
}

/** The parts whose time has to be watched, inner ones before those that hold them. */
export function watchedHeldNodes(root: ConditionNode): readonly HeldNode[] {
  const found: HeldNode[] = []
  visit(root, (part) => {
    if (part.kind === 'held' && !isOfTimeAlone(part.node)) found.unshift(part)
  })
  return found
}

/** Writes down which of them hold now. */
export function noteHeld(nodes: readonly HeldNode[], notes: HeldNotes, facts: Facts): void {
  for (const node of nodes) notes.saw(node, holds(node.node, facts))
}

/** When time alone could next change one of them: their time runs whatever the rest of the condition says. */
export function heldWakesAt(nodes: readonly HeldNode[], facts: Facts): number {
  return Math.min(Number.POSITIVE_INFINITY, ...nodes.map(({ node }) => wakesAt(node, facts)))
}
