/** Starts that are relative to now (`in 10 minutes`): each session reads them on its own clock. */
import { expect, test } from '@jest/globals'
import { TestClock } from 'gantry/testing'
import { Vocabulary } from '../../../src/conditions/language/vocabulary.ts'
import { LiveSession } from '../../../src/session/session.ts'

test('two sessions with one vocabulary read a relative start on their own clocks', () => {
  const words = new Vocabulary()
  const sessionAt = (at: string) =>
    new LiveSession(at, { clock: new TestClock({ at, zone: 'UTC' }), logger: false }, words)
  const early = sessionAt('2026-11-24T12:00')
  const late = sessionAt('2026-12-24T12:00')
  for (const session of [early, late]) session.createTask('a', 'in 10 minutes', () => {})
  expect(String(early.task('a').start)).toBe('once at 2026-11-24 12:10Z')
  expect(String(late.task('a').start)).toBe('once at 2026-12-24 12:10Z')
  early.task('a').update({ start: 'in 1 hour' })
  expect(String(early.task('a').start)).toBe('once at 2026-11-24 13:00Z')
})
