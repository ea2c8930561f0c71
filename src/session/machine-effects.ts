/** The implementations of the machines' actions and actors: each calls one part of the session. */
import { nextTurn } from '../clock/system-clock.ts'
import { toErrorData } from '../errors/error-data.ts'
import type { SessionEffects, SessionSteps, TaskEffects } from './actors/provide.ts'
import type { TaskUpdate } from './api/task-options.ts'
import { commandEffects, optionsOf } from './commands/command-effects.ts'
import type { CommandSender } from './commands/command-sender.ts'
import type { Inspection } from './guard-inspect.ts'
import type { Crashes } from './launching/crashed-runs.ts'
import type { Launcher } from './launching/launcher.ts'
import type { RunQueue } from './launching/manual-runs.ts'
import type { MissedRuns } from './launching/missed-runs.ts'
import type { WaitingRuns } from './launching/waiting-runs.ts'
import { takeOver } from './lifecycle/replace-process.ts'
import type { Running } from './lifecycle/running.ts'
import type { SignalHandling } from './lifecycle/signals.ts'
import { notStopped, type StartedStopped } from './lifecycle/started-stopped.ts'
import type { Starting } from './lifecycle/starting.ts'
import type { Sequence } from './lifecycle/startup-tasks.ts'
import type { Stopping } from './lifecycle/stopping.ts'
import type { LogLifecycle } from './persistence/log-lifecycle.ts'
import type { Persistence } from './persistence/saved-state.ts'
import type { Capacity } from './runs/capacity.ts'
import type { Contexts } from './runs/contexts.ts'
import type { Runs } from './runs/run-effects.ts'
import type { Core } from './state/session-state.ts'
import type { TaskEntry } from './state/task-state.ts'
import type { StartWarnings } from './tasks/start-warnings.ts'
import type { TaskActors } from './tasks/task-actors.ts'
import type { Tasks } from './tasks/task-registry.ts'
import type { NameWarnings } from './tasks/task-warnings.ts'
import type { ConditionStreams } from './watching/condition-streams.ts'
import type { Watches } from './watching/condition-watches.ts'
import type { WatchClock } from './watching/wake-clock.ts'

/** The parts of a session. */
export interface SessionModules {
  core: Core
  contexts: Contexts
  inspection: Inspection
  waitingRuns: WaitingRuns
  wakeClock: WatchClock
  runs: Runs
  launcher: Launcher
  tasks: Tasks
  sender: CommandSender
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

/** The effects of task machines. They do nothing for a task that is removed. */
export function taskEffects(core: Core, parts: SessionModules): TaskEffects {
  const withEntry = (id: string, act: (entry: TaskEntry) => void): void => {
    const entry = core.byId.get(id)
    if (entry !== undefined) act(entry)
  }
  return {
    launch: (id, launch) =>
      withEntry(id, (entry) => {
        parts.runs.launch(entry, launch)
        parts.watches.watchEnd(entry)
      }),
    enlist: (id) => withEntry(id, (entry) => parts.launcher.enlist(entry)),
    startDelay: (id, relaunchAt) =>
      withEntry(id, (entry) => parts.launcher.delays.start(entry, relaunchAt ?? 0)),
    stopDelay: (id) => withEntry(id, (entry) => parts.launcher.delays.stop(entry)),
    answer: (event) => core.requests.accept(event),
    queueRun: parts.queue.accept,
    backfillRuns: parts.occasions.acceptBackfill,
    terminateRuns: (id, runId) =>
      withEntry(id, (entry) => {
        if (runId === undefined) parts.queue.takeBackAll(entry)
        parts.runs.terminate(entry, 'asked', runId)
      }),
    updateTask: ({ context, event }) =>
      core.requests.attempt(event, () => {
        const entry = core.byId.get(context.id)
        if (entry !== undefined) parts.tasks.update(entry, optionsOf(core.requests, event) as TaskUpdate)
      }),
    release: (id) => withEntry(id, (entry) => parts.tasks.release(entry)),
    reportChange: (id) =>
      withEntry(id, ({ name }) => core.news.tell({ type: 'task.changed', task: name, at: core.clock.now() })),
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
      // After the callers that wait for the end: a process that is replaced by `execve` runs no further code.
      const onError = (error: unknown): void => core.warn('restart', 'No process could take over.', { error })
      void nextTurn().then(() => takeOver(restarting, onError))
    },
    beginRestart: () => news.tell({ type: 'session.restarting', at: clock.now() }),
    ...commandEffects({ ...core, ...parts, runTask: (entry, given) => parts.sender.run(entry, given) }),
    restartTaskActor: (actorId) => parts.actors.restart(actorId),
  }
}
