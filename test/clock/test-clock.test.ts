/** The test clock. */
import { describe, expect, test } from '@jest/globals'
import { afterSuccess, createApp } from 'gantry'
import { history, TestClock } from 'gantry/testing'
import { silent } from '../support/silent.ts'

const at = '2026-03-29T00:00'
const zone = 'Europe/Berlin'
const start = Date.UTC(2026, 2, 28, 23)
const minute = 60_000

describe('TestClock', () => {
  test('begins at a local time of a zone, and is stopped', () => {
    const clock = new TestClock({ at, zone })
    expect(clock.now()).toBe(start)
    expect(clock.monotonic()).toBe(0)
  })

  test('advance() stops at each timer in order until everything has settled', async () => {
    const clock = new TestClock({ at, zone })
    const seen: string[] = []
    const say = (what: string) => () => void seen.push(`${what} ${(clock.now() - start) / minute}`)
    clock.callAfter(30 * minute, say('elapsed'))
    clock.callAt(start + 10 * minute, () => {
      say('wall')()
      clock.callAfter(5 * minute, say('set on the way'))
      void Promise.resolve()
        .then(() => clock.sleep(minute))
        .then(say('slept on the way'))
    })
    clock.callAfter(61 * minute, say('too late'))
    await clock.advance('1 hour')
    expect(seen).toEqual(['wall 10', 'slept on the way 11', 'set on the way 15', 'elapsed 30'])
    expect(clock.now() - start).toBe(60 * minute)
  })

  test('advance() is elapsed time: a wall clock that is set on the way does not change it', async () => {
    const clock = new TestClock({ at, zone })
    clock.callAfter(10 * minute, () => clock.setWall(clock.now() - 600 * minute))
    await clock.advance('1 hour')
    expect(clock.monotonic()).toBe(60 * minute)
    expect(clock.now() - start).toBe(-540 * minute)
  })

  test('jump() calls due timers once, at its end', async () => {
    const clock = new TestClock({ at, zone })
    const seen: number[] = []
    const again = (): void => {
      seen.push(clock.now() - start)
      clock.callAfter(minute, again)
    }
    clock.callAfter(minute, again)
    await clock.jump('1 hour')
    expect(seen).toEqual([60 * minute])
  })

  test('set() reads text without an offset in the zone of the clock, as the constructor does', async () => {
    const clock = new TestClock({ at: '2026-07-01T08:00', zone: 'Asia/Tokyo' })
    await clock.set('2026-07-01T09:00')
    expect(clock.now()).toBe(Date.parse('2026-07-01T09:00+09:00'))
    await clock.set('2026-07-01T09:00Z')
    expect(clock.now()).toBe(Date.parse('2026-07-01T09:00Z'))
  })

  test('set() moves only the wall clock, and notifies the listeners for jumps', async () => {
    const clock = new TestClock({ at, zone })
    const jumps: unknown[] = []
    const undo = clock.onJump((jump) => jumps.push(jump))
    await clock.set(start + 60 * minute)
    undo()
    await clock.set(start)
    expect(jumps).toEqual([{ kind: 'set', byMs: 60 * minute }])
    expect(clock.monotonic()).toBe(0)
  })

  test('advance() within a run is rejected with the name of the run, jump() is not', async () => {
    const clock = new TestClock({ at, zone })
    const app = createApp({ clock, logger: silent })
    let error: unknown
    app.task('impatient', false, async () => {
      error = await clock.advance('1 minute').catch((problem: unknown) => problem)
      await clock.jump('1 minute')
    })
    const session = await app.start()
    const outcome = await session.task('impatient').run()
    expect(outcome.action).toBe('success')
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toMatch(/'impatient'/)
    session.shutDown()
    await session.stopped
  })

  test('settled() rejects when tasks launch one another without end at one instant, and names them', async () => {
    const clock = new TestClock({ at, zone })
    const app = createApp({ clock, logger: silent })
    app.task('ping', afterSuccess('pong'), () => {})
    app.task('pong', afterSuccess('ping'), () => {})
    const session = await app.start()
    void session.task('ping').run()
    await expect(clock.settled()).rejects.toThrow(
      /more than 10000 launches at one instant: '(ping|pong)' \(\d+\)/,
    )
    session.shutDown({ force: true })
    await session.stopped
  })
})

describe('history()', () => {
  test('adds records to the log, and conditions are evaluated again', async () => {
    const clock = new TestClock({ at: '2026-06-01T08:00', zone })
    const app = createApp({ clock, timezone: zone, logger: silent })
    const ran: string[] = []
    app.task('fetch', false, () => {})
    app.task('report', afterSuccess('fetch'), () => void ran.push('report'))
    const session = await app.start()
    history(session, [
      { task: 'fetch', action: 'run', at: '2026-06-01T07:00', runId: 'one' },
      { task: 'fetch', action: 'success', at: '2026-06-01T07:30', runId: 'one' },
    ])
    await clock.settled()
    expect(ran).toEqual(['report'])
    expect(session.task('fetch').lastSuccess?.toFormat('HH:mm')).toBe('07:30')
    session.shutDown()
    await session.stopped
  })

  test('negative durations and unknown options are rejected', async () => {
    const clock = new TestClock({ at, zone })
    await expect(clock.advance('-1 second')).rejects.toThrow(/never goes back: -1 second/)
    await expect(clock.jump(-5)).rejects.toThrow(RangeError)
    expect(() => new TestClock({ art: at } as never)).toThrow(/'art' is not one of them. Did you mean 'at'/)
  })

  test('an unknown action is rejected', async () => {
    const app = createApp({ clock: new TestClock({ at, zone }), logger: silent })
    app.task('a', false, () => {})
    expect(() => history(app.session, [{ task: 'a', action: 'done' as never, at: start }])).toThrow(
      RangeError,
    )
    expect(() => history({} as never, [{ task: 'a', action: 'run', at: start }])).toThrow(TypeError)
  })
})
