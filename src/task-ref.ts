/** How conditions and args name a task: its handle, or its name. Resolved by name at each look. */
import { showValue } from './errors/show-value.ts'

/**
 * A task's handle as far as naming goes; `T` is what its work returns.
 *
 * @example
 * ```ts
 * const fetchPrices: TaskRef<number[]> = app.task('fetch', 'hourly', () => [1, 2, 3])
 * app.task('report', afterSuccess(fetchPrices), { args: { prices: returnOf(fetchPrices) } }, ({ prices }) => prices.length)
 * ```
 */
export interface TaskRef<out T = unknown> {
  readonly name: string
  /** Never there at run time: it carries the type of the task's return to `returnOf`. */
  readonly '~returns'?: () => T
}

/**
 * A task by handle or by name. Names are looked up at each look, so the task may be added later.
 *
 * @example
 * ```ts
 * const first: TaskName = 'fetch'
 * const second: TaskName = app.task('parse', afterSuccess(first), () => {})
 * app.task('report', afterAllSuccess(first, second), () => {})
 * ```
 */
export type TaskName = string | TaskRef

/** The name of a task given by handle or by name; a `TypeError` for anything else. */
export function toTaskName(task: TaskName): string {
  const name = typeof task === 'string' ? task : (task as TaskRef | null)?.name
  if (typeof name === 'string' && name !== '') return name
  throw new TypeError(
    `Cannot name a task as it must be a task handle or a non-empty string: ${showValue(task)}`,
  )
}
