/** A level that must have held for a while, in a session: launches, ends, restarts, clocks that are set, forecasts. */
import { afterEach, expect, test } from '@jest/globals'
import { finished, heldFor, not, paramExists, paramIs, timeOfDay } from 'gantry'
import { BehaviorSubject } from 'rxjs'
import { type Desk, setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

const hot = paramIs('cpu', 'hot')

/** Seconds from noon at which runs of the task started, on the clock of the wall. */
const startsOf = ({ news }: Desk): readonly number[] =>
  news.flatMap((each) => (each.type === 'run.started' ? [(each.at - Date.UTC(2026, 10, 24, 12)) / 1000] : []))

/** A desk with a task that starts once the CPU has been hot for 30 seconds; it stays so. */
async function cooling(): Promise<Desk> {
  const desk = setUp({ relaunchDelay: '1 hour', params: { cpu: 'cold' } })
  desk.app.task('cool', "param 'cpu' is 'hot' for 30 seconds", () => {})
  await desk.app.start()
  return desk
}

test('launches at the very instant, and not where it was interrupted', async () => {
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

test('a clock that is set does not move the time', async () => {
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

test('an update of other options does not interrupt; a restart begins the time anew', async () => {
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

test('what the calendar says of the past holds at once after a start', async () => {
  const desk = setUp({ relaunchDelay: '1 hour' })
  desk.app.task('a', timeOfDay.between('08:00', '16:00').heldFor('2 hours'), () => {})
  desk.app.task('b', timeOfDay.between('08:00', '16:00').heldFor('5 hours'), () => {})
  await desk.app.start()
  await desk.clock.settled()
  expect(startsOf(desk)).toEqual([0])
  await desk.clock.advance('1 hour')
  expect(startsOf(desk)).toContain(3600)
})

test('as an end it is counted from the start of each run', async () => {
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

test('as a shut condition it ends the session when it has held', async () => {
  const isIdle$ = new BehaviorSubject(false)
  const { app, clock, session } = setUp({ shutCondition: heldFor(isIdle$, '1 minute') })
  await app.start()
  isIdle$.next(true)
  await clock.advance('59 seconds')
  expect(session.state).toBe('running')
  await clock.advance('1 second')
  expect(session.state).toBe('stopped')
})

test('two tasks with one condition have a time each', async () => {
  const desk = setUp({ relaunchDelay: '1 hour', params: { cpu: 'hot' } })
  const shared = hot.heldFor('30 seconds')
  desk.app.task('a', shared, () => {})
  await desk.app.start()
  await desk.clock.advance('10 seconds')
  desk.app.task('b', shared, () => {})
  await desk.clock.advance('1 minute')
  expect(startsOf(desk)).toEqual([30, 40])
})

test('a function within is asked for as long as the time runs', async () => {
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
  ['of a param', () => hot.heldFor('30 seconds'), 30],
  ['of a stream', () => heldFor(new BehaviorSubject(true), '30 seconds'), 30],
  [
    'of a stream and a time',
    () => heldFor(new BehaviorSubject(true), '5 minutes').and(timeOfDay.after('12:01')),
    300,
  ],
  [
    'of a stream within a time',
    () => timeOfDay.after('11:59').and(new BehaviorSubject(true)).heldFor('2 minutes'),
    120,
  ],
] as const)('a forecast takes up the time where it is: %s', async (_, start, due) => {
  const desk = setUp({ relaunchDelay: '1 hour', params: { cpu: 'hot' } })
  desk.app.task('a', start(), () => {})
  await desk.app.start()
  await desk.clock.advance('12 seconds')
  const { runs } = await desk.session.forecast({ until: '2026-11-24T12:30' })
  expect(runs.map(({ at }) => (at.toMillis() - Date.UTC(2026, 10, 24, 12)) / 1000)[0]).toBe(due)
  await desk.clock.advance('10 minutes')
  expect(startsOf(desk)).toEqual([due])
})

test('the time counts from the instant at which time alone makes it hold, also while the rest decides alone', async () => {
  const desk = setUp({ relaunchDelay: '1 hour' })
  const { app, clock } = desk
  const fetch = app.task('fetch', false, () => {})
  const isQuiet = not(finished('fetch').past('10 seconds'))
  app.task('tidy', paramExists('go').and(heldFor(isQuiet, '30 seconds')), () => {})
  await app.start()
  void fetch.run()
  await clock.advance('45 seconds')
  // Quiet for 35 seconds by now, and nothing but the wake of the quiet itself could have noticed when that began.
  app.param('go', true)
  await clock.advance('2 seconds')
  expect(startsOf(desk).slice(1)).toEqual([45])
})
