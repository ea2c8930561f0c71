/**
 * Task machine: named work with a start condition, and the parent of its run actors.
 *
 * ```
 *             launched                     launched
 *   ┌──────┐ ─────────▶ ┌─────────┐ ◀───────────────── ┌────────┐
 *   │ idle │            │ running │                    │ failed │
 *   └──────┘ ◀───────── └─────────┘ ─────────────────▶ └────────┘
 *        last run ended: success,        last run ended:
 *        inaction, terminate             fail, crash
 *
 *   any ── remove ──▶ removed (final)
 * ```
 *
 * `disabled` is context, not a state: it stops launches by the condition and does not affect live runs.
 * With `concurrency` above one, the state is `running` while any run is live.
 */
import { type AnyActorRef, assign, enqueueActions, setup } from 'xstate'
import type { CommandEvent } from './commands.ts'
import type { Action, Outcome, RunTrigger } from './protocol.ts'

/**
 * The events of a task. The commands (`task.*`) are forwarded by the session.
 *
 * @example
 * ```ts
 * import type { TaskEvent } from 'gantry/machines'
 *
 * const event: TaskEvent = { type: 'task.run', params: { day: '2026-11-24' } }
 * ```
 */
export type TaskEvent =
  /** The commands that name a task, except `task.create`. */
  | ToOneTask<Exclude<Extract<CommandEvent, { readonly task: string }>, { readonly type: 'task.create' }>>
  /** The state from the run log: the last action, and the number of live runs. */
  | { readonly type: 'task.restored'; readonly last: Action | null; readonly live: number }
  | { readonly type: 'run.launched'; readonly runId: string; readonly trigger: RunTrigger }
  | { readonly type: 'run.ended'; readonly runId: string; readonly outcome: Outcome }
  /** Run actors created with this actor as parent: XState stops only the actors that it spawned. */
  | { readonly type: 'actors.stop'; readonly actors: readonly AnyActorRef[] }
  /** A run's actor failed. XState's own error event has a type per actor, and XState keeps each type in memory forever. */
  | { readonly type: 'actor.failed'; readonly actorId: string }

/** A command as a task's actor receives it: the name is implied. */
type ToOneTask<C> = C extends unknown ? Omit<C, 'task'> & { readonly task?: string } : never

/**
 * The context of a task's actor: plain data, shown in the inspectors.
 *
 * @example
 * ```ts
 * import type { TaskContext } from 'gantry/machines'
 *
 * const { live, lastOutcome }: TaskContext = session.task('report').actor.getSnapshot().context
 * ```
 */
export interface TaskContext {
  /** Unique among all actors of a session, including tasks that are removed and created again. */
  readonly id: string
  readonly name: string
  readonly disabled: boolean
  /** Number of live runs. */
  readonly live: number
  /** Number of runs that ended since the task was created. */
  readonly runs: number
  readonly lastRunId: string | null
  readonly lastOutcome: Outcome | null
}

/**
 * The input of a task's actor. Default: enabled.
 *
 * @example
 * ```ts
 * import type { TaskInput } from 'gantry/machines'
 *
 * const input: TaskInput = { id: 'report-1', name: 'report', disabled: true }
 * ```
 */
export interface TaskInput {
  readonly id: string
  readonly name: string
  readonly disabled?: boolean
}

const isFailure = (outcome: Action | null): boolean => outcome === 'fail' || outcome === 'crash'

const launch = {
  target: 'running',
  actions: ['countLaunch', 'startRun'],
  description: 'The session launches a run.',
} as const

const removal = {
  target: '#task.removed',
  actions: 'answer',
  description: 'The task is removed from the session; its name is free at once.',
} as const

