/** Custom conditions in a running session: the number of calls, and their effects on tasks. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { afterSuccess, condition, createApp, daily, every, not, onEach } from '../../../src/index.ts'
import { TestClock } from '../../../src/testing.ts'
import { silent } from '../../support/silent.ts'

let app: ReturnType<typeof createApp>

function appAt(clock: TestClock) {
  app = createApp({ clock, timezone: 'UTC', logger: silent, relaunchDelay: '1 second' })
  return app
}

afterEach(async () => {
  app.session.shutDown()
  await app.session.stopped
})

const noon = () => new TestClock({ at: '2026-11-24T12:00', zone: 'UTC' })
const minuteOf = () => app.session.now().toFormat('H:mm')

describe('a custom condition in a session', () => {
  test('without options is called every second', async () => {
    const clock = noon()
    appAt(clock)
    let asked = 0
    app.task(
      'a',
      app.condition('ready', () => ++asked < 0),
      () => {},
    )
    await app.start()
    await clock.advance('1 minute')
    expect(asked).toBeGreaterThanOrEqual(60)
    expect(asked).toBeLessThan(70)
  })

  test('validFor: is called at the instant at which its value expires', async () => {
    const clock = noon()
    appAt(clock)
    const asked: string[] = []
    const ready = app.condition('ready', { validFor: '10 minutes' }, () => {
      asked.push(minuteOf())
      return asked.length === 3
    })
    const ran: string[] = []
    app.task('a', ready.and(every('1 hour')), () => void ran.push(minuteOf()))
    await app.start()
    await clock.advance('35 minutes')
    // After its run, the hour alone determines the condition, and the function is not called.
    expect(asked).toEqual(['12:00', '12:10', '12:20'])
    expect(ran).toEqual(['12:20'])
  })

  test('refresh: is called when the refresh holds, also async, and when a task that it is after has succeeded', async () => {
    const clock = noon()
    appAt(clock)
    const asked: string[] = []
    const noted = (name: string) => async () => {
      asked.push(`${name} ${minuteOf()}`)
      return false
    }
    const fetch = app.task('fetch', daily.at('14:00'), () => {})
    app.task('a', app.condition('a', { refresh: 'every 45 minutes' }, noted('a')), () => {})
    app.task('b', app.condition('b', { refresh: afterSuccess(fetch) }, noted('b')), () => {})
    app.task('c', app.condition('c', { refresh: 'hourly at 30:00' }, noted('c')), () => {})
    await app.start()
    await clock.advance('150 minutes')
    expect(asked.filter((line) => line.startsWith('a'))).toEqual(['a 12:00', 'a 12:45', 'a 13:30', 'a 14:15'])
    expect(asked.filter((line) => line.startsWith('b'))).toEqual(['b 12:00', 'b 14:00'])
    expect(asked.filter((line) => line.startsWith('c'))).toEqual(['c 12:00', 'c 12:30', 'c 13:30', 'c 14:30'])
  })

  test('the same words with other args run their tasks separately, also in statements', async () => {
    const clock = noon()
    appAt(clock)
    const full = app.condition(
      'disk {name} holds over {share:number}',
      { validFor: '1 minute' },
      ({ name, share }) => (name === 'a' ? share < 0.5 : share < 0.1),
    )
    const ran: string[] = []
    app.task('of a', full({ name: 'a', share: 0.4 }).and(daily), () => void ran.push('a'))
    app.task('of b', 'daily & disk b holds over 0.4', () => void ran.push('b'))
    app.task('not b', not(full({ name: 'b', share: 0.4 })).and(daily), () => void ran.push('not b'))
    await app.start()
    await clock.advance('1 minute')
    expect(ran.sort()).toEqual(['a', 'not b'])
    expect(app.session.task('of b').explain().condition.children.at(-1)?.statement).toBe(
      'disk b holds over 0.4',
    )
  })
})

describe('a stream whose unsubscribe() throws', () => {
  const broken = {
    subscribe: () => ({
      unsubscribe() {
        throw new Error('no')
      },
    }),
  }

  test.each<[what: string, act: () => unknown]>([
    ['the removal of its task', () => app.session.removeTask('a')],
    ['an update of its task', () => app.session.task('a').update({ start: false })],
    ['a shut-down', () => app.session.shutDown()],
  ])('is reported at %s, and the session goes on to its stop', async (_, act) => {
    appAt(noon())
    app.task('a', onEach(broken), () => {})
    app.task('b', condition(broken), () => {})
    await app.start()
    await act()
    app.session.shutDown()
    await app.session.stopped
    expect(app.session.state).toBe('stopped')
    expect(app.session.warnings).toEqual({ condition: 2 })
  })
})
