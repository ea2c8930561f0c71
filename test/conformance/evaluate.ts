/** Evaluation of any row of any file. */
import { evaluateConditions } from './conditions/conditions.ts'
import { checkRow } from './fields.ts'
import { evaluateSession } from './sessions/sessions.ts'
import { evaluateTime, type Row, type Verdict } from './time/time.ts'
import { Unsupported } from './unsupported.ts'

const evaluators: Readonly<Record<string, (row: Row) => Verdict | Promise<Verdict>>> = {
  'time-contains': (row) => evaluateTime('time-contains', row),
  'time-roll': (row) => evaluateTime('time-roll', row),
  durations: (row) => evaluateTime('durations', row),
  'time-construct': (row) => evaluateTime('time-construct', row),
  'task-executable': (row) => evaluateConditions('task-executable', row),
  parse: (row) => evaluateConditions('parse', row),
  sessions: evaluateSession,
}

/** The supported files, in the order of the report. */
export const knownFiles: readonly string[] = Object.keys(evaluators)

/**
 * Evaluates one row. A suspect row is evaluated by its stated intention, or skipped. Unknown input is unsupported; an
 * unexpected error is a difference.
 */
export async function evaluateRow(file: string, row: Row): Promise<Verdict> {
  if (row.suspect && !('intended' in row)) return { verdict: 'skipped' }
  try {
    const evaluate = evaluators[file]
    if (evaluate === undefined) throw new Unsupported(`file ${file}`)
    checkRow(file, row)
    return await evaluate(row)
  } catch (error) {
    if (error instanceof Unsupported) return { verdict: 'unsupported', got: error.message }
    return { verdict: 'differ', got: error instanceof Error ? error.stack : String(error) }
  }
}
