/** The argument of an effect that a command to a task causes. */
import type { TaskContext, TaskEvent } from '../../../machines/task.setup.ts'

/** A command that a task's actor receives, and the context of the task. */
export interface Received<T extends TaskEvent['type']> {
  readonly context: TaskContext
  readonly event: Extract<TaskEvent, { readonly type: T }>
}
