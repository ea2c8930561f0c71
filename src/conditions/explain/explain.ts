/** Explanations of conditions: trees of sentences with their evidence and the next time of change. */

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
 * Explanation of a condition, with its parts as children. Plain data for programs, terminals and pages.
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
  /** The current state as a sentence. */
  readonly sentence: string
  /** The basis of the sentence: records, windows, counts; plain data. */
  readonly evidence: Readonly<Record<string, unknown>>
  /** The next instant at which time alone can change it, epoch ms; null if there is none. */
  readonly changesAt: number | null
  readonly children: readonly Explanation[]
}

/** Options of an explanation with predictions. */
export interface ExplainOptions {
  /** The facts at another instant. Without it `changesAt` may be too early: an instant at which nothing changes. */
  readonly factsAt?: (at?: number) => Facts
  /** Readings of predicates for the explanation, each evaluated once. */
  readonly readings?: FrozenReadings
}

/** Explains a condition with the facts. Each predicate is evaluated once. */
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

/** An explanation to print; `holds` is null where it is not known. */
interface Printable extends Pick<Explanation, 'statement' | 'sentence' | 'changesAt'> {
  readonly holds: boolean | null
  readonly children: readonly Printable[]
}

/** Prints the explanation as text, one line per condition; times are relative to `now`, epoch ms. */
export function printExplanation(explanation: Printable, zone: string, now: number, indent = ''): string {
  const mark = explanation.holds === null ? '?' : explanation.holds ? '✓' : '✗'
  const shown = explanation.changesAt === null ? '' : showTime(explanation.changesAt, zone, now)
  const isTold = shown === '' || explanation.children.length > 0 || explanation.sentence.includes(shown)
  const when = isTold ? '' : ` (can change at ${shown})`
  const lines = [`${indent}${mark} ${explanation.statement}: ${explanation.sentence}${when}`]
  for (const child of explanation.children) lines.push(printExplanation(child, zone, now, `${indent}  `))
  return lines.join('\n')
}

/**
 * The smallest parts that prevent the condition from holding, most relevant first. Of parts that must all hold, those
 * that wait for an event precede those that time changes, latest first; of alternatives, only the one that time changes
 * first.
 */
export function blockersIn(explanation: Explanation): readonly Explanation[] {
  return blocking(explanation, true)
}

/** The parts that prevent the explained condition from having the wanted value. */
function blocking(explanation: Explanation, wanted: boolean): readonly Explanation[] {
  const { kind, children, holds: isTrue } = explanation
  if (isTrue === wanted) return []
  if (children.length === 0) return [explanation]
  if (kind === 'not') return blocking(children[0]!, !wanted)
  // The inner condition holds, but not long enough: only time is missing.
  if (kind === 'held') return children[0]!.holds === wanted ? [explanation] : blocking(children[0]!, wanted)
  const isChoice = (kind === 'any') === wanted
  const at = ({ changesAt }: Explanation): number => changesAt ?? Number.POSITIVE_INFINITY
  const order = (a: Explanation, b: Explanation): number => (at(a) === at(b) ? 0 : at(a) - at(b))
  const parts = isChoice
    ? [...choices(children)].sort(order)
    : children.filter((part) => part.holds !== wanted).sort((a, b) => order(b, a))
  return parts.flatMap((part) => blocking(part, wanted))
}

/** A retry is not an alternative while nothing has failed. */
function choices(parts: readonly Explanation[]): readonly Explanation[] {
  const real = parts.filter(({ kind, evidence }) => kind !== 'retry' || evidence.failed !== 0)
  return real.length === 0 ? parts : real
}
