/**
 * One run: one execution of a task, from launch to exactly one outcome.
 *
 * ```
 *   ┌──────────┐ began  ┌─────────┐ terminate ┌─────────────┐ settled, graceOver ┌───────┐
 *   │ starting ├───────▶│ running ├──────────▶│ terminating ├───────────────────▶│ ended │
 *   └────┬─────┘        └────┬────┘           └─────────────┘                    └─┬───▲─┘
 *        │ terminate: noted   └────────────────────── settled ─────────────────────┼───┘
 *        ▼ began                                                                   │
 *      ended, work not started                    starting ◀───────────────────────┘ start (the actor is reused)
 *
 *   ended ── close ──▶ closed (final): the task was removed
 *
 *   running ── suspend ──▶ suspending ── suspended ──▶ suspended: a workflow that continues at the next start
 * ```
 *
 * The start record is durable before the work begins (`starting`), and terminated work has a grace period (`terminating`).
 * Results that the executor reports after `ended` are dropped here, so each run has exactly one outcome.
 */
import { assign, type EventObject, setup } from 'xstate'
import type { ErrorData, Outcome, RunTrigger, TerminateReason } from './protocol.ts'

/**
 * The result of the work, as its executor reports it. `error` is the thrown value.
 *
 * @example
 * ```ts
 * import type { Settlement } from 'gantry/machines'
 *
 * const settlement: Settlement = { kind: 'returned', value: 42 }
 * ```
 */
export type Settlement =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'inaction'; readonly reason?: string }
  /** The stored state of a workflow cannot be continued. */
  | { readonly kind: 'lost'; readonly reason: string }

/**
 * The events of a run. Times are epoch ms.
 *
 * @example
 * ```ts
 * import type { RunEvent } from 'gantry/machines'
 *
 * const events: RunEvent[] = [{ type: 'run.began' }, { type: 'run.settled', settlement: { kind: 'returned', value: 42 } }]
 * ```
 */
export type RunEvent =
  | {
      readonly type: 'run.start'
      readonly runId: string
      readonly at: number
      readonly trigger: RunTrigger
      readonly isResumed?: boolean
    }
  /** The start record is durable: the work may begin. */
  | { readonly type: 'run.began' }
  | { readonly type: 'run.settled'; readonly settlement: Settlement }
  | { readonly type: 'run.terminate'; readonly reason: TerminateReason }
  /** The grace period has passed and the work has not ended. */
  | { readonly type: 'run.graceOver' }
  /** An event for the work, which is a workflow. `request`: the command that is answered. */
  | ({ readonly type: 'run.sent' } & Sent)
  /** The session stops: a workflow over a durable store continues at the next start. */
  | { readonly type: 'run.suspend' }
  /** The state of the suspended workflow is durable. */
  | { readonly type: 'run.suspended' }
  /** The task was removed: the actor is not reused. */
  | { readonly type: 'run.close' }
  | { readonly type: 'run.progressed'; readonly progress: number; readonly message?: string }
  /** Lines that the work logged, batched per turn of the event loop. */
  | { readonly type: 'run.logged'; readonly lines: readonly string[] }

/** An event for a workflow. */
interface Sent {
  readonly event: EventObject
  readonly request?: string
}

/**
 * The context of a run's actor: plain data, shown in the inspectors.
 *
 * @example
 * ```ts
 * import type { RunContext } from 'gantry/machines'
 *
 * const line = ({ task, runId, outcome }: RunContext): string => `${task} ${runId}: ${outcome ?? 'live'}`
 * ```
 */
export interface RunContext {
  readonly task: string
  readonly runId: string
  readonly trigger: RunTrigger
  /** Epoch ms. */
  readonly startedAt: number
  /** The run began in an earlier process, or before a restart of the session. */
  readonly isResumed: boolean
  readonly isSuspendWanted: boolean
  /** Events for a workflow that came before its work began. */
  readonly inbox: readonly Sent[]
  readonly outcome: Outcome | null
  /** The reason for its termination, or for its `inaction`. */
  readonly reason: string | null
  /** From 0 to 1; null before the first report. */
  readonly progress: number | null
  readonly message: string | null
  /** The last lines that it logged, oldest first. */
  readonly lines: readonly string[]
  readonly error: ErrorData | null
}

/**
 * The input of a run's actor. `at` is the launch, in epoch ms.
 *
 * @example
 * ```ts
 * import type { RunInput } from 'gantry/machines'
 *
 * const input: RunInput = { task: 'report', runId: '1', at: Date.UTC(2026, 0, 1), trigger: 'manual' }
 * ```
 */
