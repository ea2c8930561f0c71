/** A condition as a value: immutable, combinable, printable, and answerable by hand. */
import { openDoors } from '../errors/at-door.ts'
import { type TaskName, toTaskName } from '../task-ref.ts'
import { type DurationInput, printDuration, toDurationMs } from '../time/duration/duration.ts'
import { checkZone, type Instant, toInstant } from '../time/zone/zone.ts'
import { holds } from './evaluate/holds.ts'
import { printNode } from './evaluate/print.ts'
import type { StreamLike } from './evaluate/reading.ts'
import { dependencies } from './evaluate/wakes-at.ts'
import type { Dependency, FactsSource } from './facts.ts'
import { allOf, anyOf, type ConditionNode, falseNode, type HeldNode, notOf, trueNode, visit } from './node.ts'
import type { StatementText } from './statement-type.ts'

/** Registered, so that a condition of another copy of the package is one, too. */
const brand = Symbol.for('gantry.condition')
const inspect = Symbol.for('nodejs.util.inspect.custom')

/** Whatever carries a condition: a condition, or a builder that is one and more (`daily`, `succeeded`). */
export interface ConditionLike {
  readonly node: ConditionNode
}

/**
 * A statement that holds or does not at an instant. Immutable: `and`, `or`, `not` and `in` give new ones. It prints as
 * its text, which {@link parse} reads back.
 *
 * @example
 * ```ts
 * const start: Condition = daily.after('07:00').and(afterSuccess('fetch'))
 * start.toString() // "daily after 07:00 & after task 'fetch' succeeded"
 * start.in('Asia/Tokyo') // the same, with seven o'clock in Tokyo
 * ```
 */
export class Condition implements ConditionLike {
  readonly [brand] = true
  readonly node: ConditionNode

  constructor(node: ConditionNode) {
    this.node = node
  }

  /**
   * Both hold: `a & b`. Takes whatever a task may be given as its start: conditions, statements, booleans, functions and
   * Observables. A statement is read with the built-in words; words of an app are read where the app reads the text.
   *
   * @example
   * ```ts
   * import { Subject } from 'rxjs'
   *
   * const isHot$ = new Subject<boolean>()
   * every('2 seconds').and(isHot$, () => process.uptime() > 60, "~task 'import' is running")
   * ```
   */
  and<const I extends readonly ConditionInput[]>(...others: CheckedInputs<I>): Condition {
    return new Condition(allOf([this.node, ...nodesOf(others)]))
  }

  /** Either holds: `a | b`. Takes what {@link Condition.and} takes. */
  or<const I extends readonly ConditionInput[]>(...others: CheckedInputs<I>): Condition {
    return new Condition(anyOf([this.node, ...nodesOf(others)]))
  }

  /** It does not hold: `~a`. */
  not(): Condition {
    return new Condition(notOf(this.node))
  }

  /**
   * It has held for so long, without interruption: `a for 30 seconds`. See {@link heldFor}.
   *
   * @example
   * ```ts
   * paramIs('cpu', 'hot').heldFor('30 seconds')
   * ```
   */
  heldFor(length: DurationInput | (string & {})): Condition {
    return new Condition(heldNodeOf(this.node, length))
  }

  /** The same condition with its calendar read in a zone of its own; parts that have one already keep it. */
  in(zone: string): Condition {
    return new Condition(inZone(this.node, checkZone(zone)))
  }

  /**
   * Whether it holds in a session, for a task of it, now or at an instant.
   *
   * @example
   * ```ts
   * daily.after('07:00').holds({ session, task: 'report', at: '2026-11-24T08:00' })
   * ```
   */
  holds(where: { readonly session: FactsSource; readonly task?: TaskName; readonly at?: Instant }): boolean {
    const task = where.task === undefined ? null : toTaskName(where.task)
    const zone = where.session.facts({ task }).zone
    const at = where.at === undefined ? {} : { at: toInstant(where.at, zone) }
    return holds(this.node, where.session.facts({ task, ...at }))
  }

  /** What else than time it depends on, for a task of that name. */
  dependencies(task: string | null = null): Dependency[] {
    return dependencies(this.node, task)
  }

  /** The condition as a statement. */
  toString(): string {
    return printNode(this.node)
  }

  toJSON(): string {
    return this.toString()
  }

  [inspect](): string {
    return `Condition(${this})`
  }
}
openDoors(Condition)

