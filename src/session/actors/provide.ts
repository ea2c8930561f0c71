/** The one seam between the machines and the effects: what the machines name, the session gives here. */
import type { AnyActorRef } from 'xstate'
import { type RunContext, runMachine, type Settlement } from '../../../machines/run.machine.ts'
import { sessionMachine } from '../../../machines/session.machine.ts'
import type { SessionContext, SessionEvent } from '../../../machines/session.setup.ts'
import { type TaskEvent, taskMachine } from '../../../machines/task.machine.ts'
import { tell } from './guarded-actor.ts'
import { stepOf, whileIn } from './invoked.ts'

/** The effects that the run machine names. */
export interface RunEffects {
  recordStart(self: object): void
  beginWork(self: object): void
  abortWork(self: object, context: RunContext): void
  recordEnd(self: object, context: RunContext, settlement: Settlement | null): void
  dropLateResult(self: object): void
}

/** The effects that the task machine names; `id` is the entry's. */
export interface TaskEffects {
  startRun(id: string): void
  queueRun(id: string, event: Extract<TaskEvent, { type: 'task.run' }>): void
  backfillRuns(id: string, event: Extract<TaskEvent, { type: 'task.backfill' }>): void
  terminateRuns(id: string, runId: string | undefined): void
  updateTask(id: string, options: Readonly<Record<string, unknown>>): void
  release(id: string): void
  reconsider(id: string, disabled: boolean): void
  runActorFailed(id: string, actorId: string): void
}

/** The actors that the session machine invokes. The signal aborts when the machine leaves the state. */
export interface SessionSteps {
  startupHooks(signal: AbortSignal): Promise<void>
  restore(signal: AbortSignal): Promise<void>
  startupTasks(signal: AbortSignal): Promise<void>
  watchConditions(signal: AbortSignal): void
  shutdownHooks(signal: AbortSignal): Promise<void>
  shutdownTasks(signal: AbortSignal): Promise<void>
  /** False if the drain timeout passes while runs are live. */
  drain(signal: AbortSignal): Promise<boolean>
  awaitEnds(signal: AbortSignal): Promise<void>
  afterHooks(): Promise<void>
  release(): Promise<void>
}

/** The effects that the session machine names. */
export interface SessionEffects {
  acceptStart(): void
  deferStart(): void
  refuseStart(): void
  callOffStart(): void
  beginStart(): void
  abandonStart(): void
  resumeLaunching(): void
  beginHold(): void
  endHold(): void
  stopLaunching(): void
  terminateRuns(): void
  finishStop(context: SessionContext): void
  beginRestart(): void
  /** A command that the machine passes on: to a task, or to the session's own store of things. */
  command(event: SessionEvent): void
  restartTaskActor(actorId: string): void
}

/** The run machine with its effects. */
export function provideRun(effects: RunEffects): typeof runMachine {
  return runMachine.provide({
    actions: {
      recordStart: ({ self }) => effects.recordStart(self),
      beginWork: ({ self }) => effects.beginWork(self),
      abortWork: ({ self, context }) => effects.abortWork(self, context),
      recordEnd: ({ self, context }, params) => effects.recordEnd(self, context, params.settlement),
      dropLateResult: ({ self }) => effects.dropLateResult(self),
    },
  })
}

/** The task machine with its effects. */
export function provideTask(effects: TaskEffects): typeof taskMachine {
  return taskMachine.provide({
    actions: {
      startRun: ({ context }) => effects.startRun(context.id),
      queueRun: ({ context, event }) => {
        if (event.type === 'task.run') effects.queueRun(context.id, event)
      },
      backfillRuns: ({ context, event }) => {
        if (event.type === 'task.backfill') effects.backfillRuns(context.id, event)
      },
      terminateRuns: ({ context, event }) =>
        effects.terminateRuns(context.id, event.type === 'task.terminate' ? event.runId : undefined),
      updateTask: ({ context, event }) => {
        if (event.type === 'task.update') effects.updateTask(context.id, event.options)
      },
      release: ({ context }) => effects.release(context.id),
      reconsider: ({ context }) => effects.reconsider(context.id, context.disabled),
      runActorFailed: ({ context, event }) => {
        if (event.type === 'actor.failed') effects.runActorFailed(context.id, event.actorId)
      },
    },
  })
}

/** The session machine with its effects. */
export function provideSession(effects: SessionEffects, steps: SessionSteps): typeof sessionMachine {
  const command = ({ event }: { event: SessionEvent }): void => effects.command(event)
  return sessionMachine.provide({
    actors: {
      startupHooks: stepOf((signal) => steps.startupHooks(signal)),
      restore: stepOf((signal) => steps.restore(signal)),
      startupTasks: stepOf((signal) => steps.startupTasks(signal)),
      watchConditions: whileIn((signal) => steps.watchConditions(signal)),
      shutdownHooks: stepOf((signal) => steps.shutdownHooks(signal)),
      shutdownTasks: stepOf((signal) => steps.shutdownTasks(signal)),
      drain: stepOf((signal) => steps.drain(signal)),
      awaitEnds: stepOf((signal) => steps.awaitEnds(signal)),
      afterHooks: stepOf(() => steps.afterHooks()),
      release: stepOf(() => steps.release()),
    },
    actions: {
      acceptStart: () => effects.acceptStart(),
      deferStart: () => effects.deferStart(),
      refuseStart: () => effects.refuseStart(),
      callOffStart: () => effects.callOffStart(),
      beginStart: () => effects.beginStart(),
      abandonStart: () => effects.abandonStart(),
      resumeLaunching: () => effects.resumeLaunching(),
      beginHold: () => effects.beginHold(),
      endHold: () => effects.endHold(),
      stopLaunching: () => effects.stopLaunching(),
      terminateRuns: () => effects.terminateRuns(),
      finishStop: ({ context }) => effects.finishStop(context),
      beginRestart: () => effects.beginRestart(),
      forwardToTask: command,
      createTask: command,
      setParam: command,
      unsetParam: command,
      runTasks: command,
      updateSession: command,
      restartTaskActor: ({ event }) => {
        if (event.type === 'actor.failed') effects.restartTaskActor(event.actorId)
      },
    },
  })
}

/** Stops actors that were made with `parent` as their parent, through its machine: XState has no other public way. */
export function stopActors(parent: AnyActorRef, actors: readonly AnyActorRef[]): void {
  if (actors.length > 0) tell(parent, { type: 'actors.stop', actors })
}
