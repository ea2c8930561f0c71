/** Conditions as values: immutable, combinable, printable, and evaluable. */
import { openDoors } from '../errors/at-door.ts'
import { type TaskName, toTaskName } from '../task-ref.ts'
import { type DurationInput, printDuration, toDurationMs } from '../time/duration/duration.ts'
import { checkZone, type Instant, toInstant } from '../time/zone/zone.ts'
import type { StreamLike } from '../values/stream.ts'
import { holds } from './evaluate/holds.ts'
import { printNode } from './evaluate/print.ts'
import { dependencies } from './evaluate/wakes-at.ts'
import type { Dependency, FactsSource } from './facts.ts'
import { inZone } from './in-zone.ts'
import { allOf, anyOf, type ConditionNode, falseNode, type HeldNode, notOf, trueNode } from './node.ts'
import type { StatementText } from './statement-type.ts'

/** A registered symbol, so that conditions of another copy of the package are recognized. */
const brand = Symbol.for('gantry.condition')
const inspect = Symbol.for('nodejs.util.inspect.custom')

/** A condition, or a builder that is a condition and more (`daily`, `succeeded`). */
export interface ConditionLike {
  readonly node: ConditionNode
}

/**
 * A condition, which holds or does not hold at an instant. Immutable: `and`, `or`, `not` and `in` return new ones. It
 * prints as a statement, which {@link parse} reads back.
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
   * Both conditions hold: `a & b`. Takes the same inputs as the start of a task: conditions, statements, booleans,
   * functions and Observables. Statements are parsed with the built-in vocabulary; custom words work where the app parses
   * the text.
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

  /** Either condition holds: `a | b`. Takes the same inputs as {@link Condition.and}. */
  or<const I extends readonly ConditionInput[]>(...others: CheckedInputs<I>): Condition {
    return new Condition(anyOf([this.node, ...nodesOf(others)]))
  }

  /** The condition does not hold: `~a`. */
  not(): Condition {
    return new Condition(notOf(this.node))
  }

  /**
   * The condition has held for the duration without interruption: `a for 30 seconds`. See {@link heldFor}.
   *
   * @example
   * ```ts
   * paramIs('cpu', 'hot').heldFor('30 seconds')
   * ```
   */
  heldFor(length: DurationInput | (string & {})): Condition {
    return new Condition(heldNodeOf(this.node, length))
  }

  /** The same condition with its calendar in the given zone; parts that have a zone keep it. */
  in(zone: string): Condition {
    return new Condition(inZone(this.node, checkZone(zone)))
  }

  /**
   * Evaluates the condition in a session, optionally for one of its tasks; now or at an instant.
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

  /** The dependencies of the condition besides time, for a task of that name. */
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
 * Inputs that become conditions, also as the start of a task: a condition, a statement, a boolean, a function (also an
 * async one), or an Observable of booleans.
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

/** Inputs checked by the compiler: a misspelled word of a statement does not compile. */
export type CheckedInputs<I extends readonly ConditionInput[]> = {
  readonly [K in keyof I]: CheckedInput<I[K]>
}

/** One of {@link CheckedInputs}. */
export type CheckedInput<I> = I extends string ? StatementText<I> : I

/**
 * A predicate: receives the values of its args, and a context with session, task, params, options, clock, logger and
 * signal. It returns a boolean, a promise of one, or an Observable whose last value counts. If it throws, it counts as
 * false, and the error is reported as a `ConditionError`.
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
 * True for conditions, including those of another copy of the package.
 *
 * @example
 * ```ts
 * isCondition(daily.after('07:00')) // true
 * isCondition('daily after 07:00') // false: use parse() for text
 * ```
 */
export function isCondition(value: unknown): value is Condition {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    (value as { [brand]?: unknown })[brand] === true
  )
}

/** Converts an input to a node. Throws a `TypeError` for other values. */
export function toNode(input: unknown): ConditionNode {
  if (typeof input === 'boolean') return input ? trueNode : falseNode
  return isCondition(input) ? input.node : readInput(input)
}

function nodesOf(inputs: readonly unknown[]): readonly ConditionNode[] {
  // Not `map(toNode)`, which would also pass the index.
  return inputs.map((input) => toNode(input))
}

/** Creates the node of a condition that must have held for a duration. */
export function heldNodeOf(node: ConditionNode, length: DurationInput | (string & {})): HeldNode {
  const forMs = toDurationMs(length)
  if (forMs > 0) return Object.freeze({ kind: 'held', node, forMs })
  throw new RangeError(`Cannot use heldFor() as its duration must be longer than 0: ${printDuration(forMs)}`)
}

let readInput = (input: unknown): ConditionNode => {
  throw new TypeError(`Cannot combine conditions as each must be a condition: ${String(input)}.`)
}

/**
 * Sets the conversion of text, functions and streams to conditions. Bound late: the parser depends on conditions, and
 * `and` and `or` take statements.
 */
export function bindInputs(read: (input: unknown) => ConditionNode): void {
  readInput = read
}
