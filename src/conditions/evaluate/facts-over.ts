/** Facts that delegate to other facts. Subclasses override single methods. */
import type { Action } from '../../../machines/protocol.ts'
import type { Facts, LiveRun, Mark, MarkAction, PredicateReading } from '../facts.ts'
import type { HeldNode, PredicateNode } from '../node.ts'

/** Delegates every method. */
export class FactsOver implements Facts {
  readonly facts: Facts

  constructor(facts: Facts) {
    this.facts = facts
  }

  get now(): number {
    return this.facts.now
  }
  get zone(): string {
    return this.facts.zone
  }
  get task(): string | null {
    return this.facts.task
  }
  get sessionAgeMs(): number | null {
    return this.facts.sessionAgeMs
  }
  get cycles(): number {
    return this.facts.cycles
  }
  get pollEveryMs(): number {
    return this.facts.pollEveryMs
  }

  has(task: string): boolean {
    return this.facts.has(task)
  }

  near(task: string): readonly string[] {
    return this.facts.near(task)
  }

  newest(task: string, actions: readonly MarkAction[]): Mark | null {
    return this.facts.newest(task, actions)
  }

  countBetween(task: string, actions: readonly MarkAction[], start: number, end: number): number {
    return this.facts.countBetween(task, actions, start, end)
  }

  countWithin(task: string, actions: readonly MarkAction[], nearMs: number, farMs: number): number {
    return this.facts.countWithin(task, actions, nearMs, farMs)
  }

  countWithinChangesIn(task: string, actions: readonly MarkAction[], nearMs: number, farMs: number): number {
    return this.facts.countWithinChangesIn(task, actions, nearMs, farMs)
  }

  streak(task: string, actions: readonly Action[]): number {
    return this.facts.streak(task, actions)
  }

  status(task: string): Action | null {
    return this.facts.status(task)
  }

  running(task: string): readonly LiveRun[] {
    return this.facts.running(task)
  }

  param(name: string): { readonly exists: boolean; readonly value: unknown } {
    return this.facts.param(name)
  }

  predicate(node: PredicateNode): PredicateReading {
    return this.facts.predicate(node)
  }

  heldForMs(node: HeldNode): number | null {
    return this.facts.heldForMs(node)
  }
}