export interface RunInput {
  readonly task: string
  readonly runId: string
  readonly at: number
  readonly trigger: RunTrigger
  /** Default false. */
  readonly isResumed?: boolean
}

/**
 * Returns the outcome of settled work. After a termination, a rejection counts as `terminate` and a normal return as `success`.
 *
 * @example
 * ```ts
 * import { outcomeOf } from 'gantry/machines'
 *
 * outcomeOf({ kind: 'threw', error: new Error('no') }, true) // 'terminate': the run was being terminated
 * ```
 */
export function outcomeOf(settlement: Settlement, wasTold: boolean): Outcome {
  if (settlement.kind === 'returned') return 'success'
  if (settlement.kind === 'inaction') return 'inaction'
  if (settlement.kind === 'lost') return 'crash'
  return wasTold ? 'terminate' : 'fail'
}

/** Maximum number of log lines in the context. */
const shownLines = 20
const noLines: readonly string[] = []
const noEvents: readonly Sent[] = []

const fresh = (
  task: string,
  { runId, at, trigger, isResumed = false }: Omit<RunInput, 'task'>,
): RunContext => ({
  task,
  runId,
  trigger,
  startedAt: at,
  isResumed,
  isSuspendWanted: false,
  inbox: noEvents,
  outcome: null,
  reason: null,
  progress: null,
  message: null,
  lines: noLines,
  error: null,
})

/**
 * The machine of a run. Its effects are stubs here; the session provides them. Its states are `starting`, `running`,
 * `terminating`, `ended` and `closed`.
 *
 * @example
 * ```ts
 * import { createActor } from 'xstate'
 * import { runMachine } from 'gantry/machines'
 *
 * const actor = createActor(runMachine, { input: { task: 'report', runId: '1', at: 0, trigger: 'manual' } }).start()
 * actor.send({ type: 'run.began' })
 * actor.getSnapshot().value // 'running'
 * ```
 */
