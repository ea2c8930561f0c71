/** Events of sessions on a diagnostics channel, for tools that observe the process. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, expect, test } from '@jest/globals'
import { setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

test("events of a session are published on the 'gantry' channel while it has a subscriber", async () => {
  const heard: unknown[] = []
  const listen = (message: unknown) => void heard.push(message)
  subscribe('gantry', listen)
  const { app, session } = setUp()
  const task = app.task('t', false, () => 1)
  await app.start()
  await task.run()
  unsubscribe('gantry', listen)
  const count = heard.length
  await task.run()
  expect(heard).toHaveLength(count)
  expect(heard).toContainEqual({
    session: 'session',
    news: expect.objectContaining({ type: 'run.ended', task: 't', action: 'success' }),
  })
  expect(session.state).toBe('running')
})
