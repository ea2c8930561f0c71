/**
 * One task: named work, and the actor that people look at.
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
 * `disabled` is a fact beside the states: it keeps the condition from launching runs and leaves a living run alone.
 * With multilaunch it is `running` while any run lives.
 */
import { type AnyActorRef, assign, enqueueActions, setup } from 'xstate'
import type { CommandEvent } from './commands.ts'
import type { Action, Outcome, RunTrigger } from './protocol.ts'

/**
 * Events a task understands. The commands (`task.*`) are the session's own, as they reach the task.
 *
 * @example
 * ```ts
 * import type { TaskEvent } from 'gantry/machines'
 *
 * const event: TaskEvent = { type: 'task.run', params: { day: '2026-11-24' } }
 * ```
 */
export type TaskEvent =
  /** The commands that name a task, but `task.create`. */
  | ToOneTask<Exclude<Extract<CommandEvent, { readonly task: string }>, { readonly type: 'task.create' }>>
  /** What the run log remembers: a restored task starts where its last record says. */
  | { readonly type: 'task.restored'; readonly last: Action | null; readonly live: number }
  | { readonly type: 'run.launched'; readonly runId: string; readonly trigger: RunTrigger }
  | { readonly type: 'run.ended'; readonly runId: string; readonly outcome: Outcome }
  /** Run actors that were made with this one as parent: XState stops only those that it spawned. */
  | { readonly type: 'actors.stop'; readonly actors: readonly AnyActorRef[] }
  /** A run's actor failed. XState's own word of it is an event type per actor, each remembered for ever. */
  | { readonly type: 'actor.failed'; readonly actorId: string }

/** A command as a task's actor takes it: the name is implied. */
type ToOneTask<C> = C extends unknown ? Omit<C, 'task'> & { readonly task?: string } : never

/**
 * What a task's actor knows; plain data, shown in the inspectors.
 *
 * @example
 * ```ts
 * import type { TaskContext } from 'gantry/machines'
 *
 * const { live, lastOutcome }: TaskContext = session.task('report').actor.getSnapshot().context
 * ```
 */
export interface TaskContext {
  /** Unique among all actors of a session, also of tasks removed and made again. */
  readonly id: string
  readonly name: string
  readonly disabled: boolean
  /** Runs that live. */
  readonly live: number
  /** Runs that ended since the task was made. */
  readonly runs: number
  readonly lastRunId: string | null
  readonly lastOutcome: Outcome | null
}

/**
 * What a task starts from. Default: enabled.
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
  description: 'It leaves the session; its name is free at once.',
} as const

/**
 * The machine of a task: one object for all tasks, differences by input. Its effects are stubs; the session provides
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
    /** Makes or reuses a run actor and starts it. */
    startRun: () => {},
    /** Confirms to the sender of a command that it is carried out. */
    answer: () => {},
    /** Queues a manual run, whatever the condition and `disabled` say; answers. */
    queueRun: () => {},
    /** Queues a run for each period of a stretch of time. */
    backfillRuns: () => {},
    /** Tells one living run or all of them to end, and takes queued ones back. */
    terminateRuns: () => {},
    /** Changes options of the task while it lives. */
    updateTask: () => {},
    /** Ends what the task holds: its watch, its queue, its living runs. */
    release: () => {},
    /** Looks again at whether the task may launch. */
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
      description: 'The condition launches no more runs.',
    },
    'task.enable': {
      actions: ['enable', 'reconsider', 'answer'],
      description: 'The condition launches runs again.',
    },
    'task.update': { actions: 'updateTask', description: 'Change options while it lives.' },
    'task.restored': [
      {
        guard: 'livesOn',
        target: '.running',
        actions: 'remember',
        description: 'Its actor was made anew while a run lives.',
      },
      {
        guard: 'lastEndedBadly',
        target: '.failed',
        actions: 'remember',
        description: 'Its last run failed or crashed.',
      },
      { target: '.idle', actions: 'remember', description: 'Its last run ended well, or it never ran.' },
    ],
    'actors.stop': { actions: 'stopActors', description: 'Stop run actors (the session stopped).' },
    'actor.failed': {
      actions: 'runActorFailed',
      description: 'The actor of a run failed: the run ends as a failure, and the task goes on.',
    },
  },
  states: {
    idle: {
      description: 'No run lives; the last one did not fail.',
      on: {
        'run.launched': launch,
        'task.remove': removal,
      },
    },
    running: {
      description: 'At least one run lives.',
      on: {
        'run.launched': { actions: ['countLaunch', 'startRun'], description: 'One more run (multilaunch).' },
        'run.ended': [
          { guard: 'othersLive', actions: 'countEnd', description: 'Other runs still live.' },
          {
            guard: 'endedBadly',
            target: 'failed',
            actions: 'countEnd',
            description: 'It failed or crashed.',
          },
          {
            target: 'idle',
            actions: 'countEnd',
            description: 'It ended in success, inaction or termination.',
          },
        ],
        'task.remove': removal,
      },
    },
    failed: {
      description: 'No run lives; the last one failed or crashed.',
      on: {
        'run.launched': launch,
        'task.remove': removal,
      },
    },
    removed: { type: 'final', description: 'It left the session.', entry: 'release' },
  },
})
