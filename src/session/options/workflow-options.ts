/** Checks of the options of a task whose work is a workflow. */
import { SetupError } from '../../errors/errors.ts'
import type { Workflow } from '../../workflow/workflow.ts'
import type { TaskOptions } from '../api/task-options.ts'

/** Throws a `SetupError` for an execution that a workflow cannot have. */
export function checkWorkflow(task: string, _work: Workflow, { execution }: TaskOptions): void {
  if (execution === undefined || execution === 'async' || execution === 'workflow') return
  throw new SetupError(
    `Cannot execute task '${task}' as '${execution}' as a workflow runs in the session's thread: leave 'execution' out, and let an invoked actor start what needs a thread or a process.`,
  )
}
