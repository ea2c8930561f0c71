/** Explanations of tasks as responses, with everything masked that would reveal hidden tasks. */
import {
  type Blocker,
  neverHolds,
  type PastExplanation,
  type PastPart,
  type Reason,
  type Task,
  type TaskExplanation,
} from '../../app/index.ts'
import type { View } from '../security/caller-view.ts'

type Copy = (value: unknown, key?: string) => unknown

/** The placeholder for a sentence that would reveal a hidden task. */
const hiddenSentence = 'it depends on a task that you may not read'

/** The explanation of a task as response data. @param zone - The session's time zone. */
export function toWhyData(of: Task, zone: string, view: View, copy: Copy) {
  const explanation = of.explain()
  const { isDue, at } = explanation
  const shown = shownOf(explanation, view)
  const condition = toPart(explanation.condition, view, copy)
  const never = neverHolds(of.start.node, zone, at)
  const text = shown.isCut ? textOf(shown.data, condition) : String(explanation)
  return { ...shown.data, isDue, never, condition, text }
}

/** The explanation of a past instant as response data. */
export function toPastData(explanation: PastExplanation, view: View, copy: Copy) {
  const { isDue } = explanation
  const shown = shownOf(explanation, view)
  const condition = explanation.condition === null ? null : toPart(explanation.condition, view, copy)
  const unknown = explanation.unknown.map((why) => (view.isAbout(why) ? hiddenSentence : why))
  const text = shown.isCut ? textOf(shown.data, condition) : String(explanation)
  return { ...shown.data, isDue, condition, unknown, text }
}

type Explained = Omit<TaskExplanation, 'isDue' | 'condition'>

/** The common members, masked; `isCut`: something is hidden. */
function shownOf(explanation: Explained, view: View) {
  const { task, at } = explanation
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
  // The time of the next run would reveal when a hidden task ends.
  const nextAt = isCut ? null : explanation.nextAt
  return { data: { task, at, sentence, blockers, reasons, nextAt, warnings }, isCut }
}

/** The tree as data. Only evidence can contain arbitrary values; a part about a hidden task is reduced to a fixed sentence. */
function toPart<P extends PastPart>(part: P, view: View, copy: Copy): P {
  const { statement, sentence, evidence, changesAt } = part
  const children = part.children.map((child) => toPart(child, view, copy))
  const shown = { ...part, statement: view.shown(statement), children }
  const isHidden = children.length === 0 && view.isAbout(statement)
  if (isHidden || view.isAbout(sentence) || view.isNamedIn(evidence))
    return { ...shown, sentence: hiddenSentence, evidence: {}, changesAt: isHidden ? null : changesAt }
  return { ...shown, evidence: copy(evidence) }
}

function textOf(
  { task, sentence, reasons }: Pick<Explained, 'task' | 'sentence' | 'reasons'>,
  condition: PastPart | null,
): string {
  const lines = [`${task}: ${sentence}`, ...reasons.map((reason) => `  ! ${reason.sentence}`)]
  const add = (part: PastPart, indent: string): void => {
    const mark = part.holds === null ? '?' : part.holds ? '✓' : '✗'
    lines.push(`${indent}${mark} ${part.statement}: ${part.sentence}`)
    for (const child of part.children) add(child, `${indent}  `)
  }
  if (condition !== null) add(condition, '  ')
  return lines.join('\n')
}
