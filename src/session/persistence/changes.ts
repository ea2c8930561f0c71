/**
 * The changes made at run time: the differences between the session and its program. The program consists of the params and tasks at
 * the first start of the session in this process, and of the definitions of tasks that are added later.
 */

import type { Condition } from '../../conditions/condition.ts'
import { parse } from '../../conditions/language/parse.ts'
import type { Vocabulary } from '../../conditions/language/vocabulary.ts'
import { toJsonSafe } from '../../values/json-copy.ts'
import type { TaskOptions, TaskUpdate } from '../api/task-options.ts'
import type { ParamStore } from '../events/params.ts'
import type { Configuration } from '../options/configuration.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { Registry } from '../state/registry.ts'
import type { TaskDefinition, TaskEntry } from '../state/task-state.ts'

/** Values by name: those that were set, and the names of those that were unset. */
interface Changed {
  readonly values: Readonly<Record<string, unknown>>
  readonly unset: readonly string[]
}

/** Changes of the params. */
export interface ParamChanges {
  readonly params: Readonly<Record<string, unknown>>
  /** Params of the program that were unset. */
  readonly unset?: readonly string[]
}

/** Changes of a task. */
export interface TaskChanges {
  readonly disabled?: boolean
  readonly update?: Readonly<Record<string, unknown>>
  /** Options that an update unset. */
  readonly unset?: readonly string[]
  readonly madeOf?: {
    readonly template: string
    readonly given: Readonly<Record<string, unknown>>
    /** Options of the template that the task was created without. */
    readonly unset?: readonly string[]
  }
}

/** A value of the program. */
interface ProgramValue {
  readonly value: unknown
  /** The value as JSON at that time, since objects may be changed in place; null if JSON cannot represent it. */
  readonly text: string | null
}

interface ProgramTask {
  readonly definition: TaskDefinition
  readonly disabled: boolean
}

export interface ChangesDeps {
  readonly words: Vocabulary
  readonly configuration: Configuration
  readonly reporter: Reporter
  readonly registry: Registry
  readonly params: ParamStore
}

export class Changes {
  readonly #deps: ChangesDeps
  #params: ReadonlyMap<string, ProgramValue> | null = null
  readonly #tasks = new WeakMap<TaskEntry, ProgramTask>()
  readonly #warned = new Set<string>()

  constructor(deps: ChangesDeps) {
    this.#deps = deps
  }

  /** Records the program: the params once, and the tasks that are not recorded yet. */
  learn(): void {
    const { params, registry } = this.#deps
    this.#params ??= new Map(params.entries().map(([name, value]) => [name, this.#programValue(value)]))
    for (const entry of registry.entries.values()) this.learnTask(entry)
  }

  /** Records a task of the program, unless it is recorded already. */
  learnTask(entry: TaskEntry): void {
    if (this.#tasks.has(entry)) return
    this.#tasks.set(entry, { definition: entry.definition, disabled: entry.disabled })
  }

  /** The params that differ from the program. */
  ofParams(): ParamChanges {
    const { params } = this.#deps
    const program = this.#params ?? new Map<string, ProgramValue>()
    const names = new Set([...params.entries().map(([name]) => name), ...program.keys()])
    const { values, unset } = this.#changed(
      'param',
      [...names].map((name) => [name, params.get(name), program.get(name)]),
    )
    return { params: values, ...(unset.length === 0 ? {} : { unset }) }
  }

