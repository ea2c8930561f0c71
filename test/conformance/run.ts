/**
 * `npm run conformance [-- DIR]`: evaluates every row of the fact files in DIR and prints one line a file. Exits 1 if any
 * row differs. What we do not evaluate yet counts as unsupported, never as agreement.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ConditionFile, evaluateConditions } from './conditions.ts'
import { evaluateTime, type Row, type TimeFile, type Verdict } from './time.ts'

const timeFiles: readonly string[] = ['time-contains', 'time-roll', 'durations', 'time-construct']
const conditionFiles: readonly string[] = ['task-executable', 'parse']
const files = [...timeFiles, ...conditionFiles, 'sessions']
const kinds = ['agree', 'differ', 'accepted', 'skipped', 'unsupported'] as const

const directory = process.argv[2] ?? join('test', 'conformance', 'data')

async function evaluate(file: string, row: Row): Promise<Verdict> {
  if (timeFiles.includes(file)) return evaluateTime(file as TimeFile, row)
  if (conditionFiles.includes(file)) return await evaluateConditions(file as ConditionFile, row)
  return { verdict: 'unsupported' }
}

let differences = 0
for (const file of files) {
  const path = join(directory, `${file}.json`)
  if (!existsSync(path)) continue
  const ids: Record<(typeof kinds)[number], string[]> = {
    agree: [],
    differ: [],
    accepted: [],
    skipped: [],
    unsupported: [],
  }
  for (const row of JSON.parse(readFileSync(path, 'utf8')) as Row[])
    ids[(await evaluate(file, row)).verdict].push(String(row.id))
  differences += ids.differ.length
  const shown =
    ids.differ.length === 0
      ? ''
      : ` (${ids.differ.slice(0, 10).join(', ')}${ids.differ.length > 10 ? ' …' : ''})`
  const counts = kinds.map((kind) => `${ids[kind].length} ${kind}${kind === 'differ' ? shown : ''}`)
  console.log(`${file}: ${counts.join(', ')}`)
}
process.exitCode = differences > 0 ? 1 : 0
