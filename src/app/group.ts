/** Tasks that belong together, written without an app and included later: one prefix, one more condition, one execution. */
import type { ArgSpecs, ArgsOf } from '../args/arg.ts'
import { atDoor } from '../errors/at-door.ts'
import type { Returned, Work } from '../session/api/session.ts'
import type { CheckedStart, Execution, Start, TaskOptions } from '../session/api/task-options.ts'
import type { TaskRef } from '../task-ref.ts'
import { checkOptions } from '../values/check-options.ts'

/**
 * What all tasks of a group share, all optional: nothing is put before names, nothing else must hold, and the
 * execution is the session's. An unknown key is a `TypeError` that names the nearest.
 *
 * @example
 * ```ts
 * const options: GroupOptions = { prefix: 'reports.', start: 'time of week between Mon and Fri', execution: 'main' }
 * ```
 */
export interface GroupOptions {
  /** Put before each name as it is: `'reports.'`. */
  readonly prefix?: string
  /** Must hold as well. */
  readonly start?: Start
  /** For tasks that have none of their own. */
  readonly execution?: Execution
}

/**
 * A task of a group, before it is in a session.
 *
 * @example
 * ```ts
 * const reports = createGroup({ prefix: 'reports.' })
 * reports.task('daily', 'daily', () => {})
 * reports.members.map((task: GroupTask) => task.name) // [ 'reports.daily' ]
 * ```
 */
export interface GroupTask {
  readonly name: string
  /** All of them must hold: the task's own, and those of the groups around it. */
  readonly starts: readonly Start[]
  readonly options: TaskOptions
  readonly work: unknown
}

/** Where a group's tasks and params go. */
export interface GroupSink {
  task(task: GroupTask): TaskRef<never>
  params(values: Readonly<Record<string, unknown>>): void
}

/**
 * A group; its tasks are added when an app includes it, or at once if it is a group of an app (`app.group()`). {@link
 * createGroup} makes one.
 *
 * @example
 * ```ts
 * const reports: Group = createGroup({ prefix: 'reports.' })
 * reports.task('daily', 'daily after 07:00', () => 'written')
 * app.include(reports)
 * ```
 */
export class Group {
  readonly options: GroupOptions
  readonly members: GroupTask[] = []
  readonly values: Record<string, unknown> = {}
  readonly #sink: GroupSink

  constructor(options: GroupOptions = {}, sink?: GroupSink) {
    checkOptions(options, ['prefix', 'start', 'execution'], 'options of a group')
    this.options = options
    this.#sink = sink ?? this.#collector()
  }

  /** Adds a task; gives a reference that conditions and args take, under its full name. */
  task<R, const S extends Start = Start>(
    name: string,
    start: CheckedStart<S>,
    work: Work<Record<string, never>, R>,
  ): TaskRef<Returned<R>>
  task<R, A extends ArgSpecs, const S extends Start = Start>(
    name: string,
    start: CheckedStart<S>,
    options: TaskOptions<A>,
    work: Work<ArgsOf<A>, R>,
  ): TaskRef<Returned<R>>
  task(name: string, start: Start, ...rest: readonly unknown[]): TaskRef<never> {
    const [options, work] = rest.length < 2 ? [{}, rest[0]] : rest
    return atDoor(this.task, () =>
      this.#take({ name, starts: [start], options: options as TaskOptions, work }),
    )
  }

  /** A group within this one: prefixes join, all conditions must hold, the inner execution wins. */
  group(options: GroupOptions = {}): Group {
    return new Group(options, {
      task: (task) => this.#take(task),
      params: (values) => this.params(values),
    })
  }

  /** Takes in the tasks and params of a group that was written elsewhere. */
  include(group: Group): void {
    for (const task of group.members) this.#take(task)
    this.params(group.values)
  }

  /** Params that the app gets with the group; they win over the app's own. */
  params(values: Readonly<Record<string, unknown>>): void {
    this.#sink.params(values)
  }

  #take(task: GroupTask): TaskRef<never> {
    const { prefix = '', start, execution } = this.options
    return this.#sink.task({
      ...task,
      name: `${prefix}${task.name}`,
      starts: start === undefined ? task.starts : [...task.starts, start],
      options: execution === undefined ? task.options : { execution, ...task.options },
    })
  }

  #collector(): GroupSink {
    return {
      task: (task) => {
        this.members.push(task)
        return { name: task.name }
      },
      params: (values) => void Object.assign(this.values, values),
    }
  }
}

/**
 * A group of tasks.
 *
 * @example
 * ```ts
 * const reports = createGroup({ prefix: 'reports.', start: 'time of week between Mon and Fri' })
 * reports.task('daily', 'daily after 07:00', () => 'written')
 * app.include(reports)
 * ```
 */
export function createGroup(options: GroupOptions = {}): Group {
  return new Group(options)
}
