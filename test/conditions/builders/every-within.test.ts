/** `every … between … and …`: a grid inside a window of the day. */
import { describe, expect, test } from '@jest/globals'
import { every, parse } from '../../../src/conditions/index.ts'
import { type Happening, TableFacts } from '../../support/table-facts.ts'

const at = (clock: string) => Date.parse(`2026-11-24T${clock}Z`)

function isTrue(clock: string, ...runs: readonly string[]): boolean {
  const rows = runs.map((run): Happening => ({ task: 'me', action: 'run', at: at(run) }))
  const session = new TableFacts({ now: at(clock), task: 'me' }, rows)
  return every('10 minutes', { between: ['08:00', '16:00'] }).holds({ session, task: 'me' })
}

describe('every() between two moments', () => {
  test('holds once in each step, counted from the first moment and not from the last run', () => {
    expect(isTrue('08:00:00')).toBe(true)
    expect(isTrue('08:09:59', '08:07:00')).toBe(false)
    expect(isTrue('08:10:00', '08:07:00')).toBe(true)
  })

  test('does not hold outside the window', () => {
    expect(isTrue('07:59:59')).toBe(false)
    expect(isTrue('15:59:59')).toBe(true)
    expect(isTrue('16:00:00')).toBe(false)
  })

  test('reads and prints the same', () => {
    const text = 'every 10 minutes between 08:00 and 16:00'
    expect(parse(text).node).toEqual(every('10 minutes', { between: ['08:00', '16:00'] }).node)
    expect(String(parse(text))).toBe(text)
    expect(String(parse(`${text} based on success in Europe/Helsinki`))).toBe(
      `${text} based on success in Europe/Helsinki`,
    )
  })
})
