/** Canonical trees of the conformance files, converted to nodes. */
import type { Action } from '../../../machines/protocol.ts'
import { allOf, anyOf, type ConditionNode, falseNode, notOf, trueNode } from '../../../src/conditions/node.ts'
import { type Period, past, toDurationMs } from '../../../src/time/index.ts'
import { type PeriodSpec, periodOf, spansOf } from '../time/period-spec.ts'
import { Unsupported } from '../unsupported.ts'

/** A condition of Rocketry: a class and its arguments. */
export interface Tree {
  readonly type: string
  readonly args: Readonly<Record<string, unknown>>
}

type Compare = { readonly atLeast?: number; readonly exactly?: number }

const histories: Readonly<Record<string, readonly Action[]>> = {
  TaskStarted: ['run'],
  TaskSucceeded: ['success'],
  TaskFailed: ['fail'],
  TaskFinished: ['success', 'fail', 'terminate'],
  TaskTerminated: ['terminate'],
  TaskInacted: ['inaction'],
}

const dependences: Readonly<Record<string, readonly Action[]>> = {
  DependSuccess: ['success'],
  DependFailure: ['fail'],
  DependFinish: ['success', 'fail'],
}

const comparisons: Readonly<Record<string, string>> = {
  '==': 'exactly',
  '>=': 'atLeast',
  '<=': 'atMost',
  '>': 'moreThan',
  '<': 'lessThan',
}

/** The node with the meaning of the tree. */
export function nodeOfTree({ type, args }: Tree): ConditionNode {
  const parts = () => (args.conditions as readonly Tree[]).map(nodeOfTree)
  const task = (args.task ?? null) as string | null
  const history = histories[type]
  if (history !== undefined) {
    const period = windowOf(args.period)
    return compared(args.compare, (compare) => countNode(task, history, period, compare))
  }
  const dependence = dependences[type]
  if (dependence !== undefined)
    return { kind: 'after', task: args.depend_task as string, actions: dependence }
  switch (type) {
    case 'All':
      return allOf(parts())
    case 'Any':
      return anyOf(parts())
    case 'Not':
      return hasRunOver(args.condition as Tree) ?? notOf(nodeOfTree(args.condition as Tree))
    case 'AlwaysTrue':
      return trueNode
    case 'AlwaysFalse':
      return falseNode
    case 'IsPeriod':
      return inPeriod(windowOf(args.period))
    case 'TaskExecutable':
      return executable(task, windowOf(args.period), (args.retries as number | null) ?? 0)
    case 'TaskRunnable':
      return once(windowOf(args.period), countNode(task, ['run'], windowOf(args.period), { exactly: 0 }))
    case 'TaskRunning':
      return compared(args.compare, (compare) => ({ kind: 'running', task, ...ages(args.period), compare }))
    case 'Retry': {
      const times = args.n === -1 ? Number.POSITIVE_INFINITY : (args.n as number)
      const pause = { delayMs: 0, factor: 1, maxDelayMs: Number.POSITIVE_INFINITY, jitter: 0 }
      return { kind: 'retry', times, on: ['fail'], ...pause }
    }
    case 'SchedulerStarted':
      return { kind: 'session', ...ages(args.period), cycles: null }
    case 'SchedulerCycles':
      return allOf(Object.entries(compareOf(args.compare)).map(([key, n]) => cyclesNode({ [key]: n })))
    case 'IsEnv':
      return { kind: 'param', name: 'env', hasValue: true, value: args.env }
    case 'ParamExists':
      return paramsOf(args)
    default:
      throw new Unsupported(`class ${type}`)
  }
}

function countNode(
  task: string | null,
  actions: readonly Action[],
  period: Period | null,
  compare: Compare,
): ConditionNode {
  return { kind: 'count', task, actions, period, compare }
}

/** Without a period, the condition always holds. */
const inPeriod = (period: Period | null): ConditionNode =>
  period === null ? trueNode : { kind: 'period', period }

function once(period: Period | null, count: ConditionNode): ConditionNode {
  return allOf(period === null || period.kind === 'span' ? [count] : [inPeriod(period), count])
}

