/** The implementations of the machines' actions and actors: each calls one part of the session. */
import type { Clock } from '../clock/clock.ts'
import { nextTurn } from '../clock/system-clock.ts'
import { toErrorData } from '../errors/error-data.ts'
import type { SessionEffects, SessionSteps, TaskEffects } from './actors/provide.ts'
import type { TaskUpdate } from './api/task-options.ts'
import { type CommandEffectDeps, commandEffects, optionsOf } from './commands/command-effects.ts'
import type { Launcher } from './launching/launcher.ts'
import type { RunQueue } from './launching/manual-runs.ts'
import type { MissedRuns } from './launching/missed-runs.ts'
import type { RelaunchDelays } from './launching/relaunch-delays.ts'
import { takeOver } from './lifecycle/replace-process.ts'
import type { Running } from './lifecycle/running.ts'
import { notStopped, type StartedStopped } from './lifecycle/started-stopped.ts'
import type { Starting } from './lifecycle/starting.ts'
import type { Stopping } from './lifecycle/stopping.ts'
import type { Reporter } from './reports/reporter.ts'
import type { Runs } from './runs/run-effects.ts'
import type { Registry } from './state/registry.ts'
import type { Requests } from './state/requests.ts'
import type { TaskEntry } from './state/task-state.ts'
import type { TaskActors } from './tasks/task-actors.ts'
import type { Watches } from './watching/condition-watches.ts'

export interface TaskEffectDeps {
  readonly clock: Clock
  readonly reporter: Reporter
  readonly registry: Registry
  readonly requests: Requests
  readonly runs: Runs
  readonly launcher: Launcher
  readonly delays: RelaunchDelays
  readonly queue: RunQueue
  readonly missedRuns: MissedRuns
  readonly watches: Watches
  /** Changes options of a task. */
  readonly update: (entry: TaskEntry, update: TaskUpdate) => void
  /** Releases a task that was removed. */
  readonly release: (entry: TaskEntry) => void
}

export interface SessionStepDeps {
  readonly starting: Starting
  readonly running: Running
  readonly stopping: Stopping
  readonly milestones: StartedStopped
}

export interface SessionEffectDeps extends SessionStepDeps, CommandEffectDeps {
  readonly clock: Clock
  readonly reporter: Reporter
  readonly actors: TaskActors
}

/** The effects of task machines. They do nothing for a task that is removed. */
export function taskEffects(deps: TaskEffectDeps): TaskEffects {
  const { clock, delays, launcher, queue, registry, reporter, requests, runs, watches } = deps
  const withEntry = (id: string, act: (entry: TaskEntry) => void): void => {
    const entry = registry.byId.get(id)
    if (entry !== undefined) act(entry)
  }
  return {
    // Called for each run: without a closure.
    launch: (id, launch) => {
      const entry = registry.byId.get(id)
      if (entry === undefined) return
      runs.launch(entry, launch)
      watches.watchEnd(entry)
    },
    enlist: (id) => {
      const entry = registry.byId.get(id)
      if (entry !== undefined) launcher.enlist(entry)
    },
    startDelay: (id, relaunchAt) => withEntry(id, (entry) => delays.start(entry, relaunchAt ?? 0)),
    stopDelay: (id) => withEntry(id, (entry) => delays.stop(entry)),
    answer: (event) => requests.accept(event),
    queueRun: queue.accept,
    backfillRuns: deps.missedRuns.acceptBackfill,
    terminateRuns: (id, runId) =>
      withEntry(id, (entry) => {
        if (runId === undefined) queue.takeBackAll(entry)
        runs.terminate(entry, 'asked', runId)
      }),
    updateTask: ({ context, event }) =>
      requests.attempt(event, () => {
        const entry = registry.byId.get(context.id)
        if (entry !== undefined) deps.update(entry, optionsOf(requests, event) as TaskUpdate)
      }),
    release: (id) => withEntry(id, (entry) => deps.release(entry)),
    reportChange: (id) =>
      withEntry(id, ({ name }) => reporter.news.tell({ type: 'task.changed', task: name, at: clock.now() })),
    runActorFailed: (id, actorId) => withEntry(id, (entry) => runs.actorFailed(entry, actorId)),
  }
}

/** The actors that the session machine invokes. */
export function sessionSteps({ starting, running, stopping, milestones }: SessionStepDeps): SessionSteps {
  return {
    startupHooks: (signal) => starting.hooks(signal),
    restore: (signal) => starting.restore(signal),
    startupTasks: (signal) => starting.tasks(signal),
    watchConditions: (signal) => running.watch(signal, () => milestones.started()),
    shutdownHooks: () => stopping.hooks(),
    shutdownTasks: (signal) => stopping.tasks(signal),
    drain: (signal) => stopping.drain(signal),
    awaitEnds: (signal) => stopping.awaitEnds(signal),
    afterHooks: () => stopping.afterHooks(),
    release: () => stopping.release(),
  }
}

/** The effects of the session machine. */
export function sessionEffects(deps: SessionEffectDeps): SessionEffects {
  const { clock, milestones, reporter, running, starting, stopping } = deps
  const { news } = reporter
  return {
    acceptStart: () => milestones.accept(),
    deferStart: () => milestones.defer(),
    refuseStart: () => milestones.refuse(notStopped(deps.sessionActor.state)),
    callOffStart: () => milestones.callOff(),
    beginStart: () => starting.begin(),
    abandonStart: () => starting.abandon(),
    resumeLaunching: () => running.resume(),
    beginHold: () => news.tell({ type: 'session.held', at: clock.now() }),
    endHold: () => news.tell({ type: 'session.resumed', at: clock.now() }),
    stopLaunching: () => stopping.stopLaunching(),
    terminateRuns: () => stopping.terminateAll(),
    finishStop: ({ failure, restartWanted, restarting }) => {
      const error = failure === null ? {} : { error: toErrorData(failure.error) }
      news.tell({ type: 'session.stopped', at: clock.now(), ...error })
      milestones.ended(failure)
      if (!restartWanted || restarting === 'recall') return
      // After the callers that wait for the end: a process that is replaced by `execve` runs no further code.
      const onError = (error: unknown): void =>
        reporter.warn('restart', 'No process could take over.', { error })
      void nextTurn().then(() => takeOver(restarting, onError))
    },
    beginRestart: () => news.tell({ type: 'session.restarting', at: clock.now() }),
    ...commandEffects(deps),
    restartTaskActor: (actorId) => deps.actors.restart(actorId),
  }
}
