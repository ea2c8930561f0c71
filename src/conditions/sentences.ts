/** What is so of each kind of condition, in a sentence, and what that rests on. */
import { printDuration } from '../time/duration.ts'
import type { Period } from '../time/period.ts'
import { toDateTime } from '../time/zone.ts'
import type { Facts, Mark, MarkAction } from './facts.ts'
import { heldMs } from './held-time.ts'
import { countOf, holds, retryWaitMs, spanOf, windowOf } from './holds.ts'
import type { Comparison, ConditionNode, CountNode, NodeKind } from './node.ts'
import { verbOf } from './print.ts'

/** A sentence with its evidence. */
export interface Said {
  readonly sentence: string
  readonly evidence?: Readonly<Record<string, unknown>>
}

type Say<K extends NodeKind> = (node: Extract<ConditionNode, { kind: K }>, facts: Facts) => Said

/** What the facts say of the condition itself; its parts are told by themselves. */
export function sentenceOf(node: ConditionNode, facts: Facts): Said {
  return (byKind[node.kind] as Say<NodeKind>)(node, facts)
}

/** An instant as the zone's clock shows it. */
export function showTime(at: number, zone: string): string {
  if (!Number.isFinite(at)) return at > 0 ? 'the end of time' : 'the beginning of time'
  return toDateTime(at, zone).toFormat('yyyy-MM-dd HH:mm:ss ZZZZ')
}

