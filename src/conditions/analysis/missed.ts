/** Missed occurrences: those in which no run started. */
import { type Interval, intersection, type Period, union } from '../../time/index.ts'
import type { Facts } from '../facts.ts'
import type { ConditionNode } from '../node.ts'

/** Maximum number of reported occurrences: a process that slept for a year need not list every minute of it. */
const maxReported = 1000

/**
 * The occurrences of the condition's cycles and cron expressions that ended after `since` (epoch ms) and by now, and in
 * which this task did not start; oldest first, at most the last thousand. Occurrences that another time of the
 * condition excludes (Saturday's, under `time of week between Mon and Fri`) do not count.
 */
export function missedBetween(node: ConditionNode, facts: Facts, since: number): Interval[] {
  const { task, now } = facts
  if (task === null || since >= now) return []
  const missed = new Map<string, Interval>()
  for (const occurrence of occurrencesBetween(node, facts, since))
    if (facts.countBetween(task, ['run'], occurrence.start, occurrence.end) === 0)
      missed.set(`${occurrence.start} ${occurrence.end}`, occurrence)
  return [...missed.values()].sort((a, b) => a.start - b.start).slice(-maxReported)
}

/** The occurrences that ended after `since` and by now, regardless of whether the task ran in them; newest first. */
export function* occurrencesBetween(node: ConditionNode, facts: Facts, since: number): Generator<Interval> {
  const { now, zone } = facts
  const { schedules, times } = periodsOf(node)
  for (const period of schedules) {
    let occurrence = period.previous(now, zone)
    for (let reported = 0; occurrence !== null && occurrence.end > since && reported < maxReported; ) {
      if (times === null || overlaps(times, occurrence, zone)) {
        reported += 1
        yield occurrence
      }
      // An occurrence that begins at or before `since` is the last one: earlier ones ended by then.
      const before = occurrence.start <= since ? null : period.previous(occurrence.start, zone)
      occurrence = before !== null && before.start < occurrence.start ? before : null
    }
  }
}

/** The end of the current occurrence, or of the next one (epoch ms); Infinity if the condition has none. */
export function lapsesAt(node: ConditionNode, now: number, zone: string): number {
  let soonest = Number.POSITIVE_INFINITY
  for (const period of periodsOf(node).schedules) {
    const occurrence = period.current(now, zone) ?? period.next(now, zone)
    if (occurrence !== null && occurrence.end > now) soonest = Math.min(soonest, occurrence.end)
  }
  return soonest
}

/** Periods of a condition, computed once as conditions are immutable. */
interface Periods {
  readonly schedules: readonly Period[]
  readonly times: Period | null
}

const known = new WeakMap<ConditionNode, Periods>()

function periodsOf(node: ConditionNode): Periods {
  let periods = known.get(node)
  if (periods === undefined)
    known.set(node, (periods = { schedules: schedulesOf(node), times: timesOf(node) }))
  return periods
}

/** The cycles and crons that runs under the condition belong to: the first part of an `all`, every branch of an `any`. */
function schedulesOf(node: ConditionNode): readonly Period[] {
  if (node.kind === 'period')
    return node.period.kind === 'cycle' || node.period.kind === 'cron' ? [node.period] : []
  if (node.kind === 'any') return node.nodes.flatMap(schedulesOf)
  if (node.kind === 'held') return schedulesOf(node.node)
  if (node.kind !== 'all') return []
  for (const part of node.nodes) {
    const found = schedulesOf(part)
    if (found.length > 0) return found
  }
  return []
}

/** The times at which the condition can hold according to its periods; null if they do not restrict it. */
function timesOf(node: ConditionNode): Period | null {
  if (node.kind === 'period') return node.period.kind === 'span' ? null : node.period
  if (node.kind === 'held') return timesOf(node.node)
  if (node.kind !== 'all' && node.kind !== 'any') return null
  const parts = node.nodes.map(timesOf)
  const restricting = parts.filter((part) => part !== null)
  if (node.kind === 'all') return restricting.length === 0 ? null : intersection(...restricting)
  return restricting.length < parts.length ? null : union(...restricting)
}

function overlaps(times: Period, { start, end }: Interval, zone: string): boolean {
  if (times.contains(start, zone)) return true
  const next = times.next(start, zone)
  return next !== null && next.start < end
}
