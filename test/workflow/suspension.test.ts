/** Suspension of workflows: its effect on their steps, and the work that may resume. */
import { afterEach, expect, test } from '@jest/globals'
import { createMemoryStore, runOf } from 'gantry'
import { fromPromise, setup } from 'xstate'
import { durableStore } from '../support/durable-store.ts'
import { setUp, tearDown } from '../support/session.ts'

afterEach(tearDown)

test('a suspension aborts the signal of the run', async () => {
  let reason: unknown
  const machine = setup({
    actors: {
      wait: fromPromise(({ self }) => {
        const { signal } = runOf(self)
        signal.addEventListener('abort', () => (reason = signal.reason))
        return new Promise(() => {})
      }),
    },
  }).createMachine({ initial: 'a', states: { a: { invoke: { src: 'wait' } } } })
  const kept = createMemoryStore()
  const { app, session, clock } = setUp({ store: durableStore(kept, (entries) => kept.append(entries)) })
  const task = app.task('wait', false, machine)
  await app.start()
  task.run().catch(() => {})
  await clock.settled()
  session.shutDown()
  await clock.settled()
  await session.stopped
  expect(String(reason)).toContain('was cancelled: shut-down')
  expect(kept.query({}).map(({ action }) => action)).toEqual(['run'])
})

test("onCrash 'resume' is refused for work that is no workflow", () => {
  const { app } = setUp()
  expect(() => app.task('plain', false, { onCrash: 'resume' }, () => 1)).toThrow('must be a workflow')
})
