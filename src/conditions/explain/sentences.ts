/** Sentences on the state of each kind of condition, with their evidence. */

import { heldMs } from '../evaluate/held-time.ts'
import { holds } from '../evaluate/holds.ts'
import { printNode } from '../evaluate/print.ts'
import type { Facts } from '../facts.ts'
import type { ConditionNode, HeldNode, NodeKind, PredicateNode, SessionNode } from '../node.ts'
import { type Evidence, messageOf, unknownTask, wantedOf } from './evidence.ts'
import { describeCount, describePeriod } from './period-sentence.ts'
import { showAge, showCount, showLength, showTime } from './show-time.ts'
import { describeAfter, describeRetry, describeRunning } from './task-sentence.ts'

type Describe<K extends NodeKind> = (node: Extract<ConditionNode, { kind: K }>, facts: Facts) => Evidence

/** Describes the state of the condition itself, without its parts. */
export function sentenceOf(node: ConditionNode, facts: Facts): Evidence {
  return (byKind[node.kind] as Describe<NodeKind>)(node, facts)
}

const byKind: { readonly [K in NodeKind]: Describe<K> } = {
  constant: (node) => {
    if (node.inMs !== undefined)
      return {
        sentence: 'the delay begins when a task receives this condition, and no task has it',
        evidence: { inMs: node.inMs },
      }
    return {
      sentence: node.value
        ? 'this always holds'
        : 'this never holds: the task starts only manually, with run()',
    }
  },
  period: (node, facts) => describePeriod(node.period, facts),
  count: (node, facts) => unknownTask(node.task, facts) ?? describeCount(node, facts),
  running: (node, facts) => describeRunning(node, facts),
  after: (node, facts) => describeAfter(node, facts),
  retry: (node, facts) => describeRetry(node, facts),
  session: (node, facts) => describeSession(node, facts),
  param: (node, facts) => {
    // Values may be secrets, so the sentence does not contain them.
    const evidence = { param: node.name }
    if (!facts.param(node.name).exists) return { sentence: `param '${node.name}' is not set`, evidence }
    if (!node.hasValue) return { sentence: `param '${node.name}' is set`, evidence }
    const which = holds(node, facts) ? 'the required value' : 'a value other than the required one'
    return { sentence: `param '${node.name}' has ${which}`, evidence }
  },
  predicate: (node, facts) => describePredicate(node, facts),
  all: (node, facts) => {
    const not = node.nodes.filter((part) => !holds(part, facts)).length
    const parts = node.nodes.length
    if (not === 0) return { sentence: `all ${parts} parts hold` }
    return { sentence: `${not} of ${parts} parts ${not === 1 ? 'does' : 'do'} not hold` }
  },
  any: (node, facts) => {
    const held = node.nodes.filter((part) => holds(part, facts)).length
    const parts = node.nodes.length
    if (held === 0) return { sentence: `none of ${parts} parts holds` }
    return { sentence: `${held} of ${parts} parts ${held === 1 ? 'holds' : 'hold'}` }
  },
  held: (node, facts) => describeHeld(node, facts),
  not: (node, facts) => ({
    sentence: `the negated part ${holds(node.node, facts) ? 'holds' : 'does not hold'}`,
  }),
}

function describeSession(node: SessionNode, { sessionAgeMs, cycles }: Facts): Evidence {
  const evidence = { ageMs: sessionAgeMs, cycles, ...wantedOf(node.cycles ?? {}) }
  if (sessionAgeMs === null) return { sentence: 'the session is not running', evidence }
  const required = [
    node.moreThanMs === null ? [] : [`more than ${showLength(node.moreThanMs)}`],
    node.lessThanMs === null ? [] : [`less than ${showLength(node.lessThanMs)}`],
  ].flat()
  const wanted = required.length === 0 ? '' : ` (required: ${required.join(' and ')})`
  const done = node.cycles === null ? '' : `, and ${showCount(cycles, 'cycle')}`
  return { sentence: `the session has run for ${showAge(sessionAgeMs)}${done}${wanted}`, evidence }
}

function describeHeld(node: HeldNode, facts: Facts): Evidence {
  const ms = heldMs(node, facts)
  const name = `'${printNode(node.node)}'`
  const wanted = showLength(node.forMs)
  const evidence = { heldMs: ms, forMs: node.forMs }
  if (ms === null) {
    const sentence = holds(node.node, facts)
      ? `${name} has not been watched yet: its ${wanted} begin when the session runs`
      : `${name} does not hold, so its ${wanted} have not begun`
    return { sentence, evidence }
  }
  const since = facts.now - ms
  if (ms >= node.forMs)
    return { sentence: `${name} has held for ${wanted}`, evidence: { ...evidence, since } }
  const at = showTime(facts.now + Math.ceil(node.forMs - ms), facts.zone, facts.now)
  return {
    sentence: `${name} has held for ${showAge(ms)} of ${wanted}; that is enough at ${at}, if nothing interrupts it`,
    evidence: { ...evidence, since },
  }
}

function describePredicate(node: PredicateNode, facts: Facts): Evidence {
  const { value, pending, error } = facts.predicate(node)
  const evidence = { args: node.args, value, pending }
  const isFunction = node.mode === 'function'
  const name = `${isFunction ? 'condition' : 'stream'} '${printNode(node)}'`
  if (error !== undefined)
    return {
      sentence: `${name} failed: ${messageOf(error)}; it counts as false`,
      evidence: { ...evidence, error: messageOf(error) },
    }
  if (node.mode === 'events')
    return {
      sentence: value
        ? `a value of ${name} waits for a run`
        : `${name} has emitted no value that waits for a run`,
      evidence,
    }
  if (pending)
    return {
      sentence: isFunction ? `${name} has not answered yet` : `${name} has not emitted a value yet`,
      evidence,
    }
  return {
    sentence: isFunction ? `${name} returned ${value}` : `the last value of ${name} is ${value}`,
    evidence,
  }
}
