/** Streams of a task's state and of its start condition, for code outside the session. */
import type { Observable, Subscriber } from 'rxjs'
import { toTaskState } from '../actors/state-name.ts'
import type { TaskState } from '../api/task.ts'
import { SafeStream } from '../events/safe-stream.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { TaskEntry } from '../state/task-state.ts'

/** The state of a task: emits the current state first, and completes when the task is removed. */
export function stateOf$(reporter: Reporter, entry: TaskEntry): Observable<TaskState> {
  return streamOf(reporter, entry, 'state$', stateOf)
}

/** The value of the start condition: emits the current value first, and completes when the task is removed. */
export function holdsOf$(reporter: Reporter, entry: TaskEntry): Observable<boolean> {
  return streamOf(reporter, entry, 'holds$', ({ holds }) => holds)
}

/** The distinct values of a fact of a task's actor. */
function streamOf<T>(
  reporter: Reporter,
  entry: TaskEntry,
  name: string,
  factOf: (entry: TaskEntry) => T,
): Observable<T> {
  const report = (error: unknown): void =>
    reporter.warn('listener', `A subscriber of '${name}' threw.`, { error })
  return new SafeStream(report, (subscriber) => {
    const emit = distinct(subscriber)
    const next = (): void => {
      if (entry.isRemoved) subscriber.complete()
      else emit(factOf(entry))
    }
    let undo: (() => void) | undefined
    const follow = (): void => {
      undo?.()
      next()
      // A failed actor is replaced, and a stopped one keeps its state: only the removal of the task ends the stream.
      const subscription = entry.actor.subscribe({ next, error: () => {} })
      undo = () => subscription.unsubscribe()
    }
    const undoFollow = entry.follow(follow)
    follow()
    return () => {
      undoFollow()
      undo?.()
    }
  })
}

function distinct<T>(subscriber: Subscriber<T>): (value: T) => void {
  let isFirst = true
  let last: T
  return (value) => {
    if (!isFirst && value === last) return
    isFirst = false
    last = value
    subscriber.next(value)
  }
}

/** The state of a task that is not removed. */
function stateOf({ actor }: TaskEntry): TaskState {
  return toTaskState(actor.getSnapshot().value) as TaskState
}
