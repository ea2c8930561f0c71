/**
 * Task machine: named work with a start condition, and the parent of its run actors.
 *
 * ```
 *   ┌─ idle ───────────┐  capacity.freed   ┌─ running ────────┐  capacity.freed   ┌─ failed ─────────┐
 *   │  resting         │  [mayLaunch]      │  resting         │  [mayLaunch]      │  resting         │
 *   │  ready ──────────┼──────────────────▶│  ready           │◀──────────────────┼─ ready           │
 *   │  backingOff      │◀──────────────────┤  backingOff      ├──────────────────▶│  backingOff      │
 *   └──────────────────┘  last run ended:  └──────────────────┘  last run ended:  └──────────────────┘
 *                         success, inaction, terminate           fail, crash
 *
 *   any ── task.remove ──▶ removed (final)
 * ```
 *
 * The top level says how the last run ended, and whether a run is live. The phase below says what the next run waits
 * for: `resting` for its condition, a request, or an obstacle of the task's own (disabled, concurrency); `backingOff`
 * for the relaunch delay; `ready` for its turn and for capacity. The phase follows the facts by itself; the launcher
 * orders the ready tasks and sends `capacity.freed` to one after the other.
 *
 * `disabled` is context, not a state: it blocks launches by the condition only, and does not affect live runs.
 * With `concurrency` above one, the state is `running` while any run is live.
 */
import { initialContext, taskSetup } from './task.setup.ts'

/** Transitions of a launch that capacity allows. */
const launch = {
  guard: 'mayLaunch',
  target: '#task.running',
  actions: ['countLaunch', 'launch'],
  description: 'The task has its turn, and no obstacle is left: a run starts.',
} as const

/** The phases of a task, which say what its next run waits for. */
const phases = {
  resting: {
    description: 'The next run waits for the condition, for a request, or for an obstacle of the task to go.',
    always: [
      {
        guard: 'isReady',
        target: 'ready',
        description: 'A run is wanted, and nothing of the task blocks it.',
      },
      { guard: 'isBackingOff', target: 'backingOff', description: 'Only the relaunch delay is in the way.' },
    ],
  },
  ready: {
    description: 'The next run waits for its turn and for capacity.',
    entry: 'enlist',
    on: {
      'capacity.freed': [
        launch,
        { actions: 'enlist', description: 'An obstacle came up since: the task waits for another turn.' },
      ],
    },
    always: [
      { guard: 'isBackingOff', target: 'backingOff', description: 'Only the relaunch delay is in the way.' },
      {
        guard: 'isResting',
        target: 'resting',
        description: 'No run is wanted any more, or something blocks it.',
      },
    ],
  },
  backingOff: {
    description: 'The condition still holds after the last run: the next run waits for the relaunch delay.',
    entry: 'startDelay',
    exit: 'stopDelay',
    on: {
      'delay.passed': [
        { guard: 'isBackingOff', target: 'backingOff', reenter: true, description: 'The timer fired early.' },
        { target: 'resting', description: 'The delay has passed.' },
      ],
    },
    always: [
      { guard: 'isReady', target: 'ready', description: 'The delay no longer applies.' },
      {
        guard: 'isResting',
        target: 'resting',
        description: 'No run is wanted any more, or something blocks it.',
      },
    ],
  },
} as const

/**
 * The machine of a task: one object for all tasks, configured by input. Its effects are stubs, and its guards assume a
 * task outside a session; the session provides both. Its states are `idle`, `running`, `failed` (each with the phases
 * `resting`, `ready` and `backingOff`) and `removed`.
 *
 * @example
 * ```ts
 * import { createActor } from 'xstate'
 * import { taskMachine } from 'gantry/machines'
 *
 * const actor = createActor(taskMachine, { input: { id: 'report-1', name: 'report' } }).start()
 * actor.send({ type: 'condition.changed', holds: true, at: 0 })
 * actor.getSnapshot().value // { idle: 'ready' }
 * actor.send({ type: 'capacity.freed', runId: '1', trigger: 'condition', at: 0, relaunchAt: 0, dueAt: 0, period: null })
 * actor.getSnapshot().matches('running') // true
 * ```
 */
export const taskMachine = taskSetup.createMachine({
  id: 'task',
  description: 'Named work with a start condition.',
  context: ({ input }) => initialContext(input),
  initial: 'idle',
  on: {
    'condition.changed': {
      actions: 'noteCondition',
      description: 'The start condition became true or false.',
    },
    'dependency.changed': {
      actions: 'noteForeignChange',
      description: 'A dependency of the condition changed, and not by a run of the task.',
    },
    'run.requested': { description: 'A run waits in the queue.' },
    'facts.changed': { description: 'Options, limits or the queue changed.' },
    'run.ordered': {
      target: '.running',
      actions: ['countLaunch', 'launch'],
      description: 'The start or the end of the session launches a run.',
    },
    'run.resumed': {
      target: '.running',
      actions: ['countLaunch', 'launch'],
      description: 'A run that was left open continues.',
    },
    'run.send': { actions: 'sendToRuns', description: 'Send an event to live runs.' },
    'task.run': { actions: 'queueRun', description: 'Queue a manual run.' },
    'task.backfill': { actions: 'backfillRuns', description: 'Queue a run for each period of a range.' },
    'task.terminate': { actions: ['terminateRuns', 'answer'], description: 'Terminate live runs.' },
    'task.disable': {
      actions: ['disable', 'reportChange', 'answer'],
      description: 'Stop launching runs by the condition.',
    },
    'task.enable': {
      actions: ['enable', 'reportChange', 'answer'],
      description: 'Launch runs by the condition again.',
    },
    'task.update': { actions: 'updateTask', description: 'Change options of the task.' },
    'task.remove': {
      target: '.removed',
      actions: 'answer',
      description: 'The task is removed from the session; its name is free at once.',
    },
    'task.restored': [
      {
        guard: 'livesOn',
        target: '.running',
        actions: 'remember',
        description: 'The actor was created again while a run is live.',
      },
      {
        guard: 'lastEndedBadly',
        target: '.failed',
        actions: 'remember',
        description: 'The last run failed or crashed.',
      },
      {
        target: '.idle',
        actions: 'remember',
        description: 'The last run did not fail, or the task has never run.',
      },
    ],
    'actors.stop': { actions: 'stopActors', description: 'Stop run actors (the session stopped).' },
    'actor.failed': {
      actions: 'runActorFailed',
      description: 'The actor of a run failed: the run ends as a failure, and the task continues.',
    },
  },
  states: {
    idle: {
      description: 'No run is live; the last one did not fail.',
      initial: 'resting',
      states: phases,
    },
    running: {
      description: 'At least one run is live.',
      initial: 'resting',
      states: phases,
      on: {
        'run.suspended': [
          { guard: 'othersLive', actions: 'countSuspension', description: 'Other runs are still live.' },
          { target: 'idle', actions: 'countSuspension', description: 'The run continues at the next start.' },
        ],
        'run.ended': [
          { guard: 'othersLive', actions: 'countEnd', description: 'Other runs are still live.' },
          {
            guard: 'endedBadly',
            target: 'failed',
            actions: 'countEnd',
            description: 'The run failed or crashed.',
          },
          {
            target: 'idle',
            actions: 'countEnd',
            description: 'The run ended in success, inaction or termination.',
          },
        ],
      },
    },
    failed: {
      description: 'No run is live; the last one failed or crashed.',
      initial: 'resting',
      states: phases,
    },
    removed: { type: 'final', description: 'The task was removed from the session.', entry: 'release' },
  },
})
