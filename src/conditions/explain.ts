/** Why a condition holds or does not: a tree of sentences with their evidence, and when each can next change. */
import type { Facts } from './facts.ts'
import { partsOf } from './held-time.ts'
import { holds } from './holds.ts'
import type { ConditionNode, NodeKind } from './node.ts'
import { printNode } from './print.ts'
import { sentenceOf, showTime } from './sentences.ts'
import { wakesAt } from './wakes.ts'

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

/** Explains a condition against the facts. */
export function explain(node: ConditionNode, facts: Facts): Explanation {
  const { sentence, evidence = {} } = sentenceOf(node, facts)
  const wakeAt = wakesAt(node, facts)
  return {
    kind: node.kind,
    statement: printNode(node),
    holds: holds(node, facts),
    sentence,
    evidence,
    changesAt: wakeAt === Number.POSITIVE_INFINITY ? null : wakeAt,
    children: partsOf(node).map((part) => explain(part, facts)),
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

/** The sentences of the smallest parts that keep it from holding: what would have to change. */
export function blockersIn(explanation: Explanation): string[] {
  if (explanation.holds) return []
  // What is denied and holds is the blocker itself.
  if (explanation.kind === 'not') return explanation.children.map(({ sentence }) => sentence)
  // What holds, but not for long enough: its time is what is missing.
  if (explanation.kind === 'held' && explanation.children[0]!.holds) return [explanation.sentence]
  if (explanation.children.length === 0) return [explanation.sentence]
  return explanation.children.flatMap(blockersIn)
}
