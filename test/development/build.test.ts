/** Tests over the development build of XState, which is the one that warns. */
import { afterEach, expect, test } from '@jest/globals'
import { condition, createApp } from 'gantry'
import { assign, createActor, createMachine } from 'xstate'
import { setUp, tearDown } from '../support/session.ts'
import { silent } from '../support/silent.ts'
import { takeWarnings } from './warnings.ts'

afterEach(tearDown)

test('the development build is loaded, and its warnings are captured', () => {
  const machine = createMachine({ entry: () => void assign({}) })
  createActor(machine).start()
  expect(takeWarnings()).toEqual([expect.stringContaining('should not call `assign()` directly')])
})

test('code of an app in work, hooks and listeners does not run within an action of Gantry', async () => {
  const { app, session, clock } = setUp()
  let made = 0
  const own = createMachine({ context: () => ({ n: 0 }), entry: assign({ n: 1 }) })
  const makeActor = (): void => {
    const actor = createActor(own).start()
    assign({})
    actor.stop()
    made += 1
  }
  app.hook('task', makeActor)
  app.hook('startup', makeActor)
  app.hook('shutdown', makeActor)
  session.on('*', makeActor)
  session.events$.subscribe(makeActor)
  app.task('a', false, { onStartup: true }, makeActor)
  const asks = condition(() => {
    makeActor()
    return false
  })
  app.task('b', asks(), makeActor)
  await app.start()
  app.task('c', false, makeActor)
  await session.task('c').run()
  session.task('c').disable()
  session.params.set('p', 1)
  session.hold()
  session.resume()
  await session.removeTask('c')
  session.restart()
  await clock.advance('1 minute')
  session.shutDown()
  await session.stopped
  expect(made).toBeGreaterThan(20)
  expect(takeWarnings()).toEqual([])
})

test('a session on the system clock causes no warning', async () => {
  const app = createApp({ logger: silent })
  const task = app.task('a', false, () => 1)
  await app.start()
  await task.run()
  app.session.shutDown()
  await app.session.stopped
  expect(takeWarnings()).toEqual([])
})
