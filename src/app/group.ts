/** Groups: tasks with a common prefix, condition and execution, defined without an app and included later. */

import type { EventObject } from 'xstate'
import type { ArgSpecs, ArgsOf } from '../args/arg.ts'
import { atDoor } from '../errors/at-door.ts'
import type { Returned, Work } from '../session/api/session.ts'
import type { CheckedStart, Execution, Start, TaskOptions } from '../session/api/task-options.ts'
import { checkOneName, renamedSessionOptions } from '../session/options/renamed.ts'
import type { TaskRef } from '../task-ref.ts'
import { checkOptions } from '../values/check-options.ts'
import type { WorkflowOf } from '../workflow/workflow.ts'

/**
 * Options of a group, all optional. Defaults: no prefix, no additional condition, the session's execution. An unknown key throws a
 * `TypeError` that suggests the nearest.
 *
 * @example
 * ```ts
 * const options: GroupOptions = { prefix: 'reports.', start: 'time of week between Mon and Fri', execution: 'main' }
 * ```
 */
export interface GroupOptions {
  /** Prefix of each name, such as `'reports.'`. */
  readonly prefix?: string
  /** A condition that must hold in addition to that of the task. */
  readonly start?: Start
  /** Execution of tasks that set none themselves. */
  readonly execution?: Execution
  /** For tasks without their own: the maximum number of live runs of each. */
  readonly concurrency?: boolean | number
  /** @deprecated Use {@link GroupOptions.concurrency}. */
  readonly multilaunch?: boolean | number
}

/**
 * A task of a group that is not in a session yet.
 *
 * @example
 * ```ts
 * const reports = createGroup({ prefix: 'reports.' })
 * reports.task('daily', 'daily', () => {})
 * reports.members.map((task: GroupTask) => task.name) // [ 'reports.daily' ]
 * ```
 */
export interface GroupTask {
  /** Full name, with the prefixes of all groups around it. */
  readonly name: string
  /** Start conditions that must all hold: the task's, and those of the groups around it. */
  readonly starts: readonly Start[]
  /** Options of the task, with the execution of its group if it sets none. */
  readonly options: TaskOptions
  /** Work of the task. */
  readonly work: unknown
}

/** Receiver of a group's tasks and params. */
export interface GroupSink {
  task(task: GroupTask): TaskRef<never>
  params(values: Readonly<Record<string, unknown>>): void
}

/**
 * A group of tasks, created by {@link createGroup} or `app.group()`. Its tasks are added when an app includes it, or at once if it is a
 * group of an app.
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
  /** The tasks of a group that is not of an app. */
  readonly members: GroupTask[] = []
  /** The params of a group that is not of an app, by name. */
  readonly values: Record<string, unknown> = {}
  readonly #sink: GroupSink

  constructor(options: GroupOptions = {}, sink?: GroupSink) {
    const earlier = Object.keys(renamedSessionOptions)
    checkOptions(options, ['prefix', 'start', 'execution', 'concurrency'], 'options of a group', {}, earlier)
    checkOneName(options, renamedSessionOptions)
    this.options = options
    this.#sink = sink ?? this.#collector()
  }

  /** Adds a task. Returns a reference with the full name, for conditions and args. */
  task<R, const S extends Start = Start, E extends EventObject = EventObject>(
    name: string,
    start: CheckedStart<S>,
    work: Work<Record<string, never>, R> | WorkflowOf<R, E>,
  ): TaskRef<Returned<R>>
  task<R, A extends ArgSpecs, const S extends Start = Start, E extends EventObject = EventObject>(
    name: string,
    start: CheckedStart<S>,
    options: TaskOptions<A>,
    work: Work<ArgsOf<A>, R> | WorkflowOf<R, E>,
  ): TaskRef<Returned<R>>
  task(name: string, start: Start, ...rest: readonly unknown[]): TaskRef<never> {
    const [options, work] = rest.length < 2 ? [{}, rest[0]] : rest
    return atDoor(this.task, () =>
      this.#take({ name, starts: [start], options: options as TaskOptions, work }),
    )
  }

  /** Creates a nested group: prefixes are joined, all conditions must hold, and the inner execution wins. */
  group(options: GroupOptions = {}): Group {
    return new Group(options, {
      task: (task) => this.#take(task),
      params: (values) => this.params(values),
    })
  }

  /** Adds the tasks and params of another group. */
  include(group: Group): void {
    for (const task of group.members) this.#take(task)
    this.params(group.values)
  }

  /** Adds params, which override those of the app that includes the group. */
  params(values: Readonly<Record<string, unknown>>): void {
    this.#sink.params(values)
  }

  #take(task: GroupTask): TaskRef<never> {
    const { prefix = '', start } = this.options
    return this.#sink.task({
      ...task,
      name: `${prefix}${task.name}`,
      starts: start === undefined ? task.starts : [...task.starts, start],
      options: withShared(this.options, task.options),
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

/** The options of a task with what its group sets for tasks without their own. */
function withShared(group: GroupOptions, own: TaskOptions): TaskOptions {
  const { execution, concurrency = group.multilaunch } = group
  const hasOwn = own?.concurrency !== undefined || own?.multilaunch !== undefined
  const shared = {
    ...(execution === undefined ? {} : { execution }),
    ...(concurrency === undefined || hasOwn ? {} : { concurrency }),
  }
  return Object.keys(shared).length === 0 ? own : { ...shared, ...own }
}

/**
 * Creates a group of tasks without an app.
 *
 * @throws TypeError for an unknown option
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
