/** Evaluation of `sessions` rows: plays each scenario in a real session on a clock that jumps from cycle to cycle. */

import type { Row, Verdict } from '../time/time-rules.ts'
import { differenceOf, endDifferenceOf, playCase } from './session-case.ts'
import { sessionRules } from './session-rules.ts'

/** Plays one row and compares the result. */
export async function evaluateSession(row: Row): Promise<Verdict> {
  const played = await playCase(row)
  const got = differenceOf(played)
  if (got === null) return { verdict: 'agree' }
  // No rule applies to the end of a session.
  if (endDifferenceOf(played) !== null) return { verdict: 'differ', got }
  for (const rule of sessionRules)
    if (await rule.applies(played)) return { verdict: 'accepted', rule: rule.name, got }
  return { verdict: 'differ', got }
}