/**
 * The machine of a task: one object for all tasks, configured by input. Its effects are stubs; the session provides
 * them. Its states are `idle`, `running`, `failed` and `removed`.
 *
 * @example
 * ```ts
 * import { createActor } from 'xstate'
 * import { taskMachine } from 'gantry/machines'
 *
 * const actor = createActor(taskMachine, { input: { id: 'report-1', name: 'report' } }).start()
 * actor.send({ type: 'run.launched', runId: '1', trigger: 'manual' })
 * actor.getSnapshot().value // 'running'
 * ```
 */
export const taskMachine = setup({
  types: {
    context: {} as TaskContext,
    events: {} as TaskEvent,
    input: {} as TaskInput,
  },
  actions: {
    /** Creates or reuses a run actor and starts it. */
    startRun: () => {},
    /** Confirms a command to its sender. */
    answer: () => {},
    /** Queues a manual run regardless of the condition and `disabled`; answers. */
    queueRun: () => {},
    /** Queues a run for each period of a range. */
    backfillRuns: () => {},
    /** Terminates one live run or all of them, and cancels queued runs. */
    terminateRuns: () => {},
    /** Changes options of the task. */
    updateTask: () => {},
    /** Releases the resources of the task: its watch, its queue and its live runs. */
    release: () => {},
    /** Re-evaluates whether the task can launch. */
    reconsider: () => {},
    /** Settles a run whose actor failed. */
    runActorFailed: () => {},
    stopActors: enqueueActions(({ enqueue, event }) => {
      if (event.type === 'actors.stop') for (const actor of event.actors) enqueue.stopChild(actor)
    }),
    disable: assign({ disabled: true }),
    enable: assign({ disabled: false }),
    countLaunch: assign(({ context, event }) =>
      event.type === 'run.launched' ? { live: context.live + 1, lastRunId: event.runId } : {},
    ),
    countEnd: assign(({ context, event }) =>
      event.type === 'run.ended'
        ? {
            live: Math.max(0, context.live - 1),
            runs: context.runs + 1,
            lastRunId: event.runId,
            lastOutcome: event.outcome,
          }
        : {},
    ),
    remember: assign(({ event }) =>
      event.type === 'task.restored'
        ? { live: event.live, lastOutcome: event.last === 'run' ? null : event.last }
        : {},
    ),
  },
  guards: {
    othersLive: ({ context }) => context.live > 1,
    endedBadly: ({ event }) => event.type === 'run.ended' && isFailure(event.outcome),
    livesOn: ({ event }) => event.type === 'task.restored' && event.live > 0,
    lastEndedBadly: ({ event }) => event.type === 'task.restored' && isFailure(event.last),
  },
}).createMachine({
  id: 'task',
  description: 'Named work with a start condition.',
  context: ({ input }) => ({
    id: input.id,
    name: input.name,
    disabled: input.disabled ?? false,
    live: 0,
    runs: 0,
    lastRunId: null,
    lastOutcome: null,
  }),
  initial: 'idle',
  on: {
    'task.run': { actions: 'queueRun', description: 'Queue a manual run.' },
    'task.backfill': { actions: 'backfillRuns', description: 'Queue a run for each period of a range.' },
    'task.terminate': { actions: ['terminateRuns', 'answer'], description: 'Terminate live runs.' },
    'task.disable': {
      actions: ['disable', 'reconsider', 'answer'],
      description: 'Stop launching runs by the condition.',
    },
    'task.enable': {
      actions: ['enable', 'reconsider', 'answer'],
      description: 'Launch runs by the condition again.',
    },
    'task.update': { actions: 'updateTask', description: 'Change options of the task.' },
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
      on: {
        'run.launched': launch,
        'task.remove': removal,
      },
    },
    running: {
      description: 'At least one run is live.',
      on: {
        'run.launched': {
          actions: ['countLaunch', 'startRun'],
          description: 'Another run starts (concurrency).',
        },
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
        'task.remove': removal,
      },
    },
    failed: {
      description: 'No run is live; the last one failed or crashed.',
      on: {
        'run.launched': launch,
        'task.remove': removal,
      },
    },
    removed: { type: 'final', description: 'The task was removed from the session.', entry: 'release' },
  },
})
