/** The implementations of the machines' actions and actors: each calls one part of the session. */
import type { Clock } from '../clock/clock.ts'
import { nextTurn } from '../clock/system-clock.ts'
import { toErrorData } from '../errors/error-data.ts'
import type { SessionEffects, SessionSteps } from './actors/provide.ts'
import { type CommandEffectDeps, commandEffects } from './commands/command-effects.ts'
import { takeOver } from './lifecycle/replace-process.ts'
import type { Running } from './lifecycle/running.ts'
import { notStopped, type StartedStopped } from './lifecycle/started-stopped.ts'
import type { Starting } from './lifecycle/starting.ts'
import type { Stopping } from './lifecycle/stopping.ts'
import type { Reporter } from './reports/reporter.ts'
import type { TaskActors } from './tasks/task-actors.ts'

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
