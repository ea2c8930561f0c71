/** Sessions that run across days with a clock change: their runs and the number of runs. */
import { describe, expect, test } from '@jest/globals'
import { cron, daily, every, hourly, monthly, type Start, weekly, yearly } from 'gantry'
import { perDay, startsBetween } from '../support/clock-changes/running.ts'

/** A clock change: three local days, the change on the middle one. */
interface Change {
  readonly zone: string
  readonly what: string
  readonly from: string
  readonly until: string
  /** Runs of `daily.at(moment)`. */
  readonly daily: { readonly at: string; readonly starts: readonly string[] }
  /** Runs on each day of `hourly`, `cron *\/30`, and `every('30 minutes')`. */
  readonly hours: Readonly<Record<string, number>>
  readonly halfHours: Readonly<Record<string, number>>
}

const changes: readonly Change[] = [
  {
    zone: 'Europe/Berlin',
    what: 'an hour is left out',
    from: '2026-03-28T00:00',
    until: '2026-03-31T00:00',
    daily: {
      at: '02:30',
      starts: ['2026-03-28T02:30+01:00', '2026-03-29T03:00+02:00', '2026-03-30T02:30+02:00'],
    },
    hours: { '2026-03-28': 24, '2026-03-29': 23, '2026-03-30': 24 },
    halfHours: { '2026-03-28': 48, '2026-03-29': 46, '2026-03-30': 48 },
  },
  {
    zone: 'Europe/Berlin',
    what: 'an hour comes twice',
    from: '2026-10-24T00:00',
    until: '2026-10-27T00:00',
    daily: {
      at: '02:30',
      starts: ['2026-10-24T02:30+02:00', '2026-10-25T02:30+02:00', '2026-10-26T02:30+01:00'],
    },
    hours: { '2026-10-24': 24, '2026-10-25': 25, '2026-10-26': 24 },
    halfHours: { '2026-10-24': 48, '2026-10-25': 50, '2026-10-26': 48 },
  },
  {
    zone: 'Australia/Lord_Howe',
    what: 'half an hour is left out',
    from: '2026-10-03T00:00',
    until: '2026-10-06T00:00',
    daily: {
      at: '02:10',
      starts: ['2026-10-03T02:10+10:30', '2026-10-04T02:30+11:00', '2026-10-05T02:10+11:00'],
    },
    hours: { '2026-10-03': 24, '2026-10-04': 24, '2026-10-05': 24 },
    halfHours: { '2026-10-03': 48, '2026-10-04': 47, '2026-10-05': 48 },
  },
  {
    zone: 'Australia/Lord_Howe',
    what: 'half an hour comes twice',
    from: '2026-04-04T00:00',
    until: '2026-04-07T00:00',
    daily: {
      at: '01:40',
      starts: ['2026-04-04T01:40+11:00', '2026-04-05T01:40+11:00', '2026-04-06T01:40+10:30'],
    },
    hours: { '2026-04-04': 24, '2026-04-05': 24, '2026-04-06': 24 },
    halfHours: { '2026-04-04': 48, '2026-04-05': 49, '2026-04-06': 48 },
  },
  {
    zone: 'Antarctica/Troll',
    what: 'two hours are left out',
    from: '2026-03-28T00:00',
    until: '2026-03-31T00:00',
    daily: {
      at: '01:30',
      starts: ['2026-03-28T01:30+00:00', '2026-03-29T03:00+02:00', '2026-03-30T01:30+02:00'],
    },
    hours: { '2026-03-28': 24, '2026-03-29': 22, '2026-03-30': 24 },
    halfHours: { '2026-03-28': 48, '2026-03-29': 44, '2026-03-30': 48 },
  },
  {
    zone: 'Antarctica/Troll',
    what: 'two hours come twice',
    from: '2026-10-24T00:00',
    until: '2026-10-27T00:00',
    daily: {
      at: '01:30',
      starts: ['2026-10-24T01:30+02:00', '2026-10-25T01:30+02:00', '2026-10-26T01:30+00:00'],
    },
    hours: { '2026-10-24': 24, '2026-10-25': 26, '2026-10-26': 24 },
    halfHours: { '2026-10-24': 48, '2026-10-25': 52, '2026-10-26': 48 },
  },
  {
    zone: 'Africa/Casablanca',
    what: 'an hour comes twice, at the beginning of Ramadan',
    from: '2026-02-14T00:00',
    until: '2026-02-17T00:00',
    daily: {
      at: '02:30',
      starts: ['2026-02-14T02:30+01:00', '2026-02-15T02:30+01:00', '2026-02-16T02:30+00:00'],
    },
    hours: { '2026-02-14': 24, '2026-02-15': 25, '2026-02-16': 24 },
    halfHours: { '2026-02-14': 48, '2026-02-15': 50, '2026-02-16': 48 },
  },
  {
    zone: 'Africa/Casablanca',
    what: 'an hour is left out, at the end of Ramadan',
    from: '2026-03-21T00:00',
    until: '2026-03-24T00:00',
    daily: {
      at: '02:30',
      starts: ['2026-03-21T02:30+00:00', '2026-03-22T03:00+01:00', '2026-03-23T02:30+01:00'],
    },
    hours: { '2026-03-21': 24, '2026-03-22': 23, '2026-03-23': 24 },
    halfHours: { '2026-03-21': 48, '2026-03-22': 46, '2026-03-23': 48 },
  },
  {
    zone: 'America/Sao_Paulo',
    what: 'midnight is left out',
    from: '2018-11-03T00:00',
    until: '2018-11-06T00:00',
    daily: {
      at: '00:00',
      starts: ['2018-11-03T00:00-03:00', '2018-11-04T01:00-02:00', '2018-11-05T00:00-02:00'],
    },
    hours: { '2018-11-03': 24, '2018-11-04': 23, '2018-11-05': 24 },
    halfHours: { '2018-11-03': 48, '2018-11-04': 46, '2018-11-05': 48 },
  },
  {
    zone: 'America/Sao_Paulo',
    what: 'the hour before midnight comes twice',
    from: '2018-02-16T00:00',
    until: '2018-02-19T00:00',
    daily: {
      at: '23:00',
      starts: ['2018-02-16T23:00-02:00', '2018-02-17T23:00-02:00', '2018-02-18T23:00-03:00'],
    },
    hours: { '2018-02-16': 24, '2018-02-17': 25, '2018-02-18': 24 },
    halfHours: { '2018-02-16': 48, '2018-02-17': 50, '2018-02-18': 48 },
  },
  {
    zone: 'Pacific/Apia',
    what: 'a day is left out',
    from: '2011-12-29T00:00',
    until: '2012-01-01T00:00',
    // A day that does not exist has no moments.
    daily: {
      at: '02:30',
      starts: ['2011-12-29T02:30-10:00', '2011-12-31T02:30+14:00'],
    },
    hours: { '2011-12-29': 24, '2011-12-31': 24 },
    halfHours: { '2011-12-29': 48, '2011-12-31': 48 },
  },
]

