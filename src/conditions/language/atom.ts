/** What the atoms of the language are made of: patterns for reading, shapes for telling what was expected. */

import type { Period } from '../../time/period.ts'
import { cycle } from '../../time/periods.ts'
import type { CycleOptions } from '../../time/rules/window.ts'
import { type CycleUnit, cycleUnits } from '../../time/zone/units.ts'
import type { Condition } from '../condition.ts'
import type { ConditionNode } from '../node.ts'

/** The named parts of an atom that matched. */
export type AtomCaptures = Readonly<Record<string, string | undefined>>

/** A pattern of words and what it means. */
export interface Atom {
  /** Matches the whole text of an atom; named groups are its parts. */
  readonly pattern: RegExp
  /** How it reads, in the notation of shapes; null where nobody can tell (a regular expression of the app's own). */
  readonly shape: string | null
  /** From the parts, and the whole text that matched. May throw: the error is told with its place. */
  build(parts: AtomCaptures, text: string): ConditionNode
}

/** An atom of the language's own. */
export function atom(
  shape: string,
  pattern: string,
  build: (parts: AtomCaptures) => Condition | ConditionNode,
): Atom {
  return {
    shape,
    pattern: new RegExp(`^(?:${pattern})$`, 'ds'),
    build: (parts) => {
      const made = build(parts)
      return 'kind' in made ? made : made.node
    },
  }
}

/** Text in quotes. */
export const quoted = "'(?:[^'\\\\]|\\\\.)+'"
/** A unit of the calendar. */
export const unit = `(?<unit>${cycleUnits.join('|')})`
/** The units as a shape's alternatives. */
export const unitShape = cycleUnits.join('|')
/** A date, perhaps with a time and an offset. */
export const date =
  '\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d+)?)?(?:Z|[+-]\\d\\d:\\d\\d)?)?'

/** The window of a cycle, as a pattern. */
export const windowOf =
  '(?: (?<word>before|after|starting|on|at(?! (?:least|most) \\d)) (?<moment>.+?)| between (?<from>.+?) and (?<to>.+?))?'
/** The window of a cycle, as a shape. */
export const windowShape =
  '[before|after|starting|on|at <moment>] [between <moment> and <moment>] [in <zone>]'

/** The cycle of a unit, cut to the window that the parts say. */
export function cycleFrom(of: CycleUnit, parts: AtomCaptures): Period {
  return cycle(of, windowFrom(parts))
}

function windowFrom({ word, moment, from, to }: AtomCaptures): CycleOptions {
  if (from !== undefined) return closing(to!, (end) => ({ between: [from, end] }))
  if (word === undefined) return {}
  if (word === 'before') return closing(moment!, (end) => ({ before: end }))
  // `at` takes a list: `daily at 08:00, 12:00 and 18:00`.
  const moments = word === 'at' || word === 'on' ? moment!.split(/, ?(?:and )?| and /) : [moment!]
  return { [word]: moments.length === 1 ? moments[0]! : moments } as CycleOptions
}

/** `… and 16:00 inclusive`: the instant of the end belongs to the window. */
function closing(end: string, toOptions: (end: string) => CycleOptions): CycleOptions {
  const suffix = ' inclusive'
  return end.endsWith(suffix) ? { ...toOptions(end.slice(0, -suffix.length)), closed: true } : toOptions(end)
}
