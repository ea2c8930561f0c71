/** Sentences on periods and counts. */
import type { Period } from '../../time/period.ts'
import { countOf, spanOf, windowOf } from '../evaluate/holds.ts'
import { verbOf } from '../evaluate/print.ts'
import type { Facts } from '../facts.ts'
import { type Comparison, type CountNode, compares } from '../node.ts'
import { type Evidence, evidenceOf, wantedOf } from './evidence.ts'
import { showLength, showTime, showTimes } from './show-time.ts'

/** Describes whether now is in the period, its end or next beginning, and a missed last instance. */
export function describePeriod(period: Period, facts: Facts): Evidence {
  const { now, zone } = facts
  const show = (at: number): string => showTime(at, zone, now)
  const name = `'${period}'`
  const window = period.current(now, zone)
  if (window !== null && period.contains(now, zone)) {
    const end = Number.isFinite(window.end) ? ` until ${show(window.end)}` : ', which has no end'
    return { sentence: `the time is within ${name}${end}`, evidence: { window } }
  }
  // Spans and relative days move with the current time, so they have no beginning.
  if (period.kind === 'span' || period.kind === 'relative-day')
    return { sentence: `the time is outside ${name}`, evidence: window === null ? {} : { window } }
  const missed = missedInstanceOf(period, facts)
  const missedSuffix = missed === null ? '' : missedText(period, missed, show)
  const next = period.next(now, zone)
  if (next === null)
    return { sentence: `the time is outside ${name}, which does not come again${missedSuffix}` }
  const begins = period.kind === 'cron' ? 'is next at' : 'begins at'
  return {
    sentence: `the time is outside ${name}, which ${begins} ${show(next.start)}${missedSuffix}`,
    evidence: { next, ...(missed === null ? {} : { missed }) },
  }
}

function missedText(
  period: Period,
  { start, end }: { readonly start: number; readonly end: number },
  show: (at: number) => string,
): string {
  const what = period.kind === 'cron' ? `the time at ${show(start)}` : `${show(start)} to ${show(end)}`
  return `; ${what} passed without a run`
}

/**
 * The last instance, if this task could have started in it but did not: it had started earlier, or the session was
 * running by then.
 */
function missedInstanceOf(period: Period, facts: Facts) {
  const { task, now, sessionAgeMs } = facts
  const last = period.kind === 'cron' || period.kind === 'cycle' ? period.previous(now, facts.zone) : null
  if (last === null || task === null) return null
  const starts = (from: number, to: number): number => facts.countBetween(task, ['run'], from, to)
  const couldRun = starts(0, last.start) > 0 || (sessionAgeMs !== null && now - sessionAgeMs < last.end)
  return couldRun && starts(last.start, last.end) === 0 ? last : null
}

/** Describes the number of actions of a task, and the required number. */
export function describeCount(node: CountNode, facts: Facts): Evidence {
  const task = node.task ?? facts.task
  if (task === null) return { sentence: 'this refers to its own task, and there is none' }
  const { now, zone } = facts
  const show = (at: number): string => showTime(at, zone, now)
  const count = countOf(node, facts)
  const newest = facts.newest(task, node.actions)
  const last = newest === null ? '' : `, last at ${show(newest.at)}`
  const window = node.period === null || spanOf(node.period) !== null ? null : windowOf(node.period, facts)
  const evidence = {
    task,
    count,
    ...wantedOf(node.compare),
    ...evidenceOf(newest),
    ...(window === null ? {} : { window }),
  }
  const isForGood = node.period === null || window?.end === Number.POSITIVE_INFINITY
  const limit = node.actions[0] === 'run' && isForGood ? node.compare.lessThan : undefined
  if (limit !== undefined && count >= limit)
    return {
      sentence: `task '${task}' has started ${showTimes(count)}${last}, and may start ${showTimes(limit)} at most`,
      evidence,
    }
  const isDone = node.compare.exactly === 0 && count > 0 && newest !== null
  const span = node.period === null ? null : spanOf(node.period)
  if (isDone && span !== null && span.nearMs === 0 && Number.isFinite(span.farMs)) {
    const again = now - newest.ageMs + span.farMs
    const sentence = `task '${task}' last ${verbOf(node.actions)} at ${show(newest.at)}, less than ${showLength(span.farMs)} ago; that is over at ${show(again)}`
    return { sentence, evidence }
  }
  if (isDone && window !== null) {
    const sentence = `task '${task}' has already ${verbOf(node.actions)} at ${show(newest.at)}, which counts until ${show(window.end)}`
    return { sentence, evidence }
  }
  const did =
    count === 0 ? `has not ${verbOf(node.actions)}` : `has ${verbOf(node.actions)} ${showTimes(count)}`
  const wanted = compares(count, node.compare) ? '' : wantedWords(node.compare)
  return {
    sentence: `task '${task}' ${did}${whereOf(node, facts)}${count === 0 ? '' : last}${wanted}`,
    evidence,
  }
}

function whereOf(node: CountNode, facts: Facts): string {
  if (node.period === null) return ''
  const span = spanOf(node.period)
  if (span !== null) {
    const near = span.nearMs === 0 ? '' : `, not counting the last ${showLength(span.nearMs)}`
    return Number.isFinite(span.farMs) ? ` in the past ${showLength(span.farMs)}${near}` : near
  }
  const window = windowOf(node.period, facts)
  if (window === null) return ' in its period, which has not come yet'
  const show = (at: number): string => showTime(at, facts.zone, facts.now)
  return ` between ${show(window.start)} and ${show(window.end)}`
}

function wantedWords({ exactly, atLeast, atMost, moreThan, lessThan }: Comparison): string {
  const words = [
    exactly === undefined ? [] : [exactly === 0 ? 'never' : `exactly ${showTimes(exactly)}`],
    atLeast === undefined ? [] : [`at least ${showTimes(atLeast)}`],
    atMost === undefined ? [] : [`at most ${showTimes(atMost)}`],
    moreThan === undefined ? [] : [`more than ${showTimes(moreThan)}`],
    lessThan === undefined ? [] : [`less than ${showTimes(lessThan)}`],
  ].flat()
  return words.length === 0 ? '' : `; it must be ${words.join(' and ')}`
}
