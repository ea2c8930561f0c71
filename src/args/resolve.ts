/**
 * From declared args to the values that work receives.
 *
 * Precedence, key by key: what this run was given > the params of the task > what the task declares. Params of the session
 * reach work only where it asks for them, with `param('name')`. Where nothing is asynchronous nothing is awaited: a run then
 * starts without a turn of the loop.
 */
import { ArgError } from '../errors/errors.ts'
import { type Arg, type ArgContext, type ArgSpecs, isArg, isMissing, readAll } from './arg.ts'
import { lackOf } from './missing.ts'

/** Where the args of a run come from; the later ones win. */
export interface ArgLevels {
  /** What the task declares: `args`. */
  readonly declared?: ArgSpecs
  /** The params of the task. */
  readonly taskParams?: ArgSpecs
  /** What this run was given: `task.run(params)`. */
  readonly runParams?: ArgSpecs
}

/**
 * The values of a run's args. A promise only if one of the args is asynchronous; what is overridden is not made at all.
 * Throws, or rejects with, an {@link ArgError} that names the arg and carries the cause.
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
 * The value of one arg; anything that is no arg is given back. `name` is for messages.
 * Throws, or rejects with, an {@link ArgError}.
 */
export function resolveArg(value: unknown, context: ArgContext, name?: string): unknown {
  if (!isArg(value)) return value
  return read(value, context, null, name)
}

/** The args that are being made, innermost first: what a circle is found by. */
interface Path {
  readonly arg: Arg<unknown>
  readonly above: Path | null
}

function read(arg: Arg<unknown>, context: ArgContext, above: Path | null, name?: string): unknown {
  for (let path = above; path !== null; path = path.above)
    if (path.arg === arg)
      throw new ArgError(
        `Cannot make ${arg.label} as an arg must not need itself: ${circle(above, arg)}`,
        'failed',
      )
  const path: Path = { arg, above }
  const readInner = (value: unknown): unknown => (isArg(value) ? read(value, context, path) : value)
  try {
    const value = arg['~make'](context, readInner)
    return value instanceof Promise
      ? value.catch((problem) => {
          throw toArgError(problem, arg, context, name)
        })
      : value
  } catch (problem) {
    throw toArgError(problem, arg, context, name)
  }
}

/** The error with the name of the arg on it; what is missing stays missing, so that `.or()` further out can answer. */
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
  // No line of the app's own made it, and the message tells all that the cause would.
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

function circle(path: Path | null, arg: Arg<unknown>): string {
  const labels = [arg.label]
  for (let step = path; step !== null; step = step.above) {
    labels.unshift(step.arg.label)
    if (step.arg === arg) break
  }
  return labels.join(' → ')
}
