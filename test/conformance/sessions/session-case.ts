/** One row of `sessions`, played: what was wanted, and what came. */

import type { Row } from '../time/time-rules.ts'
import { compareLogs, type Entry, type Tolerance } from './session-log.ts'
import { type Played, playSession } from './session-play.ts'
import { readScenario, type Scenario } from './session-scenario.ts'

/** What a row expects of the session. */
export interface Expected {
  readonly log: readonly Entry[]
  readonly n_cycles?: number
  /** The class of the error that ends it, where one does. */
  readonly raises?: string
}

export interface SessionCase {
  readonly row: Row
  readonly want: Expected
  readonly scenario: Scenario
  readonly played: Played
}

/** Plays a row, or a scenario that is a variant of it, in a real session. */
export async function playCase(row: Row, scenario: Scenario = readScenario(row)): Promise<SessionCase> {
  const want = (row.suspect ? row.intended : row.expected) as Expected
  return { row, want, scenario, played: await playSession(scenario) }
}

/** The first difference in words, or null. */
export function differenceOf(one: SessionCase): string | null {
  return endDifferenceOf(one) ?? compareLogs(one.want.log, one.played.log, toleranceOf(one))
}

/** Whether it ended with an error as it should, in words if not. */
export function endDifferenceOf({ played, want }: SessionCase): string | null {
  const isSame = (played.error === undefined) === (want.raises === undefined)
  return isSame ? null : `ended with ${String(played.error)}, want ${want.raises ?? 'no error'}`
}

/** How far its actions may be away. */
export function toleranceOf({ scenario }: SessionCase): Tolerance {
  const durations = Object.fromEntries(scenario.tasks.map((task) => [task.name, task.durationMs / 1000]))
  return { stepMs: scenario.stepMs, durations }
}
