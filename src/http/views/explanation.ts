/** Response of `/why`: the explanation of a task, with everything masked that would reveal hidden tasks. */
import { type Blocker, type Explanation, neverHolds, type Reason, type Task } from '../../app/index.ts'
import type { View } from '../security/caller-view.ts'

type Copy = (value: unknown, key?: string) => unknown

/** The placeholder for a sentence that would reveal a hidden task. */
const hiddenSentence = 'it depends on a task that you may not read'

/** The explanation of a task as response data. @param zone - The session's time zone. */
export function toWhyData(of: Task, zone: string, view: View, copy: Copy) {
  const explanation = of.explain()
  const { task, at, isDue } = explanation
  const never = neverHolds(of.start.node, zone, at)
  const condition = toExplanationData(explanation.condition, view, copy)
  const isHidden = (reason: Reason | Blocker): boolean =>
    // This reason names the tasks that use the capacity of a pool.
    view.isAbout(reason.sentence) || (reason.kind === 'slot' && view.isWithin(reason.sentence))
  const shown = <R extends Reason | Blocker>(reason: R): R =>
    isHidden(reason) ? { ...reason, sentence: hiddenSentence, until: null } : reason
  const reasons = explanation.reasons.map(shown)
  const blockers = explanation.blockers.map(shown)
  const warnings = explanation.warnings.map((text) => (view.isAbout(text) ? hiddenSentence : text))
  const isSummaryHidden =
    view.isAbout(explanation.sentence) ||
    explanation.reasons.some((reason) => isHidden(reason) && explanation.sentence.includes(reason.sentence))
  const sentence = isSummaryHidden ? hiddenSentence : explanation.sentence
  const isCut = isSummaryHidden || explanation.reasons.some(isHidden) || view.isNamedIn(explanation)
  const text = isCut ? textOf(task, sentence, reasons, condition) : String(explanation)
  // The time of the next run would reveal when a hidden task ends.
  const nextAt = isCut ? null : explanation.nextAt
  return { task, at, isDue, sentence, never, blockers, reasons, nextAt, warnings, condition, text }
}

/** The explanation tree as data. Only evidence can contain arbitrary values; a part about a hidden task is reduced to a fixed sentence. */
function toExplanationData(part: Explanation, view: View, copy: Copy): Explanation {
  const { kind, holds, statement, sentence } = part
  const children = part.children.map((child) => toExplanationData(child, view, copy))
  const shown = { kind, holds, statement: view.shown(statement), children }
  const { evidence, changesAt } = part
  const isHidden = children.length === 0 && view.isAbout(statement)
  if (isHidden || view.isAbout(sentence) || view.isNamedIn(evidence))
    return { ...shown, sentence: hiddenSentence, evidence: {}, changesAt: isHidden ? null : changesAt }
  return { ...shown, sentence, evidence: copy(evidence) as Explanation['evidence'], changesAt }
}

function textOf(
  task: string,
  sentence: string,
  reasons: readonly { readonly sentence: string }[],
  condition: Explanation,
): string {
  const lines = [`${task}: ${sentence}`, ...reasons.map((reason) => `  ! ${reason.sentence}`)]
  const add = (part: Explanation, indent: string): void => {
    lines.push(`${indent}${part.holds ? '✓' : '✗'} ${part.statement}: ${part.sentence}`)
    for (const child of part.children) add(child, `${indent}  `)
  }
  add(condition, '  ')
  return lines.join('\n')
}
