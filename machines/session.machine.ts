/**
 * The supervisor: it starts, runs, is held, drains and stops, and is the parent of every task actor.
 *
 * ```
 *                              ready ┌─────────────── running ───────────────┐
 *   ┌─────────┐ start ┌──────────┐──▶│ ┌────────┐   hold    ┌──────┐         │
 *   │ stopped ├──────▶│ starting │   │ │ active │ ────────▶ │ held │         │
 *   └────▲────┘       └──┬───▲───┘   │ └────────┘ ◀──────── └──────┘         │
 *        │               │   │       └───────────────────┬─── resume ────────┘
 *        │      failed,  │   │                           │ shutDown, restart, failed
 *        │      shutDown ▼   │                           ▼
 *        │  ┌────────────────┼────── stopping ──────────────────────┐
 *        │  │ ┌──────────┐ shutDown again, force ┌─────────────┐    │
 *        │  │ │ draining │ ────────────────────▶ │ terminating │    │
 *        │  │ └──────────┘                       └─────────────┘    │
 *        │  └──────────────┬─┬──────────────────────────────────────┘
 *        │     stopped     │ │ stopped, restart wanted     ┌────────────┐
 *        └─────────────────┘ └────────────────────────────▶│ restarting ├─▶ starting
 *                                                          └────────────┘
 * ```
 *
 * A task actor that fails is recreated (`actor.failed`) and never takes its siblings or the session with it.
 */
import { type AnyActorRef, assign, enqueueActions, setup } from 'xstate'
import type { Command } from './protocol.ts'

/**
 * Events a session understands: the commands, and what its own effects report.
 *
 * @example
 * ```ts
 * import type { SessionEvent } from 'gantry/machines'
 *
 * const event: SessionEvent = { type: 'session.shutDown', force: true }
 * ```
 */
export type SessionEvent =
  | Command
  | { readonly type: 'session.start' }
  /** Set-up hooks, restore and start-up tasks are through. */
  | { readonly type: 'session.ready' }
  /** A fatal error: the session ends what runs and stops with it. */
  | { readonly type: 'session.failed'; readonly error: unknown }
  /** Shut-down hooks and tasks are through and no run lives. */
  | { readonly type: 'session.drained' }
  /** Actors that were made with this one as parent: XState stops only those that it spawned. */
  | { readonly type: 'actors.stop'; readonly actors: readonly AnyActorRef[] }
  /** A task's actor failed. XState's own word of it is an event type per actor, each remembered for ever. */
  | { readonly type: 'actor.failed'; readonly actorId: string }

/**
 * What a session's actor knows; plain data, shown in the inspectors.
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
  /** A hold that was asked for before the session ran. */
  readonly holdWanted: boolean
  /** It is to start again once it has stopped. */
  readonly restartWanted: boolean
  /** Restarts since it was made. */
  readonly restarts: number
}

/**
 * What a session starts from.
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
}

/**
 * The machine of a session. Its effects are stubs here; the session provides them. Its states are `stopped`,
 * `starting`, `running` (`active`, `held`), `stopping` (`draining`, `terminating`) and `restarting`.
 *
 * @example
 * ```ts
 * import { createActor } from 'xstate'
 * import { sessionMachine } from 'gantry/machines'
 *
 * const actor = createActor(sessionMachine, { input: { name: 'session' } }).start()
 * actor.send({ type: 'session.start' })
 * actor.getSnapshot().value // 'starting'
 * ```
 */
