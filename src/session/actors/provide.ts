/** The connection of the machines to the session: the implementations of their actions, actors and guards. */
import { type AnyActorRef, sendTo } from 'xstate'
import type { CommandEvent } from '../../../machines/commands.ts'
import { sessionMachine } from '../../../machines/session.machine.ts'
import type { SessionContext } from '../../../machines/session.setup.ts'
import type { TaskContext, TaskEvent } from '../../../machines/task.setup.ts'
import { tell } from './guarded-actor.ts'
import { stepOf, whileIn } from './invoked.ts'

type TaskCommand = Extract<CommandEvent, { readonly task: string }>

/** A command that a task's actor receives, and the context of the task. */
export interface Received<T extends TaskEvent['type']> {
  readonly context: TaskContext
  readonly event: Extract<TaskEvent, { readonly type: T }>
}

/** The actors that the session machine invokes. The signal aborts when the machine leaves the state. */
export interface SessionSteps {
  startupHooks(signal: AbortSignal): Promise<void>
  restore(signal: AbortSignal): Promise<void>
  startupTasks(signal: AbortSignal): Promise<void>
  watchConditions(signal: AbortSignal): void
  shutdownHooks(signal: AbortSignal): Promise<void>
  shutdownTasks(signal: AbortSignal): Promise<void>
  /** Resolves to false if the drain timeout passes while runs are live. */
  drain(signal: AbortSignal): Promise<boolean>
  awaitEnds(signal: AbortSignal): Promise<void>
  afterHooks(): Promise<void>
  release(): Promise<void>
}

/** The effects of the session machine. */
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
  /** The actor of the task with this name; undefined if there is none. */
  actorOf(task: string): AnyActorRef | undefined
  answer(event: CommandEvent): void
  refuse(event: CommandEvent): void
  createTask(event: Extract<CommandEvent, { type: 'task.create' }>): void
  setParam(event: Extract<CommandEvent, { type: 'param.set' }>): void
  unsetParam(name: string): void
  runTasks(event: Extract<CommandEvent, { type: 'session.run' }>): void
  updateSession(event: Extract<CommandEvent, { type: 'session.update' }>): void
  restartTaskActor(actorId: string): void
}

/** The session machine with its effects. */
export function provideSession(effects: SessionEffects, steps: SessionSteps): typeof sessionMachine {
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
      forwardToTask: sendTo(
        ({ event }) => effects.actorOf((event as TaskCommand).task)!,
        ({ event }) => event,
      ),
      answer: ({ event }) => effects.answer(event as CommandEvent),
      refuse: ({ event }) => effects.refuse(event as CommandEvent),
      createTask: ({ event }) => {
        if (event.type === 'task.create') effects.createTask(event)
      },
      setParam: ({ event }) => {
        if (event.type === 'param.set') effects.setParam(event)
      },
      unsetParam: ({ event }) => {
        if (event.type === 'param.unset') effects.unsetParam(event.name)
      },
      runTasks: ({ event }) => {
        if (event.type === 'session.run') effects.runTasks(event)
      },
      updateSession: ({ event }) => {
        if (event.type === 'session.update') effects.updateSession(event)
      },
      restartTaskActor: ({ event }) => {
        if (event.type === 'actor.failed') effects.restartTaskActor(event.actorId)
      },
    },
    guards: {
      hasTask: ({ event }) => effects.actorOf((event as TaskCommand).task) !== undefined,
    },
  })
}

/** Stops actors that were created with `parent` as their parent, through its machine: XState has no other public way. */
export function stopActors(parent: AnyActorRef, actors: readonly AnyActorRef[]): void {
  if (actors.length > 0) tell(parent, { type: 'actors.stop', actors })
}
