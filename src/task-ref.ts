/** References from conditions and args to tasks: a handle or a name, looked up at each evaluation. */
import { showValue } from './errors/show-value.ts'

/**
 * The part of a task's handle that identifies it; `T` is the type that its work returns.
 *
 * @example
 * ```ts
 * const fetchPrices: TaskRef<number[]> = app.task('fetch', 'hourly', () => [1, 2, 3])
 * app.task('report', afterSuccess(fetchPrices), { args: { prices: returnOf(fetchPrices) } }, ({ prices }) => prices.length)
 * ```
 */
export interface TaskRef<out T = unknown> {
  readonly name: string
  /** Never set at run time: it carries the type of the task's return to `returnOf`. */
  readonly '~returns'?: () => T
}

/**
 * A task by handle or by name. Names are looked up at each evaluation, so the task may be added later.
 *
 * @example
 * ```ts
 * const first: TaskName = 'fetch'
 * const second: TaskName = app.task('parse', afterSuccess(first), () => {})
 * app.task('report', afterAllSuccess(first, second), () => {})
 * ```
 */
export type TaskName = string | TaskRef

/** The name of a task given by handle or by name. Throws a `TypeError` for other values. */
export function toTaskName(task: TaskName): string {
  const name = typeof task === 'string' ? task : (task as TaskRef | null)?.name
  if (typeof name === 'string' && name !== '') return name
  throw new TypeError(
    `Cannot name a task as it must be a task handle or a non-empty string: ${showValue(task)}`,
  )
}
