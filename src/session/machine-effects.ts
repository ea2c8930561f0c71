/** The effects that the machines name: each calls one part of the session. */
import type { SessionEvent } from '../../machines/session.setup.ts'
import { nextTurn } from '../clock/clock.ts'
import { toErrorData } from '../errors/error-data.ts'
import type { SessionEffects, SessionSteps, TaskEffects } from './actors/provide.ts'
import type { TaskUpdate } from './api/task-options.ts'
import { Errand } from './events/reply.ts'
import type { Crashes } from './launching/crashed-runs.ts'
import type { Launcher } from './launching/launcher.ts'
import type { RunQueue, RunRequest } from './launching/manual-runs.ts'
import type { MissedRuns } from './launching/missed-runs.ts'
import { takeOver } from './lifecycle/replace-process.ts'
import type { Running } from './lifecycle/running.ts'
import type { SignalHandling } from './lifecycle/signals.ts'
import { notStopped, type StartedStopped } from './lifecycle/started-stopped.ts'
import type { Starting } from './lifecycle/starting.ts'
import type { Sequence } from './lifecycle/startup-tasks.ts'
import type { Stopping } from './lifecycle/stopping.ts'
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
  sequence: Sequence
  starting: Starting
  running: Running
  stopping: Stopping
  signals: SignalHandling
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

/** The actors that the session machine invokes. */
export function sessionSteps(parts: SessionModules): SessionSteps {
  return {
    startupHooks: (signal) => parts.starting.hooks(signal),
    restore: (signal) => parts.starting.restore(signal),
    startupTasks: (signal) => parts.starting.tasks(signal),
    watchConditions: (signal) => parts.running.watch(signal, () => parts.milestones.started()),
    shutdownHooks: () => parts.stopping.hooks(),
    shutdownTasks: (signal) => parts.stopping.tasks(signal),
    drain: (signal) => parts.stopping.drain(signal),
    awaitEnds: (signal) => parts.stopping.awaitEnds(signal),
    afterHooks: () => parts.stopping.afterHooks(),
    release: () => parts.stopping.release(),
  }
}

/** The effects of the session machine. */
export function sessionEffects(core: Core, parts: SessionModules): SessionEffects {
  const { clock, news } = core
  const { milestones } = parts
  return {
    acceptStart: () => milestones.accept(),
    deferStart: () => milestones.defer(),
    refuseStart: () => milestones.refuse(notStopped(core.state)),
    callOffStart: () => milestones.callOff(),
    beginStart: () => parts.starting.begin(),
    abandonStart: () => parts.starting.abandon(),
    resumeLaunching: () => parts.running.resume(),
    beginHold: () => news.tell({ type: 'session.held', at: clock.now() }),
    endHold: () => news.tell({ type: 'session.resumed', at: clock.now() }),
    stopLaunching: () => parts.stopping.stopLaunching(),
    terminateRuns: () => parts.stopping.terminateAll(),
    finishStop: ({ failure, restartWanted, restarting }) => {
      const error = failure === null ? {} : { error: toErrorData(failure.error) }
      news.tell({ type: 'session.stopped', at: clock.now(), ...error })
      milestones.ended(failure)
      if (!restartWanted || restarting === 'recall') return
      // Who waits for the end goes first: a process that is replaced in its place does nothing after that.
      const onError = (error: unknown): void => core.warn('restart', 'No process could take over.', { error })
      void nextTurn().then(() => takeOver(restarting, onError))
    },
    beginRestart: () => news.tell({ type: 'session.restarting', at: clock.now() }),
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
      if ('handleSignals' in event.options) parts.signals.update()
      // A raised limit lets go what waits.
      parts.launcher.considerAll()
      return
    default:
      if ('task' in event) parts.actors.pass(event)
  }
}

/** A command that fails is the sender's problem: the session reports it and goes on. */
function guard(core: Core, task: string, act: () => void): void {
  try {
    act()
  } catch (error) {
    core.warn('command', `A command to task '${task}' failed.`, { task, error })
  }
}
