/** The facts for a `refresh`: "this task" is a custom condition, and its runs are the looks at it, of which the last counts. */
import type { Action } from '../../machines/protocol.ts'
import type { Facts, LiveRun, Mark, MarkAction, PredicateReading } from './facts.ts'
import { type ConditionNode, type HeldNode, type PredicateNode, visit } from './node.ts'

/** No task is named so. */
const looks = '\u0000looks'

/** When the condition was last asked: both axes of time, as facts have both, and the newest record that there was then. */
export interface LastLook {
  readonly at: number
  readonly ageMs: number
  readonly seq: number
}

/** The newest record of those that a refresh waits for; what is newer came after the look. */
export function newestSeq(refresh: ConditionNode | null, facts: Facts): number {
  let newest = Number.NEGATIVE_INFINITY
  if (refresh === null) return newest
  visit(refresh, (part) => {
    if (part.kind === 'after') newest = Math.max(newest, facts.newest(part.task, part.actions)?.seq ?? newest)
  })
  return newest
}

/** Facts in which the looks at a condition are the runs of this task; each counts as started and as a success. */
export class LookFacts implements Facts {
  readonly task = looks

  constructor(
    readonly facts: Facts,
    readonly last: LastLook,
  ) {}

  get now(): number {
    return this.facts.now
  }
  get zone(): string {
    return this.facts.zone
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
    return task === looks || this.facts.has(task)
  }

  near(task: string): readonly string[] {
    return this.facts.near(task)
  }

  newest(task: string, actions: readonly MarkAction[]): Mark | null {
    if (task !== looks) return this.facts.newest(task, actions)
    return isLook(actions) ? { action: 'success', runId: 'look', ...this.last } : null
  }

  countBetween(task: string, actions: readonly MarkAction[], start: number, end: number): number {
    if (task !== looks) return this.facts.countBetween(task, actions, start, end)
    return Number(isLook(actions) && this.last.at >= start && this.last.at < end)
  }

  countWithin(task: string, actions: readonly MarkAction[], nearMs: number, farMs: number): number {
    if (task !== looks) return this.facts.countWithin(task, actions, nearMs, farMs)
    return Number(isLook(actions) && this.last.ageMs >= nearMs && this.last.ageMs < farMs)
  }

  countWithinChangesIn(task: string, actions: readonly MarkAction[], nearMs: number, farMs: number): number {
    if (task !== looks) return this.facts.countWithinChangesIn(task, actions, nearMs, farMs)
    const waits = [nearMs - this.last.ageMs, farMs - this.last.ageMs].filter((wait) => wait > 0)
    return isLook(actions) ? Math.min(Number.POSITIVE_INFINITY, ...waits) : Number.POSITIVE_INFINITY
  }

  streak(task: string, actions: readonly Action[]): number {
    return task === looks ? Number(actions.includes('success')) : this.facts.streak(task, actions)
  }

  status(task: string): Action | null {
    return task === looks ? 'success' : this.facts.status(task)
  }

  running(task: string): readonly LiveRun[] {
    return task === looks ? [] : this.facts.running(task)
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

function isLook(actions: readonly MarkAction[]): boolean {
  return actions.includes('run') || actions.includes('success')
}