function executable(task: string | null, period: Period | null, retries: number): ConditionNode {
  const none = { exactly: 0 }
  if (retries === 0)
    return once(period, countNode(task, ['success', 'fail', 'terminate', 'inaction'], period, none))
  const ended = countNode(task, ['success', 'terminate', 'inaction'], period, none)
  const failed: ConditionNode = {
    kind: 'count',
    task,
    actions: ['fail'],
    period,
    compare: { atMost: retries },
  }
  return allOf([once(period, ended), failed])
}

function cyclesNode(cycles: Compare): ConditionNode {
  return { kind: 'session', moreThanMs: null, lessThanMs: null, cycles }
}

function windowOf(spec: unknown): Period | null {
  if (spec === null || spec === undefined) return null
  const given = spec as PeriodSpec
  if (given.type === 'always') return null
  const length = given.args?.past
  if (given.type === 'TimeDelta') return past(length as string)
  const period = spansOf(given)?.past ?? periodOf(given)
  if (period === undefined) throw new Unsupported(`period ${given.type}`)
  return period
}

/** "Has run over" is a separate age here: a session that has not started has run neither over nor under it. */
function hasRunOver({ type, args }: Tree): ConditionNode | undefined {
  const period = args.period as PeriodSpec | null
  if (type !== 'SchedulerStarted' || period?.type !== 'TimeDelta') return undefined
  return {
    kind: 'session',
    ...ages(period),
    moreThanMs: ages(period).lessThanMs,
    lessThanMs: null,
    cycles: null,
  }
}

function ages(spec: unknown) {
  const { type, args } = (spec ?? { type: 'none', args: {} }) as PeriodSpec
  const limit = (value: unknown) =>
    value === null || value === undefined ? null : toDurationMs(value as string)
  return type === 'TimeDelta'
    ? { moreThanMs: null, lessThanMs: limit(args.past) }
    : { moreThanMs: limit(args.near), lessThanMs: limit(args.far) }
}

/** A node with a comparison; `!=` is a negated one. */
function compared(compare: unknown, make: (compare: Compare) => ConditionNode): ConditionNode {
  const { '!=': other, ...rest } = (compare ?? {}) as Readonly<Record<string, number>>
  if (other === undefined) return make(compareOf(rest))
  const unequal = notOf(make({ exactly: other }))
  return Object.keys(rest).length === 0 ? unequal : allOf([make(compareOf(rest)), unequal])
}

function compareOf(compare: unknown): Compare {
  const entries = Object.entries((compare ?? {}) as Record<string, number>).map(([sign, n]) => {
    const key = comparisons[sign]
    if (key === undefined || !Number.isInteger(n)) throw new Unsupported(`comparison ${sign} ${String(n)}`)
    return [key, n]
  })
  return Object.fromEntries(entries)
}

function paramsOf({ keys, values }: Readonly<Record<string, unknown>>): ConditionNode {
  const named = ((keys ?? []) as readonly string[]).map(
    (name): ConditionNode => ({ kind: 'param', name, hasValue: false, value: undefined }),
  )
  const valued = Object.entries((values ?? {}) as Record<string, unknown>).map(
    ([name, value]): ConditionNode => ({ kind: 'param', name, hasValue: true, value }),
  )
  return allOf([...named, ...valued])
}

/** The node without its original text, that is, its meaning. */
export function meaningOf(node: ConditionNode): unknown {
  if (node.kind === 'all' || node.kind === 'any')
    return { kind: node.kind, nodes: node.nodes.flatMap(flatten(node.kind)) }
  if (node.kind === 'not') return { kind: 'not', node: meaningOf(node.node) }
  const { text: _, ...rest } = node
  return rest
}

/** Parts with their own text are not flattened in our nodes; the trees have no text. */
const flatten =
  (kind: string) =>
  (node: ConditionNode): unknown[] => {
    const meaning = meaningOf(node) as { kind: string; nodes?: unknown[] }
    return meaning.kind === kind ? meaning.nodes! : [meaning]
  }