  /** The differences of a task from the program. */
  ofTask(entry: TaskEntry): TaskChanges {
    const { definition, updated, disabled } = entry
    const program = this.#tasks.get(entry) ?? { definition, disabled }
    const { values, unset } =
      updated === null ? { values: {}, unset: [] } : this.#ofUpdate(entry, updated, program.definition)
    const { madeOf } = definition
    return {
      ...(disabled === program.disabled ? {} : { disabled }),
      ...(Object.keys(values).length === 0 ? {} : { update: values }),
      ...(unset.length === 0 ? {} : { unset }),
      ...(madeOf === undefined
        ? {}
        : { madeOf: { template: madeOf.template, ...this.#given(program.definition, madeOf.given) } }),
    }
  }

  /** Returns the values that JSON can represent, and warns about the others. */
  safe(what: string, values: object): Record<string, unknown> {
    return this.#changed(
      what,
      Object.entries(values).map(([name, value]) => [name, value, undefined]),
    ).values
  }

  /** The options of an update that differ from the program. */
  #ofUpdate({ name, definition }: TaskEntry, updated: TaskUpdate, program: TaskDefinition): Changed {
    // `disabled` is the state of the task, which later commands change.
    const { start: _start, end: _end, disabled: _disabled, ...options } = updated
    const optionOf = (options: TaskOptions, key: string): unknown =>
      (options as Readonly<Record<string, unknown>>)[key]
    const { values, unset } = this.#changed(
      `option of task '${name}',`,
      Object.keys(options).map((key) => [
        key,
        optionOf(definition.options, key),
        Object.hasOwn(program.options, key) ? this.#programValue(optionOf(program.options, key)) : undefined,
      ]),
    )
    const isEndUnset = definition.end === null && program.end !== null
    return {
      values: {
        ...values,
        ...this.#condition(name, 'start', definition.start, program.start),
        ...this.#condition(name, 'end', definition.end, program.end),
      },
      unset: isEndUnset ? [...unset, 'end'] : unset,
    }
  }

  /** The options with which a task was created from a template. */
  #given(
    { name, ...made }: TaskDefinition,
    given: TaskUpdate,
  ): Omit<NonNullable<TaskChanges['madeOf']>, 'template'> {
    const { start, end, ...options } = given
    const values = {
      ...this.safe(`option of task '${name}',`, options),
      ...(start === undefined ? {} : this.#condition(name, 'start', made.start)),
      ...(end === undefined ? {} : this.#condition(name, 'end', made.end)),
    }
    const unset = Object.entries(given).flatMap(([key, value]) =>
      key !== 'start' && value === undefined ? key : [],
    )
    return { given: values, ...(unset.length === 0 ? {} : { unset }) }
  }

  /**
   * A condition as its statement, if that can be parsed again and differs from the program's. The given text is not used, since
   * `in 10 minutes` would start again with each process.
   */
  #condition(
    task: string,
    name: 'start' | 'end',
    condition: Condition | null,
    program: Condition | null = null,
  ): Record<string, unknown> {
    if (condition === null || condition === program) return {}
    const text = String(condition)
    try {
      parse(text, this.#deps.words)
    } catch {
      this.#warnOnce(
        `The ${name} of task '${task}' cannot be kept as its statement cannot be parsed again: ${text}`,
      )
      return {}
    }
    return program !== null && String(program) === text ? {} : { [name]: text }
  }

  #programValue(value: unknown): ProgramValue {
    const copy = this.#copy(value)
    return { value, text: copy.kept ? JSON.stringify(copy.value) : null }
  }

  #changed(
    what: string,
    entries: readonly (readonly [name: string, value: unknown, program: ProgramValue | undefined])[],
  ): Changed {
    const values: Record<string, unknown> = {}
    const unset: string[] = []
    for (const [name, value, program] of entries) {
      if (value === undefined) {
        if (program?.value !== undefined) unset.push(name)
        continue
      }
      const copy = this.#copy(value)
      if (copy.kept) {
        if (program?.text !== JSON.stringify(copy.value)) values[name] = copy.value
      } else if (program === undefined || program.value !== value)
        this.#warnOnce(`The ${what} '${name}' cannot be kept: ${copy.why}.`)
    }
    return { values, unset }
  }

  #copy(value: unknown): ReturnType<typeof toJsonSafe> {
    return toJsonSafe(value, this.#deps.configuration.options.log?.maxValueSize)
  }

  #warnOnce(message: string): void {
    if (this.#warned.has(message)) return
    this.#warned.add(message)
    this.#deps.reporter.warn('persist', message)
  }
}
