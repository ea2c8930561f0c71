/** Facts for a `refresh`: "this task" is a custom condition, and its runs are its evaluations, of which the last counts. */
import type { Action } from '../../../machines/protocol.ts'
import { FactsOver } from '../evaluate/facts-over.ts'
import type { Facts, LiveRun, Mark, MarkAction } from '../facts.ts'
import { type ConditionNode, visit } from '../node.ts'

/** A name that no task has. */
const evaluations = '\u0000evaluations'

/** The last evaluation: both axes of time, as facts have both, and the newest record at that time. */
export interface LastRefresh {
  readonly at: number
  readonly ageMs: number
  readonly seq: number
}

/** The newest record of those that a refresh depends on; newer records came after the evaluation. */
export function newestSeq(refresh: ConditionNode | null, facts: Facts): number {
  let newest = Number.NEGATIVE_INFINITY
  if (refresh === null) return newest
  visit(refresh, (part) => {
    if (part.kind === 'after') newest = Math.max(newest, facts.newest(part.task, part.actions)?.seq ?? newest)
  })
  return newest
}

/** Facts in which the evaluations of a condition are the runs of this task; each counts as started and as a success. */
export class RefreshFacts extends FactsOver {
  readonly last: LastRefresh

  constructor(facts: Facts, last: LastRefresh) {
    super(facts)
    this.last = last
  }

  override get task(): string {
    return evaluations
  }

  override has(task: string): boolean {
    return task === evaluations || super.has(task)
  }

  override newest(task: string, actions: readonly MarkAction[]): Mark | null {
    if (task !== evaluations) return super.newest(task, actions)
    return isRefresh(actions) ? { action: 'success', runId: 'evaluation', ...this.last } : null
  }

  override countBetween(task: string, actions: readonly MarkAction[], start: number, end: number): number {
    if (task !== evaluations) return super.countBetween(task, actions, start, end)
    return Number(isRefresh(actions) && this.last.at >= start && this.last.at < end)
  }

  override countWithin(task: string, actions: readonly MarkAction[], nearMs: number, farMs: number): number {
    if (task !== evaluations) return super.countWithin(task, actions, nearMs, farMs)
    return Number(isRefresh(actions) && this.last.ageMs >= nearMs && this.last.ageMs < farMs)
  }

  override countWithinChangesIn(
    task: string,
    actions: readonly MarkAction[],
    nearMs: number,
    farMs: number,
  ): number {
    if (task !== evaluations) return super.countWithinChangesIn(task, actions, nearMs, farMs)
    const waits = [nearMs - this.last.ageMs, farMs - this.last.ageMs].filter((wait) => wait > 0)
    return isRefresh(actions) ? Math.min(Number.POSITIVE_INFINITY, ...waits) : Number.POSITIVE_INFINITY
  }

  override streak(task: string, actions: readonly Action[]): number {
    return task === evaluations ? Number(actions.includes('success')) : super.streak(task, actions)
  }

  override status(task: string): Action | null {
    return task === evaluations ? 'success' : super.status(task)
  }

  override running(task: string): readonly LiveRun[] {
    return task === evaluations ? [] : super.running(task)
  }
}

function isRefresh(actions: readonly MarkAction[]): boolean {
  return actions.includes('run') || actions.includes('success')
}
