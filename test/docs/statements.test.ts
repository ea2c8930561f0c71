/** Tables of builders and statements in the guide: both cells of a row have the same meaning. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import * as gantry from '../../src/index.ts'

const codes = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!)

/** Pairs of a builder and its text, from rows whose first two cells have equally many pieces of code. */
const pairs = readFileSync('docs/guide/conditions.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .flatMap((line) => {
    const [, builders = '', texts = ''] = line.split('|')
    return codes(builders).map((builder, i) => ({ builder, text: codes(texts)[i] ?? '' }))
  })

const build = (code: string): gantry.Condition =>
  new Function(...Object.keys(gantry), `return ${code}`)(...Object.values(gantry))

describe('docs/guide/conditions.md', () => {
  test('has tables of builders and statements', () => {
    expect(pairs.length).toBeGreaterThan(12)
  })

  test.each(pairs)('$builder is $text', ({ builder, text }) => {
    expect(String(gantry.parse(text))).toBe(String(build(builder)))
  })
})
