/** Judges the rows of `task-executable` and `parse` through the public API. */
import { isDeepStrictEqual } from 'node:util'
import { DateTime } from 'luxon'
import type { Action } from '../../machines/protocol.ts'
import { Condition, parse } from '../../src/conditions/index.ts'
import { isGantryError } from '../../src/errors.ts'
import { intersection, type Period, parseTime, union } from '../../src/time/index.ts'
import { type Happening, TableFacts } from '../support/table-facts.ts'
import { type ConditionFile, conditionRules } from './condition-rules.ts'
import { meaningOf, nodeOfTree, type Tree } from './condition-tree.ts'
import { type PeriodSpec, periodOf, spansOf } from './period-spec.ts'
import { readExpression } from './python-expression.ts'
import type { Row, Verdict } from './time-rules.ts'

export { type ConditionFile, conditionRules } from './condition-rules.ts'

/** Judges one row. */
export async function evaluateConditions(file: ConditionFile, row: Row): Promise<Verdict> {
  if (row.suspect && !('intended' in row)) return { verdict: 'skipped' }
  const want = row.suspect ? row.intended : row.expected
  const { agree, got } = file === 'parse' ? judgeParse(row, want) : judgeHolds(row, want)
  if (agree) return { verdict: 'agree' }
  const rule = conditionRules.find((item) => item.file === file && item.applies(row, got))
  return rule === undefined ? { verdict: 'differ', got } : { verdict: 'accepted', rule: rule.name, got }
}

interface Judged {
  readonly agree: boolean
  readonly got: unknown
}

function judgeHolds(row: Row, want: unknown): Judged {
  // Where a row has several forms, all must give the same answer.
  const answers = formsOf(row).map((condition) => holdsIn(condition, row))
  const wrong = answers.find((answer) => answer !== want)
  return { agree: wrong === undefined, got: wrong }
}

function formsOf(row: Row): Condition[] {
  const forms: Condition[] = []
  if (typeof row.condition === 'string') forms.push(parse(row.condition))
  if (typeof row.api === 'string') forms.push(readExpression(row.api))
  return forms.length > 0 ? forms : [new Condition(nodeOfTree(row.tree as Tree))]
}

interface LogRow {
  readonly task: string
  readonly action: Action
  readonly created: string
}

/** The one place that plays a history: facts are a table now, and may as well be a session on a set clock. */
function holdsIn(condition: Condition, row: Row): boolean {
  const zone = (row.timezone as string | null) ?? 'UTC'
  const instant = (text: string) => DateTime.fromISO(text, { zone }).toMillis()
  const logs = row.logs as readonly LogRow[]
  const rows = logs.map(({ task, action, created }): Happening => ({ task, action, at: instant(created) }))
  const history = rows.sort((a, b) => a.at - b.at)
  const task = row.task as string
  const now = instant(row.now as string)
  const session = new TableFacts(
    { now, zone, task, tasks: [task], running: livingRuns(history, now) },
    history,
  )
  return condition.holds({ session, task })
}

/** Runs without an end live: each end belongs to the oldest run of its task that has none. */
function livingRuns(history: readonly Happening[], now: number): Record<string, number[]> {
  const living: Record<string, number[]> = {}
  for (const { task, action, at } of history) {
    if (at > now) continue
    living[task] ??= []
    if (action === 'run') living[task].push(at)
    else living[task].shift()
  }
  return living
}

function judgeParse(row: Row, want: unknown): Judged {
  let got: unknown
  try {
    got = read(row)
  } catch (error) {
    if (!(isGantryError(error) || error instanceof TypeError || error instanceof RangeError)) throw error
    return { agree: want === null, got: { error: (error as Error).name } }
  }
  if (want === null) return { agree: false, got }
  return { agree: isDeepStrictEqual(got, wanted(row, want)), got }
}

function read(row: Row): unknown {
  const { statement } = row
  if (row.kind === 'time') return wordsOf(parseTime(statement as string).rule)
  if (row.kind === 'api') return meaningOf(readExpression(statement as string).node)
  return meaningOf(
    (typeof statement === 'boolean' ? parse(String(statement)) : parse(statement as string)).node,
  )
}

function wanted(row: Row, want: unknown): unknown {
  if (row.kind !== 'time') return meaningOf(nodeOfTree(want as Tree))
  return wordsOf(periodOfAny(want as PeriodSpec).rule)
}

function periodOfAny(spec: PeriodSpec): Period {
  const parts = () => (spec.args.periods as readonly PeriodSpec[]).map(periodOfAny)
  if (spec.type === 'All') return intersection(...parts())
  if (spec.type === 'Any') return union(...parts())
  return spansOf(spec)?.past ?? periodOf(spec)!
}

interface Combined {
  readonly kind: string
  readonly parts?: readonly Combined[]
}

/** A period in words, its parts in the order of the alphabet: Rocketry keeps them in a set. */
function wordsOf(rule: Combined): string {
  if (rule.parts === undefined) return String(rule)
  return `${rule.kind}(${rule.parts.map(wordsOf).sort().join(', ')})`
}
