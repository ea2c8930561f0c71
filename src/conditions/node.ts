/** Kinds of condition as frozen plain data. Interpreters are total over the thirteen kinds: a new kind fails the build. */
import type { Action, ErrorData } from '../../machines/protocol.ts'
import type { Period } from '../time/period.ts'

/** Comparison of a count. All given limits must hold; without limits, the count must be at least one. */
export interface Comparison {
  readonly atLeast?: number
  readonly atMost?: number
  readonly moreThan?: number
  readonly lessThan?: number
  readonly exactly?: number
}

/** A condition that is always true or never true. */
export interface ConstantNode {
  readonly kind: 'constant'
  readonly value: boolean
  /** Delay of `in 10 minutes` in ms, until a session resolves it when a task is added; false until then. */
  readonly inMs?: number
}

/** Now is in the period. */
export interface PeriodNode {
  readonly kind: 'period'
  readonly period: Period
}

/** The number of records of a task with one of these actions in a period, compared with a number. */
export interface CountNode {
  readonly kind: 'count'
  /** The task; null for the task that owns the condition. */
  readonly task: string | null
  readonly actions: readonly (Action | 'missed')[]
  /** The period; null for any time. */
  readonly period: Period | null
  readonly compare: Comparison
}

/** The number of live runs of a task that have lasted within these limits, compared with a number. */
export interface RunningNode {
  readonly kind: 'running'
  readonly task: string | null
  readonly moreThanMs: number | null
  readonly lessThanMs: number | null
  readonly compare: Comparison
}

/** Another task ended with one of these actions since this one last started. */
export interface AfterNode {
  readonly kind: 'after'
  readonly task: string
  readonly actions: readonly Action[]
}

/** The last run failed, and the number of consecutive failures is below the limit. */
export interface RetryNode {
  readonly kind: 'retry'
  /** Maximum number of retries; Infinity for no limit. */
  readonly times: number
  readonly on: readonly Action[]
  readonly delayMs: number
  readonly factor: number
  readonly maxDelayMs: number
  /** Relative variation of the delay (0 to 1), constant for a run. */
  readonly jitter: number
  /** Decides about the failure of the last run; without it every failure is retried. */
  readonly when?: RetryTest
}

/** Decides whether a failure is retried, from its error and the number of consecutive failures. */
export type RetryTest = (error: ErrorData | undefined, failures: number) => boolean

/** The session's age, or its number of cycles. */
export interface SessionNode {
  readonly kind: 'session'
  readonly moreThanMs: number | null
  readonly lessThanMs: number | null
  /** Comparison of the cycles; null to ignore them. */
  readonly cycles: Comparison | null
}

/** A param of the session exists, or has a value. */
export interface ParamNode {
  readonly kind: 'param'
  readonly name: string
  readonly hasValue: boolean
  readonly value: unknown
}

/** A custom function, promise or stream. */
export interface PredicateNode {
  readonly kind: 'predicate'
  /** Kind of the source; in `events`, each value of the stream causes one run. */
  readonly mode: 'function' | 'stream' | 'events'
  readonly name: string
  /** The function or the stream; the same for all uses of one custom condition. */
  readonly source: unknown
  readonly args: Readonly<Record<string, unknown>>
  /** The words in a statement; null if there are none. */
  readonly words: string | null
  /** Validity of a value, ms; null: until the next evaluation. */
  readonly validForMs: number | null
  /** Condition of the next evaluation, in which "this task" is the evaluations themselves; null: every evaluation. */
  readonly refresh: ConditionNode | null
  /** Maximum number of concurrent async evaluations. */
  readonly concurrency: number
  /** Kind of the execution of the function; null: in this thread. */
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

/** The inner condition has held without interruption for a duration. */
export interface HeldNode {
  readonly kind: 'held'
  readonly node: ConditionNode
  readonly forMs: number
}

/** A condition as data. `text` is its original statement, if the parts do not print as it. */
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

/** Name of a kind of condition. */
export type NodeKind = ConditionNode['kind']

export const trueNode: ConditionNode = Object.freeze({ kind: 'constant', value: true })
export const falseNode: ConditionNode = Object.freeze({ kind: 'constant', value: false })

/** Combines nodes that must all hold; nested ones are flattened, a single one is returned unchanged. */
export function allOf(nodes: readonly ConditionNode[]): ConditionNode {
  return combine('all', nodes)
}

/** Combines nodes of which one must hold; nested ones are flattened, a single one is returned unchanged. */
export function anyOf(nodes: readonly ConditionNode[]): ConditionNode {
  return combine('any', nodes)
}

/** Negates a node; a double negation is removed, and a constant is inverted. */
export function notOf(node: ConditionNode): ConditionNode {
  if (node.kind === 'not') return node.node
  if (node.kind === 'constant' && node.inMs === undefined) return node.value ? falseNode : trueNode
  return Object.freeze({ kind: 'not', node })
}

/** The node with its original statement. */
export function withText(node: ConditionNode, text: string): ConditionNode {
  return Object.freeze({ ...node, text })
}

function combine(kind: 'all' | 'any', nodes: readonly ConditionNode[]): ConditionNode {
  // A part with its own text (`daily`) keeps it; flattening would lose that text.
  const flat = nodes.flatMap((node) => (node.kind === kind && node.text === undefined ? node.nodes : [node]))
  return flat.length === 1 ? flat[0]! : Object.freeze({ kind, nodes: Object.freeze(flat) })
}

/** Calls the function with the node and all of its parts. */
export function visit(node: ConditionNode, call: (node: ConditionNode) => void): void {
  call(node)
  if (node.kind === 'all' || node.kind === 'any') for (const part of node.nodes) visit(part, call)
  else if (node.kind === 'not' || node.kind === 'held') visit(node.node, call)
}

/** The event streams (`onEach`) of the condition: a launch takes a value of each. */
export function onEachNodes(node: ConditionNode): PredicateNode[] {
  const found: PredicateNode[] = []
  visit(node, (part) => {
    if (part.kind === 'predicate' && part.mode === 'events') found.push(part)
  })
  return found
}

/** The calendar period that a run under this condition belongs to: the first cycle or cron that must hold. */
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

/** True if the number satisfies the comparison. */
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

/** True if any part of the condition satisfies the test. */
export function somePart(node: ConditionNode, test: (part: ConditionNode) => boolean): boolean {
  let found = false
  visit(node, (part) => {
    found ||= test(part)
  })
  return found
}
