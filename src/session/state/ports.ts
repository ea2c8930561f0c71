/** Types of functions that a part of the session receives from a part that is created later or belongs to a higher floor. */
import type { Facts } from '../../conditions/facts.ts'
import type { Task } from '../api/task.ts'
import type { TaskEntry } from './task-state.ts'

/** Creates the facts for conditions of a task, or of the session (null), at an instant in epoch ms; default now. */
export type FactsOf = (entry: TaskEntry | null, at?: number) => Facts

/** Returns the public handle of a task. */
export type HandleOf = (entry: TaskEntry) => Task

/** The number of cycles since the start. */
export interface CycleCount {
  readonly count: number
}