const byKind: { readonly [K in NodeKind]: Say<K> } = {
  constant: (node) => {
    if (node.inMs !== undefined)
      return {
        sentence: 'it is reckoned from when a task is given it, and none was',
        evidence: { inMs: node.inMs },
      }
    return { sentence: node.value ? 'it always holds' : 'it never holds: it runs only by hand' }
  },
  period: (node, facts) => sayPeriod(node.period, facts),
  count: (node, facts) => unknownTask(node.task, facts) ?? sayCount(node, facts),
  running: (node, facts) => {
    const unknown = unknownTask(node.task, facts)
    if (unknown !== null) return unknown
    const task = node.task ?? facts.task
    if (task === null) return { sentence: 'there is no task that it could be about' }
    const runs = facts.running(task)
    const ages = runs.map(({ ageMs }) => printDuration(Math.floor(ageMs / 1000) * 1000)).join(', ')
    const evidence = { task, runs, ...wantedOf(node.compare) }
    if (runs.length === 0) return { sentence: `task '${task}' does not run now`, evidence }
    const many = runs.length === 1 ? 'one run' : `${runs.length} runs`
    return { sentence: `task '${task}' runs now: ${many}, for ${ages}`, evidence }
  },
  after: (node, facts) => {
    const unknown = unknownTask(node.task, facts)
    if (unknown !== null) return unknown
    const verb = verbOf(node.actions)
    const theirs = facts.newest(node.task, node.actions)
    if (theirs === null)
      return { sentence: `task '${node.task}' has not ${verb} yet`, evidence: { task: node.task } }
    const ours = facts.task === null ? null : facts.newest(facts.task, ['run'])
    const isNewer = ours === null || theirs.seq > ours.seq
    const since = isNewer ? 'and this task has not started since' : 'but this task has started since'
    return {
      sentence: `task '${node.task}' ${verb} at ${showTime(theirs.at, facts.zone)}, ${since}`,
      evidence: { task: node.task, ...evidenceOf(theirs), ...(ours === null ? {} : { startedAt: ours.at }) },
    }
  },
  retry: (node, facts) => {
    const wait = retryWaitMs(node, facts)
    const failed = facts.task === null ? 0 : facts.streak(facts.task, node.on)
    const evidence = { failed, times: node.times, ...(wait === null ? {} : { waitMs: Math.max(0, wait) }) }
    if (wait !== null && wait > 0) {
      const rest = printDuration(Math.ceil(wait))
      const many = `${failed} failure${failed === 1 ? '' : 's'} in a row`
      return { sentence: `backing off after ${many}, for ${rest} more`, evidence }
    }
    if (wait !== null) return { sentence: `retry ${failed} is due`, evidence }
    if (failed > node.times) return { sentence: `all ${node.times} retries are used up`, evidence }
    return {
      sentence: failed > 0 ? 'the failure is none to be retried' : 'the last run did not fail',
      evidence,
    }
  },
  session: (_, { sessionAgeMs, cycles }) => {
    const evidence = { ageMs: sessionAgeMs, cycles }
    if (sessionAgeMs === null) return { sentence: 'the session has not started', evidence }
    const many = cycles === 1 ? 'one cycle' : `${cycles} cycles`
    return {
      sentence: `the session has run for ${printDuration(Math.floor(sessionAgeMs))}, ${many}`,
      evidence,
    }
  },
  param: (node, facts) => {
    // Values may be secrets: only whether it is the one that is asked for is told.
    const evidence = { param: node.name }
    if (!facts.param(node.name).exists) return { sentence: `param '${node.name}' is not set`, evidence }
    if (!node.hasValue) return { sentence: `param '${node.name}' is set`, evidence }
    const which = holds(node, facts) ? 'that value' : 'another value'
    return { sentence: `param '${node.name}' has ${which}`, evidence }
  },
  predicate: (node, facts) => {
    const { value, pending, error } = facts.predicate(node)
    const evidence = { args: node.args, value, pending }
    if (error !== undefined)
      return {
        sentence: `it failed: ${messageOf(error)}`,
        evidence: { ...evidence, error: messageOf(error) },
      }
    if (pending) return { sentence: 'it has not said anything yet', evidence }
    if (node.mode === 'events')
      return { sentence: value ? 'a value waits for a run' : 'no value waits', evidence }
    return { sentence: value ? 'it said true' : 'it said false', evidence }
  },
  all: (node, facts) => {
    const not = node.nodes.filter((part) => !holds(part, facts)).length
    return { sentence: not === 0 ? 'all hold' : `${not} of ${node.nodes.length} do not hold` }
  },
  any: (node, facts) => {
    const held = node.nodes.filter((part) => holds(part, facts)).length
    return { sentence: held === 0 ? 'none holds' : `${held} of ${node.nodes.length} hold` }
  },
  held: (node, facts) => {
    const ms = heldMs(node, facts)
    const wanted = printDuration(node.forMs)
    const evidence = { heldMs: ms, forMs: node.forMs }
    if (ms === null) {
      const sentence = holds(node.node, facts)
        ? `nobody has watched for how long it has held: its ${wanted} begin when the session runs`
        : `it does not hold, so its ${wanted} have not begun`
      return { sentence, evidence }
    }
    const since = facts.now - ms
    if (ms >= node.forMs) return { sentence: `it has held for ${wanted}`, evidence: { ...evidence, since } }
    const lasted = printDuration(ms < 1000 ? Math.floor(ms) : Math.floor(ms / 1000) * 1000)
    const at = showTime(facts.now + Math.ceil(node.forMs - ms), facts.zone)
    return {
      sentence: `it has held for ${lasted} of ${wanted}; enough at ${at}, if nothing interrupts it`,
      evidence: { ...evidence, since },
    }
  },
  not: (node, facts) => ({
    sentence: holds(node.node, facts) ? 'what it denies holds' : 'what it denies does not hold',
  }),
}

function sayPeriod(period: Period, facts: Facts): Said {
  const { now, zone } = facts
  const window = period.current(now, zone)
  if (window !== null && period.contains(now, zone)) {
    const end = Number.isFinite(window.end) ? `until ${showTime(window.end, zone)}` : 'without end'
    return { sentence: `now is inside, ${end}`, evidence: { window } }
  }
  // Spans and relative days move along: they neither come nor go.
  if (period.kind === 'span' || period.kind === 'relative-day')
    return { sentence: 'now is outside', evidence: window === null ? {} : { window } }
  const missed = period.kind === 'cron' ? lapsedOf(period, facts) : null
  const lapsed = missed === null ? '' : `; that of ${showTime(missed.start, zone)} lapsed without a run`
  const next = period.next(now, zone)
  if (next === null) return { sentence: `now is outside, and it does not come again${lapsed}` }
  return {
    sentence: `now is outside; it begins ${showTime(next.start, zone)}${lapsed}`,
    evidence: { next, ...(missed === null ? {} : { missed }) },
  }
}

