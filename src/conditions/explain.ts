/** Why a condition holds or does not: a tree of sentences with their evidence, and when each can next change. */
import { printDuration } from '../time/duration.ts'
import { toDateTime } from '../time/zone.ts'
import type { Facts, Mark } from './facts.ts'
import { countOf, holds, retryWaitMs, spanOf, windowOf } from './holds.ts'
import type { ConditionNode, NodeKind } from './node.ts'
import { printNode } from './print.ts'
import { wakesAt } from './wakes.ts'

/** One condition, explained. */
export interface Explanation {
  readonly kind: NodeKind
  /** The condition as a statement. */
  readonly statement: string
  readonly holds: boolean
  /** What is so, in words. */
  readonly sentence: string
  /** What the sentence rests on: records, windows, counts; plain data. */
  readonly evidence: Readonly<Record<string, unknown>>
  /** When time alone can next change it, epoch ms; null if it can't. */
  readonly changesAt: number | null
  readonly children: readonly Explanation[]
}

interface Said {
  readonly sentence: string
  readonly evidence?: Readonly<Record<string, unknown>>
  readonly children?: readonly Explanation[]
}

type Say<K extends NodeKind> = (node: Extract<ConditionNode, { kind: K }>, facts: Facts) => Said

/** Explains a condition against the facts. */
export function explain(node: ConditionNode, facts: Facts): Explanation {
  const said = (byKind[node.kind] as Say<NodeKind>)(node, facts)
  const wakeAt = wakesAt(node, facts)
  return {
    kind: node.kind,
    statement: printNode(node),
    holds: holds(node, facts),
    sentence: said.sentence,
    evidence: said.evidence ?? {},
    changesAt: wakeAt === Number.POSITIVE_INFINITY ? null : wakeAt,
    children: said.children ?? [],
  }
}

/** The explanation as readable text, one line a condition. */
export function printExplanation(explanation: Explanation, zone: string, indent = ''): string {
  const mark = explanation.holds ? '✓' : '✗'
  const when =
    explanation.changesAt === null || explanation.children.length > 0
      ? ''
      : ` (can change ${showTime(explanation.changesAt, zone)})`
  const lines = [`${indent}${mark} ${explanation.statement}: ${explanation.sentence}${when}`]
  for (const child of explanation.children) lines.push(printExplanation(child, zone, `${indent}  `))
  return lines.join('\n')
}

