/** The effects of commands to the session's own actor. */
import type { AnyActorRef } from 'xstate'
import type { CommandEvent } from '../../../machines/commands.ts'
import { tell } from '../actors/guarded-actor.ts'
import type { SessionOptions } from '../api/session.ts'
import type { SessionRunOptions } from '../api/session-parts.ts'
import type { Start } from '../api/task-options.ts'
import type { ParamStore } from '../events/params.ts'
import type { SessionConfiguration } from '../options/configuration.ts'
import { type RunTasksDeps, runChosen } from '../run-tasks.ts'
import type { Journal } from '../state/journal.ts'
import type { Answerable, Requests } from '../state/requests.ts'
import type { TaskEntry } from '../state/task-state.ts'
import type { NewTask, Tasks } from '../tasks/task-registry.ts'
import { type RefusalDeps, whyRefused } from './refusal.ts'

/** The parts that commands change. */
export interface CommandEffectDeps extends RefusalDeps, RunTasksDeps {
  readonly configuration: SessionConfiguration
  readonly requests: Requests
  readonly params: ParamStore
  readonly tasks: Pick<Tasks, 'add' | 'defineNew' | 'list' | 'zoneChanged'>
  readonly watches: {
    setShutCondition(condition: Start | undefined): void
    holdsNow(entry: TaskEntry): boolean
  }
  readonly launcher: { schedule(): void }
  readonly signals: { update(): void }
  readonly journal: Pick<Journal, 'session'>
}

type Of<T extends CommandEvent['type']> = Extract<CommandEvent, { readonly type: T }>

/** The effects of commands. Those without `answer` in the machine answer the request themselves. */
export interface CommandEffects {
  /** The actor of the task with this name; undefined if there is none that accepts events. */
  actorOf(task: string): AnyActorRef | undefined
  answer(event: CommandEvent): void
  refuse(event: CommandEvent): void
  createTask(event: Of<'task.create'>): void
  setParam(event: Of<'param.set'>): void
  unsetParam(name: string): void
  runTasks(event: Of<'session.run'>): void
  updateSession(event: Of<'session.update'>): void
}

export function commandEffects(deps: CommandEffectDeps): CommandEffects {
  const { params, registry, requests, tasks } = deps
  return {
    actorOf: (task) => {
      const actor = registry.entries.get(task)?.actor
      // After a stop of the session, the actors of its tasks have ended.
      return actor?.getSnapshot().status === 'active' ? actor : undefined
    },
    answer: (event) => requests.accept(event),
    refuse: (event) => requests.refuse(event, whyRefused(deps, event)),
    createTask: (event) =>
      requests.attempt(event, () => {
        const request = requests.of(event)
        if (request?.entry !== undefined) return tasks.list(request.entry)
        const { start, work } = { ...event, ...request?.live } as NewTask
        return tasks.add(tasks.defineNew({ ...event, start, work, options: optionsOf(requests, event) }))
      }),
    setParam: (event) => {
      const { value } = { ...event, ...requests.of(event)?.live }
      params.put(event.name, value)
    },
    unsetParam: (name) => params.drop(name),
    runTasks: (event) =>
      requests.attempt(event, () => runChosen(deps, event.tasks, event as SessionRunOptions)),
    updateSession: (event) => requests.attempt(event, () => updateSession(deps, optionsOf(requests, event))),
  }
}

function updateSession(
  { configuration, journal, params, registry, tasks, watches, signals, launcher }: CommandEffectDeps,
  changes: SessionOptions,
): void {
  configuration.update(changes)
  journal.session()
  if ('shutCondition' in changes) watches.setShutCondition(configuration.options.shutCondition)
  if ('timezone' in changes) tasks.zoneChanged()
  for (const [name, value] of Object.entries(changes.params ?? {})) params.put(name, value)
  if ('handleSignals' in changes) signals.update()
  // A raised limit may allow waiting runs to launch.
  for (const entry of registry.entries.values())
    if (entry.holds || entry.hasQueued) tell(entry.actor, { type: 'facts.changed' })
  launcher.schedule()
}

/** The options of a command: those in the event, and those without a JSON form, which the sender registered. */
export function optionsOf(
  requests: Requests,
  event: Answerable & { readonly options?: object },
): Readonly<Record<string, unknown>> {
  return { ...event.options, ...(requests.of(event)?.live.options as object | undefined) }
}
