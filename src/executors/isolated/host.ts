/** The session's side of a run that is far away: the order that goes out, and what is done with what comes back. */
import { SetupError } from '../../errors/errors.ts'
import type { ExecutionContext, Warn } from '../executor.ts'
import { type LogLevel, toRunFacts } from '../run-facts.ts'
import { partArgs } from '../work/module-arg.ts'
import { specOf } from '../work-spec.ts'
import { type CloneProblem, cloneProblemAmong, type Realm } from './cloneable.ts'
import { type FromWorker, fromClonedError, type WorkerOrder } from './protocol.ts'

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** The order for a run; throws a `SetupError` for work and args that can't cross. */
export function toWorkerOrder(
  work: unknown,
  args: Readonly<Record<string, unknown>>,
  context: ExecutionContext,
  realm: Realm,
): WorkerOrder {
  const order = specOf(work)
  if (order?.kind !== 'module' && order?.kind !== 'code')
    throw new SetupError(
      `Cannot execute task '${context.task}' in a ${realm} as functions can't cross to it: ` +
        `give it moduleWork(url, exportName), or code(text).`,
    )
  const max = order.kind === 'module' ? order.maxSize : undefined
  const parts = partArgs(args)
  const given = parts?.given ?? args
  const facts = toRunFacts(context.run)
  const { params, value } = facts
  const crossing: [string, unknown][] = [
    ...Object.entries(given),
    ['run.params', params],
    ['run.value', value],
  ]
  const obstacle = cloneProblemAmong(crossing, realm, max)
  if (obstacle !== null) throw cannotCross(obstacle, context, realm)
  return { work: order, args: given, facts, ...(parts === null ? {} : { makers: parts.makers }) }
}

/** A message that could not be sent after all: what the check did not foresee is still an error of the set-up. */
export function sendFailure(context: ExecutionContext, realm: Realm, cause: unknown): SetupError {
  return new SetupError(`Cannot send the args of task '${context.task}' to a ${realm}: ${String(cause)}`, {
    cause,
  })
}

/** Passes on what a far run says of itself. */
export function handleWorkerMessage(message: FromWorker, context: ExecutionContext, warn: Warn): void {
  switch (message.type) {
    case 'log':
      if (!levels.includes(message.level)) return
      try {
        context.run.log[message.level](...message.data)
      } catch (error) {
        warn('logger', `The logger threw at a line of task '${context.task}'.`, { task: context.task, error })
      }
      return
    case 'progress':
      if (message.progress >= 0 && message.progress <= 1)
        context.run.progress(message.progress, message.message)
      return
    case 'stray':
      return reportStrayError(message, warn)
    case 'settled':
      return
  }
}

/** Says that a promise of a run that has ended was rejected. */
export function reportStrayError(stray: Extract<FromWorker, { type: 'stray' }>, warn: Warn): void {
  const task = String(stray.task)
  warn('unhandled-rejection', `A promise that a run of task '${task}' left behind was rejected.`, {
    task,
    error: fromClonedError(stray.error),
  })
}

function cannotCross(obstacle: CloneProblem, context: ExecutionContext, realm: Realm): SetupError {
  const what = obstacle.name.startsWith('run.') ? obstacle.name : `arg '${obstacle.name}'`
  return new SetupError(
    `Cannot pass ${what} of task '${context.task}' to a ${realm} as ${obstacle.rule}: ${obstacle.found}. ` +
      `Pass what it is made from, or the path of a file.`,
  )
}
