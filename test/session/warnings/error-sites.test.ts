/** Errors about invalid input: the message names the task, and the stack begins at the caller's line. */
import { inspect } from 'node:util'
import { afterEach, describe, expect, test } from '@jest/globals'
import {
  afterAllFail,
  afterSuccess,
  all,
  any,
  atMostRuns,
  condition,
  createApp,
  createGroup,
  cron,
  crontime,
  daily,
  during,
  every,
  failed,
  from,
  heldFor,
  not,
  once,
  onceIn,
  onEach,
  paramExists,
  paramIs,
  parse,
  retry,
  running,
  type StatementError,
  schedulerCycles,
  schedulerRunning,
  started,
  succeeded,
  until,
} from 'gantry'
import { setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

function thrownBy(call: () => unknown): Error {
  try {
    call()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

const bad = 'dayly after 07:00' as string
const work = (): void => {}

/** Invalid calls, and a pattern of their message. */
const mistakes: readonly (readonly [string, () => unknown, RegExp])[] = [
  ['app.task', () => setUp().app.task('a', bad, work), /^Cannot add task 'a': Cannot read the statement/],
  [
    'session.createTask',
    () => setUp().session.createTask('a', bad, work),
    /^Cannot add task 'a': Cannot read/,
  ],
  [
    'app.group().task',
    () => setUp().app.group({ prefix: 'g.' }).task('a', bad, work),
    /^Cannot add task 'g\.a': /,
  ],
  [
    'app.include',
    () => {
      const group = createGroup({ prefix: 'g.' })
      group.task('a', bad, work)
      setUp().app.include(group)
    },
    /^Cannot add task 'g\.a': /,
  ],
  [
    'a group with a start',
    () => setUp().app.group({ start: 'daily' }).task('a', bad, work),
    /^Cannot add task 'a': Cannot read/,
  ],
  ['an end', () => setUp().app.task('a', 'daily', { end: bad }, work), /^Cannot add task 'a': Cannot read/],
  [
    'an option',
    () => setUp().app.task('a', 'daily', { retries: 3 } as never, work),
    /^Cannot add task 'a': .*'retries'/,
  ],
  [
    'a duration',
    () => setUp().app.task('a', 'daily', { timeout: '5 minuts' as never }, work),
    /^Cannot add task 'a': .*'timeout'/,
  ],
  [
    'a zone',
    () => setUp().app.task('a', 'daily', { timezone: 'Europe/Berln' }, work),
    /^Cannot add task 'a': .*'Europe\/Berln'/,
  ],
  [
    'update',
    () => setUp().app.task('a', 'daily', work).update({ start: bad }),
    /^Cannot update task 'a': Cannot read/,
  ],
  [
    'update of an option',
    () => setUp().app.task('a', 'daily', work).update({ timeout: 0 }),
    /^Cannot update task 'a': /,
  ],
  ['no work', () => setUp().app.task('a', 'daily', undefined as never), /^Cannot add task 'a' as its work/],
  ['parse', () => parse(bad), /^Cannot read the statement/],
  ['and', () => daily.and(bad), /^Cannot read the statement/],
  ['daily.after', () => daily.after('25:00'), /'25:00'/],
  ['every', () => every('5 minuts'), /'5 minuts'/],
  ['cron', () => cron('61 * * * *'), /'61'/],
  ['running.moreThan', () => running.moreThan('5 minuts'), /'5 minuts'/],
  ['createApp', () => createApp({ timezone: 'Europe/Berln' }), /Did you mean 'Europe\/Berlin'/],
  [
    'app.condition',
    () => setUp().app.condition('{a}{b}', () => true),
    /^Cannot use the template '\{a\}\{b\}'/,
  ],
  ['heldFor', () => heldFor(daily, 0), /longer than 0/],
  ['retry', () => retry(1.5), /'times' must be a whole number of at least 0: 1\.5/],
  ['a delay of retry', () => retry(5, { delay: '5 minuts' }), /'5 minuts'/],
  ['once', () => once('garbage'), /'garbage'/],
  ['onceIn', () => onceIn('5 minuts'), /'5 minuts'/],
  ['from', () => from('garbage'), /'garbage'/],
  ['until', () => until('garbage'), /'garbage'/],
  ['atMostRuns', () => atMostRuns(0), /at least 1: 0/],
  ['during', () => during('(((time of day after 25:00)))'), /'25:00'/],
  ['during something else', () => during({} as never), /during\(\) as it must be a period/],
  ['all', () => all(), /at least one/],
  ['any', () => any(bad), /^Cannot read the statement/],
  ['not', () => not({} as never), /must be a condition/],
  ['crontime', () => crontime('61 * * * *'), /'61'/],
  ['condition', () => condition(5 as never), /takes a function/],
  ['onEach', () => onEach(5 as never), /takes an Observable: 5/],
  ['paramExists', () => paramExists(''), /non-empty string: ''/],
  ['paramIs', () => paramIs('', 1), /non-empty string: ''/],
  ['schedulerRunning', () => schedulerRunning({ moreThan: '5 minuts' }), /'5 minuts'/],
  ['schedulerCycles', () => schedulerCycles({ atLeast: -1 }), /'atLeast'/],
  ['succeeded', () => succeeded({} as never), /must be a task handle/],
  ['failed.past', () => failed.past('5 minuts'), /'5 minuts'/],
  ['failed.during', () => failed.during('garbage'), /'garbage' as a period/],
  ['failed.during something else', () => failed.during(5 as never), /must be a period .*: 5/],
  ['failed.today.after', () => failed.today.after('25:00'), /'25:00'/],
  ['failed.thisWeek.on', () => failed('other').thisWeek.on('Mox'), /'Mox'/],
  ['started.atLeast', () => started.atLeast(-1), /whole number of at least 0: -1/],
  ['started.today.exactly', () => started.today.exactly(0.5), /whole number of at least 0: 0\.5/],
  ['running', () => running({} as never), /must be a task handle/],
  ['running.count.atLeast', () => running.count.atLeast(-1), /whole number of at least 0: -1/],
  ['afterSuccess', () => afterSuccess({} as never), /must be a task handle/],
  ['afterAllFail', () => afterAllFail(), /at least one/],
]

test.each(mistakes)('an invalid call of %s throws with the first frame at its line', (_, make, message) => {
  const error = thrownBy(make)
  expect(error.message).toMatch(message)
  // The message names the task once, and the first frame is the line with the mistake.
  expect(error.message.match(/Cannot add task/g) ?? []).toHaveLength(/add task/.test(String(message)) ? 1 : 0)
  const [frame] = error.stack!.split('\n').filter((line) => /^\s+at /.test(line))
  expect(frame).toContain('error-sites.test.ts')
})

test('an error of one of many tasks names the task', () => {
  const { app } = setUp()
  for (let n = 0; n < 40; n++) app.task(`t${n}`, 'hourly', work)
  expect(thrownBy(() => app.task('t40', bad, work)).message).toContain("task 't40'")
})

test('an error that a getter of the options throws is passed on unchanged', () => {
  const { app } = setUp()
  const broken = {
    get timeout(): never {
      return (undefined as never as { no: never }).no
    },
  }
  const error = thrownBy(() => app.task('a', 'daily', broken, work))
  expect(error.message).toMatch(/^Cannot read propert/)
})

describe('a printed StatementError has each detail once', () => {
  test.each([
    ['a misspelled word', () => setUp().app.task('a', bad, work)],
    ['a cron field', () => parse('cron 61 * * * *')],
    ['a moment', () => parse('daily after 25:00')],
    ['a zone', () => parse('daily in Europe/Berln')],
    ['a duration', () => parse("param 'x' is 'y' for 5 minuts")],
    ['a placeholder', () => setUp().app.task('a', 'every 10 minuts' as string, work)],
  ])('%s', (_, make) => {
    const error = thrownBy(make) as StatementError
    const printed = inspect(error)
    expect(printed).not.toMatch(/\[cause\]|text:|offset:|expected:|near:/)
    expect(printed.split(error.message.split('\n', 1)[0]!)).toHaveLength(2)
    // The properties remain available to programs.
    expect(error.text).toEqual(expect.any(String))
    expect(error.offset).toEqual(expect.any(Number))
    expect(Array.isArray(error.expected) && Array.isArray(error.near)).toBe(true)
  })
})
