import { describe, expect, test } from '@jest/globals'
import {
  afterAllSuccess,
  afterAnyFail,
  afterFinish,
  afterSuccess,
  type Condition,
  cron,
  crontime,
  daily,
  every,
  failed,
  finished,
  inacted,
  monthly,
  paramExists,
  paramIs,
  parse,
  retry,
  running,
  schedulerCycles,
  schedulerRunning,
  started,
  succeeded,
  timeOfDay,
} from '../../../src/conditions/index.ts'
import { noon } from '../../support/condition-trees.ts'
import { type Happening, type TableContext, TableFacts } from '../../support/table-facts.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

type Row = readonly [task: string, action: Happening['action'], agoMs: number]

/** Evaluates at noon for the task `me`, after events at the given ages in ms. */
function isTrue(
  condition: Condition,
  rows: readonly Row[] = [],
  around: Partial<TableContext> = {},
): boolean {
  const happenings = rows.map(([task, action, ago]) => ({ task, action, at: noon - ago }))
  const session = new TableFacts({ now: noon, task: 'me', ...around }, happenings)
  return condition.holds({ session, task: 'me' })
}

describe('daily', () => {
  test.each(['success', 'fail', 'terminate', 'inaction'] as const)(
    'daily is done for the day after %s',
    (action) => {
      expect(isTrue(daily, [['me', action, hour]])).toBe(false)
      expect(isTrue(daily, [['me', action, 13 * hour]])).toBe(true)
    },
  )

  test('daily is not done by a crash, nor by a start, nor by another task', () => {
    expect(isTrue(daily, [['me', 'crash', hour]])).toBe(true)
    expect(isTrue(daily, [['me', 'run', hour]])).toBe(true)
    expect(isTrue(daily, [['other', 'success', hour]])).toBe(true)
  })

  test('daily.after holds from its moment, and midnight is the new day', () => {
    expect(isTrue(daily.after('12:00'))).toBe(true)
    expect(isTrue(daily.after('12:01'))).toBe(false)
    expect(isTrue(daily, [['me', 'success', 12 * hour]])).toBe(false)
    expect(isTrue(daily, [['me', 'success', 12 * hour + 1]])).toBe(true)
  })

  test('daily counts a record later than now: a clock set back runs no day twice', () => {
    expect(isTrue(daily, [['me', 'success', -hour]])).toBe(false)
  })

  test('daily.in uses the day of its zone', () => {
    // Noon in UTC is already 01:00 of the next day in Auckland.
    expect(isTrue(daily.in('Pacific/Auckland'), [['me', 'success', 2 * hour]])).toBe(true)
    expect(isTrue(daily, [['me', 'success', 2 * hour]])).toBe(false)
  })

  test('monthly.on a day and a window of the day need no record', () => {
    expect(isTrue(monthly.on('24th'))).toBe(true)
    expect(isTrue(monthly.on('25th'))).toBe(false)
    expect(isTrue(timeOfDay.before('12:00'), [['me', 'success', 1]])).toBe(false)
  })
})

describe('every', () => {
  test('every holds again at exactly start + length', () => {
    expect(isTrue(every('10 minutes'), [['me', 'run', 10 * minute - 1]])).toBe(false)
    expect(isTrue(every('10 minutes'), [['me', 'run', 10 * minute]])).toBe(true)
    expect(isTrue(every('10 minutes'))).toBe(true)
  })

  test('every based on success considers only successes', () => {
    const rows: Row[] = [
      ['me', 'run', minute],
      ['me', 'fail', minute],
    ]
    expect(isTrue(every('10 minutes', { based: 'success' }), rows)).toBe(true)
  })

  test('every rejects an invalid base and an invalid length', () => {
    expect(() => every('10 minutes', { based: 'sunrise' as never })).toThrow(RangeError)
    expect(() => every('10 parsecs')).toThrow(SyntaxError)
    expect(() => every('10 minutes', { basd: 'start' } as never)).toThrow(TypeError)
  })
})

