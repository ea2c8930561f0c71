/**
 * Conditions on other tasks: true once per success (fail, finish, termination) of another task since this task last
 * started.
 */
import type { Action } from '../../../machines/protocol.ts'
import { withDoor } from '../../errors/at-door.ts'
import { type TaskName, toTaskName } from '../../task-ref.ts'
import { Condition } from '../condition.ts'
import { allOf, anyOf, type ConditionNode } from '../node.ts'

/** Actions of `finished` for other tasks: the work ended by itself. */
const finishes: readonly Action[] = Object.freeze(['success', 'fail'])

const afterNode = (task: TaskName, actions: readonly Action[]): ConditionNode =>
  Object.freeze({ kind: 'after', task: toTaskName(task), actions })

const afterOne = (actions: readonly Action[]): ((task: TaskName) => Condition) =>
  withDoor((task: TaskName) => new Condition(afterNode(task, actions)))

const afterMany = (
  join: typeof allOf,
  actions: readonly Action[],
): ((...tasks: readonly TaskName[]) => Condition) =>
  withDoor((...tasks: readonly TaskName[]) => {
    if (tasks.length === 0) throw new TypeError('Cannot wait for tasks as at least one must be named: none')
    return new Condition(join(tasks.map((task) => afterNode(task, actions))))
  })

/**
 * The other task has succeeded since this one last started.
 *
 * @example
 * ```ts
 * app.task('report', afterSuccess(fetchPrices), report)
 * ```
 */
export const afterSuccess = afterOne(Object.freeze(['success'] as const))

/**
 * The other task has failed since this one last started.
 *
 * @example
 * ```ts
 * app.task('alarm', afterFail('fetch'), () => console.error('no prices today'))
 * ```
 */
export const afterFail = afterOne(Object.freeze(['fail'] as const))

/**
 * The other task has succeeded or failed since this one last started.
 *
 * @example
 * ```ts
 * app.task('clean', afterFinish('fetch'), () => {})
 * ```
 */
export const afterFinish = afterOne(finishes)

/**
 * The other task was terminated since this one last started.
 *
 * @example
 * ```ts
 * app.task('alarm', afterTerminate('fetch'), () => console.error('it took too long'))
 * ```
 */
export const afterTerminate = afterOne(Object.freeze(['terminate'] as const))

/**
 * All of the other tasks have succeeded since this one last started. Throws a `TypeError` without tasks.
 *
 * @example
 * ```ts
 * app.task('report', afterAllSuccess('fetch-prices', 'fetch-stocks'), () => {})
 * ```
 */
export const afterAllSuccess = afterMany(allOf, ['success'])

/**
 * All of the other tasks have failed since this one last started. Throws a `TypeError` without tasks.
 *
 * @example
 * ```ts
 * app.task('alarm', afterAllFail('mirror-1', 'mirror-2'), () => console.error('no mirror answers'))
 * ```
 */
export const afterAllFail = afterMany(allOf, ['fail'])

/**
 * All of the other tasks have succeeded or failed since this one last started. Throws a `TypeError` without tasks.
 *
 * @example
 * ```ts
 * app.task('clean', afterAllFinish('fetch-prices', 'fetch-stocks'), () => {})
 * ```
 */
export const afterAllFinish = afterMany(allOf, finishes)

/**
 * All of the other tasks were terminated since this one last started. Throws a `TypeError` without tasks.
 *
 * @example
 * ```ts
 * app.task('alarm', afterAllTerminate('mirror-1', 'mirror-2'), () => console.error('both took too long'))
 * ```
 */
export const afterAllTerminate = afterMany(allOf, ['terminate'])

/**
 * At least one of the other tasks has succeeded since this one last started. Throws a `TypeError` without tasks.
 *
 * @example
 * ```ts
 * app.task('report', afterAnySuccess('mirror-1', 'mirror-2'), () => {})
 * ```
 */
export const afterAnySuccess = afterMany(anyOf, ['success'])

/**
 * At least one of the other tasks has failed since this one last started. Throws a `TypeError` without tasks.
 *
 * @example
 * ```ts
 * app.task('alarm', afterAnyFail('fetch-prices', 'fetch-stocks'), () => console.error('something is missing'))
 * ```
 */
export const afterAnyFail = afterMany(anyOf, ['fail'])

/**
 * At least one of the other tasks has succeeded or failed since this one last started. Throws a `TypeError` without
 * tasks.
 *
 * @example
 * ```ts
 * app.task('clean', afterAnyFinish('fetch-prices', 'fetch-stocks'), () => {})
 * ```
 */
export const afterAnyFinish = afterMany(anyOf, finishes)

/**
 * At least one of the other tasks was terminated since this one last started. Throws a `TypeError` without tasks.
 *
 * @example
 * ```ts
 * app.task('alarm', afterAnyTerminate('fetch-prices', 'fetch-stocks'), () => console.error('one took too long'))
 * ```
 */
export const afterAnyTerminate = afterMany(anyOf, ['terminate'])
