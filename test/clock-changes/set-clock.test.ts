/**
 * A wall clock that is set by a large amount: nothing runs twice for one period, and nothing waits for the clock to
 * come back.
 */
import { describe, expect, test } from '@jest/globals'
import { cron, daily, every, hourly, minutely, type Start, secondly } from 'gantry'
import { runTask } from '../support/clock-changes/running.ts'

const second = 1000
const hour = 3_600_000
const day = 24 * hour
const year = 365 * day
const from = '2026-06-01T05:10:30'

describe('a clock set back', () => {
  const conditions: readonly [string, Start, string][] = [
    ['secondly', secondly, '20 minutes'],
    ['minutely', minutely, '2 days'],
    ['cron */2 * * * *', cron('*/2 * * * *'), '2 days'],
    ['hourly', hourly, '40 days'],
    ['daily', daily, '40 days'],
  ]

  test.each(conditions)(
    '%s does not run again for what was done, however long ago',
    async (_, start, lived) => {
      const { clock, starts, stop } = await runTask('UTC', from, start)
      const begin = clock.now()
      await clock.advance(lived)
      const until = clock.now()
      starts.length = 0
      // Back to just after the beginning, and through the same time again.
      await clock.set(begin + second)
      await clock.advance(until - clock.now() - 1)
      expect(starts).toEqual([])
      await clock.advance(until - begin)
      expect(starts.length).toBeGreaterThan(0)
      await stop()
    },
  )

  test('and ahead again leaves what lies between as it was: no period is lost', async () => {
    const { clock, starts, stop } = await runTask('UTC', from, secondly)
    const begin = clock.now()
    await clock.set(begin + day)
    await clock.advance('20 minutes')
    await clock.set(begin + second)
    starts.length = 0
    await clock.advance('20 minutes')
    expect(starts.length).toBe(20 * 60)
    await stop()
  })
})

describe('a clock set by as much as', () => {
  const steps: readonly [string, number][] = [
    ['a second', second],
    ['an hour', hour],
    ['a year', year],
    ['fifty years', 50 * year],
  ]
  const both = steps.flatMap(([name, ms]) => [[`${name} ahead`, ms] as const, [`${name} back`, -ms] as const])

  test.each(both)('%s: daily and hourly run once for the period that it shows', async (_, byMs) => {
    for (const [start, ms] of [[hourly, hour] as const, [daily, day] as const]) {
      const { clock, starts, stop } = await runTask('UTC', from, start)
      await clock.set(clock.now() + byMs)
      await clock.set(clock.now() - byMs)
      await clock.set(clock.now() + byMs)
      const periods = (): number[] => starts.map((at) => Math.floor(at / ms))
      expect(new Set(periods()).size).toBe(starts.length)
      expect(starts.length).toBe(Math.abs(byMs) >= ms ? 2 : 1)
      // The session continues: it is neither stuck nor catching up periods that never occurred.
      await clock.advance(3 * ms)
      expect(new Set(periods()).size).toBe(starts.length)
      expect(periods().at(-1)).toBe(Math.floor(clock.now() / ms))
      expect(starts.length).toBeLessThan(6)
      await stop()
    }
  })

  test.each(both)('%s: every keeps its elapsed time', async (_, byMs) => {
    const { clock, starts, stop } = await runTask('UTC', from, every('10 minutes'))
    await clock.advance('4 minutes')
    await clock.set(clock.now() + byMs)
    expect(starts.length).toBe(1)
    await clock.advance('6 minutes')
    expect(starts.length).toBe(2)
    await clock.advance('10 minutes')
    expect(starts.length).toBe(3)
    await stop()
  })
})
