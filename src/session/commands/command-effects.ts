/** The effects of commands to the session's own actor. */
import type { SessionEffects } from '../actors/provide.ts'
import type { SessionRunOptions } from '../api/session-parts.ts'
import { sessionOptionsOf } from '../options/renamed.ts'
import { toSettings } from '../options/settings.ts'
import { runChosen } from '../run-tasks.ts'
import type { Answerable } from '../state/requests.ts'
import type { Core } from '../state/session-state.ts'
import type { NewTask, Tasks } from '../tasks/task-registry.ts'
import { whyRefused } from './refusal.ts'

/** The parts that commands change. */
export interface CommandEffectParts {
  readonly tasks: Tasks
  readonly watches: {
    setShutCondition(condition: unknown): void
    holdsNow(entry: unknown): boolean
  }
  readonly launcher: { considerAll(): void }
  readonly signals: { update(): void }
}

type CommandEffects = Pick<
  SessionEffects,
  'actorOf' | 'answer' | 'refuse' | 'createTask' | 'setParam' | 'unsetParam' | 'runTasks' | 'updateSession'
>

export function commandEffects(core: Core, parts: CommandEffectParts): CommandEffects {
  const { requests } = core
  return {
    actorOf: (task) => {
      const actor = core.entries.get(task)?.actor
      // After a stop of the session, the actors of its tasks have ended.
      return actor?.getSnapshot().status === 'active' ? actor : undefined
    },
    answer: (event) => requests.accept(event),
    refuse: (event) => requests.refuse(event, whyRefused(core, event)),
    createTask: (event) =>
      requests.attempt(event, () => {
        const request = requests.of(event)
        if (request?.entry !== undefined) return parts.tasks.list(request.entry)
        const { start, work } = { ...event, ...request?.live } as NewTask
        return parts.tasks.add(
          parts.tasks.defineNew({ ...event, start, work, options: optionsOf(core, event) }),
        )
      }),
    setParam: (event) => {
      const { value } = { ...event, ...requests.of(event)?.live }
      core.params.put(event.name, value)
    },
    unsetParam: (name) => core.params.drop(name),
    runTasks: (event) =>
      requests.attempt(event, () => runChosen(core, parts, event.tasks, event as SessionRunOptions)),
    updateSession: (event) =>
      requests.attempt(event, () => updateSession(core, parts, optionsOf(core, event))),
  }
}

function updateSession(
  core: Core,
  parts: CommandEffectParts,
  options: Readonly<Record<string, unknown>>,
): void {
  core.options = sessionOptionsOf({ ...core.options, ...sessionOptionsOf(options) })
  core.settings = toSettings(core.options)
  if ('shutCondition' in options) parts.watches.setShutCondition(core.options.shutCondition)
  if ('timezone' in options) parts.tasks.zoneChanged()
  for (const [name, value] of Object.entries(options.params ?? {})) core.params.put(name, value)
  if ('handleSignals' in options) parts.signals.update()
  // A raised limit may allow waiting runs to launch.
  parts.launcher.considerAll()
}

/** The options of a command: those in the event, and those without a JSON form, which the sender registered. */
export function optionsOf(
  core: Core,
  event: Answerable & { readonly options?: object },
): Readonly<Record<string, unknown>> {
  return { ...event.options, ...(core.requests.of(event)?.live.options as object | undefined) }
}
