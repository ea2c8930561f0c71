import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import * as gantry from '../../src/index.ts'
import * as testing from '../../src/testing.ts'
import * as time from '../../src/time/index.ts'
import { rocketryIds } from './rocketry-ids.ts'

const page = readFileSync(new URL('../../docs/rocketry.md', import.meta.url), 'utf8')

interface Row {
  readonly id: string
  readonly theirs: string
  readonly ours: string
}

const rows: readonly Row[] = page
  .split('\n')
  .filter((line) => /^\| [A-Z]+-\d/.test(line))
  .map((line) => {
    // A pipe within a cell is written `\|`.
    const [, id = '', theirs = '', ours = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim())
    return { id, theirs, ours }
  })

describe('docs/rocketry.md', () => {
  test('has exactly one row for every row of the feature list', () => {
    expect(rocketryIds).toHaveLength(399)
    const found = rows.map((row) => row.id)
    expect(found.filter((id, i) => found.indexOf(id) !== i)).toEqual([])
    expect([...found].sort()).toEqual([...rocketryIds].sort())
  })

  test('gives each row one of the four verdicts, and more than the verdict', () => {
    const verdict = /^\*\*(Carried as|Changed because|Dropped because|Planned)\*\*/
    const odd = rows.filter(({ ours }) => !verdict.test(ours) || ours.replace(verdict, '').length < 12)
    expect(odd).toEqual([])
  })

  test('has three cells in each row, and ends with a full stop', () => {
    expect(rows.filter(({ theirs, ours }) => theirs === '' || !ours.endsWith('.'))).toEqual([])
    const cells = page.split('\n').filter((line) => line.startsWith('|'))
    expect(cells.filter((line) => line.split(/(?<!\\)\|/).length !== 5)).toEqual([])
  })

  test('gives a reason for each changed or dropped feature', () => {
    const bare = rows.filter(({ ours }) => /^\*\*(Changed|Dropped) because\*\* `/.test(ours))
    expect(bare).toEqual([])
  })

  test('names only functions and classes that exist', () => {
    // Calls of functions, not of methods: `every(…)` and not `task.run(…)`.
    const calls = rows.flatMap(({ ours }) =>
      [...ours.matchAll(/`(?:new )?([a-zA-Z]\w*)\(/g)].map(([, name]) => name!),
    )
    const builders = rows.flatMap(({ id, ours }) => {
      const carried = /^\*\*Carried as\*\* `(\w+)`(?:,| …| and)/.exec(ours)?.[1]
      return carried !== undefined && /^(API|CLS|ERR)/.test(id) ? [carried] : []
    })
    // Names of planned features, of the reader's code, of the language.
    const known = new Set(['moduleWork', 'fileExists', 'TypeError', 'RangeError'])
    for (const room of [gantry, testing, time]) for (const name of Object.keys(room)) known.add(name)
    expect([...calls, ...builders].filter((name) => !known.has(name))).toEqual([])
    expect(calls.length).toBeGreaterThan(40)
  })
})