/** The last occurrence, if this task did not start in it, and has started before: one that is new has missed nothing. */
function lapsedOf(period: Period, facts: Facts) {
  const last = period.previous(facts.now, facts.zone)
  if (last === null || facts.task === null) return null
  const starts = (from: number, to: number): number => facts.countBetween(facts.task!, ['run'], from, to)
  return starts(0, last.start) > 0 && starts(last.start, last.end) === 0 ? last : null
}

function sayCount(node: CountNode, facts: Facts): Said {
  const task = node.task ?? facts.task
  if (task === null) return { sentence: 'there is no task that it could be about' }
  const count = countOf(node, facts)
  const newest = facts.newest(task, node.actions)
  const last = newest === null ? '' : `; last at ${showTime(newest.at, facts.zone)}`
  const limit = node.actions[0] === 'run' ? node.compare.lessThan : undefined
  const evidence = { task, count, ...wantedOf(node.compare), ...evidenceOf(newest) }
  if (limit !== undefined && count >= limit)
    return {
      sentence: `finished: task '${task}' has started ${timesOf(count)}, and may no more${last}`,
      evidence,
    }
  const window = node.period === null || spanOf(node.period) !== null ? null : windowOf(node.period, facts)
  const did =
    count === 0 ? `has not ${verbOf(node.actions)}` : `has ${verbOf(node.actions)} ${timesOf(count)}`
  return {
    sentence: `task '${task}' ${did}${whereOf(node, facts)}${wantedWords(node.compare)}${last}`,
    evidence: { ...evidence, ...(window === null ? {} : { window }) },
  }
}

function whereOf(node: CountNode, facts: Facts): string {
  if (node.period === null) return ''
  const span = spanOf(node.period)
  if (span !== null) {
    const near = span.nearMs === 0 ? '' : `, ${printDuration(span.nearMs)} ago or more`
    return Number.isFinite(span.farMs) ? ` in the past ${printDuration(span.farMs)}${near}` : near
  }
  const window = windowOf(node.period, facts)
  if (window === null) return ' in its time, which has not come yet'
  return ` between ${showTime(window.start, facts.zone)} and ${showTime(window.end, facts.zone)}`
}

function wantedWords(compare: Comparison): string {
  const { exactly, atLeast, atMost, moreThan, lessThan } = compare
  if (exactly === 0) return ' (it must not have)'
  const words = [
    exactly === undefined ? [] : [`exactly ${exactly}`],
    atLeast === undefined ? [] : [`at least ${atLeast}`],
    atMost === undefined ? [] : [`at most ${atMost}`],
    moreThan === undefined ? [] : [`more than ${moreThan}`],
    lessThan === undefined ? [] : [`less than ${lessThan}`],
  ].flat()
  return words.length === 0 ? '' : ` (asked for: ${words.join(', ')})`
}

function timesOf(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}

function wantedOf(compare: Comparison): Record<string, unknown> {
  return Object.keys(compare).length === 0 ? {} : { wanted: compare }
}

function unknownTask(task: string | null, facts: Facts): Said | null {
  if (task === null || facts.has(task)) return null
  const near = facts.near(task)
  const hint = near.length > 0 ? `; near: ${near.map((name) => `'${name}'`).join(', ')}` : ''
  return {
    sentence: `there is no task '${task}' in the session${hint}`,
    evidence: { unknownTask: task, near },
  }
}

function evidenceOf(mark: Mark | null): Record<string, unknown> {
  return mark === null
    ? {}
    : { record: { action: mark.action satisfies MarkAction, at: mark.at, runId: mark.runId } }
}

function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error)
  } catch {
    return 'an error that cannot be shown'
  }
}
