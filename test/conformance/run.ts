/**
 * `npm run conformance [-- DIR] [--known FILE] [--rules]`: evaluates every row of the fact files in DIR and prints one
 * line per file. Exits with 1 if a row differs; with `--known` (JSON: row → reason), if an unlisted row differs or a
 * listed one does not. `--rules` also prints the number of accepted rows per rule, and the unsupported rows. Unknown
 * input counts as unsupported, never as agreement.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { evaluateRow, knownFiles } from './evaluate.ts'
import {
  type Judged,
  judgeRows,
  type Known,
  printReport,
  printRules,
  printUnsupported,
  surprises,
} from './report.ts'
import type { Row } from './time/time-rules.ts'

/** The names of the fact files in a folder; unsupported ones are last. */
function filesIn(directory: string): readonly string[] {
  const found = readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
  return [
    ...knownFiles.filter((name) => found.includes(name)),
    ...found.filter((name) => !knownFiles.includes(name)),
  ]
}

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { known: { type: 'string' }, rules: { type: 'boolean', default: false } },
  })
  const directory = positionals[0] ?? join('test', 'conformance', 'data')
  const known = values.known === undefined ? {} : (read(values.known) as Known)
  const all: Judged[] = []
  for (const file of filesIn(directory)) {
    const rows = read(join(directory, `${file}.json`))
    if (!Array.isArray(rows)) throw new TypeError(`Cannot judge '${file}' as it must be a JSON array of rows`)
    const judged = await judgeRows(rows as Row[], (row) => evaluateRow(file, row))
    console.log(printReport(file, judged))
    if (values.rules)
      for (const line of [...printRules(judged), ...printUnsupported(judged)]) console.log(`  ${line}`)
    all.push(...judged)
  }
  if (all.length === 0) throw new RangeError(`Cannot judge as there are no rows in '${directory}'`)
  const wrong = surprises(all, known)
  for (const line of wrong) console.error(line)
  process.exitCode = wrong.length > 0 ? 1 : 0
}

await main()
