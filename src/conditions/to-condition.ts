/** Conversion of start inputs to conditions. */
import type { Clock } from '../clock/clock.ts'
import { createSystemClock } from '../clock/system-clock.ts'
import { showValue } from '../errors/show-value.ts'
import { isStream } from '../values/stream.ts'
import { resolvedAt } from './builders/dates.ts'
import { bindInputs, Condition, isCondition } from './condition.ts'
import { parse } from './language/parse.ts'
import { builtInVocabulary, type Vocabulary } from './language/vocabulary.ts'
import { type ConditionNode, falseNode, somePart, trueNode } from './node.ts'
import { condition as customCondition } from './predicates/define.ts'
import { fromStream } from './predicates/streams.ts'

/**
 * Converts a condition, a statement, a boolean, a boolean stream or a function to a condition. Throws a `TypeError` for
 * other values. Relative times (`in 10 minutes`) begin at the instant of `clock`.
 */
export function toCondition(
  input: unknown,
  words: Vocabulary = builtInVocabulary,
  clock: Pick<Clock, 'now'> = systemTime,
): Condition {
  const made = conditionFrom(input, words)
  if (!somePart(made.node, isReckoned)) return made
  return new Condition(resolvedAt(clock.now(), made.node))
}

const systemTime = { now: () => createSystemClock().now() }

const isReckoned = (node: ConditionNode): boolean => node.kind === 'constant' && node.inMs !== undefined

function conditionFrom(input: unknown, words: Vocabulary): Condition {
  if (typeof input === 'boolean') return new Condition(input ? trueNode : falseNode)
  if (typeof input === 'string') return parse(input, words)
  // A builder that is also a function is used as the condition that it is without a call.
  if (isCondition(input))
    return typeof input === 'function' ? new Condition((input as Condition).node) : input
  if (isStream(input)) return fromStream(input)
  if (typeof input === 'function') return customCondition(input as () => boolean)()
  throw new TypeError(
    `Cannot use that as a condition as it must be a condition, a statement, a boolean, a function or an Observable: ${showValue(input)}`,
  )
}

// Text in combinations is parsed when they are created, before an app is known: with the built-in vocabulary.
bindInputs((input) => conditionFrom(input, builtInVocabulary).node)
