/** Tasks that belong together, written without an app and included later: one prefix, one more condition, one execution. */
import type { ArgSpecs, ArgsOf } from '../args/arg.ts'
import type { CheckedStart, Execution, Returned, Start, TaskOptions, Work } from '../session/contract.ts'
import type { TaskRef } from '../task-ref.ts'

/** What all tasks of a group share. */
export interface GroupOptions {
  /** Put before each name as it is: `'reports.'`. */
  readonly prefix?: string
  /** Must hold as well. */
  readonly start?: Start
  /** For tasks that have none of their own. */
  readonly execution?: Execution
}

/** A task of a group, before it is in a session. */
export interface GroupTask {
  readonly name: string
  readonly start: Start
  readonly options: TaskOptions
  readonly work: unknown
}

/** A group; its tasks are added when an app includes it. */
export class Group {
  readonly options: GroupOptions
  readonly members: GroupTask[] = []
  readonly values: Record<string, unknown> = {}

  constructor(options: GroupOptions = {}) {
    this.options = options
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
    const full = `${this.options.prefix ?? ''}${name}`
    this.members.push({ name: full, start, options: options as TaskOptions, work })
    return { name: full }
  }

  /** Params that the app gets with the group; they win over the app's own. */
  params(values: Readonly<Record<string, unknown>>): void {
    Object.assign(this.values, values)
  }
}

/**
 * A group of tasks.
 *
 * @example
 * ```ts
 * const reports = createGroup({ prefix: 'reports.', start: 'time of week between Mon and Fri' })
 * reports.task('daily', 'daily after 07:00', writeDaily)
 * app.include(reports)
 * ```
 */
export function createGroup(options: GroupOptions = {}): Group {
  return new Group(options)
}
