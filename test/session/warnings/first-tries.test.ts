/** Habits from other schedulers: each error contains what to write instead. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { createApp, parse, type TaskOptions } from 'gantry'
import { setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)
const work = (): void => {}

test.each(['*/5 * * * *', '0 2 * * *', '0 7 * * MON-FRI', '30 */2 1,15 * ?', '0 0 12 * * *', '0 0 L * *'])(
  'a bare cron expression is refused with the cron statement: %s',
  (expression) => {
    expect(() => parse(expression)).toThrow(`did you mean \`cron ${expression}\`?`)
    expect(() => parse(`cron ${expression}`)).not.toThrow()
  },
)

test.each<readonly [string, RegExp]>([
  ['retries', /daily\.or\(retry\(3\)\)/],
  ['retry', /daily\.or\(retry\(3\)\)/],
  ['tz', /It is 'timezone'/],
  ['timeZone', /Did you mean 'timezone'/],
  ['maxConcurrency', /'concurrency'.*'pool'/],
  ['cron', /second argument/],
  ['schedule', /second argument/],
  ['every', /second argument/],
  ['xyz', /Known are description, priority, /],
])('the unknown task option %s is refused with a hint', (name, hint) => {
  const { app } = setUp()
  expect(() => app.task('a', 'daily', { [name]: 1 } as TaskOptions, work)).toThrow(hint)
})

test.each<readonly [string, RegExp]>([
  ['tz', /It is 'timezone'/],
  ['timeZone', /Did you mean 'timezone'/],
  ['maxConcurrency', /'pools'/],
])('the unknown session option %s is refused with a hint', (name, hint) => {
  expect(() => createApp({ [name]: 1 })).toThrow(hint)
})

test.each(['XYZT', 'Berlin time'])(
  'a timezone that is not an IANA name is refused with an example: %s',
  (timezone) => {
    expect(() => createApp({ timezone })).toThrow(/IANA name such as Europe\/Berlin/)
  },
)

test('swapped start and work are refused with the order of arguments', () => {
  const { app } = setUp()
  expect(() => app.task('a', work as never, 'daily' as never)).toThrow(
    /The order is: name, start, options, work/,
  )
})

describe('double quotes in statements', () => {
  test.each([
    ['after task "fetch"', "after task 'fetch' succeeded"],
    ['after tasks "a", "b" failed', "after task 'a' failed & after task 'b' failed"],
    ['task "it\'s" is running', "task 'it\\'s' is running"],
    ['task "a \\"b\\"" is running', 'task \'a "b"\' is running'],
    ['~(param "cpu" is "hot & cold")', "~param 'cpu' is 'hot & cold'"],
    ['param \'say "no"\' exists', 'param \'say "no"\' exists'],
  ])('are read and printed as single quotes: %s', (text, canonical) => {
    const read = parse(text)
    expect(String(read)).toBe(canonical)
    expect(parse(String(read)).node).toEqual(read.node)
  })
})
