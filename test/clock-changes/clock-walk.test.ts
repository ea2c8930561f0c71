/** A session whose clock is set back and forward, and whose machine sleeps: each period it reaches is run once. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { cron, daily, every, hourly, type Start } from 'gantry'
import type { TestClock } from 'gantry/testing'
import { DateTime } from 'luxon'
import { runTask } from '../support/clock-changes/running.ts'
import { checkProperty } from '../support/property.ts'

const minute = 60_000
const hour = 60 * minute
const zone = 'Europe/Berlin'

/** One event of the clock. */
type Step =
  /** Time elapses. */
  | { readonly kind: 'advance'; readonly ms: number }
  /** The machine sleeps. */
  | { readonly kind: 'jump'; readonly ms: number }
  /** The wall clock is set. */
  | { readonly kind: 'set'; readonly byMs: number }

const aStep = (most: number): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.nat(most) }) },
    fc.record({ kind: fc.constant('jump' as const), ms: fc.nat(24 * hour) }),
    fc.record({
      kind: fc.constant('set' as const),
      byMs: fc.oneof(
        fc.integer({ min: -24 * hour, max: 24 * hour }),
        fc.constantFrom(-24 * hour, -hour, -1000, 1000, hour, 24 * hour),
      ),
    }),
  )

async function take(clock: TestClock, step: Step): Promise<void> {
  if (step.kind === 'advance') await clock.advance(step.ms)
  else if (step.kind === 'jump') await clock.jump(step.ms)
  else await clock.set(clock.now() + step.byMs)
}

/**
 * Periods of a condition, modelled without our calendar: the period of an instant, and whether the instant lies in the
 * window.
 */
interface Model {
  readonly name: string
  readonly start: Start
  readonly most: number
  /** Steps of at most this length find every window. */
  readonly grain: number
  periodAt(at: number): string | null
}

const localDay = (at: number): string => DateTime.fromMillis(at, { zone }).toISODate()!

const models: readonly Model[] = [
  { name: 'daily', start: daily, most: 40 * hour, grain: 12 * hour, periodAt: localDay },
  {
    name: "daily.at('07:00')",
    start: daily.at('07:00'),
    most: 40 * hour,
    grain: 30 * minute,
    periodAt: (at) => (DateTime.fromMillis(at, { zone }).hour === 7 ? localDay(at) : null),
  },
  {
    name: 'hourly',
    start: hourly,
    most: 5 * hour,
    grain: 30 * minute,
    // Hours begin with those of UTC here, even if one is skipped or repeated.
    periodAt: (at) => String(Math.floor(at / hour)),
  },
  {
    name: "cron('*/30 * * * *')",
    start: cron('*/30 * * * *'),
    most: 3 * hour,
    grain: minute / 2,
    periodAt: (at) => (at % (30 * minute) < minute ? String(Math.floor(at / (30 * minute))) : null),
  },
]

/** The periods in a range of wall time, ends included. */
function* periodsBetween(model: Model, from: number, to: number): Generator<string> {
  for (let at = from; at < to; at += model.grain) {
    const period = model.periodAt(at)
    if (period !== null) yield period
  }
  const last = model.periodAt(to)
  if (last !== null) yield last
}

const froms = fc.constantFrom('2026-03-28T05:10', '2026-10-24T05:10', '2026-06-01T23:59:59')

describe.each(models)('$name', (model) => {
  test('runs once in each period that the clock shows, however it is set and whenever the machine sleeps', async () => {
    await checkProperty(
      fc.asyncProperty(
        froms,
        fc.array(aStep(model.most), { minLength: 1, maxLength: 10 }),
        async (from, steps) => {
          const { clock, starts, stop } = await runTask(zone, from, model.start)
          const seen = new Set(periodsBetween(model, clock.now(), clock.now()))
          for (const step of steps) {
            const before = clock.now()
            await take(clock, step)
            const livedFrom = step.kind === 'advance' ? before : clock.now()
            for (const period of periodsBetween(model, livedFrom, clock.now())) seen.add(period)
          }
          await stop()
          expect(starts.map((at) => model.periodAt(at)).sort()).toEqual([...seen].sort())
        },
      ),
      { runs: 300 },
    )
  })
})

describe("every('30 minutes')", () => {
  test('keeps 30 elapsed minutes regardless of the wall clock, and runs once after a sleep', async () => {
    await checkProperty(
      fc.asyncProperty(
        froms,
        fc.array(aStep(5 * hour), { minLength: 1, maxLength: 10 }),
        async (from, steps) => {
          const { clock, session, stop } = await runTask(zone, from, false)
          const started: number[] = []
          session.createTask('every', every('30 minutes'), () => void started.push(clock.monotonic()))
          await clock.settled()
          const expected = [0]
          let elapsed = 0
          for (const step of steps) {
            await take(clock, step)
            if (step.kind === 'set') continue
            elapsed += step.ms
            // After a sleep, one run is due, not one for each half hour of the sleep.
            if (step.kind === 'jump' && expected.at(-1)! + 30 * minute <= elapsed) expected.push(elapsed)
            while (step.kind === 'advance' && expected.at(-1)! + 30 * minute <= elapsed)
              expected.push(expected.at(-1)! + 30 * minute)
          }
          await stop()
          expect(started).toEqual(expected)
        },
      ),
      { runs: 300 },
    )
  })
})
