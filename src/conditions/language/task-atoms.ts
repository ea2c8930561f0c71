/** Task atoms: the history of tasks, live runs, dependencies and retries. */
import { type Action, actions as everyAction } from '../../../machines/protocol.ts'
import { parseTime } from '../../time/parse-period.ts'
import { past } from '../../time/periods.ts'
import { type CycleUnit, cycleUnits } from '../../time/zone/units.ts'
import {
  afterAllFail,
  afterAllFinish,
  afterAllSuccess,
  afterAllTerminate,
  afterAnyFail,
  afterAnyFinish,
  afterAnySuccess,
  afterAnyTerminate,
} from '../builders/after.ts'
import { atMostRuns } from '../builders/dates.ts'
import { HistoryCondition } from '../builders/history.ts'
import { retry } from '../builders/retry.ts'
import { running } from '../builders/running.ts'
import type { Condition } from '../condition.ts'
import type { MarkAction } from '../facts.ts'
import { type Atom, type AtomCaptures, atom, cycleFrom, quoted, unitShape, windowOf } from './atom.ts'
import { unquote } from './lexer.ts'

const names = `${quoted}(?:, ?${quoted})*`
const actions: Readonly<Record<string, readonly MarkAction[]>> = {
  started: ['run'],
  succeeded: ['success'],
  failed: ['fail'],
  finished: ['success', 'fail', 'terminate'],
  terminated: ['terminate'],
  inacted: ['inaction'],
  crashed: ['crash'],
  missed: ['missed'],
}
const verbs = Object.keys(actions).join('|')

const timesOf = '(?: (?<compare>exactly|at least|at most|more than|less than) (?<times>\\d+) times?)?'
const timesShape = '[exactly|at|more|less [least|most|than] <number> times]'
const methods = {
  exactly: 'exactly',
  'at least': 'atLeast',
  'at most': 'atMost',
  'more than': 'moreThan',
  'less than': 'lessThan',
} as const

type Countable = Readonly<Record<(typeof methods)[keyof typeof methods], (n: number) => Condition>>

function compareTimes(counted: Countable, { compare, times }: AtomCaptures): Condition {
  return counted[methods[compare as keyof typeof methods]](Number(times))
}

function historyFrom(parts: AtomCaptures): Condition {
  const { task, verb, cycleWord, span, during } = parts
  const whose = { task: task === undefined ? null : unquote(task), actions: actions[verb!]!, period: null }
  const ever = new HistoryCondition(whose)
  const unit = cycleWord === 'today' ? 'day' : (cycleWord?.slice('this '.length) as CycleUnit)
  let history = ever as Countable & Condition
  if (span !== undefined) history = ever.during(past(span))
  else if (during !== undefined) history = ever.during(parseTime(unquote(during)))
  else if (cycleWord !== undefined) history = ever.during(cycleFrom(unit, parts))
  return parts.times === undefined ? history : compareTimes(history, parts)
}

const afters: Readonly<Record<string, readonly [all: AfterMany, any: AfterMany]>> = {
  succeeded: [afterAllSuccess, afterAnySuccess],
  failed: [afterAllFail, afterAnyFail],
  finished: [afterAllFinish, afterAnyFinish],
  terminated: [afterAllTerminate, afterAnyTerminate],
}
type AfterMany = (...tasks: readonly string[]) => Condition

function taskNames(list: string): string[] {
  return [...list.matchAll(new RegExp(quoted, 'gs'))].map(([name]) => unquote(name))
}

const actionList = `(?:${everyAction.join('|')})(?:, ?(?:${everyAction.join('|')}))*`

/** The atoms in the order in which they are matched. */
export const taskAtoms: readonly Atom[] = [
  atom(
    `[task '…'] has ${verbs} [today [before|after|starting|on|at <moment>] [between <moment> and <moment>]] [this ${unitShape} [before|after|starting|on|at <moment>] [between <moment> and <moment>]] [[in] past <duration>] [during '…'] ${timesShape} [in <zone>]`,
    `(?:task (?<task>${quoted}) )?has (?<verb>${verbs})(?: (?<cycleWord>today|this (?:${cycleUnits.join('|')}))${windowOf}| (?:in )?past (?<span>.+?)| during (?<during>${quoted}))?${timesOf}`,
    historyFrom,
  ),
  atom(
    `[while] task '…' is running [more than <duration>] [less than <duration>] ${timesShape}`,
    `(?:(?:while )?task (?<task>${quoted})|this task) is running(?: more than (?!\\d+ times)(?<more>.+?))?(?: less than (?!\\d+ times)(?<less>.+?))?${timesOf}`,
    (parts) => {
      const { task, more, less } = parts
      let made = task === undefined ? running() : running(unquote(task))
      if (more !== undefined) made = made.moreThan(more)
      if (less !== undefined) made = made.lessThan(less)
      return parts.times === undefined ? made : compareTimes(made.count, parts)
    },
  ),
  atom(
    "after [any] task|tasks '…' [succeeded|failed|finished|terminated]",
    `after (?<many>any tasks|tasks|task) (?<tasks>${names})(?: (?<verb>succeeded|failed|finished|terminated))?`,
    ({ many, tasks, verb = 'succeeded' }) =>
      afters[verb]![many === 'any tasks' ? 1 : 0](...taskNames(tasks!)),
  ),
  atom(
    `retry [<number> times] [after <duration>] [growing <number> fold] [up to <duration>] [varying by <share>] [on ${everyAction.join('|')}]`,
    `retry(?: (?<times>\\d+) times?)?(?: after (?<delay>.+?))?(?: growing (?<factor>[\\d.]+) fold)?(?: up to (?<max>.+?))?(?: varying by (?<jitter>[\\d.]+))?(?: on (?<on>${actionList}))?`,
    (parts) =>
      retry(parts.times === undefined ? Number.POSITIVE_INFINITY : Number(parts.times), {
        ...(parts.delay === undefined ? {} : { delay: parts.delay }),
        ...(parts.factor === undefined ? {} : { factor: Number(parts.factor) }),
        ...(parts.max === undefined ? {} : { max: parts.max }),
        ...(parts.jitter === undefined ? {} : { jitter: Number(parts.jitter) }),
        ...(parts.on === undefined ? {} : { on: parts.on.split(/, ?/) as Action[] }),
      }),
  ),
  atom('at most <number> run|runs', 'at most (?<limit>\\d+) runs?', ({ limit }) => atMostRuns(Number(limit))),
]
