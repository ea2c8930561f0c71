/** The registry of a session's tasks, by name and by id. */
import { TaskNotFoundError } from '../../errors/errors.ts'
import { near } from '../../errors/suggest.ts'
import { type TaskName, toTaskName } from '../../task-ref.ts'
import type { TaskEntry } from './task-state.ts'

/** The read-only registry. */
export interface Registry {
  /** Tasks by name, in the order in which they were added. */
  readonly entries: ReadonlyMap<string, TaskEntry>
  /** Tasks by id; includes removed tasks that have live runs. */
  readonly byId: ReadonlyMap<string, TaskEntry>
  /** The number of live runs of removed tasks, by task name: the next task of that name waits for them. */
  readonly leaving: ReadonlyMap<string, number>
  /** Returns a task. Throws a `TaskNotFoundError` that suggests similar names. */
  entry(task: TaskName): TaskEntry
}

/** The owner of the tasks; only `src/session/tasks` changes it. */
export class TaskRegistry implements Registry {
  readonly entries = new Map<string, TaskEntry>()
  readonly byId = new Map<string, TaskEntry>()
  readonly leaving = new Map<string, number>()
  #order = 0

  /** The order number of the next task. */
  nextOrder(): number {
    return this.#order++
  }

  entry(task: TaskName): TaskEntry {
    const name = toTaskName(task)
    const entry = this.entries.get(name)
    if (entry === undefined) throw new TaskNotFoundError(name, near(name, this.entries.keys()))
    return entry
  }

  add(entry: TaskEntry): void {
    this.entries.set(entry.name, entry)
    this.byId.set(entry.id, entry)
  }

  /** Frees the name of a task; false if another task has it by now. */
  freeName(entry: TaskEntry): boolean {
    return this.entries.get(entry.name) === entry && this.entries.delete(entry.name)
  }

  /** Counts live runs of a task that is removed. */
  keepLeaving({ name, live }: TaskEntry): void {
    this.leaving.set(name, (this.leaving.get(name) ?? 0) + live.length)
  }

  /** Counts the end of a run of a removed task. */
  left({ name }: TaskEntry): void {
    const count = (this.leaving.get(name) ?? 1) - 1
    if (count > 0) this.leaving.set(name, count)
    else this.leaving.delete(name)
  }

  /** Drops a removed task that has no live run. */
  forget(entry: TaskEntry): void {
    this.byId.delete(entry.id)
  }
}
