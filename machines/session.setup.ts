/** Setup of the session machine: events, context, actors, effects and guards. */
import { type AnyActorRef, assign, enqueueActions, fromCallback, fromPromise, setup } from 'xstate'
import type { CommandEvent } from './commands.ts'

/**
 * The events of a session: the commands, and the reports of effects.
 *
 * @example
 * ```ts
 * import type { SessionEvent } from 'gantry/machines'
 *
 * const event: SessionEvent = { type: 'session.shutDown', force: true }
 * ```
 */
export type SessionEvent =
  | CommandEvent
  | { readonly type: 'session.start' }
  /** A fatal error: the session terminates live runs and stops with the error. */
  | { readonly type: 'session.failed'; readonly error: unknown }
  /** Actors created with this actor as parent: XState stops only the actors that it spawned. */
  | { readonly type: 'actors.stop'; readonly actors: readonly AnyActorRef[] }
  /** A task's actor failed. XState's own error event has a type per actor, and XState keeps each type in memory forever. */
  | { readonly type: 'actor.failed'; readonly actorId: string }

/**
 * The mode of a restart: `recall` starts again in this process, `relaunch` and `replace` start a new process.
 *
 * @example
 * ```ts
 * import type { RestartMode } from 'gantry/machines'
 *
 * const mode: RestartMode = 'recall'
 * ```
 */
export type RestartMode = 'recall' | 'relaunch' | 'replace'

/**
 * The context of a session's actor, shown in the inspectors.
 *
 * @example
 * ```ts
 * import type { SessionContext } from 'gantry/machines'
 *
 * const isLeaving = ({ restartWanted }: SessionContext): boolean => !restartWanted
 * ```
 */
export interface SessionContext {
  readonly name: string
  /** Option: every shut-down is forced. */
  readonly instantShutdown: boolean
  /** Option: how a restart begins. */
  readonly restarting: RestartMode
  /** A start was requested during the previous stop. */
  readonly startWanted: boolean
  /** A hold was requested before the session ran. */
  readonly holdWanted: boolean
  /** The session starts again once it has stopped. */
  readonly restartWanted: boolean
  /** The stop is forced: live runs are terminated, and not waited for. */
  readonly terminateWanted: boolean
  /** The first fatal error since the last start. */
  readonly failure: { readonly error: unknown } | null
  /** Restarts since the session was created. */
  readonly restarts: number
}

/**
 * The input of a session's actor.
 *
 * @example
 * ```ts
 * import type { SessionInput } from 'gantry/machines'
 *
 * const input: SessionInput = { name: 'session' }
 * ```
 */
export interface SessionInput {
  readonly name: string
  /** Default false. */
  readonly instantShutdown?: boolean
  /** Default `recall`. */
  readonly restarting?: RestartMode
}

/** Placeholder of an actor that the session provides. */
const provided = <T = void>() => fromPromise<T>(() => Promise.reject(new Error('The session provides it.')))

