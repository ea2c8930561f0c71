/** From whatever a task may be given as its start to a condition. */
import { showValue } from '../errors/show-value.ts'
import { reckonedFrom } from './builders/dates.ts'
import { bindInputs, Condition, isCondition, somePart } from './condition.ts'
import { isStream } from './evaluate/reading.ts'
import { parse } from './language/parse.ts'
import { builtInVocabulary, type Vocabulary } from './language/vocabulary.ts'
import { type ConditionNode, falseNode, trueNode } from './node.ts'
import { condition as customCondition, fromStream } from './predicates/define.ts'

/**
 * A condition from a condition, a statement, a boolean, a boolean stream or a function; a `TypeError` for anything else.
 * What is reckoned from the moment that it is given (`in 10 minutes`) is reckoned from now.
 */
export function toCondition(input: unknown, words: Vocabulary = builtInVocabulary): Condition {
  const made = conditionFrom(input, words)
  if (!somePart(made.node, isReckoned)) return made
  return new Condition(reckonedFrom(words.now(), made.node))
}

const isReckoned = (node: ConditionNode): boolean => node.kind === 'constant' && node.inMs !== undefined

function conditionFrom(input: unknown, words: Vocabulary): Condition {
  if (typeof input === 'boolean') return new Condition(input ? trueNode : falseNode)
  if (typeof input === 'string') return parse(input, words)
  // A builder that is also a function is taken as what it says without a call.
  if (isCondition(input))
    return typeof input === 'function' ? new Condition((input as Condition).node) : input
  if (isStream(input)) return fromStream(input)
  if (typeof input === 'function') return customCondition(input as () => boolean)()
  throw new TypeError(
    `Cannot use that as a condition as it must be a condition, a statement, a boolean, a function or an Observable: ${showValue(input)}`,
  )
}

// Text beside other conditions is read when they are combined, before any app is known: with the built-in words.
bindInputs((input) => conditionFrom(input, builtInVocabulary).node)
