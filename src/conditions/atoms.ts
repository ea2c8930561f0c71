/** The atoms of the statement language: what each pattern of words means. */
import { type Action, actions as everyAction } from '../../machines/protocol.ts'
import { cycle, past } from '../time/builders.ts'
import type { Period } from '../time/period.ts'
import { type CycleUnit, cycleUnits } from '../time/units.ts'
import type { CycleOptions } from '../time/window.ts'
import { atMostRuns, from, once, until } from './bounds.ts'
import { always, never } from './combine.ts'
import type { Condition } from './condition.ts'
import { cyclicWords, oncePer } from './cyclic.ts'
import * as dependence from './dependence.ts'
import { cron, type EveryBase, every } from './every.ts'
import type { MarkAction } from './facts.ts'
import { HistoryCondition } from './history.ts'
import type { ConditionNode } from './node.ts'
import { retry } from './retry.ts'
import { running } from './running.ts'
import { paramExists, paramIs, schedulerCycles, schedulerRunning } from './surroundings.ts'
import { unquote } from './tokenizer.ts'

/** The named parts of an atom that matched. */
export type Parts = Readonly<Record<string, string | undefined>>

/** A pattern of words and what it means. */
export interface Atom {
  /** Matches the whole text of an atom; named groups are its parts. */
  readonly pattern: RegExp
  /** How it is described in "expected …"; the first word is what near words are looked for in. */
  readonly shape: string
  /** May throw: the error is told with its place. */
  build(parts: Parts): ConditionNode
}

const quoted = "'(?:[^'\\\\]|\\\\.)+'"
const names = `${quoted}(?:, ?${quoted})*`
const units: Readonly<Record<string, CycleUnit>> = {
  secondly: 'second',
  minutely: 'minute',
  hourly: 'hour',
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
  yearly: 'year',
}
const date = '\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d+)?)?(?:Z|[+-]\\d\\d:\\d\\d)?)?'
const unit = `(?<unit>${cycleUnits.join('|')})`
const windowOf =
  '(?: (?<word>before|after|starting|on|at(?! (?:least|most) \\d)) (?<moment>.+?)| between (?<from>.+?) and (?<to>.+?))?'

const atom = (shape: string, pattern: string, build: (parts: Parts) => Condition | ConditionNode): Atom => ({
  shape,
  pattern: new RegExp(`^(?:${pattern})$`, 'ds'),
  build: (parts) => {
    const made = build(parts)
    return 'kind' in made ? made : made.node
  },
})

function windowFrom({ word, moment, from, to }: Parts): CycleOptions {
  if (from !== undefined) return { between: [from, to!] }
  if (word === undefined) return {}
  // `at` takes a list: `daily at 08:00, 12:00 and 18:00`.
  const moments = word === 'at' || word === 'on' ? moment!.split(/, ?(?:and )?| and /) : [moment!]
  return { [word]: moments.length === 1 ? moments[0]! : moments } as CycleOptions
}

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

function historyFrom(parts: Parts): Condition {
  const { task, verb, cycleWord, span } = parts
  const subject = { task: task === undefined ? null : unquote(task), actions: actions[verb!]!, period: null }
  let period: Period | null = null
  if (span !== undefined) period = past(span)
  else if (cycleWord !== undefined)
    period = cycle(
      cycleWord === 'today' ? 'day' : (cycleWord.slice('this '.length) as CycleUnit),
      windowFrom(parts),
    )
  const history = new HistoryCondition({ ...subject, period })
  return parts.times === undefined ? history : compareTimes(history, parts.compare, parts.times)
}

const timesOf = '(?: (?<compare>exactly|at least|at most|more than|less than) (?<times>\\d+) times)?'
const methods = {
  exactly: 'exactly',
  'at least': 'atLeast',
  'at most': 'atMost',
  'more than': 'moreThan',
  'less than': 'lessThan',
} as const

type Countable = Readonly<Record<(typeof methods)[keyof typeof methods], (n: number) => Condition>>

function compareTimes(counted: Countable, compare: string | undefined, times: string): Condition {
  return counted[methods[compare as keyof typeof methods]](Number(times))
}

const afters: Readonly<Record<string, (many: 'All' | 'Any', tasks: readonly string[]) => Condition>> = {
  succeeded: (many, tasks) => dependence[`after${many}Success`](...tasks),
  failed: (many, tasks) => dependence[`after${many}Fail`](...tasks),
  finished: (many, tasks) => dependence[`after${many}Finish`](...tasks),
  terminated: (many, tasks) => dependence[`after${many}Terminate`](...tasks),
}

function taskNames(list: string): string[] {
  return [...list.matchAll(new RegExp(quoted, 'gs'))].map(([name]) => unquote(name))
}

const actionList = `(?:${everyAction.join('|')})(?:, ?(?:${everyAction.join('|')}))*`