/** The setup of the session machine: effects and actors are stubs, and the session provides them. */
export const sessionSetup = setup({
  types: {
    context: {} as SessionContext,
    events: {} as SessionEvent,
    input: {} as SessionInput,
  },
  actors: {
    /** Runs start-up hooks up to the start. */
    startupHooks: provided(),
    /** Opens and reads the run log, records crashes, and recreates task actors. */
    restore: provided(),
    /** Runs start-up tasks, then the rest of the start-up hooks. */
    startupTasks: provided(),
    /** Watches conditions while the session runs. */
    watchConditions: fromCallback(() => {}),
    /** Runs shut-down hooks up to the stop. */
    shutdownHooks: provided(),
    /** Runs shut-down tasks, then terminates permanent tasks. */
    shutdownTasks: provided(),
    /** Waits for live runs; false if the drain timeout passes first. */
    drain: provided<boolean>(),
    /** Waits for terminated runs to end. */
    awaitEnds: provided(),
    /** Runs the rest of the shut-down hooks. */
    afterHooks: provided(),
    /** Releases everything: no timer, listener or store stays open. */
    release: provided(),
  },
  actions: {
    /** Binds the promise of the `start()` call to this start. */
    acceptStart: () => {},
    /** Defers the `start()` call until the present stop has ended. */
    deferStart: () => {},
    /** Refuses the `start()` call: the session is not stopped. */
    refuseStart: () => {},
    /** Cancels the deferred `start()` call: the session stays stopped. */
    callOffStart: () => {},
    /** Keeps the process alive and listens to signals. */
    beginStart: () => {},
    /** Runs the rest of the start-up hooks if the start did not complete. */
    abandonStart: () => {},
    /** Resumes launches after a hold. */
    resumeLaunching: () => {},
    /** Stops launches; live runs continue. */
    beginHold: () => {},
    endHold: () => {},
    /** Stops launches and the evaluation of conditions. */
    stopLaunching: () => {},
    /** Terminates live runs. */
    terminateRuns: () => {},
    /** Reports that the session has stopped. */
    finishStop: () => {},
    /** Reports that the session restarts. */
    beginRestart: () => {},
    /** Forwards a command to the actor of its task, which answers it. */
    forwardToTask: () => {},
    /** Confirms a command to its sender. */
    answer: () => {},
    /** Refuses a command; the sender receives the state and the commands that the state accepts. */
    refuse: () => {},
    createTask: () => {},
    setParam: () => {},
    unsetParam: () => {},
    runTasks: () => {},
    updateSession: () => {},
    /** Recreates a failed task actor and reports `task.crashed`. */
    restartTaskActor: () => {},
    stopActors: enqueueActions(({ enqueue, event }) => {
      if (event.type === 'actors.stop') for (const actor of event.actors) enqueue.stopChild(actor)
    }),
    terminateIfWanted: enqueueActions(({ context, enqueue }) => {
      if (context.terminateWanted) enqueue('terminateRuns')
    }),
    takeOptions: assign(({ context, event }) => {
      if (event.type !== 'session.update') return {}
      const { instantShutdown, restarting } = { ...context, ...event.options } as Partial<SessionContext>
      return { instantShutdown: instantShutdown ?? false, restarting: restarting ?? 'recall' }
    }),
    noteFailure: assign(({ context, event }) =>
      context.failure === null && 'error' in event ? { failure: { error: event.error } } : {},
    ),
    forgetLastStop: assign({ failure: null, terminateWanted: false, startWanted: false }),
    wantStart: assign({ startWanted: true }),
    wantNoStart: assign({ startWanted: false }),
    wantTerminate: assign({ terminateWanted: true }),
    wantHold: assign({ holdWanted: true }),
    wantNoHold: assign({ holdWanted: false }),
    wantRestart: assign({ restartWanted: true }),
    wantNoRestart: assign({ restartWanted: false }),
    countRestart: assign({ restarts: ({ context }) => context.restarts + 1, restartWanted: false }),
  },
  guards: {
    /** The session has the task that the command names. */
    hasTask: () => true,
    isStartWanted: ({ context }) => context.startWanted,
    isHoldWanted: ({ context }) => context.holdWanted,
    isRestartWanted: ({ context }) => context.restartWanted,
    isTerminateWanted: ({ context }) => context.terminateWanted,
    /** A restart in the same process. */
    isRecallWanted: ({ context }) => context.restartWanted && context.restarting === 'recall',
    /** The first, unforced shut-down during a restart only calls the restart off. */
    isGentleInRestart: ({ context, event }) =>
      context.restartWanted && event.type === 'session.shutDown' && event.force !== true,
    /** Forced by the event or by the option. */
    isForced: ({ context, event }) =>
      event.type === 'session.shutDown' && (event.force === true || context.instantShutdown),
    /** The drain timeout has passed while runs are live. */
    isTimeout: ({ event }) => 'output' in event && event.output === false,
  },
})
