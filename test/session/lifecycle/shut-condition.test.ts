/** A shut condition that ends the session at its first evaluation leaves no timer, which would keep the process alive. */
import { afterEach, expect, test } from '@jest/globals'
import { condition } from 'gantry'
import { setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

test.each<[name: string, look: () => boolean, ends: string]>([
  ['holds at once', () => true, 'fine'],
  [
    'fails at once',
    () => {
      throw new Error('bad')
    },
    'The shut condition failed.',
  ],
])('a shutCondition that %s leaves no timer', async (_, look, ends) => {
  const { app, clock, session } = setUp({ shutCondition: condition(look) })
  const ended = app.run().then(
    () => 'fine',
    (error) => (error as Error).message,
  )
  await clock.settled()
  expect(await ended).toBe(ends)
  expect(session.state).toBe('stopped')
  expect(clock.untilNextMs).toBe(Number.POSITIVE_INFINITY)
})
