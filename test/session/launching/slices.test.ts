/** Thousands of tasks at once: the event loop gets its turns between slices, which keep the order and respect a hold. */
import { type AddressInfo, connect, createServer } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { type App, createApp, every } from 'gantry'
import { createSystemClock } from '../../../src/clock/system-clock.ts'
import { setUp, tearDown } from '../../support/session.ts'
import { silent } from '../../support/silent.ts'

afterEach(tearDown)

const tasks = 3000

/** Counts calls of `did()` between two turns of the event loop, and returns the maximum. */
function countTurns(): { readonly did: () => void; readonly most: () => number; readonly end: () => void } {
  let most = 0
  let now = 0
  let isOn = true
  const turn = (): void => {
    most = Math.max(most, now)
    now = 0
    if (isOn) setImmediate(turn)
  }
  setImmediate(turn)
  return {
    did: () => void now++,
    most: () => Math.max(most, now),
    end: () => {
      isOn = false
    },
  }
}

/** Adds tasks to an app and counts their launches and ends per turn of the event loop. */
function counted(app: App, start: Parameters<App['task']>[1] | string, work: () => unknown = () => {}) {
  const launches = countTurns()
  const ends = countTurns()
  for (let n = 0; n < tasks; n++)
    app.task(`t${n}`, start as never, () => {
      launches.did()
      return work()
    })
  app.session.on('run.ended', ends.did)
  return {
    launches,
    ends,
    end: () => {
      launches.end()
      ends.end()
    },
  }
}

describe('on a test clock, whose slices are limited by count', () => {
  test('launches and ends of tasks that a param makes ready yield to the event loop', async () => {
    const { app, session, clock } = setUp({ relaunchDelay: '1 hour' })
    const { launches, ends, end } = counted(app, "param 'go' is true")
    await app.start()
    session.params.set('go', true)
    await clock.settled()
    end()
    expect(await session.log.count({ action: 'success' })).toBe(tasks)
    expect(launches.most()).toBeLessThanOrEqual(1000)
    expect(ends.most()).toBeLessThanOrEqual(2000)
  })

  test('ends of runs whose work settles at the same time yield to the event loop', async () => {
    const { app, session, clock } = setUp({ relaunchDelay: '1 hour' })
    let open!: () => void
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const { ends, end } = counted(app, true, () => gate)
    await app.start()
    await clock.settled()
    open()
    await clock.settled()
    end()
    expect(await session.log.count({ action: 'success' })).toBe(tasks)
    expect(ends.most()).toBeLessThanOrEqual(1000)
  })

  test('the order over all slices is by priority, then by creation', async () => {
    const { app, session, clock } = setUp({ relaunchDelay: '1 hour' })
    const order: number[] = []
    for (let n = 0; n < 3000; n++)
      app.task(`t${n}`, "param 'go' is true", { priority: n % 3 }, () => void order.push(n))
    await app.start()
    session.params.set('go', true)
    await clock.settled()
    const byPriority = [2, 1, 0].flatMap((priority) =>
      Array.from({ length: 3000 }, (_, n) => n).filter((n) => n % 3 === priority),
    )
    expect(order).toEqual(byPriority)
  })

  test('a task that becomes ready between two slices launches by its priority, before a task launches again', async () => {
    const { app, session, clock } = setUp({ relaunchDelay: 0 })
    const order: string[] = []
    for (let n = 0; n < 2500; n++)
      app.task(`t${n}`, "param 'go' is true", () => {
        if (n === 0) setImmediate(() => session.params.set('urgent', true))
        order.push(`t${n}`)
        if (n === 2499) session.params.set('go', false)
      })
    app.task('urgent', "param 'urgent' is true", { priority: 1 }, () => {
      order.push('urgent')
      session.params.set('urgent', false)
    })
    await app.start()
    session.params.set('go', true)
    await clock.settled()
    const place = order.indexOf('urgent')
    expect(place).toBeGreaterThan(0)
    expect(place).toBeLessThanOrEqual(2000)
    expect(new Set(order.slice(0, 2501)).size).toBe(2501)
  })

  test('hold() between two slices stops launching until resume()', async () => {
    const { app, session, clock } = setUp({ relaunchDelay: '1 hour' })
    let runs = 0
    let held = 0
    for (let n = 0; n < tasks; n++)
      app.task(`t${n}`, true, () => {
        runs += 1
        if (runs === 500)
          setImmediate(() => {
            session.hold()
            held = runs
          })
      })
    await app.start()
    await clock.settled()
    expect(held).toBeLessThan(tasks)
    expect(runs).toBe(held)
    session.resume()
    await clock.settled()
    expect(runs).toBe(tasks)
  })

  test('a param that changes back before all conditions are evaluated launches no task', async () => {
    const { app, session, clock } = setUp({ relaunchDelay: '1 hour' })
    let runs = 0
    for (let n = 0; n < tasks; n++) app.task(`t${n}`, "param 'go' is true", () => void runs++)
    await app.start()
    session.params.set('go', true)
    session.params.set('go', false)
    await clock.settled()
    expect(runs).toBe(0)
  })

  test('a stop between slices of the first evaluation leaves no timer', async () => {
    const { app, session, clock } = setUp()
    for (let n = 0; n < 3000; n++) app.task(`t${n}`, every('1 hour'), () => {})
    session.on('session.started', () => setImmediate(() => session.shutDown({ force: true })))
    await app.start()
    await session.stopped
    await clock.settled()
    expect(clock.untilNextMs).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('on the system clock, whose slices are limited by time', () => {
  /** Creates time sources on which each reading takes a millisecond, so that slices do not depend on machine speed. */
  function slowSources() {
    let at = 0
    return {
      wall: () => Date.UTC(2026, 10, 24) + at,
      awake: () => at++,
      boot: () => at,
      pass: (ms: number) => {
        at += ms
      },
    }
  }

  test('a socket is served between launches, and between timers that are due together', async () => {
    const sources = slowSources()
    const app = createApp({ clock: createSystemClock(sources), timezone: 'UTC', logger: silent })
    const launches = countTurns()
    let runs = 0
    let served = 0
    const server = createServer((socket) => socket.pipe(socket))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const all = new Promise<void>((resolve) => {
      for (let n = 0; n < 2000; n++)
        app.task(`t${n}`, 'in 5 minutes', () => {
          launches.did()
          runs += 1
          if (runs === 1) socket.write('x')
          if (runs === 2000) resolve()
        })
    })
    socket.on('data', () => {
      served = runs
    })
    await app.start()
    // All timers are due when the clock is read next.
    sources.pass(300_000)
    await all
    launches.end()
    expect(launches.most()).toBeLessThanOrEqual(100)
    // The echo arrived before all tasks had launched.
    expect(served).toBeGreaterThan(0)
    expect(served).toBeLessThan(2000)
    app.session.shutDown({ force: true })
    await app.session.stopped
    socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
})
