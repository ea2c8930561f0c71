/**
 * Session machine: the supervisor and parent of all task actors.
 *
 * ```
 *   ┌─────────┐ start ┌─────────┐ at once ┌────────────────── starting ───────────────────┐
 *   │ stopped ├──────▶│ standby ├────────▶│ hooks ───▶ restoring ───▶ startupTasks        │
 *   └────▲────┘       └────▲────┘         └──┬──────────────────────────────┬─────────────┘
 *        │                 │       shutDown, │                              │ done
 *        │                 │       failed    │              ┌───────────────▼─── running ─┐
 *        │           ┌─────┴──────┐          │              │ active ─── hold ───▶ held   │
 *        │           │ restarting │          │              │        ◀── resume ──        │
 *        │           └─────▲──────┘          │              └───────────────┬─────────────┘
 *        │                 │                 │   shutDown, restart, failed  │
 *        │                 │ recall          ▼                              ▼
 *   ┌────┼─────────────────┼─────────────────────────── stopping ─────────────────────────┐
 *   │ releasing ◀──── afterHooks ◀──┬── draining ◀────┬── shutdownTasks ◀─── hooks        │
 *   │                        no run │      │ timeout, │                                   │
 *   │                       is live │      ▼ asked    │ forced                            │
 *   │                               └── terminating ◀─┘ again, failed                     │
 *   └─────────────────────────────────────────────────────────────────────────────────────┘
 * ```
 *
 * What a state waits for is an actor that it invokes: leaving the state cancels it. `stopped` means that nothing is open:
 * the store was closed in `releasing`. A start requested in `releasing` follows the stop.
 *
 * A task actor that fails is recreated (`actor.failed`) and does not affect its siblings or the session.
 */
import { commandHandlers } from './session.commands.ts'
import { sessionSetup } from './session.setup.ts'

/** Actions of an error while stopping. */
const failStop = ['noteFailure', 'wantNoRestart', 'wantTerminate', 'terminateRuns'] as const
const runFailed = {
  target: '#session.stopping',
  actions: ['noteFailure', 'wantTerminate'],
  description: 'Failed: terminate live runs and stop with the error.',
} as const
const startFailed = {
  target: '#session.stopping',
  actions: ['noteFailure', 'wantNoRestart', 'wantTerminate'],
  description: 'Failed: stop with the error.',
} as const
const stopFailed = {
  target: 'terminating',
  actions: failStop,
  description: 'Failed: terminate live runs and stop with the error.',
} as const
/** Actions of a repeated shut-down. */
const force = ['wantNoRestart', 'wantTerminate', 'terminateRuns', 'answer'] as const
const callOffRestart = {
  guard: 'isGentleInRestart',
  actions: ['wantNoRestart', 'answer'],
  description: 'A shut-down cancels the requested restart.',
} as const

/**
 * The machine of a session. Its effects and actors are stubs; the session provides them. Its states are `stopped`,
 * `standby`, `starting` (`hooks`, `restoring`, `startupTasks`), `running` (`active`, `held`), `stopping` (`hooks`,
 * `shutdownTasks`, `draining`, `terminating`, `afterHooks`, `releasing`) and `restarting`.
 *
 * @example
 * ```ts
 * import { initialTransition, transition } from 'xstate'
 * import { sessionMachine } from 'gantry/machines'
 *
 * const [stopped] = initialTransition(sessionMachine, { name: 'session' })
 * const [starting] = transition(sessionMachine, stopped, { type: 'session.start' })
 * starting.value // { starting: 'hooks' }
 * ```
 */
