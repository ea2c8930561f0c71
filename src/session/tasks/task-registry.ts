/** The registry of a session's tasks, which defines, adds, updates and removes them. */
import { toCondition } from '../../conditions/to-condition.ts'
import { TaskExistsError, TaskNotFoundError } from '../../errors/errors.ts'
import { showValue } from '../../errors/show-value.ts'
import { near } from '../../errors/suggest.ts'
import { checkExecution } from '../../executors/work-spec.ts'
import { checkZone } from '../../time/zone/zone.ts'
import { tell } from '../actors/guarded-actor.ts'
import type { Start, TaskOptions, TaskUpdate } from '../api/task-options.ts'
import { checkTaskParams } from '../options/param-schema.ts'
import { taskOptionsOf } from '../options/renamed.ts'
import { checkTaskOptions } from '../options/settings.ts'
import type { Runs } from '../runs/run-effects.ts'
import type { Core } from '../state/session-state.ts'
import { type TaskDefinition, TaskEntry } from '../state/task-state.ts'
import type { Watches } from '../watching/condition-watches.ts'
import type { StartWarnings } from './start-warnings.ts'
import type { TaskActors } from './task-actors.ts'
import type { NameWarnings } from './task-warnings.ts'

/** The parts of the session that the registry uses. */
export interface TaskParts {
  readonly runs: Runs
  readonly actors: TaskActors
  readonly watches: Watches
  readonly starts: StartWarnings
  readonly names: NameWarnings
}

/** A task as a command defines it. */
export interface NewTask {
  readonly task: string
  readonly template?: string
  readonly start?: unknown
  readonly options?: unknown
  readonly work?: unknown
}

export class Tasks {
  readonly #core: Core
  readonly #parts: TaskParts
  #isNameSumPlanned = false

  constructor(core: Core, parts: TaskParts) {
    this.#core = core
    this.#parts = parts
  }

