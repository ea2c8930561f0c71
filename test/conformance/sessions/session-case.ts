/** One played row of `sessions`: the expected and the actual result. */

import type { Row } from '../time/time-rules.ts'
import { compareLogs, type Entry, type Tolerance } from './session-log.ts'
import { type Played, playSession } from './session-play.ts'
import { readScenario, type Scenario } from './session-scenario.ts'

/** The expected result of a row. */
export interface Expected {
  readonly log: readonly Entry[]
  readonly n_cycles?: number
  /** The class of the error that ends the session, if one does. */
  readonly raises?: string
}

export interface SessionCase {
  readonly row: Row
  readonly want: Expected
  readonly scenario: Scenario
  readonly played: Played
}

/** Plays a row, or a variant of its scenario, in a real session. */
export async function playCase(row: Row, scenario: Scenario = readScenario(row)): Promise<SessionCase> {
  const want = (row.suspect ? row.intended : row.expected) as Expected
  return { row, want, scenario, played: await playSession(scenario) }
}

/** The first difference as text, or null. */
export function differenceOf(one: SessionCase): string | null {
  return endDifferenceOf(one) ?? compareLogs(one.want.log, one.played.log, toleranceOf(one))
}

/** The difference in the error that ended the session, as text, or null. */
export function endDifferenceOf({ played, want }: SessionCase): string | null {
  const isSame = (played.error === undefined) === (want.raises === undefined)
  return isSame ? null : `ended with ${String(played.error)}, want ${want.raises ?? 'no error'}`
}

/** The permitted distance of the row's actions. */
export function toleranceOf({ scenario }: SessionCase): Tolerance {
  const durations = Object.fromEntries(scenario.tasks.map((task) => [task.name, task.durationMs / 1000]))
  return { stepMs: scenario.stepMs, durations }
}
