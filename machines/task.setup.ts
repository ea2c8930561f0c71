/** Setup of the task machine: events, context, effects and guards. */
import { type AnyActorRef, assign, enqueueActions, setup } from 'xstate'
import type { CommandEvent } from './commands.ts'
import type { Action, Outcome, RunTrigger } from './protocol.ts'

/**
 * The launch of a run, as the task's actor receives it: plain data. Instants are in epoch ms; `relaunchAt` is on the
 * monotonic clock: until then, the condition does not launch the task again.
 *
 * @example
 * ```ts
 * import type { Launch } from 'gantry/machines'
 *
 * const launch: Launch = { runId: '1', trigger: 'manual', at: 0, relaunchAt: 100, dueAt: null, period: null }
 * ```
 */
export interface Launch {
  readonly runId: string
  readonly trigger: RunTrigger
  readonly at: number
  readonly relaunchAt: number
  /** Since when the run was due; null for a manual run. */
  readonly dueAt: number | null
  /** The scheduled period that the run is for. */
  readonly period: { readonly start: number; readonly end: number } | null
}

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
  /**
   * The state from the run log: the last action, and the number of live runs. A simulation takes over the relaunch
   * delay too.
   */
  | {
      readonly type: 'task.restored'
      readonly last: Action | null
      readonly live: number
      readonly delay?: Pick<TaskContext, 'relaunchAt' | 'hasForeignChange'>
    }
  /** The start condition became true or false. `at`: since when, epoch ms. */
  | { readonly type: 'condition.changed'; readonly holds: boolean; readonly at: number }
  /** A dependency of the condition changed, and not by a run of the task: the relaunch delay does not apply. */
  | { readonly type: 'dependency.changed' }
  /** A run waits in the queue, and its params are checked. */
  | { readonly type: 'run.requested'; readonly runId: string }
  /** The relaunch delay has passed. */
  | { readonly type: 'delay.passed' }
  /** A fact outside the context has changed: options, limits, the queue, a live run of a removed task of the same name. */
  | { readonly type: 'facts.changed' }
  /** There is capacity for the task, and it is the first in the launch order. */
  | ({ readonly type: 'capacity.freed' } & Launch)
  /** The start or the end of the session launches the task, regardless of its condition. */
  | ({ readonly type: 'run.ordered' } & Launch)
  /** A run that an earlier process, or an earlier start of the session, left open continues. */
  | ({ readonly type: 'run.resumed' } & Launch)
  /** A run continues at the next start of the session. */
  | { readonly type: 'run.suspended'; readonly runId: string }
  /** `relaunchAt`: as for a launch. */
  | {
      readonly type: 'run.ended'
      readonly runId: string
      readonly outcome: Outcome
      readonly relaunchAt: number
    }
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
  /** The start condition holds. False while it is not watched. */
  readonly holds: boolean
  /** Since when the start condition holds, epoch ms; null while it does not. */
  readonly dueAt: number | null
  /**
   * The instant before which the condition does not launch the task again, on the monotonic clock (ms); null if the
   * condition did not hold through the last launch or end.
   */
  readonly relaunchAt: number | null
  /** A dependency of the condition changed since the last launch, and not by a run of the task: no relaunch delay applies. */
  readonly hasForeignChange: boolean
  /** Number of live runs. */
  readonly live: number
  /** Number of runs that ended since the task was created. */
  readonly runs: number
  readonly lastRunId: string | null
  readonly lastOutcome: Outcome | null
}

/**
 * The input of a task's actor. Default: enabled. `facts` are the facts that an actor takes over from the one that it
 * replaces.
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
  readonly facts?: Partial<TaskContext>
}

/** The context of a new task. */
export function initialContext({ id, name, disabled = false, facts }: TaskInput): TaskContext {
  const first: TaskContext = {
    id,
    name,
    disabled,
    holds: false,
    dueAt: null,
    relaunchAt: null,
    hasForeignChange: false,
    live: 0,
    runs: 0,
    lastRunId: null,
    lastOutcome: null,
  }
  return { ...first, ...facts, id, name, disabled }
}

