/** What the machines name and the parts do: each effect is a word to one part. */
import type { SessionEvent } from '../../machines/session.machine.ts'
import { nextTurn } from '../clock/clock.ts'
import { toErrorData } from '../errors/error-data.ts'
import type { SessionEffects, TaskEffects } from './actors/provide.ts'
import type { TaskUpdate } from './api/task-options.ts'
import { Errand } from './events/reply.ts'
import type { Crashes } from './launching/crashed-runs.ts'
import type { Launcher } from './launching/launcher.ts'
import type { RunQueue, RunRequest } from './launching/manual-runs.ts'
import type { MissedRuns } from './launching/missed-runs.ts'
import { takeOver } from './lifecycle/replace-process.ts'
import type { Lifecycle } from './lifecycle/start-stop.ts'
import type { StartedStopped } from './lifecycle/started-stopped.ts'
import { toSettings } from './options/settings.ts'
import type { LogLifecycle } from './persistence/log-lifecycle.ts'
import type { Persistence } from './persistence/saved-state.ts'
import type { Capacity } from './runs/capacity.ts'
import type { Runs } from './runs/run-effects.ts'
import type { Core } from './state/session-state.ts'
import type { TaskEntry } from './state/task-state.ts'
import type { StartWarnings } from './tasks/start-warnings.ts'
import type { TaskActors } from './tasks/task-actors.ts'
import type { Tasks } from './tasks/task-registry.ts'
import type { NameWarnings } from './tasks/task-warnings.ts'
import type { ConditionStreams } from './watching/condition-streams.ts'
import type { Watches } from './watching/condition-watches.ts'

/** The parts of a session. */
export interface SessionModules {
  runs: Runs
  launcher: Launcher
  tasks: Tasks
  actors: TaskActors
  watches: Watches
  streams: ConditionStreams
  starts: StartWarnings
  names: NameWarnings
  queue: RunQueue
  occasions: MissedRuns
  slots: Capacity
  crashes: Crashes
  persistence: Persistence
  keeper: LogLifecycle
  life: Lifecycle
  milestones: StartedStopped
}

/** The effects of task machines. A task that is gone by then has none. */
export function taskEffects(core: Core, parts: SessionModules): TaskEffects {
  const withEntry = (id: string, act: (entry: TaskEntry) => void): void => {
    const entry = core.byId.get(id)
    if (entry !== undefined) act(entry)
  }
  return {
    startRun: (id) =>
      withEntry(id, (entry) => {
        parts.runs.start(entry)
        parts.watches.watchEnd(entry)
      }),
    queueRun: (id, event) =>
      withEntry(id, (entry) => {
        if (event.request instanceof Errand) event.request.do()
        else guard(core, entry.name, () => parts.queue.ask(entry, event as RunRequest))
      }),
    backfillRuns: (id, event) =>
      withEntry(id, (entry) => {
        if (event.request instanceof Errand) event.request.do()
        else guard(core, entry.name, () => parts.occasions.backfill(entry, event.from, event.to))
      }),
    terminateRuns: (id, runId) =>
      withEntry(id, (entry) => {
        if (runId === undefined) parts.queue.takeBackAll(entry)
        parts.runs.terminate(entry, 'asked', runId)
      }),
    updateTask: (id, options) =>
      withEntry(id, (entry) =>
        guard(core, entry.name, () => parts.tasks.update(entry, options as TaskUpdate)),
      ),
    release: (id) => withEntry(id, (entry) => parts.tasks.release(entry)),
    reconsider: (id, disabled) =>
      withEntry(id, (entry) => {
        entry.disabled = disabled
        core.news.tell({ type: 'task.changed', task: entry.name, at: core.clock.now() })
        parts.launcher.consider(entry)
      }),
    runActorFailed: (id, actorId) => withEntry(id, (entry) => parts.runs.actorFailed(entry, actorId)),
  }
}