export const sessionMachine = sessionSetup.createMachine({
  id: 'session',
  description: 'The supervisor of all tasks: launches them and shuts them down in order.',
  context: ({ input }) => ({
    name: input.name,
    instantShutdown: input.instantShutdown ?? false,
    restarting: input.restarting ?? 'recall',
    startWanted: false,
    holdWanted: false,
    restartWanted: false,
    terminateWanted: false,
    failure: null,
    restarts: 0,
  }),
  initial: 'stopped',
  on: {
    ...commandHandlers,
    'session.start': { actions: 'refuseStart', description: 'Refused: the session must be stopped.' },
    'actors.stop': { actions: 'stopActors', description: 'Stop task actors (the session stopped).' },
    'actor.failed': { actions: 'restartTaskActor', description: 'Create a failed task actor again.' },
  },
  states: {
    stopped: {
      description: 'Nothing launches and nothing is open.',
      always: {
        guard: 'isStartWanted',
        target: 'standby',
        actions: 'acceptStart',
        description: 'A start was requested during the previous stop.',
      },
      on: {
        'session.start': { target: 'standby', actions: 'acceptStart', description: 'Start.' },
        'session.hold': { actions: ['wantHold', 'answer'], description: 'Start held.' },
        'session.resume': { actions: ['wantNoHold', 'answer'], description: 'Start active.' },
      },
    },
    // Waits for the lease of a store that several processes share. Without a shared store the state is left at once.
    standby: {
      description:
        'The process waits for its turn to run the session. Without a shared store it starts at once.',
      always: { target: 'starting', description: 'The store is not shared.' },
    },
    starting: {
      description: 'Start-up hooks, restore of the run log, start-up tasks.',
      initial: 'hooks',
      entry: ['forgetLastStop', 'beginStart'],
      exit: 'abandonStart',
      on: {
        'session.failed': startFailed,
        'session.hold': { actions: ['wantHold', 'answer'], description: 'Hold once started.' },
        'session.resume': { actions: ['wantNoHold', 'answer'], description: 'Launch once started.' },
        'session.restart': { actions: ['wantRestart', 'answer'], description: 'Restart once started.' },
        'session.shutDown': [
          {
            guard: 'isForced',
            target: 'stopping',
            actions: ['wantTerminate', 'wantNoRestart', 'answer'],
            description: 'Terminate live runs and stop.',
          },
          { target: 'stopping', actions: ['wantNoRestart', 'answer'], description: 'Stop.' },
        ],
      },
      states: {
        hooks: {
          description: 'Start-up hooks run up to the start.',
          invoke: {
            id: 'startupHooks',
            src: 'startupHooks',
            onDone: { target: 'restoring', description: 'The hooks have finished.' },
            onError: startFailed,
          },
        },
        restoring: {
          description: 'The run log is opened and read; runs that crashed are recorded.',
          invoke: {
            id: 'restore',
            src: 'restore',
            onDone: { target: 'startupTasks', description: 'The log is read.' },
            onError: startFailed,
          },
        },
        startupTasks: {
          description: 'Start-up tasks run; then start-up hooks finish.',
          invoke: {
            id: 'startupTasks',
            src: 'startupTasks',
            onDone: [
              {
                guard: 'isRestartWanted',
                target: '#session.stopping',
                description: 'A restart was requested during the start.',
              },
              { guard: 'isHoldWanted', target: '#session.running.held', description: 'Started held.' },
              { target: '#session.running', description: 'Started.' },
            ],
            onError: startFailed,
          },
        },
      },
    },
    running: {
      description: 'Tasks launch when their condition holds.',
      initial: 'active',
      invoke: {
        id: 'watchConditions',
        src: 'watchConditions',
        onError: runFailed,
      },
      on: {
        'session.shutDown': [
          {
            guard: 'isForced',
            target: 'stopping',
            actions: ['wantTerminate', 'answer'],
            description: 'Terminate live runs and stop.',
          },
          { target: 'stopping', actions: 'answer', description: 'Let live runs finish, then stop.' },
        ],
        'session.restart': {
          target: 'stopping',
          actions: ['wantRestart', 'answer'],
          description: 'Let live runs finish, then start again.',
        },
        'session.failed': runFailed,
      },
      states: {
        active: {
          description: 'Ready tasks launch.',
          on: {
            'session.hold': {
              target: 'held',
              actions: ['wantHold', 'answer'],
              description: 'Stop launching; live runs continue.',
            },
          },
        },
        held: {
          description: 'Nothing launches; end conditions and timeouts still apply.',
          entry: 'beginHold',
          exit: 'endHold',
          on: {
            'session.resume': {
              target: 'active',
              actions: ['wantNoHold', 'resumeLaunching', 'answer'],
              description: 'Launch again.',
            },
            'session.hold': { actions: 'answer', description: 'The session is already held.' },
          },
        },
      },
    },
    stopping: {
      description: 'Shut-down hooks and tasks run, live runs end, and everything is released.',
      initial: 'hooks',
      entry: ['stopLaunching', 'terminateIfWanted'],
      on: {
        'session.shutDown': [
          callOffRestart,
          {
            actions: force,
            description: 'Repeated shut-down: terminate live runs.',
          },
        ],
        'session.failed': {
          actions: failStop,
          description: 'A fatal error while stopping.',
        },
      },
      states: {
        hooks: {
          description: 'Shut-down hooks run up to the stop.',
          invoke: {
            id: 'shutdownHooks',
            src: 'shutdownHooks',
            onDone: { target: 'shutdownTasks', description: 'The hooks have finished.' },
            onError: stopFailed,
          },
        },
        shutdownTasks: {
          description: 'Shut-down tasks run; permanent tasks are terminated.',
          invoke: {
            id: 'shutdownTasks',
            src: 'shutdownTasks',
            onDone: [
              { guard: 'isTerminateWanted', target: 'terminating', description: 'The stop is forced.' },
              { target: 'draining', description: 'Let live runs finish.' },
            ],
            onError: stopFailed,
          },
        },
        draining: {
          description: 'Live runs may finish.',
          invoke: {
            id: 'drain',
            src: 'drain',
            onDone: [
              {
                guard: 'isTimeout',
                target: 'terminating',
                actions: ['wantTerminate', 'terminateRuns'],
                description: 'The drain timeout has passed.',
              },
              { target: 'afterHooks', description: 'No run is live.' },
            ],
            onError: stopFailed,
          },
          on: {
            'session.shutDown': [
              callOffRestart,
              {
                target: 'terminating',
                actions: force,
                description: 'Repeated shut-down: terminate live runs.',
              },
            ],
            'session.failed': stopFailed,
          },
        },
        terminating: {
          description: 'Live runs are terminated, and abandoned after their grace period.',
          invoke: {
            id: 'awaitEnds',
            src: 'awaitEnds',
            onDone: { target: 'afterHooks', description: 'No run is live.' },
            onError: {
              target: 'afterHooks',
              actions: 'noteFailure',
              description: 'The session cannot wait for runs.',
            },
          },
        },
        afterHooks: {
          description: 'Shut-down hooks finish.',
          invoke: {
            id: 'afterHooks',
            src: 'afterHooks',
            onDone: [
              {
                guard: 'isRecallWanted',
                target: '#session.restarting',
                description: 'Start again; the store stays open.',
              },
              {
                guard: 'isRestartWanted',
                target: 'releasing',
                actions: ['wantNoHold', 'beginRestart'],
                description: 'A new process takes over.',
              },
              { target: 'releasing', actions: 'wantNoHold', description: 'The hooks have finished.' },
            ],
            onError: {
              target: 'releasing',
              actions: ['noteFailure', 'wantNoRestart', 'wantNoHold'],
              description: 'The hooks could not be called.',
            },
          },
        },
        releasing: {
          description: 'The store is closed; timers, listeners and task actors are released.',
          invoke: {
            id: 'release',
            src: 'release',
            onDone: {
              target: '#session.stopped',
              actions: ['finishStop', 'wantNoRestart'],
              description: 'Nothing is open.',
            },
            onError: {
              target: '#session.stopped',
              actions: ['noteFailure', 'finishStop', 'wantNoRestart'],
              description: 'Something could not be released.',
            },
          },
          on: {
            'session.start': [
              {
                guard: 'isStartWanted',
                actions: 'refuseStart',
                description: 'Refused: a start is already requested.',
              },
              { actions: ['wantStart', 'deferStart'], description: 'Start once stopped.' },
            ],
            'session.shutDown': [
              {
                guard: 'isStartWanted',
                actions: ['wantNoRestart', 'wantNoStart', 'callOffStart', 'answer'],
                description: 'A shut-down cancels the requested start.',
              },
              { actions: ['wantNoRestart', 'answer'], description: 'A shut-down cancels the restart.' },
            ],
            'session.hold': { actions: ['wantHold', 'answer'], description: 'Start held.' },
            'session.resume': { actions: ['wantNoHold', 'answer'], description: 'Start active.' },
            'session.failed': { actions: 'noteFailure', description: 'A fatal error while releasing.' },
          },
        },
      },
    },
    restarting: {
      description: 'The session has stopped and starts again.',
      entry: ['countRestart', 'beginRestart'],
      always: { target: 'standby', description: 'Start again in the same process (recall).' },
    },
  },
})