  /** Creates a validated definition. Throws at the first problem, and changes nothing. */
  define(name: string, start: Start, options: TaskOptions, work: unknown): TaskDefinition {
    if (typeof name !== 'string' || name === '')
      throw new TypeError(`Cannot add a task as its name must be a non-empty string: ${showValue(name)}`)
    checkTaskOptions(options)
    if (work === undefined || work === null || (typeof work !== 'function' && typeof work !== 'object'))
      throw new TypeError(
        `Cannot add task '${name}' as its work must be a function: ${showValue(work)}.${hintAtOrder(start, work)}`,
      )
    this.#checkPool(name, options)
    checkTaskParams(name, options, start === false)
    checkExecution(work, options.execution ?? this.#core.settings.execution, name)
    return {
      name,
      start: toCondition(start, this.#core.words, this.#core.clock),
      end: options.end === undefined ? null : toCondition(options.end, this.#core.words, this.#core.clock),
      options: taskOptionsOf(options),
      work,
    }
  }

  #checkPool(name: string, { pool }: TaskOptions): void {
    const { pools } = this.#core.settings
    if (pool === undefined || pools.has(pool)) return
    const [nearest] = near(pool, pools.keys())
    const hint =
      nearest === undefined ? `Add it: createApp({ pools: { ${pool}: 3 } }).` : `Did you mean '${nearest}'?`
    throw new RangeError(
      `Cannot put task '${name}' into a pool as the session must have it: '${pool}'. ${hint}`,
    )
  }

  /** Throws if a task could not be added. */
  checkNew(task: NewTask): void {
    this.defineNew(task)
    if (this.#core.settings.onTaskExists === 'raise' && this.#core.entries.has(task.task))
      throw new TaskExistsError(task.task)
  }

  /** The definition of a task from a command: its own, or that of a template. */
  defineNew({ task, template, start, options = {}, work }: NewTask): TaskDefinition {
    if (template === undefined) return this.define(task, start as Start, options as TaskOptions, work)
    return this.ofTemplate(template, task, {
      ...(options as TaskOptions),
      ...(start === undefined ? {} : { start: start as Start }),
    })
  }

  /** The definition of a task from a template. Given options take precedence. */
  ofTemplate(templateName: string, name: string, given: TaskUpdate): TaskDefinition {
    const templates = this.#core.options.templates ?? {}
    const template = Object.hasOwn(templates, templateName) ? templates[templateName] : undefined
    if (template === undefined) {
      const [nearest] = near(templateName, Object.keys(templates))
      const hint =
        nearest === undefined ? 'Give it to createApp({ templates }).' : `Did you mean '${nearest}'?`
      throw new RangeError(
        `Cannot make task '${name}' as its template must be registered: ${showValue(templateName)}. ${hint}`,
      )
    }
    const { start = template.start ?? false, ...options } = given
    const description = template.description === undefined ? {} : { description: template.description }
    const definition = this.define(
      name,
      start,
      { ...description, ...taskOptionsOf(template.options ?? {}), ...taskOptionsOf(options) },
      template.work,
    )
    return { ...definition, madeOf: { template: templateName, given } }
  }

  /** Adds a task, which may launch at once if the session runs. */
  add(given: TaskDefinition): TaskEntry {
    return this.list(this.prepare(given))
  }

  /** Creates the task of a definition, which is not in the session yet; the existing task if `onTaskExists` is `ignore`. */
  prepare(given: TaskDefinition): TaskEntry {
    const core = this.#core
    const zone =
      given.options.timezone === undefined ? core.settings.timezone : checkZone(given.options.timezone)
    const taken = core.entries.get(given.name)
    // Before anything is replaced: a refused task must not remove the existing one.
    if (taken === undefined || core.settings.onTaskExists !== 'ignore') this.#parts.starts.check(given, zone)
    let definition = given
    if (taken !== undefined) {
      const { onTaskExists } = core.settings
      if (onTaskExists === 'raise') throw new TaskExistsError(given.name)
      if (onTaskExists === 'ignore') return taken
      if (onTaskExists === 'rename') definition = { ...given, name: this.#freeName(given.name) }
    }
    const order = core.nextOrder()
    return new TaskEntry(`${definition.name}#${order}`, order, definition, zone, core.heldTimes())
  }

  /** Adds a created task to the session; it may launch at once if the session runs. */
  list(entry: TaskEntry): TaskEntry {
    const core = this.#core
    const { name } = entry
    const taken = core.entries.get(name)
    if (taken === entry) return entry
    if (taken !== undefined) {
      if (core.settings.onTaskExists !== 'replace') throw new TaskExistsError(name)
      this.remove(taken)
    }
    const after = core.hooks.has('task')
      ? core.hooks.beforeSync({ ...core.context(null), name }, (error) =>
          core.fail('hook', `A task hook failed at task '${name}'.`, { task: name, error }),
        )
      : null
    core.entries.set(name, entry)
    core.byId.set(entry.id, entry)
    this.#parts.starts.look(entry)
    this.#parts.actors.make(entry)
    core.changes.taskChanged(name, null)
    if (this.#parts.watches.isWatching) {
      this.#parts.names.look(entry)
      if (!this.#isNameSumPlanned) {
        this.#isNameSumPlanned = true
        core.clock.defer(() => {
          this.#isNameSumPlanned = false
          this.#parts.names.sumUp()
        })
      }
      this.#parts.watches.begin(entry)
    }
    if (core.news.isHeard) core.news.tell({ type: 'task.added', task: name, at: core.clock.now() })
    after?.({ value: core.hooks.has('task') ? core.handleOf(entry) : undefined })
    return entry
  }

  /** Removes a task: its name is free at once, and its live runs are terminated. */
  remove(entry: TaskEntry): void {
    this.#parts.actors.wakeUp(entry)
    tell(entry.actor, { type: 'task.remove', task: entry.name })
  }

  /** The effect of a removal in the task machine. */
  release(entry: TaskEntry): void {
    const core = this.#core
    this.#parts.watches.end(entry)
    if (core.entries.get(entry.name) === entry) {
      core.entries.delete(entry.name)
      core.returns.delete(entry.name)
    }
    for (const queued of entry.queue.clear())
      queued.pending?.refuse(
        new TaskNotFoundError(
          entry.name,
          [],
          `Cannot run task '${entry.name}' as it was removed before the run started.`,
        ),
      )
    for (const slot of entry.free.splice(0)) tell(slot.actor, { type: 'run.close' })
    if (entry.live.length > 0) {
      core.leaving.set(entry.name, (core.leaving.get(entry.name) ?? 0) + entry.live.length)
      this.#parts.runs.terminate(entry, 'removed')
    } else this.#forget(entry)
    core.changes.taskChanged(entry.name, null)
    core.news.tell({ type: 'task.removed', task: entry.name, at: core.clock.now() })
  }

  /** Handles the end of a run. */
  runEnded(entry: TaskEntry): void {
    if (entry.live.length === 0) {
      entry.endWatch?.unsubscribe()
      entry.endWatch = null
    }
    if (!entry.isRemoved) return
    const core = this.#core
    const left = (core.leaving.get(entry.name) ?? 1) - 1
    if (left > 0) core.leaving.set(entry.name, left)
    else core.leaving.delete(entry.name)
    if (entry.live.length === 0) this.#forget(entry)
    const successor = core.entries.get(entry.name)
    if (successor !== undefined) tell(successor.actor, { type: 'facts.changed' })
  }

  /** Throws if an update is invalid. Changes nothing. */
  checkUpdate(entry: TaskEntry, update: TaskUpdate): void {
    const { start, ...changed } = update
    const { name, work, options, start: before } = entry.definition
    checkTaskOptions(changed)
    this.define(name, start ?? before, { ...options, ...taskOptionsOf(changed) }, work)
  }

  /** Updates a task. Throws before anything changes if the update is invalid. */
  update(entry: TaskEntry, update: TaskUpdate): void {
    const { start, ...changed } = update
    const before = entry.definition
    checkTaskOptions(changed)
    const options = { ...before.options, ...taskOptionsOf(changed) }
    const definition = this.define(before.name, start ?? before.start, options, before.work)
    entry.definition = before.madeOf === undefined ? definition : { ...definition, madeOf: before.madeOf }
    entry.updated = { ...entry.updated, ...taskOptionsOf(update) }
    entry.zone = options.timezone === undefined ? this.#core.settings.timezone : checkZone(options.timezone)
    if (changed.disabled !== undefined && changed.disabled !== entry.disabled)
      tell(entry.actor, { type: changed.disabled ? 'task.disable' : 'task.enable', task: entry.name })
    if ('start' in update || 'timezone' in update) this.#parts.starts.look(entry)
    this.#parts.watches.renew(entry)
    this.#core.news.tell({ type: 'task.changed', task: entry.name, at: this.#core.clock.now() })
    tell(entry.actor, { type: 'facts.changed' })
  }

  /** Applies a new zone of the session to the tasks without the option `timezone`. */
  zoneChanged(): void {
    const { timezone } = this.#core.settings
    const entries = [...this.#core.entries.values()].filter(
      ({ definition }) => definition.options.timezone === undefined,
    )
    for (const entry of entries) entry.zone = timezone
    this.#parts.watches.renewAll(entries)
  }

  #forget(entry: TaskEntry): void {
    this.#core.byId.delete(entry.id)
    for (const resolve of entry.onEmpty.splice(0)) resolve()
  }

  #freeName(name: string): string {
    for (let n = 1; ; n++) if (!this.#core.entries.has(`${name} - ${n}`)) return `${name} - ${n}`
  }
}

function hintAtOrder(start: unknown, work: unknown): string {
  const isSwapped = typeof start === 'function' && work !== undefined
  return isSwapped || work === undefined ? ` The order is: name, start, options, work.` : ''
}
