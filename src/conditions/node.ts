/**
 * The thirteen kinds of condition, as frozen plain data. Interpreters are total over the kinds: a new kind
 * breaks the build.
 */
import type { Action, ErrorData } from '../../machines/protocol.ts'
import type { Period } from '../time/period.ts'

/** How a count is compared. All that are given must hold; none given means "at least one". */
export interface Comparison {
  readonly atLeast?: number
  readonly atMost?: number
  readonly moreThan?: number
  readonly lessThan?: number
  readonly exactly?: number
}

/** Always or never true. */
export interface ConstantNode {
  readonly kind: 'constant'
  readonly value: boolean
  /** False as nobody has said yet from when so many ms are reckoned: a session says it as a task is added. */
  readonly inMs?: number
}

/** Now lies in the period. */
export interface PeriodNode {
  readonly kind: 'period'
  readonly period: Period
}

/** How many records of a task with one of these actions were made in a period, compared with a number. */
export interface CountNode {
  readonly kind: 'count'
  /** null: the task that owns the condition. */
  readonly task: string | null
  readonly actions: readonly (Action | 'missed')[]
  /** null: ever. */
  readonly period: Period | null
  readonly compare: Comparison
}

/** How many runs of a task live that have lasted within these limits, compared with a number. */
export interface RunningNode {
  readonly kind: 'running'
  readonly task: string | null
  readonly moreThanMs: number | null
  readonly lessThanMs: number | null
  readonly compare: Comparison
}

/** Another task came to one of these actions since this one last started. */
export interface AfterNode {
  readonly kind: 'after'
  readonly task: string
  readonly actions: readonly Action[]
}

/** The last run failed, and less often in a row than there are retries. */
export interface RetryNode {
  readonly kind: 'retry'
  /** Infinity: without end. */
  readonly times: number
  readonly on: readonly Action[]
  readonly delayMs: number
  readonly factor: number
  readonly maxDelayMs: number
  /** Share of the delay (0 to 1) by which it may be shorter or longer; the same for the same run. */
  readonly jitter: number
  /** Looks at what the last run failed with; without it every failure is retried. */
  readonly when?: RetryTest
}

/** Whether a failure is worth another run: told what it failed with and how many failures in a row there are. */
export type RetryTest = (error: ErrorData | undefined, failures: number) => boolean

/** How long the session has run, or how many cycles it has had. */
export interface SessionNode {
  readonly kind: 'session'
  readonly moreThanMs: number | null
  readonly lessThanMs: number | null
  /** null: cycles are not asked for. */
  readonly cycles: Comparison | null
}

/** A param of the session is there, or has a value. */
export interface ParamNode {
  readonly kind: 'param'
  readonly name: string
  readonly hasValue: boolean
  readonly value: unknown
}

/** A function, a promise or a stream of the app's own. */
export interface PredicateNode {
  readonly kind: 'predicate'
  /** `events`: each value of the stream is one reason to run. */
  readonly mode: 'function' | 'stream' | 'events'
  readonly name: string
  /** The function or the stream; the same for all uses of one custom condition. */
  readonly source: unknown
  readonly args: Readonly<Record<string, unknown>>
  /** How it reads in a statement; null if it has no words. */
  readonly words: string | null
  /** How long an answer stands, ms; null: until the next look. */
  readonly validForMs: number | null
  /** When the function is asked, "this task" being its own looks; null: at every look. */
  readonly refresh: ConditionNode | null
  /** How many async answers may be under way at a time. */
  readonly concurrency: number
  /** The kind of execution that the function is called in; null: here. */
  readonly execution: string | null
}

export interface AllNode {
  readonly kind: 'all'
  readonly nodes: readonly ConditionNode[]
}

export interface AnyNode {
  readonly kind: 'any'
  readonly nodes: readonly ConditionNode[]
}

export interface NotNode {
  readonly kind: 'not'
  readonly node: ConditionNode
}