describe('cron', () => {
  test('cron holds for a minute from its occurrence, until a start', () => {
    expect(isTrue(cron('0 12 * * *'))).toBe(true)
    expect(isTrue(cron('0 12 * * *'), [['me', 'run', 0]])).toBe(false)
    expect(isTrue(cron('0 12 * * *'), [], { now: noon + minute })).toBe(false)
    expect(isTrue(cron({ minute: 0, hour: 12 }))).toBe(true)
    expect(isTrue(crontime('0 12 * * *'), [['me', 'run', 0]])).toBe(true)
  })
})

describe('afterSuccess', () => {
  test('afterSuccess holds once per success since this task last started', () => {
    expect(isTrue(afterSuccess('a'))).toBe(false)
    expect(isTrue(afterSuccess('a'), [['a', 'success', day]])).toBe(true)
    const ran: Row[] = [
      ['a', 'success', day],
      ['me', 'run', hour],
    ]
    expect(isTrue(afterSuccess('a'), ran)).toBe(false)
  })

  test('afterFinish is success or fail; of several, all or any', () => {
    expect(isTrue(afterFinish('a'), [['a', 'fail', 1]])).toBe(true)
    expect(isTrue(afterFinish('a'), [['a', 'terminate', 1]])).toBe(false)
    expect(isTrue(afterAllSuccess('a', 'b'), [['a', 'success', 1]])).toBe(false)
    expect(isTrue(afterAnyFail('a', 'b'), [['b', 'fail', 1]])).toBe(true)
    expect(() => afterAllSuccess()).toThrow(TypeError)
  })
})

describe('succeeded', () => {
  test('succeeded is a condition and a function, and works where a condition does', () => {
    expect(isTrue(succeeded, [['me', 'success', day]])).toBe(true)
    expect(isTrue(succeeded.and(started), [['me', 'success', day]])).toBe(false)
    expect(isTrue(succeeded('a').today, [['a', 'success', day]])).toBe(false)
    expect(isTrue(succeeded('a').today, [['a', 'success', hour]])).toBe(true)
  })

  test('history compares counts', () => {
    const twice: Row[] = [
      ['me', 'fail', 2 * hour],
      ['me', 'fail', hour],
    ]
    expect(isTrue(failed.today.exactly(2), twice)).toBe(true)
    expect(isTrue(failed.moreThan(2), twice)).toBe(false)
    expect(isTrue(failed.past('90 minutes').atMost(1), twice)).toBe(true)
    expect(isTrue(failed.today.after('10:30').lessThan(2), twice)).toBe(true)
    expect(() => failed.atLeast(-1)).toThrow(RangeError)
  })

  test('finished counts a termination, not an inaction', () => {
    expect(isTrue(finished, [['me', 'terminate', 1]])).toBe(true)
    expect(isTrue(finished, [['me', 'inaction', 1]])).toBe(false)
    expect(isTrue(inacted, [['me', 'inaction', 1]])).toBe(true)
  })

  test('a past span includes now and excludes its far end', () => {
    expect(isTrue(succeeded.past('1 hour'), [['me', 'success', 0]])).toBe(true)
    expect(isTrue(succeeded.past('1 hour'), [['me', 'success', hour]])).toBe(false)
  })
})

describe('running', () => {
  const around = { running: { a: [noon - 10 * minute] } }

  test('running compares duration and number', () => {
    expect(isTrue(running('a'), [], around)).toBe(true)
    expect(isTrue(running, [], around)).toBe(false)
    expect(isTrue(running('a').moreThan('10 minutes'), [], around)).toBe(false)
    expect(isTrue(running('a').between('9 minutes', '11 minutes'), [], around)).toBe(true)
    expect(isTrue(running('a').count.atLeast(2), [], around)).toBe(false)
    expect(isTrue(running('me').count.exactly(0), [], around)).toBe(true)
  })
})

