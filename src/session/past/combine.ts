/** Combines explanations under different assumptions about what is not known: what is the same in all of them is known. */

import { partsOf } from '../../conditions/evaluate/held-time.ts'
import { printNode } from '../../conditions/evaluate/print.ts'
import { type Explanation, printExplanation } from '../../conditions/explain/explain.ts'
import type { ConditionNode } from '../../conditions/node.ts'
import type { Blocker, PastExplanation, PastPart, Reason, TaskExplanation } from '../api/explanation.ts'
import { type Assumed, isOutside } from './unknown-parts.ts'

/** The maximum number of blockers in the sentence. */
const maxTold = 3

interface Explained {
  readonly assumed: Assumed
  readonly explanation: TaskExplanation
}

type Explanations = readonly [TaskExplanation, ...TaskExplanation[]]

export interface Combined {
  /** The explanations, one for each combination of assumptions. */
  readonly explained: readonly Explained[]
  /** The unknown parts by statement, with the reasons. */
  readonly unknown: ReadonlyMap<string, string>
  /** The start condition with its unknown parts. */
  readonly node: ConditionNode
  readonly zone: string
}

export function combine(given: Combined): PastExplanation {
  const { explained, node, zone } = given
  const all = explained.map(({ explanation }) => explanation) as unknown as Explanations
  const [first] = all
  const unknown = whatMatters(given)
  const condition = combineParts(
    all.map((each) => each.condition),
    node,
    unknown,
  )
  const { task, at } = first
  if (all.every((each) => isSame(each, first)) && unknown.size === 0)
    return { ...first, unknown: [], condition, toString: () => first.toString() }
  const blockers = first.blockers.filter((blocker) =>
    all.every((each) => each.blockers.some(isLike(blocker))),
  )
  const isDue = all.every((each) => each.isDue === first.isDue) ? first.isDue : null
  const reasons = blockers.filter((blocker): blocker is Reason => blocker.kind !== 'condition')
  const warnings = first.warnings.filter((warning) => all.every((each) => each.warnings.includes(warning)))
  const nextAt = all.every((each) => each.nextAt === first.nextAt) ? first.nextAt : null
  const why = [...unknown.values()]
  const sentence = sentenceOf(all, blockers, why)
  return {
    task,
    at,
    isDue,
    sentence,
    blockers,
    reasons,
    nextAt,
    warnings,
    condition,
    unknown: why,
    toString() {
      const lines = [`${task}: ${sentence}`]
      for (const { sentence: said } of reasons) if (!sentence.includes(said)) lines.push(`  ! ${said}`)
      for (const each of why) if (!sentence.includes(each)) lines.push(`  ? not known: ${each}`)
      lines.push(printExplanation(condition, zone, at, '  '))
      return lines.join('\n')
    },
  }
}

/** The explanation of a task about which nothing is known at the instant, or which could not run. */
export function explanationWithout(
  task: string,
  at: number,
  found: { readonly why: string } | { readonly blocker: Reason },
): PastExplanation {
  const sentence = 'why' in found ? `not known: ${found.why}` : found.blocker.sentence
  const reasons = 'why' in found ? [] : [found.blocker]
  return {
    task,
    at,
    isDue: 'why' in found ? null : false,
    sentence,
    blockers: reasons,
    reasons,
    nextAt: null,
    warnings: [],
    condition: null,
    unknown: 'why' in found ? [found.why] : [],
    toString: () => `${task}: ${sentence}`,
  }
}

function sentenceOf(all: Explanations, blockers: readonly Blocker[], why: readonly string[]): string {
  const [first] = all
  if (all.every(({ sentence }) => sentence === first.sentence)) return first.sentence
  const words = blockers.slice(0, maxTold).map(({ sentence }) => sentence)
  if (blockers.length > maxTold) words.push(`and ${blockers.length - maxTold} more`)
  return [...words, ...why.map((each) => `not known: ${each}`)].join('; ')
}

/** The parts of the explained conditions, of which all have the same shape up to unknown parts. */
function combineParts(
  all: readonly Explanation[],
  node: ConditionNode,
  unknown: ReadonlyMap<string, string>,
): PastPart {
  const [first] = all as readonly [Explanation, ...Explanation[]]
  const statement = printNode(node)
  const why = unknown.get(statement)
  if (why !== undefined)
    return {
      kind: node.kind,
      statement,
      holds: null,
      sentence: `not known: ${why}`,
      evidence: {},
      changesAt: null,
      children: [],
    }
  const children = partsOf(node).map((part, index) =>
    combineParts(
      all.map((each) => each.children[index]!),
      part,
      unknown,
    ),
  )
  const holds = all.every((each) => each.holds === first.holds) ? first.holds : null
  const isOneSentence = all.every(({ sentence }) => sentence === first.sentence)
  const changesAt = all.every((each) => each.changesAt === first.changesAt) ? first.changesAt : null
  return {
    ...first,
    statement,
    holds,
    changesAt,
    sentence: isOneSentence ? first.sentence : 'this depends on what is not known',
    evidence: isOneSentence ? knownOf(first) : {},
    children,
  }
}

/** The evidence without the number of cycles, which the log does not keep. */
function knownOf({ kind, evidence }: Explanation): Explanation['evidence'] {
  if (kind !== 'session') return evidence
  const { cycles: _, ...known } = evidence
  return known
}

const isLike =
  ({ kind, sentence, until }: Blocker) =>
  (other: Blocker): boolean =>
    other.kind === kind && other.sentence === sentence && other.until === until

/** The unknown parts, without assumptions outside of the condition that change nothing. */
function whatMatters({ explained, unknown }: Combined): ReadonlyMap<string, string> {
  const changes = (part: string): boolean =>
    explained.some(({ assumed, explanation }) => {
      const other = explained.find((each) => isOpposite(each.assumed, assumed, part))
      return other !== undefined && !isSame(other.explanation, explanation)
    })
  return new Map([...unknown].filter(([part]) => !isOutside(part) || changes(part)))
}

function isOpposite(a: Assumed, b: Assumed, part: string): boolean {
  return [...a].every(([each, value]) => (b.get(each) === value) !== (each === part))
}

function isSame(a: TaskExplanation, b: TaskExplanation): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