describe('Pacific/Apia, which had no Friday, 30 December 2011', () => {
  const starts = (start: Start) =>
    startsBetween('Pacific/Apia', '2011-12-29T00:00', '2012-01-01T00:00', start)
  const on29 = (time: string) => `2011-12-29T${time}-10:00`
  const on31 = (time: string) => `2011-12-31T${time}+14:00`

  test.each<[string, Start, string[]]>([
    ['after', daily.after('02:30'), [on29('02:30'), on31('02:30')]],
    ['before', daily.before('02:30'), [on29('00:00'), on31('00:00')]],
    ['between', daily.between('02:10', '02:40'), [on29('02:10'), on31('02:10')]],
    ['across midnight', daily.between('22:00', '02:00'), [on29('00:00'), on29('22:00'), on31('22:00')]],
    ['starting', daily.starting('07:00'), [on29('00:00'), on29('07:00'), on31('07:00')]],
    ['cron', cron('30 2 * * *'), [on29('02:30'), on31('02:30')]],
    ['cron with hours', cron('0 */12 * * *'), [on29('00:00'), on29('12:00'), on31('00:00'), on31('12:00')]],
  ])('daily %s runs on the 29th and the 31st', async (_, start, expected) => {
    expect(await starts(start)).toEqual(expected)
  })

  test.each<[string, Start]>([
    ['weekly on Fri', weekly.on('Fri')],
    ['weekly at Fri 10:00', weekly.at('Fri 10:00')],
    ['monthly on 30th', monthly.on('30th')],
    ['yearly on Dec 30th', yearly.on('Dec 30th')],
    ['cron on Fri', cron('30 2 * * 5')],
    ['cron on the 30th', cron('30 2 30 * *')],
  ])('%s does not run', async (_, start) => {
    expect(await starts(start)).toEqual([])
  })
})

describe.each(changes)('$zone, where $what', (change) => {
  const { zone, from, until } = change
  const starts = (start: Start) => startsBetween(zone, from, until, start)

  test(`daily.at('${change.daily.at}') runs once for each day`, async () => {
    expect(await starts(daily.at(change.daily.at))).toEqual(change.daily.starts)
  })

  test('daily runs once on each day', async () => {
    const once = Object.fromEntries(Object.keys(change.hours).map((day) => [day, 1]))
    expect(perDay(await starts(daily))).toEqual(once)
  })

  test('hourly runs once in each hour of the actual day', async () => {
    expect(perDay(await starts(hourly))).toEqual(change.hours)
  })

  test('cron */30 * * * * runs at each half hour of the actual day', async () => {
    expect(perDay(await starts(cron('*/30 * * * *')))).toEqual(change.halfHours)
  })

  test("every('30 minutes') keeps 30 elapsed minutes", async () => {
    const times = (await starts(every('30 minutes'))).map((start) => Date.parse(start))
    const gaps = new Set(times.slice(1).map((at, i) => at - times[i]!))
    expect([...gaps]).toEqual([30 * 60_000])
    expect(times.length).toBe(Object.values(change.halfHours).reduce((a, b) => a + b))
  })
})
