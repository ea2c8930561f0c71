/**
 * Resolver of args: from declared args to the values that work receives.
 *
 * Precedence per key: params of this run > params of the task > args declared by the task. Params of the session reach
 * work only where it requests them, with `param('name')`. If no arg is asynchronous, nothing is awaited, and the run
 * starts in the same turn of the event loop.
 */
import { ArgError } from '../errors/errors.ts'
import { toPromise } from '../values/promise.ts'
import { type Arg, type ArgContext, type ArgSpecs, isArg, isMissing, readAll } from './arg.ts'
import { lackOf } from './missing.ts'

/** Sources of a run's args; later ones take precedence. */
export interface ArgLevels {
  /** Args declared by the task: `args`. */
  readonly declared?: ArgSpecs
  /** The params of the task. */
  readonly taskParams?: ArgSpecs
  /** Params of this run: `task.run(params)`. */
  readonly runParams?: ArgSpecs
}

/**
 * Resolves the args of a run. Returns a promise only if one of the args is asynchronous; overridden args are not
 * resolved. Throws or rejects with an {@link ArgError} that names the arg and has the cause.
 */
export function resolveArgs(
  levels: ArgLevels,
  context: ArgContext,
): Record<string, unknown> | Promise<Record<string, unknown>> {
  const { declared, taskParams, runParams } = levels
  const merged = { ...declared, ...taskParams, ...runParams }
  return readAll(merged, (value, name) => resolveArg(value, context, name))
}

/**
 * Resolves one arg; returns other values unchanged. `name` is used in messages. Throws or rejects with an
 * {@link ArgError}.
 */
export function resolveArg(value: unknown, context: ArgContext, name?: string): unknown {
  if (!isArg(value)) return value
  return read(value, context, null, name)
}

/** The args being resolved, innermost first, for the detection of cycles. */
interface Path {
  readonly arg: Arg<unknown>
  readonly above: Path | null
}

function read(arg: Arg<unknown>, context: ArgContext, above: Path | null, name?: string): unknown {
  for (let path = above; path !== null; path = path.above)
    if (path.arg === arg)
      throw new ArgError(
        `Cannot make ${arg.label} as an arg must not depend on itself: ${cycle(above, arg)}`,
        'failed',
      )
  const path: Path = { arg, above }
  const readInner = (value: unknown): unknown => (isArg(value) ? read(value, context, path) : value)
  try {
    const value = arg['~make'](context, readInner)
    const promise = toPromise(value)?.catch((problem) => {
      throw toArgError(problem, arg, context, name)
    })
    return promise ?? value
  } catch (problem) {
    throw toArgError(problem, arg, context, name)
  }
}

/** Adds the name of the arg to the error. A missing value stays missing, so that an outer `.or()` applies. */
function toArgError(
  problem: unknown,
  arg: Arg<unknown>,
  context: ArgContext,
  name: string | undefined,
): ArgError {
  const inner = isArgError(problem)
  if (inner && name === undefined) return problem
  const message = messageOf(problem)
  if (name === undefined)
    return new ArgError(`Cannot make ${arg.label} as it threw: ${message}`, 'failed', { cause: problem })
  const act = `Cannot make arg '${name}'${ofTask(context)} as`
  if (!isMissing(problem))
    return new ArgError(`${act} ${arg.label} failed: ${message}`, 'failed', { cause: problem })
  const fallback = `give a fallback: ${arg.label}.or(…)`
  const lack = lackOf(problem)
  if (lack === undefined)
    return new ArgError(
      `${act} ${arg.label} is missing: ${message} To do without it, ${fallback}.`,
      'missing',
      {
        cause: problem,
      },
    )
  const remedy = lack.remedy === undefined ? `G${fallback.slice(1)}` : `${lack.remedy}, or ${fallback}`
  const error = new ArgError(`${act} ${lack.rule}. ${remedy}.`, 'missing')
  // The stack has no line of the app, and the message contains all that the cause says.
  error.stack = String(error)
  return error
}

function ofTask({ task }: ArgContext): string {
  const name = (task as { readonly name?: unknown } | null | undefined)?.name
  return typeof name === 'string' ? ` of task '${name}'` : ''
}

function isArgError(problem: unknown): problem is ArgError {
  return (
    typeof problem === 'object' && problem !== null && (problem as { code?: unknown }).code === 'GANTRY_ARG'
  )
}

function messageOf(problem: unknown): string {
  try {
    return problem instanceof Error ? problem.message : String(problem)
  } catch {
    return 'a value that cannot be shown'
  }
}

function cycle(path: Path | null, arg: Arg<unknown>): string {
  const labels = [arg.label]
  for (let step = path; step !== null; step = step.above) {
    labels.unshift(step.arg.label)
    if (step.arg === arg) break
  }
  return labels.join(' → ')
}
