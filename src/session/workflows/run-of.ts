/** The run that an actor of a workflow belongs to, as its implementations use it. */
import type { AnyActorRef } from 'xstate'
import { runOf as ownerOf, type WorkflowStep } from '../../workflow/run-of.ts'
import type { Run } from '../api/session.ts'

/**
 * A run as the implementations of a workflow receive it from {@link runOf}.
 *
 * @example
 * ```ts
 * const keyOf = ({ step }: WorkflowRun): string => step.key
 * ```
 */
export interface WorkflowRun extends Run {
  /** The step that asks: the actor that was given to {@link runOf}. */
  readonly step: WorkflowStep
}

/**
 * Returns the run that an actor of a workflow belongs to: its params, signal, logger and progress, and the step of this actor. Pass
 * `self`, as actions, guards, `fromPromise` and the other implementations of XState receive it.
 *
 * @throws TypeError if the actor does not belong to a workflow
 * @example
 * ```ts
 * import { fromPromise } from 'xstate'
 *
 * const charge = fromPromise(async ({ input, self }: { input: { url: string }; self: Parameters<typeof runOf>[0] }) => {
 *   const { signal, step } = runOf(self)
 *   await fetch(input.url, { method: 'POST', signal, headers: { 'idempotency-key': step.key } })
 * })
 * ```
 */
export function runOf(self: AnyActorRef): WorkflowRun {
  const { run, step } = ownerOf(self)
  return new StepRun(run as unknown as Run, step)
}

/** A run with the step that asks. The members of the run are created when they are read. */
class StepRun implements WorkflowRun {
  readonly #run: Run

  constructor(
    run: Run,
    readonly step: WorkflowStep,
  ) {
    this.#run = run
  }

  get id() {
    return this.#run.id
  }
  get task() {
    return this.#run.task
  }
  get session() {
    return this.#run.session
  }
  get startedAt() {
    return this.#run.startedAt
  }
  get signal() {
    return this.#run.signal
  }
  get log() {
    return this.#run.log
  }
  get dueAt() {
    return this.#run.dueAt
  }
  get period() {
    return this.#run.period
  }
  get trigger() {
    return this.#run.trigger
  }
  get params() {
    return this.#run.params
  }
  get value() {
    return this.#run.value
  }

  progress(fraction: number, message?: string): void {
    this.#run.progress(fraction, message)
  }
}
