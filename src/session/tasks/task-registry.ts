/** The registry of a session's tasks, which defines, adds, updates and removes them. */

import type { Clock } from '../../clock/clock.ts'
import { HeldTimes } from '../../conditions/evaluate/held.ts'
import type { Vocabulary } from '../../conditions/language/vocabulary.ts'
import { toCondition } from '../../conditions/to-condition.ts'
import { TaskExistsError, TaskNotFoundError } from '../../errors/errors.ts'
import { showValue } from '../../errors/show-value.ts'
import { near } from '../../errors/suggest.ts'
import { checkExecution } from '../../executors/work-spec.ts'
import { checkZone } from '../../time/zone/zone.ts'
import { isWorkflow, toWork } from '../../workflow/workflow.ts'
import { tell } from '../actors/guarded-actor.ts'
import type { Start, TaskOptions, TaskUpdate } from '../api/task-options.ts'
import type { ConditionChanges } from '../events/condition-changes.ts'
import type { HookRunner } from '../events/hook-runner.ts'
import type { Configuration } from '../options/configuration.ts'
import { checkTaskParams } from '../options/param-schema.ts'
import { taskOptionsOf } from '../options/renamed.ts'
import { checkTaskOptions } from '../options/settings.ts'
import { checkWorkflow } from '../options/workflow-options.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { Capacity } from '../runs/capacity.ts'
import type { Contexts } from '../runs/contexts.ts'
import type { Runs } from '../runs/run-effects.ts'
import type { Journal } from '../state/journal.ts'
import type { HandleOf } from '../state/ports.ts'
import type { TaskRegistry } from '../state/registry.ts'
import type { Returns } from '../state/returns.ts'
import { startOf, type TaskDefinition, TaskEntry } from '../state/task-state.ts'
import type { Watches } from '../watching/condition-watches.ts'
import type { StartWarnings } from './start-warnings.ts'
import type { TaskActors } from './task-actors.ts'
import { doubtEndless, type NameWarnings } from './task-warnings.ts'

export interface TasksDeps {
  readonly clock: Clock
  readonly words: Vocabulary
  readonly configuration: Configuration
  readonly reporter: Reporter
  readonly registry: TaskRegistry
  readonly returns: Returns
  readonly changes: ConditionChanges
  readonly hooks: HookRunner
  readonly journal: Pick<Journal, 'task'>
  readonly contexts: Contexts
  readonly handleOf: HandleOf
  readonly runs: Pick<Runs, 'terminate'>
  readonly slots: Pick<Capacity, 'reorder'>
  readonly actors: Pick<TaskActors, 'make' | 'wakeUp'>
  readonly watches: Pick<Watches, 'begin' | 'end' | 'isWatching' | 'renew' | 'renewAll'>
  readonly starts: Pick<StartWarnings, 'check' | 'look'>
  readonly names: Pick<NameWarnings, 'look' | 'sumUp'>
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
  readonly #deps: TasksDeps
  #isNameSumPlanned = false