/** The assumption of the stub guards about a task outside a session: concurrency 1, no queue, no relaunch delay. */
const isReady = ({ holds, disabled, live }: TaskContext): boolean => holds && !disabled && live === 0

const isFailure = (outcome: Action | null): boolean => outcome === 'fail' || outcome === 'crash'

export const taskSetup = setup({
  types: {
    context: {} as TaskContext,
    events: {} as TaskEvent,
    input: {} as TaskInput,
  },
  actions: {
    /** Starts the run of the event: creates or reuses a run actor. */
    launch: () => {},
    /** Puts the task into the launch order. */
    enlist: () => {},
    /** Starts the timer of the relaunch delay. */
    startDelay: () => {},
    /** Stops the timer of the relaunch delay. */
    stopDelay: () => {},
    /** Confirms a command to its sender. */
    answer: () => {},
    /** Queues a manual run regardless of the condition and `disabled`; answers. */
    queueRun: () => {},
    /** Queues a run for each period of a range. */
    backfillRuns: () => {},
    /** Terminates one live run or all of them, and cancels queued runs. */
    terminateRuns: () => {},
    /** Sends an event to live runs, whose work is a workflow. */
    sendToRuns: () => {},
    /** Changes options of the task. */
    updateTask: () => {},
    /** Reports that the task was disabled or enabled. */
    reportChange: () => {},
    /** Releases the resources of the task: its watch, its queue and its live runs. */
    release: () => {},
    /** Settles a run whose actor failed. */
    runActorFailed: () => {},
    stopActors: enqueueActions(({ enqueue, event }) => {
      if (event.type === 'actors.stop') for (const actor of event.actors) enqueue.stopChild(actor)
    }),
    disable: assign({ disabled: true }),
    enable: assign({ disabled: false }),
    noteCondition: assign(({ event }) =>
      event.type === 'condition.changed' ? { holds: event.holds, dueAt: event.holds ? event.at : null } : {},
    ),
    noteForeignChange: assign({ hasForeignChange: true }),
    countLaunch: assign(({ context, event }) =>
      event.type === 'capacity.freed' || event.type === 'run.ordered' || event.type === 'run.resumed'
        ? {
            live: context.live + 1,
            lastRunId: event.runId,
            hasForeignChange: false,
            relaunchAt: context.holds ? event.relaunchAt : null,
          }
        : {},
    ),
    countSuspension: assign({ live: ({ context }) => Math.max(0, context.live - 1) }),
    countEnd: assign(({ context, event }) =>
      event.type === 'run.ended'
        ? {
            live: Math.max(0, context.live - 1),
            runs: context.runs + 1,
            lastRunId: event.runId,
            lastOutcome: event.outcome,
            relaunchAt: context.holds ? event.relaunchAt : null,
          }
        : {},
    ),
    remember: assign(({ event }) =>
      event.type === 'task.restored'
        ? { live: event.live, lastOutcome: event.last === 'run' ? null : event.last, ...event.delay }
        : {},
    ),
  },
  guards: {
    /** A run is wanted, and no obstacle of the task is left: it waits for its turn and for capacity. */
    isReady: ({ context }) => isReady(context),
    /** The task would be ready but for its relaunch delay. */
    isBackingOff: () => false,
    /** No run is wanted, or an obstacle of the task is left. */
    isResting: ({ context }) => !isReady(context),
    /** No obstacle to a launch is left: the same function that `explain()` uses. */
    mayLaunch: ({ context }) => isReady(context),
    othersLive: ({ context }) => context.live > 1,
    endedBadly: ({ event }) => event.type === 'run.ended' && isFailure(event.outcome),
    livesOn: ({ event }) => event.type === 'task.restored' && event.live > 0,
    lastEndedBadly: ({ event }) => event.type === 'task.restored' && isFailure(event.last),
  },
})