const byKind: { readonly [K in NodeKind]: Say<K> } = {
  constant: (node) => ({ sentence: node.value ? 'it always holds' : 'it never holds: it runs only by hand' }),
  period: (node, facts) => {
    const current = node.period.current(facts.now, facts.zone)
    if (current !== null)
      return {
        sentence: `now is inside, until ${showTime(current.end, facts.zone)}`,
        evidence: { window: current },
      }
    const next = node.period.next(facts.now, facts.zone)
    return next === null
      ? { sentence: 'now is outside, and it does not come again' }
      : { sentence: `now is outside; it begins ${showTime(next.start, facts.zone)}`, evidence: { next } }
  },
  count: (node, facts) => {
    const task = node.task ?? facts.task
    const unknown = unknownTask(node.task, facts)
    if (unknown !== null) return unknown
    if (task === null) return { sentence: 'there is no task that it could be about' }
    const count = countOf(node, facts)
    const span = node.period === null ? null : spanOf(node.period)
    const window = node.period === null || span !== null ? null : windowOf(node.period, facts)
    let where = 'ever'
    if (span !== null) where = `in the past ${printDuration(span.farMs)}`
    else if (window !== null)
      where = `between ${showTime(window.start, facts.zone)} and ${showTime(window.end, facts.zone)}`
    const newest = facts.newest(task, node.actions)
    const limit = node.actions[0] === 'run' ? node.compare.lessThan : undefined
    if (limit !== undefined && count >= limit)
      return {
        sentence: `finished: task '${task}' has started ${count === 1 ? 'once' : `${count} times`}, and may no more${newestWords(newest, facts)}`,
        evidence: { task, count, limit, ...evidenceOf(newest) },
      }
    return {
      sentence: `task '${task}' has ${count} such record${count === 1 ? '' : 's'} ${where}${newestWords(newest, facts)}`,
      evidence: { task, count, ...(window === null ? {} : { window }), ...evidenceOf(newest) },
    }
  },
  running: (node, facts) => {
    const task = node.task ?? facts.task
    const unknown = unknownTask(node.task, facts)
    if (unknown !== null) return unknown
    const runs = task === null ? [] : facts.running(task)
    return {
      sentence: `${runs.length === 0 ? 'no run lives' : `${runs.length} live`}${task === null ? '' : ` of task '${task}'`}`,
      evidence: { task, runs },
    }
  },
  after: (node, facts) => {
    const unknown = unknownTask(node.task, facts)
    if (unknown !== null) return unknown
    const theirs = facts.newest(node.task, node.actions)
    if (theirs === null)
      return { sentence: `task '${node.task}' has not come to that yet`, evidence: { task: node.task } }
    const ours = facts.task === null ? null : facts.newest(facts.task, ['run'])
    const isNewer = ours === null || theirs.seq > ours.seq
    return {
      sentence: `task '${node.task}' did so ${showTime(theirs.at, facts.zone)}, ${isNewer ? 'since this task last started' : 'but this task has started since'}`,
      evidence: { task: node.task, ...evidenceOf(theirs) },
    }
  },
  retry: (node, facts) => {
    const wait = retryWaitMs(node, facts)
    const failed = facts.task === null ? 0 : facts.streak(facts.task, node.on)
    if (wait !== null && wait > 0)
      return {
        sentence: `backing off after ${failed} failure${failed === 1 ? '' : 's'} in a row, for ${printDuration(Math.ceil(wait))} more`,
        evidence: { failed, waitMs: wait },
      }
    if (wait !== null) return { sentence: `retry ${failed} is due`, evidence: { failed } }
    if (failed > node.times)
      return { sentence: `all ${node.times} retries are used up`, evidence: { failed } }
    return {
      sentence: failed > 0 ? 'the failure is none to be retried' : 'the last run did not fail',
      evidence: { failed },
    }
  },
  session: (_, facts) => ({
    sentence:
      facts.sessionAgeMs === null
        ? 'the session has not started'
        : `the session has run for ${printDuration(Math.floor(facts.sessionAgeMs))}, ${facts.cycles} cycles`,
    evidence: { ageMs: facts.sessionAgeMs, cycles: facts.cycles },
  }),
  param: (node, facts) => {
    const { exists } = facts.param(node.name)
    if (!exists) return { sentence: `param '${node.name}' is not set` }
    return { sentence: node.hasValue ? `param '${node.name}' is set, compared with that value` : 'it is set' }
  },
  predicate: (node, facts) => {
    const reading = facts.predicate(node)
    if (reading.error !== undefined) return { sentence: `it failed: ${messageOf(reading.error)}` }
    if (reading.pending) return { sentence: 'it has not said anything yet' }
    return { sentence: reading.value ? 'it said true' : 'it said false' }
  },
  all: (node, facts) => {
    const children = node.nodes.map((part) => explain(part, facts))
    const not = children.filter((child) => !child.holds).length
    return { sentence: not === 0 ? 'all hold' : `${not} of ${children.length} do not hold`, children }
  },
  any: (node, facts) => {
    const children = node.nodes.map((part) => explain(part, facts))
    const held = children.filter((child) => child.holds).length
    return { sentence: held === 0 ? 'none holds' : `${held} of ${children.length} hold`, children }
  },
  not: (node, facts) => {
    const child = explain(node.node, facts)
    return {
      sentence: child.holds ? 'what it denies holds' : 'what it denies does not hold',
      children: [child],
    }
  },
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

function newestWords(mark: Mark | null, facts: Facts): string {
  return mark === null ? '' : `; the newest is of ${showTime(mark.at, facts.zone)}`
}

function evidenceOf(mark: Mark | null): Record<string, unknown> {
  return mark === null ? {} : { record: { action: mark.action, at: mark.at, runId: mark.runId } }
}

function showTime(at: number, zone: string): string {
  if (!Number.isFinite(at)) return at > 0 ? 'the end of time' : 'the beginning of time'
  return toDateTime(at, zone).toFormat('yyyy-MM-dd HH:mm:ss ZZZZ')
}

function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error)
  } catch {
    return 'an error that cannot be shown'
  }
}