  constructor(deps: TasksDeps) {
    this.#deps = deps
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
    const own = toWork(work)
    checkWorkflow(name, own, options)
    this.#checkPool(name, options)
    checkTaskParams(name, options, start === false)
    if (!isWorkflow(own))
      checkExecution(work, options.execution ?? this.#deps.configuration.settings.execution, name)
    return {
      name,
      ...startOf(toCondition(start, this.#deps.words, this.#deps.clock)),
      end: options.end === undefined ? null : toCondition(options.end, this.#deps.words, this.#deps.clock),
      options: taskOptionsOf(options),
      work: own,
    }
  }

  #checkPool(name: string, { pool }: TaskOptions): void {
    const { pools } = this.#deps.configuration.settings
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
    if (
      this.#deps.configuration.settings.onTaskExists === 'raise' &&
      this.#deps.registry.entries.has(task.task)
    )
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
    const templates = this.#deps.configuration.options.templates ?? {}
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
    const deps = this.#deps
    const zone =
      given.options.timezone === undefined
        ? deps.configuration.settings.timezone
        : checkZone(given.options.timezone)
    const taken = deps.registry.entries.get(given.name)
    // Before anything is replaced: a refused task must not remove the existing one.
    if (taken === undefined || deps.configuration.settings.onTaskExists !== 'ignore')
      this.#deps.starts.check(given, zone)
    let definition = given
    if (taken !== undefined) {
      const { onTaskExists } = deps.configuration.settings
      if (onTaskExists === 'raise') throw new TaskExistsError(given.name)
      if (onTaskExists === 'ignore') return taken
      if (onTaskExists === 'rename') definition = { ...given, name: this.#freeName(given.name) }
    }
    const order = deps.registry.nextOrder()
    return new TaskEntry(`${definition.name}#${order}`, order, definition, zone, new HeldTimes(deps.clock))
  }

  /** Adds a created task to the session; it may launch at once if the session runs. */
  list(entry: TaskEntry): TaskEntry {
    const deps = this.#deps
    const { name } = entry
    const taken = deps.registry.entries.get(name)
    if (taken === entry) return entry
    if (taken !== undefined) {
      if (deps.configuration.settings.onTaskExists !== 'replace') throw new TaskExistsError(name)
      this.remove(taken)
    }
    const after = deps.hooks.byKind.has('task')
      ? deps.hooks.beforeSync({ ...deps.contexts.of(null), name }, (error) =>
          deps.reporter.fail('hook', `A task hook failed at task '${name}'.`, { task: name, error }),
        )
      : null
    deps.journal.task(name)
    deps.registry.add(entry)
    this.#deps.starts.look(entry)
    doubtEndless(deps, entry)
    this.#deps.actors.make(entry)
    deps.changes.taskChanged(name, null)
    if (this.#deps.watches.isWatching) {
      this.#deps.names.look(entry)
      if (!this.#isNameSumPlanned) {
        this.#isNameSumPlanned = true
        deps.clock.defer(() => {
          this.#isNameSumPlanned = false
          this.#deps.names.sumUp()
        })
      }
      this.#deps.watches.begin(entry)
    }
    if (deps.reporter.news.isHeard)
      deps.reporter.news.tell({ type: 'task.added', task: name, at: deps.clock.now() })
    after?.({ value: deps.hooks.byKind.has('task') ? deps.handleOf(entry) : undefined })
    return entry
  }

  /** Removes a task: its name is free at once, and its live runs are terminated. */
  remove(entry: TaskEntry): void {
    this.#deps.actors.wakeUp(entry)
    tell(entry.actor, { type: 'task.remove', task: entry.name })
  }

  /** The effect of a removal in the task machine. */
  release(entry: TaskEntry): void {
    const deps = this.#deps
    this.#deps.watches.end(entry)
    deps.journal.task(entry.name)
    if (deps.registry.freeName(entry)) deps.returns.delete(entry.name)
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
      deps.registry.keepLeaving(entry)
      this.#deps.runs.terminate(entry, 'removed')
    } else this.#forget(entry)
    deps.changes.taskChanged(entry.name, null)
    deps.reporter.news.tell({ type: 'task.removed', task: entry.name, at: deps.clock.now() })
  }

  /** Handles the end of a run. */
  runEnded(entry: TaskEntry): void {
    if (entry.live.length === 0) {
      entry.endWatch?.unsubscribe()
      entry.endWatch = null
    }
    if (!entry.isRemoved) return
    const deps = this.#deps
    deps.registry.left(entry)
    if (entry.live.length === 0) this.#forget(entry)
    const successor = deps.registry.entries.get(entry.name)
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
    this.#deps.journal.task(entry.name)
    entry.definition = before.madeOf === undefined ? definition : { ...definition, madeOf: before.madeOf }
    entry.updated = { ...entry.updated, ...taskOptionsOf(update) }
    entry.zone =
      options.timezone === undefined
        ? this.#deps.configuration.settings.timezone
        : checkZone(options.timezone)
    if (changed.disabled !== undefined && changed.disabled !== entry.disabled)
      tell(entry.actor, { type: changed.disabled ? 'task.disable' : 'task.enable', task: entry.name })
    if ('start' in update || 'timezone' in update) this.#deps.starts.look(entry)
    this.#deps.slots.reorder(entry)
    this.#deps.watches.renew(entry)
    this.#deps.reporter.news.tell({ type: 'task.changed', task: entry.name, at: this.#deps.clock.now() })
    tell(entry.actor, { type: 'facts.changed' })
  }

  /** Applies a new zone of the session to the tasks without the option `timezone`. */
  zoneChanged(): void {
    const { timezone } = this.#deps.configuration.settings
    const entries = [...this.#deps.registry.entries.values()].filter(
      ({ definition }) => definition.options.timezone === undefined,
    )
    for (const entry of entries) entry.zone = timezone
    this.#deps.watches.renewAll(entries)
  }

  #forget(entry: TaskEntry): void {
    this.#deps.registry.forget(entry)
    for (const resolve of entry.onEmpty.splice(0)) resolve()
  }

  #freeName(name: string): string {
    for (let n = 1; ; n++) if (!this.#deps.registry.entries.has(`${name} - ${n}`)) return `${name} - ${n}`
  }
}

function hintAtOrder(start: unknown, work: unknown): string {
  const isSwapped = typeof start === 'function' && work !== undefined
  return isSwapped || work === undefined ? ` The order is: name, start, options, work.` : ''
}
