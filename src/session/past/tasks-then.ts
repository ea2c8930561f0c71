/** The tasks of a session at a past instant. */
import { Condition } from '../../conditions/condition.ts'
import { parse } from '../../conditions/language/parse.ts'
import type { Vocabulary } from '../../conditions/language/vocabulary.ts'
import { falseNode, withText } from '../../conditions/node.ts'
import { redacted } from '../../values/secrets.ts'
import type { Settings } from '../options/settings.ts'
import type { Registry } from '../state/registry.ts'
import { startOf, type TaskDefinition } from '../state/task-state.ts'
import type { SettingsImage, TaskImage } from './notes.ts'
import type { PastState } from './reach.ts'

/** A task at the instant. */
export interface TaskThen {
  readonly definition: TaskDefinition
  readonly zone: string
  readonly disabled: boolean
  /** The reason why the task can never start, if it is known already. */
  readonly neverHolds: string | null | undefined
  /** The reasons why conditions are not known, by their statements. */
  readonly unknown: ReadonlyMap<string, string>
}

export interface TasksThenDeps {
  readonly registry: Registry
  readonly words: Vocabulary
}

/** The settings at the instant: those on which launches depend, and otherwise the present ones. */
export function settingsThen(now: Settings, then: SettingsImage): Settings {
  const pools = Object.entries(then.pools).map(
    ([name, { limit, starts, perMs }]) =>
      [name, { limit: limit ?? Number.POSITIVE_INFINITY, starts, perMs }] as const,
  )
  return { ...now, ...then, pools: new Map(pools) }
}

/** The task of that name; null if there was none. */
export function taskThen(
  { registry, words }: TasksThenDeps,
  state: PastState,
  name: string,
): TaskThen | null {
  const { timezone } = state.session.settings
  const entry = registry.entries.get(name)
  if (state.isPresent && entry !== undefined && !state.tasks.hasChanged(name)) {
    const { definition, disabled, neverHolds } = entry
    const zone = definition.options.timezone ?? timezone
    return {
      definition,
      zone,
      disabled,
      neverHolds: zone === entry.zone ? neverHolds : undefined,
      unknown: none,
    }
  }
  const image = state.tasks.get(name)
  if (image === null) return null
  const now = state.isPresent && entry !== undefined ? entry.definition : null
  const zone = image.timezone ?? timezone
  const unknown = new Map<string, string>()
  const conditionOf = (text: string, present: Condition | null): Condition => {
    if (present !== null && String(present) === text) return present
    const read = readCondition(text, words)
    if (read instanceof Condition) return read
    unknown.set(text, read.why)
    return new Condition(withText(falseNode, text))
  }
  return {
    definition: {
      name,
      ...startOf(conditionOf(image.start, now?.start ?? null)),
      end: image.end === undefined ? null : conditionOf(image.end, now?.end ?? null),
      options: optionsOf(image),
      work: nothing,
    },
    zone,
    disabled: image.disabled === true,
    neverHolds: undefined,
    unknown,
  }
}

const none: ReadonlyMap<string, string> = new Map()
const nothing = (): void => {}

function readCondition(text: string, words: Vocabulary): Condition | { readonly why: string } {
  if (text.includes(redacted))
    return { why: `the condition '${text}': it contains a secret, which the log masks` }
  try {
    return parse(text, words)
  } catch {
    return { why: `the condition '${text}': the log has it as a statement that cannot be parsed again` }
  }
}

function optionsOf(image: TaskImage): TaskDefinition['options'] {
  const { execution, priority, concurrency, pool, timezone, role } = image
  return {
    ...(execution === undefined ? {} : { execution }),
    ...(priority === undefined ? {} : { priority }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(pool === undefined ? {} : { pool }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(role === 'startup' ? { onStartup: true } : {}),
    ...(role === 'shutdown' ? { onShutdown: true } : {}),
  }
}
