/**
 * `npm run conformance [-- DIR] [--known FILE] [--rules]`: evaluates every row of the fact files in DIR and prints one line a
 * file. Exits 1 if any row differs; with `--known` (JSON: row → reason), if a row differs that is not listed, or a listed one
 * does not. `--rules` also prints how many rows each rule accepts. What we do not understand counts as unsupported, never as
 * agreement.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { evaluateConditions } from './conditions.ts'
import { type Judged, judgeRows, type Known, printReport, printRules, surprises } from './report.ts'
import { evaluateSession } from './sessions.ts'
import { evaluateTime, type Row, type Verdict } from './time.ts'

/** The files that are understood, in the order in which they are printed. */
const evaluators: Readonly<Record<string, (row: Row) => Verdict | Promise<Verdict>>> = {
  'time-contains': (row) => evaluateTime('time-contains', row),
  'time-roll': (row) => evaluateTime('time-roll', row),
  durations: (row) => evaluateTime('durations', row),
  'time-construct': (row) => evaluateTime('time-construct', row),
  'task-executable': (row) => evaluateConditions('task-executable', row),
  parse: (row) => evaluateConditions('parse', row),
  sessions: evaluateSession,
}

/** The names of the fact files in a folder; those that are not understood come last. */
function filesIn(directory: string): readonly string[] {
  const found = readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
  const known = Object.keys(evaluators)
  return [...known.filter((name) => found.includes(name)), ...found.filter((name) => !known.includes(name))]
}

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
const unsupported = (): Verdict => ({ verdict: 'unsupported' })

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
    const judged = await judgeRows(rows as Row[], evaluators[file] ?? unsupported)
    console.log(printReport(file, judged))
    if (values.rules) for (const line of printRules(judged)) console.log(`  ${line}`)
    all.push(...judged)
  }
  if (all.length === 0) throw new RangeError(`Cannot judge as there are no rows in '${directory}'`)
  const wrong = surprises(all, known)
  for (const line of wrong) console.error(line)
  process.exitCode = wrong.length > 0 ? 1 : 0
}

await main()