/** The inner condition has held without interruption for so long. */
export interface HeldNode {
  readonly kind: 'held'
  readonly node: ConditionNode
  readonly forMs: number
}

/** A condition as data. `text` is the words it came from, where it came from words that its parts don't show. */
export type ConditionNode = (
  | ConstantNode
  | PeriodNode
  | CountNode
  | RunningNode
  | AfterNode
  | RetryNode
  | SessionNode
  | ParamNode
  | PredicateNode
  | AllNode
  | AnyNode
  | NotNode
  | HeldNode
) & { readonly text?: string }

/** The name of a kind of condition. */
export type NodeKind = ConditionNode['kind']

export const trueNode: ConditionNode = Object.freeze({ kind: 'constant', value: true })
export const falseNode: ConditionNode = Object.freeze({ kind: 'constant', value: false })

/** All of the nodes; nested ones are flattened, one alone stays itself. */
export function allOf(nodes: readonly ConditionNode[]): ConditionNode {
  return combine('all', nodes)
}

/** Any of the nodes; nested ones are flattened, one alone stays itself. */
export function anyOf(nodes: readonly ConditionNode[]): ConditionNode {
  return combine('any', nodes)
}

/** The opposite; twice is none, and of a constant it is the other constant. */
export function notOf(node: ConditionNode): ConditionNode {
  if (node.kind === 'not') return node.node
  if (node.kind === 'constant' && node.inMs === undefined) return node.value ? falseNode : trueNode
  return Object.freeze({ kind: 'not', node })
}

/** The node with the words it came from. */
export function withText(node: ConditionNode, text: string): ConditionNode {
  return Object.freeze({ ...node, text })
}

function combine(kind: 'all' | 'any', nodes: readonly ConditionNode[]): ConditionNode {
  // A part with words of its own (`daily`) keeps them: flattening would lose what it prints as.
  const flat = nodes.flatMap((node) => (node.kind === kind && node.text === undefined ? node.nodes : [node]))
  return flat.length === 1 ? flat[0]! : Object.freeze({ kind, nodes: Object.freeze(flat) })
}

/** Calls with the node and everything below it. */
export function visit(node: ConditionNode, call: (node: ConditionNode) => void): void {
  call(node)
  if (node.kind === 'all' || node.kind === 'any') for (const part of node.nodes) visit(part, call)
  else if (node.kind === 'not' || node.kind === 'held') visit(node.node, call)
}

/** The predicates in event form (`onEach`): a launch takes a value of each. */
export function onEachNodes(node: ConditionNode): PredicateNode[] {
  const found: PredicateNode[] = []
  visit(node, (part) => {
    if (part.kind === 'predicate' && part.mode === 'events') found.push(part)
  })
  return found
}

/** The calendar period that a run under this condition is for: the first cycle or cron that must hold. */
export function periodOf(node: ConditionNode): Period | null {
  if (node.kind === 'period') {
    return node.period.kind === 'cycle' || node.period.kind === 'cron' ? node.period : null
  }
  if (node.kind === 'held') return periodOf(node.node)
  if (node.kind !== 'all' && node.kind !== 'any') return null
  for (const part of node.nodes) {
    const period = periodOf(part)
    if (period !== null) return period
  }
  return null
}

/** True if the number compares so. */
export function compares(count: number, compare: Comparison): boolean {
  const { atLeast, atMost, moreThan, lessThan, exactly } = compare
  if (
    atLeast === undefined &&
    atMost === undefined &&
    moreThan === undefined &&
    lessThan === undefined &&
    exactly === undefined
  )
    return count > 0
  return (
    (atLeast === undefined || count >= atLeast) &&
    (atMost === undefined || count <= atMost) &&
    (moreThan === undefined || count > moreThan) &&
    (lessThan === undefined || count < lessThan) &&
    (exactly === undefined || count === exactly)
  )
}
