/** Why a condition holds or does not: a tree of sentences with their evidence, and when each can next change. */

import { flipsAt } from '../analysis/next-runs.ts'
import { FrozenReadings, ReadOnceFacts } from '../analysis/simulated-facts.ts'
import { partsOf } from '../evaluate/held-time.ts'
import { holds } from '../evaluate/holds.ts'
import { printNode } from '../evaluate/print.ts'
import { wakesAt } from '../evaluate/wakes-at.ts'
import type { Facts } from '../facts.ts'
import type { ConditionNode, NodeKind } from '../node.ts'
import { sentenceOf } from './sentences.ts'
import { showTime } from './show-time.ts'

/**
 * One condition, explained, with its parts as children. It is plain data: the same for a program, a terminal and a
 * page.
 *
 * @example
 * ```ts
 * const lines = ({ sentence, holds, children }: Explanation): string[] => [
 *   `${holds ? 'yes' : 'no'}: ${sentence}`,
 *   ...children.flatMap(lines),
 * ]
 * console.log(lines(session.task('report').explain().condition).join('\n'))
 * ```
 */
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

/** The options of an explanation that looks ahead. */
export interface ExplainOptions {
  /** The facts at another instant. Without it `changesAt` may be too early: an instant at which nothing changes. */
  readonly factsAt?: (at?: number) => Facts
  /** The readings of predicates that the explanation rests on; each is read once. */
  readonly readings?: FrozenReadings
}

/** Explains a condition against the facts. Each predicate is read once. */
export function explain(
  node: ConditionNode,
  facts: Facts,
  { factsAt, readings = new FrozenReadings() }: ExplainOptions = {},
): Explanation {
  const changesAt = (part: ConditionNode): number =>
    factsAt === undefined ? wakesAt(part, once) : flipsAt(part, factsAt, readings)
  const once = new ReadOnceFacts(facts, readings)
  return explainPart(node, once, changesAt)
}

function explainPart(
  node: ConditionNode,
  facts: Facts,
  changesAt: (part: ConditionNode) => number,
): Explanation {
  const { sentence, evidence = {} } = sentenceOf(node, facts)
  const at = changesAt(node)
  return {
    kind: node.kind,
    statement: printNode(node),
    holds: holds(node, facts),
    sentence,
    evidence,
    changesAt: at === Number.POSITIVE_INFINITY ? null : at,
    children: partsOf(node).map((part) => explainPart(part, facts, changesAt)),
  }
}

/** The explanation as readable text, one line a condition; times are shown as of `now`, epoch ms. */
export function printExplanation(explanation: Explanation, zone: string, now: number, indent = ''): string {
  const mark = explanation.holds ? '✓' : '✗'
  const shown = explanation.changesAt === null ? '' : showTime(explanation.changesAt, zone, now)
  const isTold = shown === '' || explanation.children.length > 0 || explanation.sentence.includes(shown)
  const when = isTold ? '' : ` (can change at ${shown})`
  const lines = [`${indent}${mark} ${explanation.statement}: ${explanation.sentence}${when}`]
  for (const child of explanation.children) lines.push(printExplanation(child, zone, now, `${indent}  `))
  return lines.join('\n')
}

/**
 * The smallest parts that keep it from holding: what would have to change, the true one first. Of parts that must all
 * hold, those come first that wait for something to happen, then those that time brings about, the latest first; of
 * alternatives the one that time brings about the soonest.
 */
export function blockersIn(explanation: Explanation): readonly Explanation[] {
  return blocking(explanation, true)
}

/** The parts that keep it from being as wanted. */
function blocking(explanation: Explanation, wanted: boolean): readonly Explanation[] {
  const { kind, children, holds: isTrue } = explanation
  if (isTrue === wanted) return []
  if (children.length === 0) return [explanation]
  if (kind === 'not') return blocking(children[0]!, !wanted)
  // A condition that holds, but not for long enough: only time is missing.
  if (kind === 'held') return children[0]!.holds === wanted ? [explanation] : blocking(children[0]!, wanted)
  const isChoice = (kind === 'any') === wanted
  const at = ({ changesAt }: Explanation): number => changesAt ?? Number.POSITIVE_INFINITY
  const order = (a: Explanation, b: Explanation): number => (at(a) === at(b) ? 0 : at(a) - at(b))
  const parts = isChoice
    ? [...choices(children)].sort(order)
    : children.filter((part) => part.holds !== wanted).sort((a, b) => order(b, a))
  return parts.flatMap((part) => blocking(part, wanted))
}

/** A retry is no choice while nothing has failed. */
function choices(parts: readonly Explanation[]): readonly Explanation[] {
  const real = parts.filter(({ kind, evidence }) => kind !== 'retry' || evidence.failed !== 0)
  return real.length === 0 ? parts : real
}
