/** Judges the rows of `sessions`: plays each scenario in a real session on a clock that jumps from cycle to cycle. */
import { compareLogs, type Entry } from './session-log.ts'
import { playSession } from './session-play.ts'
import { sessionRules } from './session-rules.ts'
import { readScenario, Unsupported } from './session-scenario.ts'
import type { Row, Verdict } from './time-rules.ts'

/** What a row expects of the session. */
interface Expected {
  readonly log: readonly Entry[]
  /** The class of the error that ends it, where one does. */
  readonly raises?: string
}

/** Plays one row and compares what came of it. */
export async function evaluateSession(row: Row): Promise<Verdict> {
  if (row.suspect && !('intended' in row)) return { verdict: 'skipped' }
  const want = (row.suspect ? row.intended : row.expected) as Expected
  let scenario: ReturnType<typeof readScenario>
  try {
    scenario = readScenario(row)
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error
    return { verdict: 'unsupported', got: error.message }
  }
  const { log, error } = await playSession(scenario)
  const difference =
    (error === undefined) === (want.raises === undefined)
      ? compareLogs(want.log, log, 2 * scenario.stepMs)
      : `ended with ${String(error)}`
  if (difference === null) return { verdict: 'agree' }
  const rule = sessionRules.find((item) => item.applies(row))
  return rule === undefined
    ? { verdict: 'differ', got: difference }
    : { verdict: 'accepted', rule: rule.name, got: difference }
}
