/** Task actors are made with the session as their parent, and XState stops only what it spawned itself: the session does. */
import { afterEach, expect, test } from '@jest/globals'
import { every } from 'gantry'
import { coreOf } from '../../../src/session/state/session-internals.ts'
import { lasting, setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

const count = 10_000
/** Of these so many have run, and so have a run actor. */
const ran = 1000

test('stopping the session stops every task actor, ten thousand of them, and every run actor', async () => {
  const { app, session, clock } = setUp()
  for (let n = 0; n < count; n++) app.task(`t${n}`, n < ran ? every('1 day') : false, () => {})
  await app.start()
  await clock.settled()
  const core = coreOf(session)
  const actors = session.tasks().map(({ actor }) => actor)
  const runActors = [...core.byId.values()].flatMap(({ free }) => free.map(({ actor }) => actor))
  const statuses = (of: readonly { getSnapshot(): { status: string } }[]): string[] => [
    ...new Set(of.map((actor) => actor.getSnapshot().status)),
  ]
  expect([actors.length, runActors.length]).toEqual([count, ran])
  expect([statuses(actors), statuses(runActors)]).toEqual([['active'], ['active']])
  session.shutDown()
  await session.stopped
  expect([statuses(actors), statuses(runActors)]).toEqual([['stopped'], ['stopped']])
  // The session's own actor stays: it can be started again.
  expect(session.actor.getSnapshot().status).toBe('active')
  expect(Object.keys(session.actor.getSnapshot().children)).toEqual([])
  await clock.advance('1 minute')
  await app.start()
  expect((await session.task('t1').run()).action).toBe('success')
})

test('removing a task stops its actors, too: those that wait, and those whose run lives when it ends', async () => {
  const { app, session, clock } = setUp()
  const task = app.task('t', false, { multilaunch: true }, lasting(clock))
  await app.start()
  for (let n = 0; n < 2; n++) void task.run()
  await clock.settled()
  task.terminate(task.runs[0]!.id)
  await clock.settled()
  const [entry] = coreOf(session).byId.values()
  const actors = [task, ...entry!.free, ...entry!.live].map(({ actor }) => actor)
  expect(actors).toHaveLength(3)
  await session.removeTask('t')
  expect(actors.map((actor) => actor.getSnapshot().status)).toEqual(['done', 'done', 'done'])
})
