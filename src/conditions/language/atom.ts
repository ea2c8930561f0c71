/** Building blocks of the language's atoms: patterns for parsing, shapes for error messages. */

import type { Period } from '../../time/period.ts'
import { cycle } from '../../time/periods.ts'
import type { CycleOptions } from '../../time/rules/window.ts'
import { type CycleUnit, cycleUnits } from '../../time/zone/units.ts'
import type { Condition } from '../condition.ts'
import type { ConditionNode } from '../node.ts'

/** The named parts of a matched atom. */
export type AtomCaptures = Readonly<Record<string, string | undefined>>

/** A pattern of words and its meaning. */
export interface Atom {
  /** Matches the whole text of an atom; named groups are its parts. */
  readonly pattern: RegExp
  /** The atom in the notation of shapes; null for a custom regular expression. */
  readonly shape: string | null
  /** Builds the node from the parts and the matched text. May throw; the error is reported with its position. */
  build(parts: AtomCaptures, text: string): ConditionNode
}

/** Creates a built-in atom. */
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
/** A date, optionally with a time and an offset. */
export const date =
  '\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d+)?)?(?:Z|[+-]\\d\\d:\\d\\d)?)?'

/** The window of a cycle, as a pattern. */
export const windowOf =
  '(?: (?<word>before|after|starting|on|at(?! (?:least|most) \\d)) (?<moment>.+?)| between (?<from>.+?) and (?<to>.+?))?'
/** The window of a cycle, as a shape. */
export const windowShape =
  '[before|after|starting|on|at <moment>] [between <moment> and <moment>] [in <zone>]'

/** The cycle of a unit, limited to the window in the parts. */
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

/** The suffix `… and 16:00 inclusive`: the end itself belongs to the window. */
function closing(end: string, toOptions: (end: string) => CycleOptions): CycleOptions {
  const suffix = ' inclusive'
  return end.endsWith(suffix) ? { ...toOptions(end.slice(0, -suffix.length)), closed: true } : toOptions(end)
}
