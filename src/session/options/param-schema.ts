/** Params of a task and of its runs, validated by the task's schema. */
import type { ParamValues } from '../../../machines/protocol.ts'
import { isArg } from '../../args/arg.ts'
import { ArgError } from '../../errors/errors.ts'
import { chain, isPromise, toPromise } from '../../values/promise.ts'
import type { SchemaResult, TaskOptions } from '../api/task-options.ts'

type Issues = NonNullable<SchemaResult['issues']>

/**
 * The params of a run: its own merged over those of the task, validated as a whole, with the defaults of the
 * schema.
 */
export function checkedParams(
  task: string,
  options: TaskOptions,
  runParams: ParamValues,
): ParamValues | Promise<ParamValues> {
  const { schema } = options
  if (schema === undefined) return runParams
  const take = (result: SchemaResult): ParamValues => {
    if (result.issues === undefined) return result.value as ParamValues
    // An arg gets its value after this check: a missing key that an arg fills is not an error.
    const issues = result.issues.filter(({ path }) => !isMadeLater(stepOf(path?.[0]), options, runParams))
    if (issues.length === 0) return runParams
    throw misfit(`Cannot run task '${task}'`, issues)
  }
  return chain(schema['~standard'].validate({ ...plainParams(options), ...runParams }), take)
}

/**
 * Throws if a task's own params do not fit its schema. A task that its condition launches must have all of them; for a
 * task that only runs manually, those that are given must be valid. Asynchronous checks are made when it runs.
 */
export function checkTaskParams(task: string, options: TaskOptions, isOnlyByHand: boolean): void {
  const { schema } = options
  if (schema === undefined || hasArgs(options)) return
  const given = plainParams(options)
  const result = schema['~standard'].validate(given)
  if (isPromise(result)) return void toPromise(result)?.catch(() => {})
  const issues = (result.issues ?? []).filter(
    ({ path }) => !isOnlyByHand || Object.hasOwn(given, stepOf(path?.[0])),
  )
  if (issues.length === 0) return
  const error = misfit(`Cannot add task '${task}'`, issues)
  if (!isOnlyByHand)
    error.message +=
      '. Its condition launches it with these alone: give them as params, or false as its start'
  throw error
}

/** True if a param is an arg. Args are resolved when a run starts: their values cannot be checked before. */
function hasArgs({ params = {} }: TaskOptions): boolean {
  return Object.values(params).some(isArg)
}

function isMadeLater(key: string, { params = {} }: TaskOptions, runParams: ParamValues): boolean {
  return isArg((params as Record<string, unknown>)[key]) && !Object.hasOwn(runParams, key)
}

/** The task's params that are plain values. */
function plainParams({ params = {} }: TaskOptions): ParamValues {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => !isArg(value)))
}

function misfit(act: string, issues: Issues): ArgError {
  const problems = issues.map(({ message, path }) =>
    path === undefined || path.length === 0 ? message : `${path.map(stepOf).join('.')}: ${message}`,
  )
  return new ArgError(`${act} as its params do not fit its schema: ${problems.join('; ')}`, 'failed')
}

function stepOf(step: unknown): string {
  return typeof step === 'object' && step !== null ? String((step as { key?: unknown }).key) : String(step)
}