export const sessionMachine = setup({
  types: {
    context: {} as SessionContext,
    events: {} as SessionEvent,
    input: {} as SessionInput,
  },
  actions: {
    /** Set-up hooks, restore, start-up tasks; answers `session.ready` or `session.failed`. */
    beginStart: () => {},
    /** Launches may begin. */
    beginLaunching: () => {},
    /** Launches stop; living runs go on. */
    beginHold: () => {},
    endHold: () => {},
    /** Shut-down hooks and tasks, then waits for runs; answers `session.drained`. */
    beginDrain: () => {},
    /** Ends living runs; draining goes on. */
    beginTerminate: () => {},
    /** Releases everything and tells whoever waits. */
    finishStop: () => {},
    /** Keeps the fatal error, to be told at the end. */
    noteFailure: () => {},
    /** What a restart means besides starting again (its mode). */
    beginRestart: () => {},
    /** Passes a command to the actor of the task that it names. */
    forwardToTask: () => {},
    createTask: () => {},
    setParam: () => {},
    unsetParam: () => {},
    runTasks: () => {},
    updateSession: () => {},
    /** Makes a failed task actor anew and reports `task.crashed`. */
    restartTaskActor: () => {},
    stopActors: enqueueActions(({ enqueue, event }) => {
      if (event.type === 'actors.stop') for (const actor of event.actors) enqueue.stopChild(actor)
    }),
    wantHold: assign({ holdWanted: true }),
    wantNoHold: assign({ holdWanted: false }),
    wantRestart: assign({ restartWanted: true }),
    wantNoRestart: assign({ restartWanted: false }),
    countRestart: assign({ restarts: ({ context }) => context.restarts + 1, restartWanted: false }),
  },
  guards: {
    isHoldWanted: ({ context }) => context.holdWanted,
    isRestartWanted: ({ context }) => context.restartWanted,
    /** A restart in the same process; the session says no where its mode is another. */
    isRecallWanted: ({ context }) => context.restartWanted,
    /** The first, unforced shut-down during a restart only calls the restart off. */
    isGentleInRestart: ({ context, event }) =>
      context.restartWanted && event.type === 'session.shutDown' && event.force !== true,
    /** Forced by the event; the session adds `instantShutdown`. */
    isForced: ({ event }) => event.type === 'session.shutDown' && event.force === true,
  },
}).createMachine({
  id: 'session',
  description: 'Supervises tasks: decides what launches, when, and ends it all in order.',
  context: ({ input }) => ({ name: input.name, holdWanted: false, restartWanted: false, restarts: 0 }),
  initial: 'stopped',
  on: {
    'task.run': { actions: 'forwardToTask', description: 'Run a task by hand, with params for this run.' },
    'task.backfill': { actions: 'forwardToTask', description: 'Run a task for each period of a stretch.' },
    'task.terminate': { actions: 'forwardToTask', description: 'Tell the runs of a task to end.' },
    'task.disable': { actions: 'forwardToTask', description: 'Its condition launches no more runs.' },
    'task.enable': { actions: 'forwardToTask', description: 'Its condition launches runs again.' },
    'task.update': { actions: 'forwardToTask', description: 'Change options of a task.' },
    'task.remove': { actions: 'forwardToTask', description: 'Take a task out of the session.' },
    'task.create': {
      actions: 'createTask',
      description: 'Add a task (in process only: it carries functions).',
    },
    'param.set': { actions: 'setParam', description: 'Set a value that tasks and conditions share.' },
    'param.unset': { actions: 'unsetParam', description: 'Forget a shared value.' },
    'session.run': { actions: 'runTasks', description: 'Run these tasks once each.' },
    'session.update': { actions: 'updateSession', description: 'Change options of the session.' },
    'actors.stop': { actions: 'stopActors', description: 'Stop task actors (the session stopped).' },
    'actor.failed': { actions: 'restartTaskActor', description: 'Make a task actor anew that failed.' },
  },
  states: {
    stopped: {
      description: 'Nothing launches and nothing is held open.',
      on: {
        'session.start': { target: 'starting', description: 'Begin.' },
        'session.hold': { actions: 'wantHold', description: 'Start held.' },
        'session.resume': { actions: 'wantNoHold', description: 'Start active.' },
      },
    },
    starting: {
      description: 'Set-up hooks, restore of the run log, start-up tasks.',
      entry: 'beginStart',
      on: {
        'session.ready': [
          { guard: 'isRestartWanted', target: 'stopping', description: 'A restart was asked for meanwhile.' },
          { guard: 'isHoldWanted', target: 'running.held', description: 'Started held.' },
          { target: 'running', description: 'Started.' },
        ],
        'session.failed': {
          target: 'stopping.terminating',
          actions: 'noteFailure',
          description: 'Set-up failed and errors are raised.',
        },
        'session.hold': { actions: 'wantHold', description: 'Be held once started.' },
        'session.resume': { actions: 'wantNoHold', description: 'Be active once started.' },
        'session.restart': { actions: 'wantRestart', description: 'Restart once started.' },
        'session.shutDown': [
          {
            guard: 'isForced',
            target: 'stopping.terminating',
            description: 'Stop at once.',
          },
          { target: 'stopping', description: 'Stop.' },
        ],
      },
    },
    running: {
      description: 'Tasks launch when their condition holds.',
      initial: 'active',
      on: {
        'session.shutDown': [
          {
            guard: 'isForced',
            target: 'stopping.terminating',
            description: 'End living runs and stop.',
          },
          { target: 'stopping', description: 'Let living runs finish, then stop.' },
        ],
        'session.restart': {
          target: 'stopping',
          actions: 'wantRestart',
          description: 'Let living runs finish, then start again.',
        },
        'session.failed': {
          target: 'stopping.terminating',
          actions: 'noteFailure',
          description: 'A fatal error: end living runs and stop with it.',
        },
      },
      states: {
        active: {
          description: 'What is ready launches.',
          entry: 'beginLaunching',
          on: {
            'session.hold': {
              target: 'held',
              actions: 'wantHold',
              description: 'Stop launching; living runs go on.',
            },
          },
        },
        held: {
          description: 'Nothing launches; end conditions and timeouts still count.',
          entry: 'beginHold',
          exit: 'endHold',
          on: {
            'session.resume': { target: 'active', actions: 'wantNoHold', description: 'Launch again.' },
          },
        },
      },
    },
    stopping: {
      description: 'Shut-down hooks and tasks run, living runs end.',
      initial: 'draining',
      entry: 'beginDrain',
      on: {
        'session.drained': [
          { guard: 'isRecallWanted', target: 'restarting', description: 'All ended; it starts again.' },
          {
            target: 'stopped',
            actions: ['wantNoHold', 'finishStop', 'wantNoRestart'],
            description: 'All ended; a process that takes over may be what comes next.',
          },
        ],
        'session.failed': {
          target: '.terminating',
          actions: ['noteFailure', 'wantNoRestart'],
          description: 'A fatal error while stopping.',
        },
      },
      states: {
        draining: {
          description: 'Living runs may finish.',
          on: {
            'session.shutDown': [
              {
                guard: 'isGentleInRestart',
                actions: 'wantNoRestart',
                description: 'A shut-down wins over the restart that was asked for.',
              },
              { target: 'terminating', description: 'Asked a second time: end living runs.' },
            ],
          },
        },
        terminating: {
          description: 'Living runs are told to end, and are ended when their grace is over.',
          entry: 'beginTerminate',
          on: {
            'session.shutDown': {
              actions: ['wantNoRestart', 'beginTerminate'],
              description: 'Asked once more: end what was launched since, too (shut-down tasks).',
            },
          },
        },
      },
    },
    restarting: {
      description: 'Stopped for a moment, to start again.',
      entry: ['countRestart', 'beginRestart'],
      always: { target: 'starting', description: 'Start again in the same process (recall).' },
    },
  },
})
