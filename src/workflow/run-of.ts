/** The run of a workflow's actors. */
import type { AnyActorRef } from 'xstate'
import type { IsolatedRun } from '../executors/run-facts.ts'

/**
 * The step of a workflow: the execution of one of its actors.
 *
 * @example
 * ```ts
 * const idempotencyKey = ({ key }: WorkflowStep): string => key
 * ```
 */
export interface WorkflowStep {
  /** The ids of the actor and of the actors above it, separated by `/`; empty for the root of the workflow. */
  readonly id: string
  /** The number of the execution of this step in the run, from 1. A resumed step has the number that it had. */
  readonly attempt: number
  /** A text that is unique to run, step and attempt, and the same when the step is begun again after a crash. */
  readonly key: string
}

/** The run and the steps of the actors of one workflow. */
export interface RunOwner {
  readonly run: IsolatedRun
  stepOf(actor: AnyActorRef): WorkflowStep
}

const owners = new WeakMap<object, RunOwner>()

/** Records the workflow of an actor. */
export function own(actor: AnyActorRef, owner: RunOwner): void {
  owners.set(actor, owner)
}

/**
 * Returns the run that an actor of a workflow belongs to, with the step of this actor.
 *
 * @throws TypeError if the actor does not belong to a workflow
 */
export function runOf(self: AnyActorRef): { readonly run: IsolatedRun; readonly step: WorkflowStep } {
  const owner = owners.get(self)
  if (owner === undefined)
    throw new TypeError(
      'Cannot find the run of that actor as it must be an actor of a workflow: pass `self`, as the implementations of a machine receive it.',
    )
  return { run: owner.run, step: owner.stepOf(self) }
}