/**
 * What can stand for a condition beside others, the same as for the start of a task: a condition, a statement, a boolean, a
 * function (also an async one), or an Observable of booleans.
 *
 * @example
 * ```ts
 * const inputs: ConditionInput[] = [daily, "task 'fetch' has succeeded", true, async () => process.uptime() > 60]
 * all(...inputs)
 * ```
 */
export type ConditionInput =
  | ConditionLike
  | boolean
  | string
  | { subscribe: (...observer: never[]) => unknown }
  | PredicateFunction<never, never>

/** Each input as the compiler reads it: a misspelt word of a statement does not compile. */
export type CheckedInputs<I extends readonly ConditionInput[]> = {
  readonly [K in keyof I]: CheckedInput<I[K]>
}

/** One of {@link CheckedInputs}. */
export type CheckedInput<I> = I extends string ? StatementText<I> : I

/**
 * Says whether it holds: gets the values of its args, and a context with session, task, params, options, clock,
 * logger, signal. It gives a boolean, a promise of one, or an Observable whose last value stands. What it throws
 * counts as false and is reported as a `ConditionError`.
 *
 * @example
 * ```ts
 * import { existsSync } from 'node:fs'
 *
 * const exists: PredicateFunction<{ path: string }> = ({ path }) => existsSync(path)
 * app.task('clean', condition('file {path} exists', exists)({ path: 'prices.csv' }), () => {})
 * ```
 */
export type PredicateFunction<A = Record<string, unknown>, C = unknown> = (
  values: A,
  context: C,
) => boolean | Promise<boolean> | StreamLike

/**
 * True of conditions, also of those made by another copy of the package.
 *
 * @example
 * ```ts
 * isCondition(daily.after('07:00')) // true
 * isCondition('daily after 07:00') // false: text is read with parse()
 * ```
 */
export function isCondition(value: unknown): value is Condition {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    (value as { [brand]?: unknown })[brand] === true
  )
}

/** The node of whatever can stand for a condition; a `TypeError` for anything else. */
export function toNode(input: unknown): ConditionNode {
  if (typeof input === 'boolean') return input ? trueNode : falseNode
  return isCondition(input) ? input.node : readInput(input)
}

function nodesOf(inputs: readonly unknown[]): readonly ConditionNode[] {
  // Not `map(toNode)`: it would be called with the place as well.
  return inputs.map((input) => toNode(input))
}

/** The node of a condition that must have held for so long. */
export function heldNodeOf(node: ConditionNode, length: DurationInput | (string & {})): HeldNode {
  const forMs = toDurationMs(length)
  if (forMs > 0) return Object.freeze({ kind: 'held', node, forMs })
  throw new RangeError(
    `Cannot ask whether a condition has held that long as it must be longer than 0: ${printDuration(forMs)}`,
  )
}

let readInput = (input: unknown): ConditionNode => {
  throw new TypeError(`Cannot combine conditions as each must be one: ${String(input)}.`)
}

/**
 * Says how text, functions and streams become conditions. Bound late: the reader of statements is made of conditions, and
 * these of `and` and `or`, which take statements.
 */
export function bindInputs(read: (input: unknown) => ConditionNode): void {
  readInput = read
}

/** Periods that are the same in every zone. */
const zoneless: ReadonlySet<string> = new Set(['span', 'always', 'never'])

/** The node with its calendar read in a zone. A part that has a zone of its own keeps it: the nearer word wins. */
export function inZone(node: ConditionNode, zone: string): ConditionNode {
  if (node.kind === 'not' || node.kind === 'held') {
    const inner = inZone(node.node, zone)
    return inner === node.node ? node : replaced(node, { node: inner }, zone)
  }
  if (node.kind === 'all' || node.kind === 'any') {
    const nodes = node.nodes.map((part) => inZone(part, zone))
    return nodes.every((part, place) => part === node.nodes[place]) ? node : replaced(node, { nodes }, zone)
  }
  if (node.kind !== 'period' && node.kind !== 'count') return node
  const { period } = node
  if (period === null || period.zone !== undefined || zoneless.has(period.kind)) return node
  return replaced(node, { period: period.in(zone) }, zone)
}

function replaced(node: ConditionNode, parts: object, zone: string): ConditionNode {
  const text = node.text === undefined ? {} : { text: `${node.text} in ${zone}` }
  return Object.freeze({ ...node, ...parts, ...text })
}

/** True if any part of the condition satisfies the test. */
export function somePart(node: ConditionNode, test: (part: ConditionNode) => boolean): boolean {
  let found = false
  visit(node, (part) => {
    found ||= test(part)
  })
  return found
}
