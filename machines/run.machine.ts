/**
 * One run: one execution of a task, from launch to exactly one outcome.
 *
 * ```
 *   ┌──────────┐ began  ┌─────────┐ terminate ┌─────────────┐ settled, graceOver ┌───────┐
 *   │ starting ├───────▶│ running ├──────────▶│ terminating ├───────────────────▶│ ended │
 *   └────┬─────┘        └────┬────┘           └─────────────┘                    └─┬───▲─┘
 *        │ terminate: noted   └────────────────────── settled ─────────────────────┼───┘
 *        ▼ began                                                                   │
 *      ended, its work never begun                starting ◀───────────────────────┘ start (the actor is used again)
 *
 *   ended ── close ──▶ closed (final): its task has left, the actor is used no more
 * ```
 *
 * The start record is durable before the work begins (`starting`), and work that was told to end has its grace
 * (`terminating`). Whatever the executor does after `ended` is dropped here: the machine is why there is one outcome.
 */
import { assign, setup } from 'xstate'
import type { ErrorData, Outcome, RunTrigger, TerminateReason } from './protocol.ts'

/**
 * What became of the work, as its executor tells it. `error` is whatever was thrown.
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

/**
 * Events a run understands. Times are epoch ms.
 *
 * @example
 * ```ts
 * import type { RunEvent } from 'gantry/machines'
 *
 * const events: RunEvent[] = [{ type: 'run.began' }, { type: 'run.settled', settlement: { kind: 'returned', value: 42 } }]
 * ```
 */
export type RunEvent =
  | { readonly type: 'run.start'; readonly runId: string; readonly at: number; readonly trigger: RunTrigger }
  /** The start record is durable: the work may begin. */
  | { readonly type: 'run.began' }
  | { readonly type: 'run.settled'; readonly settlement: Settlement }
  | { readonly type: 'run.terminate'; readonly reason: TerminateReason }
  /** The work had its grace and did not end. */
  | { readonly type: 'run.graceOver' }
  /** Its task has left: the actor is used no more. */
  | { readonly type: 'run.close' }
  | { readonly type: 'run.progressed'; readonly progress: number; readonly message?: string }
  /** Lines that the work logged, those of one turn together. */
  | { readonly type: 'run.logged'; readonly lines: readonly string[] }

/**
 * What a run knows of itself; plain data, shown in the inspectors.
 *
 * @example
 * ```ts
 * import type { RunContext } from 'gantry/machines'
 *
 * const line = ({ task, runId, outcome }: RunContext): string => `${task} ${runId}: ${outcome ?? 'lives'}`
 * ```
 */
export interface RunContext {
  readonly task: string
  readonly runId: string
  readonly trigger: RunTrigger
  /** Epoch ms. */
  readonly startedAt: number
  readonly outcome: Outcome | null
  /** Why it was told to end, or why it found nothing to do. */
  readonly reason: string | null
  /** From 0 to 1; null before the first word. */
  readonly progress: number | null
  readonly message: string | null
  /** The last lines that it logged, oldest first. */
  readonly lines: readonly string[]
  readonly error: ErrorData | null
}

/**
 * What a run starts from. `at` is its launch, in epoch ms.
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
}

/**
 * The outcome of work that settled; after an abort by us a rejection is a termination and a return still a success.
 *
 * @example
 * ```ts
 * import { outcomeOf } from 'gantry/machines'
 *
 * outcomeOf({ kind: 'threw', error: new Error('no') }, true) // 'terminate': it was told to end
 * ```
 */
export function outcomeOf(settlement: Settlement, wasTold: boolean): Outcome {
  if (settlement.kind === 'returned') return 'success'
  if (settlement.kind === 'inaction') return 'inaction'
  return wasTold ? 'terminate' : 'fail'
}

/** How many lines of its log a run shows. */
const shownLines = 20
const noLines: readonly string[] = []

const fresh = (task: string, runId: string, at: number, trigger: RunTrigger): RunContext => ({
  task,
  runId,
  trigger,
  startedAt: at,
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
    /** Writes the start record; answers with `run.began` once it is durable. */
    recordStart: () => {},
    /** Hands the work to its executor; answers with `run.settled`. */
    beginWork: () => {},
    /** Tells the work to end and starts its grace; answers with `run.graceOver`. */
    abortWork: () => {},
    /** Writes the end record; tells the task once it is durable. */
    recordEnd: (_, _params: { readonly settlement: Settlement | null }) => {},
    /** Reports a result that came after the end. */
    dropLateResult: () => {},
    renew: assign(({ context, event }) =>
      event.type === 'run.start' ? fresh(context.task, event.runId, event.at, event.trigger) : context,
    ),
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
  },
}).createMachine({
  id: 'run',
  description: 'One execution of a task, from launch to exactly one outcome.',
  context: ({ input }) => fresh(input.task, input.runId, input.at, input.trigger),
  initial: 'starting',
  states: {
    starting: {
      description: 'Launched; its start record is being made durable.',
      entry: 'recordStart',
      on: {
        'run.began': [
          {
            guard: 'wasToldToEnd',
            target: 'ended',
            actions: ['noteTerminated', { type: 'recordEnd', params: { settlement: null } }],
            description: 'It was told to end before its work began: the work never begins.',
          },
          { target: 'running', description: 'The start record is durable.' },
        ],
        'run.terminate': {
          actions: 'noteReason',
          description: 'Noted; it ends as soon as its start is recorded.',
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
          description: 'Its work could not be set up.',
        },
      },
    },
    running: {
      description: 'Its work is under way.',
      entry: 'beginWork',
      on: {
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
          description: 'It is told to end: asked, timeout, end condition, shut-down or removal.',
        },
        'run.progressed': { actions: 'noteProgress', description: 'The work tells how far it is.' },
        'run.logged': { actions: 'noteLines', description: 'The work says something.' },
      },
    },
    terminating: {
      description: 'Its signal is aborted; it has its grace to end by itself.',
      entry: 'abortWork',
      on: {
        'run.settled': {
          target: 'ended',
          actions: [
            'noteEndAfterAbort',
            { type: 'recordEnd', params: ({ event }) => ({ settlement: event.settlement }) },
          ],
          description: 'A rejection is a termination; a normal return is still a success.',
        },
        'run.graceOver': {
          target: 'ended',
          actions: ['noteTerminated', { type: 'recordEnd', params: { settlement: null } }],
          description: 'It did not end in time: given up, or ended from outside.',
        },
        'run.progressed': { actions: 'noteProgress', description: 'The work tells how far it is.' },
        'run.logged': { actions: 'noteLines', description: 'The work says something.' },
      },
    },
    ended: {
      description: 'It has its one outcome. The actor waits to be used for the next run of its task.',
      on: {
        'run.start': {
          target: 'starting',
          actions: 'renew',
          description: 'The actor is used for another run.',
        },
        'run.settled': { actions: 'dropLateResult', description: 'A late result is dropped and reported.' },
        'run.close': { target: 'closed', description: 'Its task has left the session.' },
      },
    },
    closed: { type: 'final', description: 'Used no more.' },
  },
})

function settled(event: RunEvent, wasTold: boolean): Partial<RunContext> {
  if (event.type !== 'run.settled') return {}
  const { settlement } = event
  return settlement.kind === 'inaction' && settlement.reason !== undefined
    ? { outcome: 'inaction', reason: settlement.reason }
    : { outcome: outcomeOf(settlement, wasTold) }
}
