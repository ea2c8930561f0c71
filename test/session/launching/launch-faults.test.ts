/** Launches that something disturbs: no run is lost, none starts twice, and nobody waits forever. */
import { afterEach, expect, test } from '@jest/globals'
import { setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

test('a task whose function runId holds the session at its turn launches after the resume', async () => {
  const { app, session, clock } = setUp()
  let ran = 0
  let asked = 0
  const runId = (): string => {
    if (asked++ === 0) session.hold()
    return crypto.randomUUID()
  }
  app.task('a', "param 'go' is true", { runId }, () => void ran++)
  await app.start()
  session.params.set('go', true)
  await clock.settled()
  expect(ran).toBe(0)
  expect(session.task('a').explain().sentence).toBe('the session is held: resume() lets tasks launch')
  session.resume()
  await clock.settled()
  expect(ran).toBe(1)
})
