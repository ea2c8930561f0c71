/** The session machine with its effects, and the actors that it invokes. */
import { sendTo } from 'xstate'
import type { CommandEvent } from '../../machines/commands.ts'
import { sessionMachine } from '../../machines/session.machine.ts'
import type { Clock } from '../clock/clock.ts'
import { nextTurn } from '../clock/system-clock.ts'
import { toErrorData } from '../errors/error-data.ts'
import { stepOf, whileIn } from './actors/invoked.ts'
import { type CommandEffectDeps, commandEffects } from './commands/command-effects.ts'
import { takeOver } from './lifecycle/replace-process.ts'
import type { Running } from './lifecycle/running.ts'
import { notStopped, type StartedStopped } from './lifecycle/started-stopped.ts'
import type { Starting } from './lifecycle/starting.ts'
import type { Stopping } from './lifecycle/stopping.ts'
import type { Reporter } from './reports/reporter.ts'
import type { Journal } from './state/journal.ts'
import type { TaskActors } from './tasks/task-actors.ts'

export interface SessionEffectDeps extends CommandEffectDeps {
  readonly clock: Clock
  readonly reporter: Reporter
  readonly actors: TaskActors
  readonly starting: Starting
  readonly running: Running
  readonly stopping: Stopping
  readonly milestones: StartedStopped
  readonly journal: Pick<Journal, 'session'>
}

type TaskCommand = Extract<CommandEvent, { readonly task: string }>

/** The session machine with its effects. The signal of an invoked actor aborts when the machine leaves its state. */
export function provideSession(deps: SessionEffectDeps): typeof sessionMachine {
  const { clock, journal, milestones, reporter, running, starting, stopping } = deps
  const { news } = reporter
  const commands = commandEffects(deps)
  return sessionMachine.provide({
    actors: {
      startupHooks: stepOf((signal) => starting.hooks(signal)),
      restore: stepOf((signal) => starting.restore(signal)),
      startupTasks: stepOf((signal) => starting.tasks(signal)),
      watchConditions: whileIn((signal) => {
        clock.defer(() => journal.session())
        running.watch(signal, () => milestones.started())
      }),
      shutdownHooks: stepOf(() => stopping.hooks()),
      shutdownTasks: stepOf((signal) => stopping.tasks(signal)),
      drain: stepOf((signal) => stopping.drain(signal)),
      awaitEnds: stepOf((signal) => stopping.awaitEnds(signal)),
      afterHooks: stepOf(() => stopping.afterHooks()),
      release: stepOf(() => stopping.release()),
    },
    actions: {
      acceptStart: () => milestones.accept(),
      deferStart: () => milestones.defer(),
      refuseStart: () => milestones.refuse(notStopped(deps.sessionActor.state)),
      callOffStart: () => milestones.callOff(),
      beginStart: () => starting.begin(),
      abandonStart: () => starting.abandon(),
      resumeLaunching: () => running.resume(),
      beginHold: () => {
        journal.session()
        news.tell({ type: 'session.held', at: clock.now() })
      },
      endHold: () => {
        journal.session()
        news.tell({ type: 'session.resumed', at: clock.now() })
      },
      stopLaunching: () => {
        journal.session()
        stopping.stopLaunching()
      },
      terminateRuns: () => stopping.terminateAll(),
      finishStop: ({ context: { failure, restartWanted, restarting } }) => {
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
      restartTaskActor: ({ event }) => {
        if (event.type === 'actor.failed') deps.actors.restart(event.actorId)
      },
      forwardToTask: sendTo(
        ({ event }) => commands.actorOf((event as TaskCommand).task)!,
        ({ event }) => event,
      ),
      answer: ({ event }) => commands.answer(event as CommandEvent),
      refuse: ({ event }) => commands.refuse(event as CommandEvent),
      createTask: ({ event }) => {
        if (event.type === 'task.create') commands.createTask(event)
      },
      setParam: ({ event }) => {
        if (event.type === 'param.set') commands.setParam(event)
      },
      unsetParam: ({ event }) => {
        if (event.type === 'param.unset') commands.unsetParam(event.name)
      },
      runTasks: ({ event }) => {
        if (event.type === 'session.run') commands.runTasks(event)
      },
      updateSession: ({ event }) => {
        if (event.type === 'session.update') commands.updateSession(event)
      },
    },
    guards: {
      hasTask: ({ event }) => commands.actorOf((event as TaskCommand).task) !== undefined,
    },
  })
}