/** Rocketry's atoms and ours, in the order in which they are tried. */
export const atoms: readonly Atom[] = [
  atom('true', '(?:always )?true|always', () => always),
  atom('false', '(?:always )?false|never', () => never),
  atom('time of <unit> [between … and …]', `time of ${unit}${windowOf}`, (parts) => ({
    kind: 'period',
    period: cycle(parts.unit as CycleUnit, windowFrom(parts)),
  })),
  atom('time of cron <expression>', 'time of cron (?<cron>.+)', ({ cron: expression }) =>
    cron(expression!).node.kind === 'all'
      ? { ...(cron(expression!).node as { nodes: readonly ConditionNode[] }).nodes[0]! }
      : never,
  ),
  ...Object.entries(units).map(([word, of]) =>
    atom(`${word} [before|after|between|starting|on|at …]`, `${word}${windowOf}`, (parts) => {
      const period = cycle(of, windowFrom(parts))
      return oncePer(period, cyclicWords(of, period))
    }),
  ),
  atom(
    'every <duration> [between … and …]',
    'every (?<length>.+?)(?: between (?<from>.+?) and (?<to>.+?))?(?: based on (?<base>start|run|finish|success|fail))?',
    ({ length, from, to, base }) =>
      every(length!, {
        ...(base === undefined ? {} : { based: base as EveryBase }),
        ...(from === undefined ? {} : { between: [from, to!] }),
      }),
  ),
  atom('cron <expression>', "cron '?(?<cron>[^']+)'?", ({ cron: expression }) => cron(expression!)),
  atom(
    "[task '…'] has succeeded|failed|finished|started|terminated|inacted|crashed|missed [today|this <unit>|past …]",
    `(?:task (?<task>${quoted}) )?has (?<verb>${Object.keys(actions).join('|')})(?: (?<cycleWord>today|this (?:${cycleUnits.join('|')}))${windowOf}| (?:in )?past (?<span>.+?))?${timesOf}`,
    historyFrom,
  ),
  atom(
    "task '…' is running [more than …] [less than …]",
    `(?:(?:while )?task (?<task>${quoted})|this task) is running(?: more than (?!\\d+ times)(?<more>.+?))?(?: less than (?!\\d+ times)(?<less>.+?))?${timesOf}`,
    ({ task, more, less, compare, times }) => {
      let made = task === undefined ? running() : running(unquote(task))
      if (more !== undefined) made = made.moreThan(more)
      if (less !== undefined) made = made.lessThan(less)
      return times === undefined ? made : compareTimes(made.count, compare, times)
    },
  ),
  atom(
    "after [any] tasks '…', '…' [succeeded|failed|finished|terminated]",
    `after (?<many>any tasks|tasks|task) (?<tasks>${names})(?: (?<verb>succeeded|failed|finished|terminated))?`,
    ({ many, tasks, verb = 'succeeded' }) =>
      afters[verb]!(many === 'any tasks' ? 'Any' : 'All', taskNames(tasks!)),
  ),
  atom('scheduler has run over <duration>', 'scheduler has run over (?<span>.+)', ({ span }) =>
    schedulerRunning({ moreThan: span! }),
  ),
  atom('scheduler started [<duration> ago]', 'scheduler started(?: (?<span>.+) ago)?', ({ span }) =>
    schedulerRunning(span === undefined ? {} : { lessThan: span }),
  ),
  atom(
    'scheduler has [more than|less than] <n> cycles',
    'scheduler has (?:(?<compare>more than|less than|at least|at most) )?(?<n>\\d+) cycles',
    ({ compare, n }) => {
      const count = Number(n)
      if (compare === 'more than') return schedulerCycles({ moreThan: count })
      if (compare === 'less than') return schedulerCycles({ lessThan: count })
      if (compare === 'at least') return schedulerCycles({ atLeast: count })
      return schedulerCycles(compare === 'at most' ? { atMost: count } : { exactly: count })
    },
  ),
  atom("env '…'", `env (?<name>${quoted})`, ({ name }) => paramIs('env', unquote(name!))),
  atom("param '…' exists", `param (?<name>${quoted}) exists`, ({ name }) => paramExists(unquote(name!))),
  atom(
    "param '…' is '…'",
    `param (?<name>${quoted}) is (?<value>'(?:[^'\\\\]|\\\\.)*'|true|false|null|-?\\d+(?:\\.\\d+)?)`,
    ({ name, value }) =>
      paramIs(unquote(name!), value!.startsWith("'") ? unquote(value!) : JSON.parse(value!)),
  ),
  atom(
    'retry [<n> times] [after <duration>] [growing <n> fold] [up to <duration>] [varying by <share>] [on <action>, …]',
    `retry(?: (?<times>\\d+) times)?(?: after (?<delay>.+?))?(?: growing (?<factor>[\\d.]+) fold)?(?: up to (?<max>.+?))?(?: varying by (?<jitter>[\\d.]+))?(?: on (?<on>${actionList}))?`,
    (parts) =>
      retry(parts.times === undefined ? Number.POSITIVE_INFINITY : Number(parts.times), {
        ...(parts.delay === undefined ? {} : { delay: parts.delay }),
        ...(parts.factor === undefined ? {} : { factor: Number(parts.factor) }),
        ...(parts.max === undefined ? {} : { max: parts.max }),
        ...(parts.jitter === undefined ? {} : { jitter: Number(parts.jitter) }),
        ...(parts.on === undefined ? {} : { on: parts.on.split(/, ?/) as Action[] }),
      }),
  ),
  atom('once at <date>', `once at (?<date>${date})`, (parts) => once(parts.date!)),
  atom(
    'from <date> [until <date>]',
    `from (?<first>${date})(?: until (?<last>${date}))?`,
    ({ first, last }) => (last === undefined ? from(first!) : from(first!).and(until(last))),
  ),
  atom('until <date>', `until (?<last>${date})`, ({ last }) => until(last!)),
  atom('at most <n> runs', 'at most (?<limit>\\d+) runs?', ({ limit }) => atMostRuns(Number(limit))),
]
