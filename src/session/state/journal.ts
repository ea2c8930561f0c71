/** The journal of changes, as the parts that change something use it. */
import type { RunSlot, TaskEntry } from './task-state.ts'

/** Receives the changes of a session that no record of a run contains, for explanations of past instants. */
export interface Journal {
  /** Called before a param changes. */
  param(name: string): void
  /** Called before a task is added, updated or removed. */
  task(name: string): void
  /** Called when a task is disabled or enabled. */
  toggled(entry: TaskEntry, disabled: boolean): void
  /** Called after the state, the options or the log's health of the session has changed. */
  session(): void
  /** Called when runs are added to the queue of a task, or taken back. */
  queue(entry: TaskEntry): void
  /** Called when a task begins to wait for its relaunch delay, up to an instant on the monotonic clock. */
  delayBegins(entry: TaskEntry, relaunchAt: number): void
  /** Called when a task stops waiting for its relaunch delay. */
  delayEnds(entry: TaskEntry): void
  /** Called when a live run is asked to end. */
  ending(slot: RunSlot, reason: string | null): void
}

const nothing = (): void => {}

/** The journal of a simulation, which leaves no trace. */
export const noJournal: Journal = {
  param: nothing,
  task: nothing,
  toggled: nothing,
  session: nothing,
  queue: nothing,
  delayBegins: nothing,
  delayEnds: nothing,
  ending: nothing,
}
