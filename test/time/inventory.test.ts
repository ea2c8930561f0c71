/**
 * Every feature of Rocketry's time periods by its name here, through the public exports. The rows are those of
 * docs/rocketry.md.
 */
import { expect, test } from '@jest/globals'
import {
  alwaysPeriod,
  between,
  cronPeriod,
  cycle,
  during,
  future,
  grid,
  type Interval,
  intersection,
  neverPeriod,
  type Period,
  parseTime,
  partsOf,
  past,
  printDuration,
  relativeDay,
  span,
  toDurationMs,
  union,
} from '../../src/index.ts'

const noon = Date.UTC(2026, 10, 24, 12)
const hour = 3_600_000
const iso = (interval: Interval | null) =>
  interval === null
    ? null
    : [interval.start, interval.end].map((at) => new Date(at).toISOString().slice(5, 16)).join(' ')
const office = cycle('day', { between: ['08:00', '16:00'] })
const at = (period: Period, instant = noon) => iso(period.current(instant, 'UTC'))

test.each<[row: string, what: unknown, is: unknown]>([
  ['TIME-01 membership', office.contains(noon, 'UTC'), true],
  ['TIME-01 open at the end', office.contains(noon + 4 * hour, 'UTC'), false],
  ['TIME-02 roll forward', iso(office.rollForward(noon, 'UTC')), '11-24T12:00 11-24T16:00'],
  ['TIME-02 at its end', iso(office.rollForward(noon + 4 * hour, 'UTC')), '11-25T08:00 11-25T16:00'],
  ['TIME-03 roll back', iso(office.rollBack(noon, 'UTC')), '11-24T08:00 11-24T12:00'],
  ['TIME-04 next', iso(office.next(noon, 'UTC')), '11-25T08:00 11-25T16:00'],
  ['TIME-04 previous', iso(office.previous(noon, 'UTC')), '11-23T08:00 11-23T16:00'],
  ['TIME-05 full periods', at(cycle('day')), '11-24T00:00 11-25T00:00'],
  ['TIME-06 starting', at(cycle('day', { starting: '18:00' })), '11-23T18:00 11-24T18:00'],
  ['TIME-06 at', at(cycle('day', { at: '12:00' })), '11-24T12:00 11-24T13:00'],
  [
    'TIME-06 a range',
    at(cycle('day', { at: partsOf('day', { from: 8, to: 20, step: 4 }) })),
    '11-24T12:00 11-24T13:00',
  ],
  ['TIME-06 closed', cycle('day', { before: '12:00', closed: true }).contains(noon, 'UTC'), true],
  ['TIME-06 components', at(cycle('day', { after: { hour: 11, minute: 30 } })), '11-24T11:30 11-25T00:00'],
  ['TIME-07 whole numbers', at(cycle('day', { between: [10, 12] })), '11-24T10:00 11-24T13:00'],
  ['TIME-07 of a week', at(cycle('week', { between: [2, 3] })), '11-24T00:00 11-26T00:00'],
  ['TIME-08 second', cycle('second', { after: 500 }).contains(noon + 500, 'UTC'), true],
  ['TIME-09 minute', cycle('minute', { between: ['10', '20.5'] }).contains(noon + 20_499, 'UTC'), true],
  ['TIME-10 hour', at(cycle('hour', { before: '15:00' })), '11-24T12:00 11-24T12:15'],
  ['TIME-10 quarters', at(cycle('hour', { before: '1 quarter' })), '11-24T12:00 11-24T12:15'],
  ['TIME-11 day', at(cycle('day', { after: '10 am' })), '11-24T10:00 11-25T00:00'],
  ['TIME-12 week', at(cycle('week', { before: 'Fri' })), '11-23T00:00 11-28T00:00'],
  ['TIME-13 month', at(cycle('month', { after: '5th' })), '11-05T00:00 12-01T00:00'],
  ['TIME-13 last day', iso(cycle('month', { on: 'last Fri' }).next(noon, 'UTC')), '11-27T00:00 11-28T00:00'],
  ['TIME-14 year', at(cycle('year', { between: ['Oct', 'Dec 5th'] })), '10-01T00:00 12-05T00:00'],
  ['TIME-15 past', past('2 hours').contains(noon, 'UTC'), true],
  ['TIME-15 future', iso(future('2 hours').rollForward(noon, 'UTC')), '11-24T12:00 11-24T14:00'],
  [
    'TIME-16 a span',
    iso(span('past', { near: '1 hour', far: '2 hours' }).rollBack(noon, 'UTC')),
    '11-24T10:00 11-24T11:00',
  ],
  [
    'TIME-16 to come',
    iso(span('future', { near: '1 hour', far: '2 hours' }).rollForward(noon, 'UTC')),
    '11-24T13:00 11-24T14:00',
  ],
  ['TIME-17 an interval', between(noon, noon + 1).contains(noon, 'UTC'), true],
  ['TIME-17 without limits', between(), alwaysPeriod],
  ['TIME-18 always', alwaysPeriod.contains(noon), true],
  ['TIME-18 never', neverPeriod.contains(noon), false],
  ['TIME-19 cron', iso(cronPeriod('0 8 * * MON-FRI').next(noon, 'UTC')), '11-25T08:00 11-25T08:01'],
  [
    'TIME-20 and',
    office.and(cycle('week', { on: 'Sat' })),
    intersection(office, cycle('week', { on: 'Sat' })),
  ],
  ['TIME-20 or', office.or(alwaysPeriod), alwaysPeriod],
  [
    'TIME-21 of an intersection',
    iso(office.and(cycle('week', { on: 'Sat' })).next(noon, 'UTC')),
    '11-28T08:00 11-28T16:00',
  ],
  [
    'TIME-22 of a union',
    at(union(office, cycle('day', { between: ['15:00', '18:00'] }))),
    '11-24T08:00 11-24T18:00',
  ],
  ['TIME-23 yesterday', at(relativeDay('yesterday')), '11-23T00:00 11-24T00:00'],
  [
    'TIME-23 its hours',
    at(relativeDay('the day before', { from: '10:00', to: '12:00' })),
    '11-22T10:00 11-22T12:00',
  ],
  ['TIME-24 an interval', office.current(noon, 'UTC'), { start: noon - 4 * hour, end: noon + 4 * hour }],
  ['TIME-25 as text', parseTime('time of day between 08:00 and 16:00'), office],
  ['TIME-26 by word', at(parseTime('this hour')), '11-24T12:00 11-24T13:00'],
  ['TIME-26 as a condition', String(during('today')), 'time of day'],
  ['TD-01 a length', toDurationMs('1 week, 1.5 hours'), 610_200_000],
  ['TD-05 and back', printDuration(610_200_000), '7 days 1 hour 30 minutes'],
])('%s', (_, what, is) => {
  expect(what).toEqual(is)
})

test('periods iterate', () => {
  const quarters = grid('15 minutes', cycle('hour'))
  const starts = [...quarters.between(noon, noon + hour, 'UTC')].map(({ start }) => (start - noon) / 60_000)
  expect(starts).toEqual([0, 15, 30, 45])
  expect([...office.between('2026-11-24', '2026-11-27', 'UTC')].map(iso)).toEqual([
    '11-24T08:00 11-24T16:00',
    '11-25T08:00 11-25T16:00',
    '11-26T08:00 11-26T16:00',
  ])
})