export const runMachine = setup({
  types: {
    context: {} as RunContext,
    events: {} as RunEvent,
    input: {} as RunInput,
  },
  actions: {
    /** Writes the start record; sends `run.began` once it is durable. */
    recordStart: () => {},
    /** Passes the work to its executor; sends `run.settled`. */
    beginWork: () => {},
    /** Aborts the signal of the work and starts the grace period; sends `run.graceOver`. */
    abortWork: () => {},
    /** Writes the end record; notifies the task once it is durable. */
    recordEnd: (_, _params: { readonly settlement: Settlement | null }) => {},
    /** Reports a result that came after the end. */
    dropLateResult: () => {},
    /** Passes an event to the workflow, and answers the command. */
    deliver: () => {},
    /** Refuses an event: the run is not running. */
    refuseEvent: () => {},
    /** Stores the state of the workflow and ends its actors; sends `run.suspended`. */
    suspendWork: () => {},
    /** Releases a suspended run, which has no end record. */
    releaseSuspended: () => {},
    renew: assign(({ context, event }) =>
      event.type === 'run.start' ? fresh(context.task, event) : context,
    ),
    noteSuspend: assign({ isSuspendWanted: true }),
    keepEvent: assign(({ context, event }) =>
      event.type === 'run.sent'
        ? {
            inbox: [
              ...context.inbox,
              event.request === undefined
                ? { event: event.event }
                : { event: event.event, request: event.request },
            ],
          }
        : {},
    ),
    emptyInbox: assign({ inbox: noEvents }),
    noteReason: assign({
      reason: ({ context, event }) =>
        event.type === 'run.terminate' ? (context.reason ?? event.reason) : context.reason,
    }),
    noteProgress: assign(({ context, event }) =>
      event.type === 'run.progressed'
        ? { progress: event.progress, message: event.message ?? context.message }
        : {},
    ),
    noteLines: assign(({ context, event }) =>
      event.type === 'run.logged' ? { lines: [...context.lines, ...event.lines].slice(-shownLines) } : {},
    ),
    noteSuccessOrFailure: assign(({ event }) => settled(event, false)),
    noteEndAfterAbort: assign(({ event }) => settled(event, true)),
    noteTerminated: assign({ outcome: 'terminate' }),
  },
  guards: {
    wasToldToEnd: ({ context }) => context.reason !== null,
    isSuspendWanted: ({ context }) => context.isSuspendWanted,
  },
}).createMachine({
  id: 'run',
  description: 'One execution of a task, from launch to exactly one outcome.',
  context: ({ input }) => fresh(input.task, input),
  initial: 'starting',
  states: {
    starting: {
      description: 'The run is launched; its start record is being written.',
      entry: 'recordStart',
      on: {
        'run.began': [
          {
            guard: 'wasToldToEnd',
            target: 'ended',
            actions: ['noteTerminated', { type: 'recordEnd', params: { settlement: null } }],
            description: 'The run was terminated before its work began: the work does not start.',
          },
          {
            guard: 'isSuspendWanted',
            target: 'suspended',
            description: 'The session stops: the work does not start.',
          },
          { target: 'running', description: 'The start record is durable.' },
        ],
        'run.sent': { actions: 'keepEvent', description: 'The event waits for the work to begin.' },
        'run.suspend': {
          actions: 'noteSuspend',
          description: 'The run is suspended as soon as its start is recorded.',
        },
        'run.terminate': {
          actions: 'noteReason',
          description: 'The run ends as soon as its start is recorded.',
        },
        'run.settled': {
          target: 'ended',
          actions: [
            'noteSuccessOrFailure',
            {
              type: 'recordEnd',
              params: ({ event }) => ({ settlement: event.settlement }),
            },
          ],
          description: 'The work cannot be set up.',
        },
      },
    },
    running: {
      description: 'The work is running.',
      entry: ['beginWork', 'emptyInbox'],
      on: {
        'run.sent': { actions: 'deliver', description: 'An event for the workflow.' },
        'run.suspend': {
          target: 'suspending',
          description: 'The session stops: the workflow continues at the next start.',
        },
        'run.settled': {
          target: 'ended',
          actions: [
            'noteSuccessOrFailure',
            { type: 'recordEnd', params: ({ event }) => ({ settlement: event.settlement }) },
          ],
          description: 'The work returned, threw, or found nothing to do.',
        },
        'run.terminate': {
          target: 'terminating',
          actions: 'noteReason',
          description:
            'The run is terminated: request, timeout, end condition, shut-down, removal or replacement.',
        },
        'run.progressed': { actions: 'noteProgress', description: 'The work reports its progress.' },
        'run.logged': { actions: 'noteLines', description: 'The work logs lines.' },
      },
    },
    terminating: {
      description: 'The signal of the work is aborted; the work may end within the grace period.',
      entry: 'abortWork',
      on: {
        'run.settled': {
          target: 'ended',
          actions: [
            'noteEndAfterAbort',
            { type: 'recordEnd', params: ({ event }) => ({ settlement: event.settlement }) },
          ],
          description: 'A rejection counts as a termination; a normal return is still a success.',
        },
        'run.sent': { actions: 'refuseEvent', description: 'Refused: the run is being terminated.' },
        'run.graceOver': {
          target: 'ended',
          actions: ['noteTerminated', { type: 'recordEnd', params: { settlement: null } }],
          description: 'The work did not end within the grace period: it is abandoned or killed.',
        },
        'run.progressed': { actions: 'noteProgress', description: 'The work reports its progress.' },
        'run.logged': { actions: 'noteLines', description: 'The work logs lines.' },
      },
    },
    suspending: {
      description: 'The session stops: the state of the workflow is being stored.',
      entry: 'suspendWork',
      on: {
        'run.suspended': { target: 'suspended', description: 'The state of the workflow is durable.' },
        'run.sent': { actions: 'refuseEvent', description: 'Refused: the session stops.' },
      },
    },
    suspended: {
      description:
        'The workflow continues at the next start. The actor can be reused for another run of the task.',
      entry: 'releaseSuspended',
      on: {
        'run.start': {
          target: 'starting',
          actions: 'renew',
          description: 'The actor is reused for another run.',
        },
        'run.sent': { actions: 'refuseEvent', description: 'Refused: the run is suspended.' },
        'run.settled': { actions: 'dropLateResult', description: 'A late result is dropped and reported.' },
        'run.close': { target: 'closed', description: 'The task was removed from the session.' },
      },
    },
    ended: {
      description: 'The run has its outcome. The actor can be reused for the next run of the task.',
      on: {
        'run.sent': { actions: 'refuseEvent', description: 'Refused: the run has ended.' },
        'run.start': {
          target: 'starting',
          actions: 'renew',
          description: 'The actor is reused for another run.',
        },
        'run.settled': { actions: 'dropLateResult', description: 'A late result is dropped and reported.' },
        'run.close': { target: 'closed', description: 'The task was removed from the session.' },
      },
    },
    closed: { type: 'final', description: 'The actor is not reused.' },
  },
})

function settled(event: RunEvent, wasTold: boolean): Partial<RunContext> {
  if (event.type !== 'run.settled') return {}
  const { settlement } = event
  const outcome = outcomeOf(settlement, wasTold)
  return 'reason' in settlement && settlement.reason !== undefined
    ? { outcome, reason: settlement.reason }
    : { outcome }
}
