/** The session stops the actors of tasks and runs itself, since XState stops only children that a machine spawned. */
import { afterEach, expect, test } from '@jest/globals'
import { every } from 'gantry'
import { internalsOf } from '../../../src/session/state/session-internals.ts'
import { lasting, setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

const count = 10_000
/** Number of tasks that have run, and so have a run actor. */
const ran = 1000

test('shutDown() stops ten thousand task actors and all run actors', async () => {
  const { app, session, clock } = setUp()
  for (let n = 0; n < count; n++) app.task(`t${n}`, n < ran ? every('1 day') : false, () => {})
  await app.start()
  await clock.settled()
  const { registry } = internalsOf(session)
  const actors = session.tasks().map(({ actor }) => actor)
  const runActors = [...registry.byId.values()].flatMap(({ free }) => free.map(({ actor }) => actor))
  const statuses = (of: readonly { getSnapshot(): { status: string } }[]): string[] => [
    ...new Set(of.map((actor) => actor.getSnapshot().status)),
  ]
  expect([actors.length, runActors.length]).toEqual([count, ran])
  expect([statuses(actors), statuses(runActors)]).toEqual([['active'], ['active']])
  session.shutDown()
  await session.stopped
  expect([statuses(actors), statuses(runActors)]).toEqual([['stopped'], ['stopped']])
  // The session actor remains active, so that the session can be started again.
  expect(session.actor.getSnapshot().status).toBe('active')
  expect(Object.keys(session.actor.getSnapshot().children)).toEqual([])
  await clock.advance('1 minute')
  await app.start()
  expect((await session.task('t1').run()).action).toBe('success')
})

test('removeTask() stops the actors of the task: its own, idle run actors, and those of live runs', async () => {
  const { app, session, clock } = setUp()
  const task = app.task('t', false, { multilaunch: true }, lasting(clock))
  await app.start()
  for (let n = 0; n < 2; n++) void task.run()
  await clock.settled()
  task.terminate(task.runs[0]!.id)
  await clock.settled()
  const [entry] = internalsOf(session).registry.byId.values()
  const actors = [task, ...entry!.free, ...entry!.live].map(({ actor }) => actor)
  expect(actors).toHaveLength(3)
  await session.removeTask('t')
  expect(actors.map((actor) => actor.getSnapshot().status)).toEqual(['done', 'done', 'done'])
})