describe('retry', () => {
  const failures = (n: number): Row[] => Array.from({ length: n }, () => ['me', 'fail', minute])

  test('retry holds for `times` consecutive failures, and starts over after a success', () => {
    expect(isTrue(retry(2))).toBe(false)
    expect(isTrue(retry(2), failures(2))).toBe(true)
    expect(isTrue(retry(2), failures(3))).toBe(false)
    expect(isTrue(retry(), failures(30))).toBe(true)
    const anew: Row[] = [...failures(3), ['me', 'success', 2], ['me', 'fail', 1]]
    expect(isTrue(retry(2), anew)).toBe(true)
  })

  test('retry waits longer each time, up to a maximum', () => {
    const options = { delay: '20 seconds', factor: 2 } as const
    expect(isTrue(retry(9, options), failures(2))).toBe(true)
    expect(isTrue(retry(9, options), failures(3))).toBe(false)
    expect(isTrue(retry(9, { ...options, max: '1 minute' }), failures(3))).toBe(true)
  })

  test('retry counts only fail by default', () => {
    expect(isTrue(retry(1), [['me', 'terminate', 1]])).toBe(false)
    expect(isTrue(retry(1, { on: ['terminate'] }), [['me', 'terminate', 1]])).toBe(true)
  })

  test('retry calls `when` with the number of consecutive failures', () => {
    const asked: number[] = []
    const when = (_: unknown, failed: number) => asked.push(failed) > 0 && failed < 2
    expect(isTrue(retry(9, { when }), failures(1))).toBe(true)
    expect(isTrue(retry(9, { when }), failures(2))).toBe(false)
    expect(asked).toEqual([1, 2])
  })

  test('retry rejects wrong numbers and unknown options', () => {
    expect(() => retry(1.5)).toThrow(RangeError)
    expect(() => retry('2' as never)).toThrow(TypeError)
    expect(() => retry(2, { jitter: 2 })).toThrow(RangeError)
    expect(() => retry(2, { when: true as never })).toThrow(TypeError)
    expect(() => retry(2, { dealy: 1 } as never)).toThrow(/delay/)
    expect(() => retry(2, { on: ['flop'] as never })).toThrow(RangeError)
  })
})

describe('session state', () => {
  test('schedulerRunning and schedulerCycles compare the session', () => {
    const around = { startedAt: noon - hour, cycles: 3 }
    expect(isTrue(schedulerRunning({ moreThan: '1 hour' }), [], around)).toBe(true)
    expect(isTrue(schedulerRunning({ lessThan: '59 minutes' }), [], around)).toBe(false)
    expect(isTrue(schedulerRunning(), [], {})).toBe(false)
    expect(isTrue(schedulerCycles({ atLeast: 3 }), [], around)).toBe(true)
    expect(isTrue(schedulerCycles({ moreThan: 3 }), [], around)).toBe(false)
  })

  test('schedulerRunning and schedulerCycles with two limits hold between them, and print both', () => {
    const around = { startedAt: noon - hour, cycles: 3 }
    const ages = schedulerRunning({ moreThan: '30 minutes', lessThan: '2 hours' })
    const cycles = schedulerCycles({ moreThan: 2, atMost: 3 })
    expect(isTrue(ages, [], around)).toBe(true)
    expect(isTrue(ages, [], { startedAt: noon - 3 * hour })).toBe(false)
    expect(isTrue(cycles, [], around)).toBe(true)
    expect(isTrue(cycles, [], { ...around, cycles: 4 })).toBe(false)
    for (const condition of [ages, cycles])
      expect(parse(String(condition.not())).node).toEqual(condition.not().node)
    expect(() => schedulerCycles({})).toThrow(TypeError)
    expect(() => schedulerCycles({ more: 2 } as never)).toThrow(TypeError)
  })

  test('paramExists and paramIs test params; text matches the number it denotes', () => {
    const around = { params: { n: 5, gone: undefined } }
    expect(isTrue(paramExists('n', 'gone'), [], around)).toBe(true)
    expect(isTrue(paramExists('n', 'm'), [], around)).toBe(false)
    expect(isTrue(paramIs('n', '5'), [], around)).toBe(true)
    expect(isTrue(paramIs('n', 6), [], around)).toBe(false)
  })
})
