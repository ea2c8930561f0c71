/** The validation of commands where they are sent, so that the sender receives the error and the actor does not fail. */
import { type Command, type CommandType, commandTypes } from '../../../machines/commands.ts'
import type { Clock } from '../../clock/clock.ts'
import type { Vocabulary } from '../../conditions/language/vocabulary.ts'
import { toCondition } from '../../conditions/to-condition.ts'
import { showValue } from '../../errors/show-value.ts'
import { didYouMeanNearest } from '../../errors/suggest.ts'
import { toTaskName } from '../../task-ref.ts'
import { checkOptions } from '../../values/check-options.ts'
import { asEvent } from '../../workflow/workflow-actor.ts'
import type { Start } from '../api/task-options.ts'
import { stretchOf } from '../launching/missed-runs.ts'
import { anExecution, checkSessionUpdate } from '../options/settings.ts'
import { aBoolean, anObject, aString } from '../options/validators.ts'
import type { Registry } from '../state/registry.ts'
import type { Tasks } from '../tasks/task-registry.ts'

export interface CheckDeps {
  readonly clock: Clock
  readonly words: Vocabulary
  readonly registry: Registry
  readonly tasks: Pick<Tasks, 'checkNew' | 'checkUpdate'>
}

/** Throws if the command is invalid for the session. Changes nothing. */
export function checkCommand({ clock, words, registry, tasks }: CheckDeps, given: unknown): void {
  const command = asCommand(given)
  checkMembers(command)
  switch (command.type) {
    case 'task.create':
      return tasks.checkNew(command)
    case 'task.update':
      anObject(command.options, 'options')
      return tasks.checkUpdate(registry.entry(toTaskName(command.task)), command.options)
    case 'task.run':
      if (command.params !== undefined) anObject(command.params, 'params')
      if (command.key !== undefined) aString(command.key, 'key')
      if (command.runId !== undefined) aString(command.runId, 'runId')
      if (command.execution !== undefined) anExecution(command.execution, 'execution')
      return void registry.entry(toTaskName(command.task))
    case 'task.backfill':
      return void stretchOf(registry.entry(toTaskName(command.task)), command.from, command.to)
    case 'run.send':
      asEvent(command.event)
      if (command.runId !== undefined) aString(command.runId, 'runId')
      return void registry.entry(toTaskName(command.task))
    case 'task.terminate':
      if (command.runId !== undefined) aString(command.runId, 'runId')
      return void registry.entry(toTaskName(command.task))
    case 'task.disable':
    case 'task.enable':
    case 'task.remove':
      return void registry.entry(toTaskName(command.task))
    case 'param.set':
    case 'param.unset':
      return aString(command.name, 'name')
    case 'session.run':
      if (!Array.isArray(command.tasks))
        throw new TypeError(
          `Cannot run tasks as they must be a list of their names: ${showValue(command.tasks)} for 'tasks'`,
        )
      for (const task of command.tasks) registry.entry(toTaskName(task))
      if (command.execution !== undefined) anExecution(command.execution, 'execution')
      if (command.obeyConditions !== undefined) aBoolean(command.obeyConditions, 'obeyConditions')
      return
    case 'session.update':
      checkSessionUpdate(command.options)
      if (command.options.shutCondition !== undefined)
        toCondition(command.options.shutCondition as Start, words, clock)
      return
    case 'session.shutDown':
      if (command.force !== undefined) aBoolean(command.force, 'force')
      return
    case 'session.restart':
    case 'session.hold':
    case 'session.resume':
      return
  }
}

/** The members of each command, without its type. */
const members: Readonly<Record<CommandType, readonly string[]>> = {
  'task.run': ['task', 'params', 'key', 'execution', 'runId'],
  'task.backfill': ['task', 'from', 'to', 'runIds'],
  'task.terminate': ['task', 'runId'],
  'run.send': ['task', 'runId', 'event'],
  'task.disable': ['task'],
  'task.enable': ['task'],
  'task.update': ['task', 'options'],
  'task.create': ['task', 'template', 'start', 'options', 'work'],
  'task.remove': ['task'],
  'param.set': ['name', 'value'],
  'param.unset': ['name'],
  'session.run': ['tasks', 'execution', 'obeyConditions'],
  'session.update': ['options'],
  'session.shutDown': ['force'],
  'session.restart': [],
  'session.hold': [],
  'session.resume': [],
}

/** Throws for unknown members: a misspelled one would otherwise be ignored silently. */
function checkMembers(command: Command): void {
  const { type, ...carried } = command as Command & { readonly ref?: unknown }
  if (carried.ref !== undefined)
    throw new TypeError(
      `Cannot send '${type}' as this process must have the values that it refers to: ${showValue(carried.ref)}. Send the values themselves.`,
    )
  checkOptions(carried, members[type], `members of '${type}'`)
}

function asCommand(given: unknown): Command {
  const type = (given as { type?: unknown } | null | undefined)?.type
  if (commandTypes.includes(type as Command['type'])) return given as Command
  const hint = typeof type === 'string' ? didYouMeanNearest(type, commandTypes) : ''
  const shown = showValue(typeof given === 'object' && given !== null ? type : given)
  throw new TypeError(`Cannot send that as its type must be a command: ${shown}.${hint}`)
}
