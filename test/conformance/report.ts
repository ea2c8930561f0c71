/** Report of the evaluation of one file of facts, in one line, with the results that are not known. */
import type { Row, Verdict } from './time/time-rules.ts'

const kinds = ['agree', 'differ', 'accepted', 'skipped', 'unsupported'] as const

/** An evaluated row. */
export interface Judged {
  readonly id: string
  readonly verdict: Verdict
}

/** Evaluates all rows of a file, one after the other. */
export async function judgeRows(
  rows: readonly Row[],
  evaluate: (row: Row) => Verdict | Promise<Verdict>,
): Promise<readonly Judged[]> {
  const judged: Judged[] = []
  for (const row of rows) judged.push({ id: String(row.id), verdict: await evaluate(row) })
  return judged
}

/** The report in one line: `time-contains: 1140 agree, 2 differ (contains-0017 …), 4 accepted, 10 skipped, 6 unsupported` */
export function printReport(file: string, judged: readonly Judged[]): string {
  const counts = kinds.map((kind) => {
    const ids = judged.filter(({ verdict }) => verdict.verdict === kind).map(({ id }) => id)
    const shown = kind === 'differ' && ids.length > 0 ? ` (${ids[0]}${ids.length > 1 ? ' …' : ''})` : ''
    return `${ids.length} ${kind}${shown}`
  })
  return `${file}: ${counts.join(', ')}`
}

/** Known differences: row → reason. */
export type Known = Readonly<Record<string, string>>

/**
 * Unknown results as text: an unlisted difference, and a listed row that no longer differs, so that the list can only
 * shrink.
 */
export function surprises(judged: readonly Judged[], known: Known): readonly string[] {
  const found: string[] = []
  for (const { id, verdict } of judged) {
    const isKnown = Object.hasOwn(known, id)
    if (verdict.verdict === 'differ' && !isKnown) found.push(`${id} differs: ${show(verdict.got)}`)
    if (verdict.verdict !== 'differ' && isKnown)
      found.push(`${id} is listed as known (${known[id]}) and does not differ: ${verdict.verdict}`)
  }
  return found
}

/** The number of accepted rows per rule as text, most first. */
export function printRules(judged: readonly Judged[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const { verdict } of judged)
    if (verdict.rule !== undefined) counts.set(verdict.rule, (counts.get(verdict.rule) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1]).map(([rule, count]) => `${count} ${rule}`)
}

/** The unsupported rows and their reasons. */
export function printUnsupported(judged: readonly Judged[]): readonly string[] {
  return judged
    .filter(({ verdict }) => verdict.verdict === 'unsupported')
    .map(({ id, verdict }) => `${id} is unsupported: ${show(verdict.got)}`)
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
}
