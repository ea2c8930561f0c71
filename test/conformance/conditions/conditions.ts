/** Evaluation of the rows of `task-executable` and `parse` through the public API. */
import { isDeepStrictEqual } from 'node:util'
import { isGantryError } from '../../../src/errors/error-codes.ts'
import { Condition, intersection, type Period, parse, parseTime, union } from '../../../src/index.ts'
import { readExpression } from '../python-expression.ts'
import { type PeriodSpec, periodOf, spansOf } from '../time/period-spec.ts'
import type { Row, Verdict } from '../time/time-rules.ts'
import { Unsupported } from '../unsupported.ts'
import { type ConditionFile, conditionRules } from './condition-rules.ts'
import { holdInSession } from './condition-session.ts'
import { meaningOf, nodeOfTree, type Tree } from './condition-tree.ts'

/** Evaluates one row. */
export async function evaluateConditions(file: ConditionFile, row: Row): Promise<Verdict> {
  const want = row.suspect ? row.intended : row.expected
  const { agree, got } = file === 'parse' ? judgeParse(row, want) : await judgeHolds(row, want)
  if (agree) return { verdict: 'agree' }
  const rule = conditionRules.find((item) => item.file === file && item.applies(row, got))
  return rule === undefined ? { verdict: 'differ', got } : { verdict: 'accepted', rule: rule.name, got }
}

interface Judged {
  readonly agree: boolean
  readonly got: unknown
}

async function judgeHolds(row: Row, want: unknown): Promise<Judged> {
  const forms = attempt(() => formsOf(row))
  if (!Array.isArray(forms)) return { agree: want === null, got: forms }
  // If a row has several forms, all must have the same result.
  const answers = await holdInSession(forms, row)
  const wrong = answers.find((answer) => answer !== want)
  return { agree: wrong === undefined, got: wrong }
}

function formsOf(row: Row): Condition[] {
  const forms: Condition[] = []
  if (typeof row.condition === 'string') forms.push(parse(row.condition))
  if (typeof row.api === 'string') forms.push(readExpression(row.api))
  return forms.length > 0 ? forms : [new Condition(nodeOfTree(row.tree as Tree))]
}

/** The created value, or the name of an intended error; other errors are faults. */
function attempt<T>(make: () => T): T | { readonly error: string } {
  try {
    return make()
  } catch (error) {
    if (error instanceof Unsupported || !isOwnError(error)) throw error
    return { error: error.name }
  }
}

/** The form of messages distinguishes our errors from those of the language: *Cannot ‹act› as ‹rule›*. */
function isOwnError(error: unknown): error is Error {
  if (isGantryError(error)) return true
  return (error instanceof TypeError || error instanceof RangeError) && /^Cannot .+ as /s.test(error.message)
}

function judgeParse(row: Row, want: unknown): Judged {
  const got = attempt(() => read(row))
  if (typeof got === 'object' && got !== null && 'error' in got) return { agree: want === null, got }
  if (want === null) return { agree: false, got }
  return { agree: isDeepStrictEqual(got, wanted(row, want)), got }
}

function read({ kind, statement }: Row): unknown {
  if (kind === 'time') return wordsOf(parseTime(statement as string).rule)
  if (kind === 'api') return meaningOf(readExpression(statement as string).node)
  if (kind !== 'condition') throw new Unsupported(`kind ${String(kind)}`)
  // A JSON boolean is a statement as well.
  return meaningOf(parse(typeof statement === 'boolean' ? String(statement) : (statement as string)).node)
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

/** A period as text with its parts in alphabetical order, as Rocketry keeps them in a set. */
function wordsOf(rule: Combined): string {
  if (rule.parts === undefined) return String(rule)
  return `${rule.kind}(${rule.parts.map(wordsOf).sort().join(', ')})`
}
