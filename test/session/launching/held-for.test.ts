/** `heldFor` in a session: launches, end conditions, restarts, changes of the wall clock and forecasts. */
import { afterEach, expect, test } from '@jest/globals'
import { finished, heldFor, not, paramExists, paramIs, timeOfDay } from 'gantry'
import { BehaviorSubject } from 'rxjs'
import { type Desk, setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

const hot = paramIs('cpu', 'hot')

/** Start times of the runs, in seconds from noon on the wall clock. */
const startsOf = ({ news }: Desk): readonly number[] =>
  news.flatMap((each) => (each.type === 'run.started' ? [(each.at - Date.UTC(2026, 10, 24, 12)) / 1000] : []))

/** Starts a session with a task that launches once the param `cpu` has been 'hot' for 30 seconds. */
async function cooling(): Promise<Desk> {
  const desk = setUp({ relaunchDelay: '1 hour', params: { cpu: 'cold' } })
  desk.app.task('cool', "param 'cpu' is 'hot' for 30 seconds", () => {})
  await desk.app.start()
  return desk
}

test('a task launches when its condition has held for the duration without interruption', async () => {
  const desk = await cooling()
  const { app, clock, session } = desk
  await clock.advance('5 seconds')
  app.param('cpu', 'hot')
  await clock.advance('20 seconds')
  app.param('cpu', 'cold')
  app.param('cpu', 'hot')
  await clock.advance('12 seconds')
  expect(session.task('cool').explain().sentence).toBe(
    "'param 'cpu' is 'hot'' has held for 12 seconds of 30 seconds; that is enough at 12:00:55, if nothing interrupts it; the next run is at 12:00:55",
  )
  expect(session.task('cool').nextRuns()[0]?.toISO()).toBe('2026-11-24T12:00:55.000Z')
  await clock.advance('1 minute')
  expect(startsOf(desk)).toEqual([55])
})

test('a change of the wall clock does not change the duration', async () => {
  const desk = await cooling()
  const { app, clock, news } = desk
  app.param('cpu', 'hot')
  await clock.advance('10 seconds')
  clock.setWall(Date.UTC(2026, 10, 24, 18))
  await clock.advance('10 seconds')
  clock.setWall(Date.UTC(2026, 10, 24, 6))
  await clock.advance('9999 ms')
  expect(news.filter(({ type }) => type === 'run.started')).toEqual([])
  await clock.advance('1 ms')
  expect(news.filter(({ type }) => type === 'run.started')).toHaveLength(1)
})

test('an update of another option does not interrupt the duration, a restart begins it again', async () => {
  const desk = await cooling()
  const { app, clock, session } = desk
  app.param('cpu', 'hot')
  await clock.advance('10 seconds')
  session.task('cool').update({ priority: 5 })
  await clock.advance('10 seconds')
  expect(session.task('cool').explain().condition.evidence).toMatchObject({ heldMs: 20_000 })
  session.restart()
  await clock.advance('29 seconds')
  expect(startsOf(desk)).toEqual([])
  await clock.advance('1 second')
  expect(startsOf(desk)).toEqual([50])
})

test('a condition on the time of day counts the time before the start of the session', async () => {
  const desk = setUp({ relaunchDelay: '1 hour' })
  desk.app.task('a', timeOfDay.between('08:00', '16:00').heldFor('2 hours'), () => {})
  desk.app.task('b', timeOfDay.between('08:00', '16:00').heldFor('5 hours'), () => {})
  await desk.app.start()
  await desk.clock.settled()
  expect(startsOf(desk)).toEqual([0])
  await desk.clock.advance('1 hour')
  expect(startsOf(desk)).toContain(3600)
})

test('an end condition counts from the start of each run', async () => {
  const { app, clock, news } = setUp({ params: { cpu: 'hot' } })
  const task = app.task('work', false, { end: hot.heldFor('30 seconds') }, (_, { signal }) =>
    clock.sleep(3_600_000, { signal }),
  )
  await app.start()
  for (let n = 0; n < 2; n++) {
    await clock.advance('10 minutes')
    task.run()
    await clock.advance('29 seconds')
    expect(task.isRunning).toBe(true)
    await clock.advance('1 second')
    expect(task.isRunning).toBe(false)
  }
  expect(news.flatMap((each) => (each.type === 'run.ended' ? [each.action] : []))).toEqual([
    'terminate',
    'terminate',
  ])
})

test('a shut condition stops the session after its duration', async () => {
  const isIdle$ = new BehaviorSubject(false)
  const { app, clock, session } = setUp({ shutCondition: heldFor(isIdle$, '1 minute') })
  await app.start()
  isIdle$.next(true)
  await clock.advance('59 seconds')
  expect(session.state).toBe('running')
  await clock.advance('1 second')
  expect(session.state).toBe('stopped')
})

test('two tasks with the same condition count separately', async () => {
  const desk = setUp({ relaunchDelay: '1 hour', params: { cpu: 'hot' } })
  const shared = hot.heldFor('30 seconds')
  desk.app.task('a', shared, () => {})
  await desk.app.start()
  await desk.clock.advance('10 seconds')
  desk.app.task('b', shared, () => {})
  await desk.clock.advance('1 minute')
  expect(startsOf(desk)).toEqual([30, 40])
})

test('a function in the condition is polled during the duration', async () => {
  let isUp = false
  const desk = setUp({ relaunchDelay: '1 hour', pollEvery: '1 second' })
  desk.app.task(
    'a',
    heldFor(() => isUp, '10 seconds'),
    () => {},
  )
  await desk.app.start()
  await desk.clock.advance('5 seconds')
  isUp = true
  await desk.clock.advance('9 seconds')
  isUp = false
  await desk.clock.advance('1 second')
  isUp = true
  await desk.clock.advance('30 seconds')
  expect(startsOf(desk)).toEqual([26])
})

test.each([
  ['a param', () => hot.heldFor('30 seconds'), 30],
  ['a stream', () => heldFor(new BehaviorSubject(true), '30 seconds'), 30],
  [
    'a stream, and a time',
    () => heldFor(new BehaviorSubject(true), '5 minutes').and(timeOfDay.after('12:01')),
    300,
  ],
  [
    'a stream and a time',
    () => timeOfDay.after('11:59').and(new BehaviorSubject(true)).heldFor('2 minutes'),
    120,
  ],
] as const)('a forecast counts the time that has already passed: heldFor of %s', async (_, start, due) => {
  const desk = setUp({ relaunchDelay: '1 hour', params: { cpu: 'hot' } })
  desk.app.task('a', start(), () => {})
  await desk.app.start()
  await desk.clock.advance('12 seconds')
  const { runs } = await desk.session.forecast({ until: '2026-11-24T12:30' })
  expect(runs.map(({ at }) => (at.toMillis() - Date.UTC(2026, 10, 24, 12)) / 1000)[0]).toBe(due)
  await desk.clock.advance('10 minutes')
  expect(startsOf(desk)).toEqual([due])
})

test('the duration begins at the instant at which time makes the condition true, also while another part is false', async () => {
  const desk = setUp({ relaunchDelay: '1 hour' })
  const { app, clock } = desk
  const fetch = app.task('fetch', false, () => {})
  const isQuiet = not(finished('fetch').past('10 seconds'))
  app.task('tidy', paramExists('go').and(heldFor(isQuiet, '30 seconds')), () => {})
  await app.start()
  void fetch.run()
  await clock.advance('45 seconds')
  // `isQuiet` has held for 35 seconds; only its own timer can have noticed when that began.
  app.param('go', true)
  await clock.advance('2 seconds')
  expect(startsOf(desk).slice(1)).toEqual([45])
})
