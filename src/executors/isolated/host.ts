/** The session's side of an isolated run: the order sent to the worker, and the handling of its messages. */
import { SetupError } from '../../errors/errors.ts'
import type { ExecutionContext, Warn } from '../executor.ts'
import { type LogLevel, toRunFacts } from '../run-facts.ts'
import { partArgs } from '../work/module-arg.ts'
import { specOf } from '../work-spec.ts'
import { type CloneProblem, cloneProblemAmong, type Realm } from './cloneable.ts'
import { type FromWorker, fromClonedError, type WorkerOrder } from './protocol.ts'

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** The order of a run. Throws a `SetupError` for work and args that cannot be cloned. */
export function toWorkerOrder(
  work: unknown,
  args: Readonly<Record<string, unknown>>,
  context: ExecutionContext,
  realm: Realm,
): WorkerOrder {
  const spec = specOf(work)
  if (spec?.kind !== 'module' && spec?.kind !== 'code')
    throw new SetupError(
      `Cannot execute task '${context.task}' in a ${realm} as functions cannot be sent there: ` +
        `give it moduleWork(url, exportName), or code(text).`,
    )
  const max = spec.kind === 'module' ? spec.maxSize : undefined
  const parts = partArgs(args)
  const given = parts?.given ?? args
  const facts = toRunFacts(context.run)
  const { params, value } = facts
  const values: [string, unknown][] = [...Object.entries(given), ['run.params', params], ['run.value', value]]
  const problem = cloneProblemAmong(values, realm, max)
  if (problem !== null) throw cannotClone(problem, context, realm)
  return { work: spec, args: given, facts, ...(parts === null ? {} : { makers: parts.makers }) }
}

/** The error for a message that could not be sent in spite of the check. */
export function sendFailure(context: ExecutionContext, realm: Realm, cause: unknown): SetupError {
  return new SetupError(`Cannot send the args of task '${context.task}' to a ${realm}: ${String(cause)}`, {
    cause,
  })
}

/** Handles a message of an isolated run. */
export function handleWorkerMessage(message: FromWorker, context: ExecutionContext, warn: Warn): void {
  switch (message.type) {
    case 'log':
      if (!levels.includes(message.level)) return
      try {
        context.run.log[message.level](...message.data)
      } catch (error) {
        warn('logger', `The logger threw on a log line of task '${context.task}'.`, {
          task: context.task,
          error,
        })
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

/** Reports the rejection of a promise of a run that has ended. */
export function reportStrayError(stray: Extract<FromWorker, { type: 'stray' }>, warn: Warn): void {
  const task = String(stray.task)
  warn('unhandled-rejection', `A promise that a run of task '${task}' left behind was rejected.`, {
    task,
    error: fromClonedError(stray.error),
  })
}

function cannotClone(problem: CloneProblem, context: ExecutionContext, realm: Realm): SetupError {
  const what = problem.name.startsWith('run.') ? problem.name : `arg '${problem.name}'`
  return new SetupError(
    `Cannot pass ${what} of task '${context.task}' to a ${realm} as ${problem.rule}: ${problem.found}. ` +
      `Pass the data to create it from, or the path of a file.`,
  )
}
