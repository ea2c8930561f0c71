/** Checks of the options of a task that concern workflows. */
import { SetupError } from '../../errors/errors.ts'
import { isWorkflow } from '../../workflow/workflow.ts'
import type { TaskOptions } from '../api/task-options.ts'

/** Throws a `SetupError` for an execution that a workflow cannot have, and for `onCrash: 'resume'` of other work. */
export function checkWorkflow(task: string, work: unknown, { execution, onCrash }: TaskOptions): void {
  if (!isWorkflow(work)) {
    if (onCrash !== 'resume') return
    throw new SetupError(
      `Cannot give task '${task}' the onCrash 'resume' as its work must be a workflow for that: only actor logic has a state to continue from. Give 'rerun' to run other work again.`,
    )
  }
  if (execution === undefined || execution === 'async' || execution === 'workflow') return
  throw new SetupError(
    `Cannot execute task '${task}' as '${execution}' as a workflow runs in the session's thread: leave 'execution' out, and let an invoked actor start what needs a thread or a process.`,
  )
}
