/** A forecast yields to the event loop, can be aborted, and at most two are computed at once. */
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { realClock } from '../../../src/executors/host-clock.ts'
import { inTurn } from '../../../src/session/forecast/pace.ts'
import { gate, setUp, tearDown } from '../../support/session.ts'

afterEach(async () => {
  jest.restoreAllMocks()
  await tearDown()
})

/** Makes each reading of the machine's clock take a millisecond, so that slices do not depend on machine speed. */
function tick(): void {
  let at = 0
  jest.spyOn(realClock, 'monotonic').mockImplementation(() => at++)
}

describe('session.forecast()', () => {
  test('yields to the event loop between tasks and between steps of the simulation', async () => {
    tick()
    const { app, session } = setUp()
    for (let n = 0; n < 400; n++) app.task(`t${n}`, 'daily after 13:00', () => {})
    await app.start()
    let turns = 0
    let isOn = true
    const turn = (): void => {
      turns += 1
      if (isOn) setImmediate(turn)
    }
    setImmediate(turn)
    const { runs } = await session.forecast()
    isOn = false
    expect(runs).toHaveLength(400)
    // 400 tasks at eight readings per slice, and the steps of the simulation.
    expect(turns).toBeGreaterThan(50)
  })

  test('describes the session at the time of the call, regardless of changes while it is computed', async () => {
    tick()
    const { app, session, clock } = setUp()
    const names = Array.from({ length: 100 }, (_, n) => `t${n}`)
    for (const name of names) app.task(name, 'daily after 13:00', () => {})
    await app.start()
    await clock.settled()
    const asked = session.forecast()
    await new Promise((resolve) => setImmediate(resolve))
    await session.removeTask('t99')
    session.task('t98').disable()
    const { runs, from } = await asked
    expect(runs.map(({ task }) => task)).toEqual(names)
    expect(+from).toBe(clock.now())
  })

  test('rejects with the reason of its signal, if aborted before it begins or while it is computed', async () => {
    tick()
    const { app, session } = setUp()
    for (let n = 0; n < 100; n++) app.task(`t${n}`, 'daily after 13:00', () => {})
    const reason = new Error('gone')
    await expect(session.forecast({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const stop = new AbortController()
    const asked = session.forecast({ signal: stop.signal })
    setImmediate(() => stop.abort(reason))
    await expect(asked).rejects.toBe(reason)
    expect((await session.forecast()).runs).toHaveLength(100)
  })

  test('refuses a signal that is not an AbortSignal', async () => {
    await expect(setUp().session.forecast({ signal: 5 as never })).rejects.toThrow(/must be an AbortSignal/)
  })
})

test('two forecasts are computed at once, and the others wait in order, except an aborted one', async () => {
  const gates = Array.from({ length: 5 }, () => gate())
  const begun: number[] = []
  const stop = new AbortController()
  const played = gates.map(({ promise }, n) =>
    inTurn(n === 3 ? stop.signal : undefined, async () => {
      begun.push(n)
      await promise
      return n
    }),
  )
  await new Promise((resolve) => setImmediate(resolve))
  expect(begun).toEqual([0, 1])
  stop.abort(new Error('gone'))
  await expect(played[3]).rejects.toThrow('gone')
  gates[1]!.open()
  await played[1]
  expect(begun).toEqual([0, 1, 2])
  gates[0]!.open()
  await played[0]
  expect(begun).toEqual([0, 1, 2, 4])
  for (const { open } of gates) open()
  expect(await Promise.all([played[2], played[4]])).toEqual([2, 4])
})
