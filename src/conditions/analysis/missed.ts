/** Occurrences that lapsed: nothing started while they lasted. */
import { type Interval, intersection, type Period, union } from '../../time/index.ts'
import type { Facts } from '../facts.ts'
import type { ConditionNode } from '../node.ts'

/** No more than so many are told of: a process that slept for a year need not list every minute of it. */
const mostTold = 1000

/**
 * The occurrences of the condition's cycles and cron expressions that ended after `since` (epoch ms) and by now, and in
 * which this task did not start; oldest first, at most the last thousand. One that another time of the condition
 * excludes (Saturday's, under `time of week between Mon and Fri`) is none.
 */
export function missedBetween(node: ConditionNode, facts: Facts, since: number): Interval[] {
  const { task, now } = facts
  if (task === null || since >= now) return []
  const missed = new Map<string, Interval>()
  for (const occurrence of occurrencesBetween(node, facts, since))
    if (facts.countBetween(task, ['run'], occurrence.start, occurrence.end) === 0)
      missed.set(`${occurrence.start} ${occurrence.end}`, occurrence)
  return [...missed.values()].sort((a, b) => a.start - b.start).slice(-mostTold)
}

/** The occurrences that ended after `since` and by now, whether the task ran in them or not; newest first. */
export function* occurrencesBetween(node: ConditionNode, facts: Facts, since: number): Generator<Interval> {
  const { now, zone } = facts
  const { occasions, times } = periodsOf(node)
  for (const period of occasions) {
    let occurrence = period.previous(now, zone)
    for (let told = 0; occurrence !== null && occurrence.end > since && told < mostTold; ) {
      if (times === null || overlaps(times, occurrence, zone)) {
        told += 1
        yield occurrence
      }
      // One that begins at or before `since` is the last of them: what comes before it ended by then.
      const before = occurrence.start <= since ? null : period.previous(occurrence.start, zone)
      occurrence = before !== null && before.start < occurrence.start ? before : null
    }
  }
}

/** When the occurrence under way, or else the next one, is over (epoch ms); Infinity if the condition has none. */
export function lapsesAt(node: ConditionNode, now: number, zone: string): number {
  let soonest = Number.POSITIVE_INFINITY
  for (const period of periodsOf(node).occasions) {
    const occurrence = period.current(now, zone) ?? period.next(now, zone)
    if (occurrence !== null && occurrence.end > now) soonest = Math.min(soonest, occurrence.end)
  }
  return soonest
}

/** The periods of a condition do not change: they are put together once. */
interface Periods {
  readonly occasions: readonly Period[]
  readonly times: Period | null
}

const known = new WeakMap<ConditionNode, Periods>()

function periodsOf(node: ConditionNode): Periods {
  let periods = known.get(node)
  if (periods === undefined)
    known.set(node, (periods = { occasions: occasionsOf(node), times: timesOf(node) }))
  return periods
}

/** The cycles and crons that runs under the condition are for: the first part of an `all`, every branch of an `any`. */
function occasionsOf(node: ConditionNode): readonly Period[] {
  if (node.kind === 'period')
    return node.period.kind === 'cycle' || node.period.kind === 'cron' ? [node.period] : []
  if (node.kind === 'any') return node.nodes.flatMap(occasionsOf)
  if (node.kind === 'held') return occasionsOf(node.node)
  if (node.kind !== 'all') return []
  for (const part of node.nodes) {
    const found = occasionsOf(part)
    if (found.length > 0) return found
  }
  return []
}

/** The times at which the condition can hold as far as its periods say; null where they say nothing. */
function timesOf(node: ConditionNode): Period | null {
  if (node.kind === 'period') return node.period.kind === 'span' ? null : node.period
  if (node.kind === 'held') return timesOf(node.node)
  if (node.kind !== 'all' && node.kind !== 'any') return null
  const parts = node.nodes.map(timesOf)
  const told = parts.filter((part) => part !== null)
  if (node.kind === 'all') return told.length === 0 ? null : intersection(...told)
  return told.length < parts.length ? null : union(...told)
}

function overlaps(times: Period, { start, end }: Interval, zone: string): boolean {
  if (times.contains(start, zone)) return true
  const next = times.next(start, zone)
  return next !== null && next.start < end
}
