/**
 * The time for which a condition has held without interruption: from the calendar if time alone determines it,
 * otherwise as observed by a watch.
 */
import type { Facts, HeldNotes } from '../facts.ts'
import { type ConditionNode, type HeldNode, visit } from '../node.ts'
import { isOfTimeAlone } from './held-time.ts'
import { holds } from './holds.ts'
import { wakesAt } from './wakes-at.ts'

/** The instants since which inner conditions have held, on the monotonic clock, as recorded by the condition's watch. */
export class HeldTimes implements HeldNotes {
  readonly #since = new Map<HeldNode, number>()
  readonly #clock: { monotonic(): number }

  constructor(clock: { monotonic(): number }) {
    this.#clock = clock
  }

  saw(node: HeldNode, isTrue: boolean): void {
    if (!isTrue) this.#since.delete(node)
    else if (!this.#since.has(node)) this.#since.set(node, this.#clock.monotonic())
  }

  /** Clears all times when the watch ends, as the condition is no longer observed. */
  clear(): void {
    this.#since.clear()
  }

  /** Sets the time for which the condition has already held, for a simulated copy of a session. */
  begin(node: HeldNode, ms: number): void {
    this.#since.set(node, this.#clock.monotonic() - ms)
  }

  /** Elapsed ms at an instant of the monotonic clock; null if the condition does not hold, or did not hold yet. */
  msOf(node: HeldNode, mono: number = this.#clock.monotonic()): number | null {
    const since = this.#since.get(node)
    return since === undefined || mono < since ? null : mono - since
  }
}

/** The parts whose time must be observed, inner ones before those that contain them. */
export function watchedHeldNodes(root: ConditionNode): readonly HeldNode[] {
  const found: HeldNode[] = []
  visit(root, (part) => {
    if (part.kind === 'held' && !isOfTimeAlone(part.node)) found.unshift(part)
  })
  return found
}

/** Records which of the parts hold now. */
export function noteHeld(nodes: readonly HeldNode[], notes: HeldNotes, facts: Facts): void {
  for (const node of nodes) notes.saw(node, holds(node.node, facts))
}

/**
 * The next instant at which time alone could change one of the parts: their time continues regardless of the rest of
 * the condition.
 */
export function heldWakesAt(nodes: readonly HeldNode[], facts: Facts): number {
  return Math.min(Number.POSITIVE_INFINITY, ...nodes.map(({ node }) => wakesAt(node, facts)))
}
