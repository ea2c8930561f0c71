/** The transitions of a workflow's machine, as data for the run log and the dashboard. */
import type { EventObject, StateValue } from 'xstate'

/** One step of a machine: an event and what it changed. Instants are epoch ms. */
export interface Transition {
  readonly at: number
  readonly event: EventObject
  /** Null for the first step. */
  readonly from: StateValue | null
  readonly to: StateValue
  /** The time that the machine spent in the state before, ms. */
  readonly ms: number
  readonly context?: unknown
}

/** The paths of the active states of a state value: `{ a: 'b' }` is `a` and `a.b`. */
export function activePaths(value: StateValue, above = ''): string[] {
  if (typeof value === 'string') return [above + value]
  return Object.entries(value).flatMap(([key, below]) =>
    below === undefined ? [] : [above + key, ...activePaths(below, `${above}${key}.`)],
  )
}

/** A state value as text: `a.b`, and `a.b, c` for parallel states. */
export function printState(value: StateValue): string {
  if (typeof value === 'string') return value
  return Object.entries(value)
    .map(([key, below]) => {
      const text = below === undefined ? '' : printState(below)
      return text === '' ? key : text.includes(', ') ? `${key}.(${text})` : `${key}.${text}`
    })
    .join(', ')
}

/** The instants since when each active state is active: those that stay active keep theirs. */
export function sinceOf(
  value: StateValue,
  before: Readonly<Record<string, number>>,
  at: number,
): Record<string, number> {
  return Object.fromEntries(activePaths(value).map((path) => [path, before[path] ?? at]))
}