/** The effects of the session machine. */
export function sessionEffects(core: Core, parts: SessionModules): SessionEffects {
  const { clock, news } = core
  // Out of the machine's own step: what launching does may send events, and the state must be there by then.
  const becomeActive = (): void => {
    if (core.state !== 'running' && core.state !== 'held') return
    parts.life.beginLaunching(() => parts.milestones.started())
  }
  const finishStop = async (takesOver: boolean): Promise<void> => {
    const { restarting } = core.settings
    if (takesOver && restarting !== 'recall') news.tell({ type: 'session.restarting', at: clock.now() })
    await parts.life.release()
    const error = core.fatal === null ? {} : { error: toErrorData(core.fatal.error) }
    news.tell({ type: 'session.stopped', at: clock.now(), ...error })
    parts.milestones.ended(core.fatal)
    if (!takesOver || restarting === 'recall') return
    // Who waits for the end goes first: a process that is replaced in its place does nothing after that.
    await nextTurn()
    takeOver(restarting, (error) => core.warn('restart', 'No process could take over.', { error }))
  }
  return {
    beginStart: () => void parts.life.start(),
    beginLaunching: () => clock.defer(becomeActive),
    beginHold: () => {
      clock.defer(becomeActive)
      news.tell({ type: 'session.held', at: clock.now() })
    },
    endHold: () => news.tell({ type: 'session.resumed', at: clock.now() }),
    beginDrain: () => void parts.life.drain(),
    beginTerminate: () => parts.life.terminateAll('shut-down'),
    finishStop: (takesOver) => {
      parts.milestones.releasing = finishStop(takesOver).finally(() => {
        parts.milestones.releasing = null
      })
    },
    noteFailure: (error) => {
      core.fatal ??= { error }
    },
    beginRestart: () => news.tell({ type: 'session.restarting', at: clock.now() }),
    isForced: () => core.settings.instantShutdown,
    isRecall: () => core.settings.restarting === 'recall',
    command: (event) => command(core, parts, event),
    restartTaskActor: (actorId) => parts.actors.restart(actorId),
  }
}

/** A command that the session machine passes on: to a task's actor, or to what the session itself keeps. */
function command(core: Core, parts: SessionModules, event: SessionEvent): void {
  switch (event.type) {
    case 'task.create': {
      if (event.request instanceof Errand) return event.request.do()
      return guard(core, event.task, () => void parts.tasks.add(parts.tasks.defineNew(event)))
    }
    case 'param.set':
      if (event.request instanceof Errand) return event.request.do()
      return core.params.put(event.name, event.value)
    case 'param.unset':
      if (event.request instanceof Errand) return event.request.do()
      return core.params.drop(event.name)
    case 'session.run': {
      if (event.request instanceof Errand) return event.request.do()
      const { tasks, execution, obeyConditions } = event
      core.session
        .run(...tasks, {
          ...(execution === undefined ? {} : { execution: execution as never }),
          ...(obeyConditions === undefined ? {} : { obeyConditions }),
        })
        .catch((error) => core.warn('command', 'A command to run tasks failed.', { error }))
      return
    }
    case 'session.update':
      core.options = Object.freeze({ ...core.options, ...event.options })
      core.settings = toSettings(core.options)
      if ('shutCondition' in event.options) parts.watches.setShutCondition(core.options.shutCondition)
      if ('timezone' in event.options) parts.tasks.zoneChanged()
      for (const [name, value] of Object.entries(event.options.params ?? {})) core.params.put(name, value)
      if ('handleSignals' in event.options) parts.life.heedSignals()
      // A raised limit lets go what waits.
      parts.launcher.considerAll()
      return
    default:
      if ('task' in event) parts.actors.pass(event)
  }
}

/** A command that fails is the sender's problem: the session says so and goes on. */
function guard(core: Core, task: string, act: () => void): void {
  try {
    act()
  } catch (error) {
    core.warn('command', `A command to task '${task}' failed.`, { task, error })
  }
}
