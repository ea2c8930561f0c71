/**
 * Mistakes of new users. Each message names the task or the option, the rule, the value and what to do. The first frame
 * outside of the package is the line with the mistake.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, test } from '@jest/globals'
import {
  arg,
  cli,
  createApp,
  cron,
  daily,
  during,
  env,
  every,
  moduleWork,
  param,
  parse,
  retry,
  returnOf,
  type TaskOptions,
} from 'gantry'
import { createHttp } from 'gantry/http'
import { setUp, tearDown } from '../../support/session.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-graded-'))
afterEach(tearDown)
afterEach(() => rmSync(join(folder, 'runs.jsonl'), { force: true }))

const work = (): void => {}
const add =
  (start: unknown, options: object = {}, does: unknown = work): (() => unknown) =>
  () =>
    setUp().app.task('a', start as 'daily', options, does as () => void)

/** A mistake, and the parts of its message, in order. */
type Mistake = readonly [mistake: string, make: () => unknown, says: readonly string[]]

const inTask = "Cannot add task 'a'"

/** Mistakes that throw at the call. */
const thrown: readonly Mistake[] = [
  [
    'a misspelled word',
    add('dayly after 07:00'),
    [inTask, 'unknown words', 'dayly', 'did you mean `daily`?'],
  ],
  [
    'a misspelled zone',
    add('daily', { timezone: 'Europe/Berln' }),
    [inTask, "'Europe/Berln'", "'Europe/Berlin'"],
  ],
  [
    'an abbreviation as zone of the session',
    () => createApp({ timezone: 'CEST' }),
    ['time zone', "'CEST'", 'IANA name such as'],
  ],
  ['an invalid offset as zone', () => createApp({ timezone: '+25:00' }), ["'+25:00'", 'IANA name such as']],
  [
    'a repeated name',
    () => {
      const { app } = setUp()
      app.task('report', 'daily', work)
      app.task('report', 'daily', work)
    },
    ["task 'report'", 'unique', 'choose another name'],
  ],
  [
    'a closure for a thread',
    add('daily', { execution: 'thread' }),
    [inTask, 'functions', 'give it moduleWork(url, exportName)'],
  ],
  [
    'an invalid cron field',
    add('cron 61 * * * *'),
    [inTask, 'minute must lie in 0 to 59', "'61'", 'expected numbers'],
  ],
  ['an invalid cron field of the builder', () => cron('61 * * * *'), ['minute must lie in 0 to 59', "'61'"]],
  [
    'a bare cron expression',
    add('*/5 * * * *'),
    [inTask, 'must follow the word `cron`', '`cron */5 * * * *`'],
  ],
  [
    'an option of other schedulers',
    add('daily', { retries: 3 }),
    [inTask, "'retries'", 'daily.or(retry(3))'],
  ],
  ['a misspelled option', add('daily', { timeZone: 'UTC' }), [inTask, "'timeZone'", "'timezone'"]],
  [
    'missing work',
    () => {
      const { app } = setUp()
      Reflect.apply(app.task, app, ['a', 'daily'])
    },
    [inTask, 'must be a function', 'undefined', 'The order is: name'],
  ],
  ['swapped start and work', add(work, {}, 'daily'), [inTask, "'daily'", 'The order is: name']],
  [
    'an invalid duration as option',
    add('daily', { timeout: '5 minuts' }),
    [inTask, "'timeout'", "Cannot read '5 minuts' as a duration", 'expected', '`minutes`'],
  ],
  [
    'an invalid duration in a statement',
    add('every 5 minuts'),
    [inTask, "'5 minuts' as a duration", '`minutes`'],
  ],
  ['an invalid duration of a builder', () => every('5 minuts'), ["'5 minuts' as a duration", '`minutes`']],
  ['a calendar duration', () => every('2 months'), ["'2 months'", 'a month has no fixed length']],
  [
    'an object as start',
    add({ when: 'daily' }),
    [inTask, 'must be a condition, a statement', '{"when":"daily"}'],
  ],
  ['an instance as start', add(new Map()), [inTask, 'must be a condition', 'an instance of Map']],
  ['an object combined with a condition', () => daily.and({} as never), ['must be a condition', '{}']],
  [
    'an invalid time of day',
    () => daily.after('25:00'),
    ["Cannot read '25:00' as a time of day", 'hours are 0 to 23', 'such as `07:00`'],
  ],
  [
    'an invalid time of day in a statement',
    add('daily after 25:00'),
    [inTask, "'25:00' as a time of day", '`07:00`'],
  ],
  ['invalid minutes', () => daily.after('07:61'), ["'07:61'", 'minutes and seconds are 00 to 59']],
  ['an invalid weekday', add('weekly on Mox'), [inTask, "'Mox' as a day of the week", '`Mon`']],
  [
    'an invalid day of the month',
    add('monthly on 32nd'),
    [inTask, "'32nd' as a day of the month", '1 to 31'],
  ],
  [
    'an invalid day of the year',
    add('yearly on Feb 30th'),
    [inTask, "'Feb 30th' as a day of the year", 'Feb has 29 days'],
  ],
  [
    'an invalid period',
    () => during('tme of day'),
    ["Cannot read 'tme of day' as a period", 'time of day between'],
  ],
  [
    'a date as time of day',
    () => daily.after(new Date(0) as never),
    ['must be text, a number', 'instance of Date'],
  ],
  ['`and` for `&`', add('daily after 07:00 and every 10 minutes'), [inTask, '07:00 and every', '`&`']],
  [
    'a task name without quotes',
    add('after task fetch'),
    [inTask, 'after task fetch', "quotes such as `'fetch'`"],
  ],
  [
    'a jitter that is not a number',
    () => retry(5, { jitter: true as never }),
    ["'jitter'", 'from 0 to 1', 'true'],
  ],
  ['an unknown pool', add('daily', { pool: 'x' }), [inTask, "'x'", 'createApp({ pools: { x: 3 } })']],
  [
    'a short token',
    () => createHttp(setUp().session, { auth: { token: 'short' } }),
    ['token', 'at least 32 characters', '5 characters'],
  ],
]

const caught = async (make: () => unknown): Promise<Error> => {
  try {
    await make()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

function expectInOrder(message: string, says: readonly string[]): void {
  let from = 0
  for (const words of says) {
    const at = message.indexOf(words, from)
    if (at < 0) throw new Error(`'${words}' is not (in this place) in:\n${message}`)
    from = at
  }
}

/** Frames of the app, without those of the package and of Node. */
const ownFrames = (stack = ''): readonly string[] =>
  stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !/\/src\/|\/machines\/|node_modules|node:/.test(line))

describe('an error at the call names the mistake and its line:', () => {
  test.each(thrown)('%s', async (_, make, says) => {
    const { message, stack } = await caught(make)
    expectInOrder(message, says)
    expect(ownFrames(stack)[0]).toContain('graded-errors.test.ts')
    expect(message).not.toMatch(/as it must be one\b|\[object /)
  })

  test('an app that is started twice', async () => {
    const { app } = setUp()
    await app.start()
    for (const again of [() => app.start(), () => app.run()]) {
      const { message, stack } = await caught(again)
      expectInOrder(message, ['start the session', 'must be stopped', 'running', 'restart()'])
      expect(ownFrames(stack)[0]).toContain('graded-errors.test.ts')
    }
  })
})

/** Mistakes that make a run fail. */
const failures: readonly (readonly [string, TaskOptions<never> | object, unknown, readonly string[]])[] = [
  [
    'a variable that is not set',
    { args: { key: env('GANTRY_NOT_SET') } },
    work,
    [
      "arg 'key' of task 'a'",
      "'GANTRY_NOT_SET' must be set: it is not",
      'Set it',
      "env('GANTRY_NOT_SET').or(…)",
    ],
  ],
  [
    'a param that is not set',
    { args: { key: param('x') } },
    work,
    ["arg 'key' of task 'a'", "param 'x' must be set", "app.param('x', value)", "param('x').or(…)"],
  ],
  [
    'an option that is not given',
    { args: { key: cli('not-given') } },
    work,
    ["arg 'key' of task 'a'", "'--not-given' must be on the command line", '--not-given <value>'],
  ],
  [
    'a return that does not exist',
    { args: { key: returnOf('other') } },
    work,
    [
      "arg 'key' of task 'a'",
      "task 'other' must have succeeded",
      "afterSuccess('other')",
      "returnOf('other').or(…)",
    ],
  ],
  [
    'a missing variable of an arg of an arg',
    { args: { key: arg(({ u }) => u, { args: { u: env('GANTRY_NOT_SET') }, name: 'user' }) } },
    work,
    ["arg 'key' of task 'a'", "'GANTRY_NOT_SET' must be set", 'arg(user).or(…)'],
  ],
  [
    'an arg function that throws',
    { args: { key: arg(() => JSON.parse('{'), { name: 'settings' }) } },
    work,
    ["arg 'key' of task 'a'", 'arg(settings) failed', 'JSON'],
  ],
  [
    'a function as arg of a thread',
    { execution: 'thread', args: { cb: work } },
    moduleWork(pathToFileURL(join(folder, 'none.mjs')), 'work'),
    [
      "arg 'cb' of task 'a'",
      'only plain data can be cloned',
      'a function at cb',
      'Pass the data to create it from',
    ],
  ],
  [
    'a module that does not exist',
    {},
    moduleWork(pathToFileURL(join(folder, 'none.mjs')), 'work'),
    ['Cannot load the module', 'its file must exist', 'none.mjs', 'Give the URL of an existing file'],
  ],
  [
    'a run that waits for itself',
    {},
    async (_: unknown, { session }: { session: { task(name: string): { run(): Promise<unknown> } } }) =>
      await session.task('a').run(),
    [
      "Cannot wait for task 'a'",
      "waits for itself: 'a'",
      'Run it without waiting, or set concurrency: true.',
    ],
  ],
]

describe('the error of a failed run names the mistake:', () => {
  test.each(failures)('%s', async (_, options, does, says) => {
    const { app, news } = setUp()
    app.task('other', false, work)
    const task = app.task('a', false, options, does as () => void)
    await app.start()
    const { action, error } = (await task.run()) as { action: string; error?: Error }
    expect(action).toBe('fail')
    expectInOrder(error!.message, says)
    expect(news.find(({ type }) => type === 'run.ended')).toMatchObject({
      error: { message: error!.message },
    })
  })

  test('a missing variable, once and without frames of the package', async () => {
    const { app } = setUp()
    const task = app.task('a', false, { args: { key: env('GANTRY_NOT_SET') } }, work)
    await app.start()
    const { error } = await task.run()
    expect((error as Error).cause).toBeUndefined()
    expect((error as Error).stack).toBe(`ArgError: ${(error as Error).message}`)
    expect((error as Error).message.split('GANTRY_NOT_SET')).toHaveLength(3)
  })
})

/** Mistakes that a session warns about. */
const warnings: readonly (readonly [
  string,
  (app: ReturnType<typeof setUp>['app']) => void,
  readonly string[],
])[] = [
  [
    'circular dependencies',
    (app) => {
      app.task('a', "after task 'b'", work)
      app.task('b', "after task 'a'", work)
    },
    ['Tasks wait for each other', "'a' after 'b' after 'a'", 'Give one of them another start'],
  ],
  [
    'an unknown task',
    (app) => {
      app.task('fetch', 'daily', work)
      app.task('a', "after task 'fecth'", work)
    },
    ["Task 'a'", "'fecth'", "Did you mean 'fetch'?"],
  ],
  [
    'a start that never holds',
    (app) => void app.task('a', 'daily before 08:00 & daily after 20:00', work),
    [
      "Task 'a' can never start",
      "'daily before 08:00' and 'daily after 20:00'",
      'do not meet within five years',
    ],
  ],
  [
    'a run before the start',
    (app) => void app.task('a', false, work).run(),
    ["Task 'a' waits for the session to start", 'call app.start() or app.run()'],
  ],
  [
    'work that throws',
    (app) =>
      void app.task('a', true, { timeout: '1 hour' }, () => {
        throw new Error('kaput')
      }),
    ["Task 'a' failed", 'kaput'],
  ],
]

describe('a session warns about', () => {
  test.each(warnings)('%s', async (_, make, says) => {
    const lines: string[] = []
    const say = (...data: unknown[]): void => {
      lines.push(data.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' '))
    }
    const { app, clock } = setUp({ logger: { debug: () => {}, info: say, warn: say, error: say } })
    make(app)
    await clock.settled()
    if (lines.length === 0) await app.start()
    for (let n = 0; n < 100 && lines.length === 0; n++) await clock.advance('10 ms')
    expectInOrder(lines.join('\n'), says)
  })
})

describe('an error that rejects a start is reported once:', () => {
  const collected = (): { lines: string[]; logger: Parameters<typeof setUp>[0] } => {
    const lines: string[] = []
    const say = (...data: unknown[]): void => void lines.push(JSON.stringify(data))
    return { lines, logger: { logger: { debug: () => {}, info: say, warn: say, error: say } } }
  }

  test('a set-up hook that throws', async () => {
    const { lines, logger } = collected()
    const { app, news } = setUp(logger)
    app.setup(() => {
      throw new Error('no database')
    })
    const { message, cause } = await caught(() => app.run())
    expectInOrder(message, ['start the session', 'hooks must succeed', 'no database', 'Correct the hook'])
    expect(ownFrames((cause as Error).stack)[0]).toContain('graded-errors.test.ts')
    expect(lines).toEqual([])
    // Listeners and the count of warnings still receive it.
    expect(news.filter(({ type }) => type === 'session.warning')).toHaveLength(1)
    expect(app.session.warnings).toEqual({ setup: 1 })
  })

  test('a log that another session has open', async () => {
    const { lines, logger } = collected()
    const store = `jsonl:${join(folder, 'runs.jsonl')}`
    const [first, second] = [setUp({ ...logger, store }), setUp({ ...logger, store })]
    await first.app.start()
    const { message } = await caught(() => second.app.start())
    expectInOrder(message, ['Cannot open run log', 'runs.jsonl', 'one session at a time'])
    expect(lines.join('\n')).not.toContain('could not be started')
  })

  test('a port that is in use', async () => {
    const taken = createServer()
    await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done))
    const { port } = taken.address() as { port: number }
    try {
      const { message } = await caught(() => setUp().app.start({ dashboard: { port } }))
      expectInOrder(message, ['Cannot listen', String(port), 'is in use', 'Give another port'])
    } finally {
      taken.close()
    }
  })
})

test('a request for an unknown host is refused with the option to change', async () => {
  const { fetch } = createHttp(setUp().session, { auth: 'none' })
  const answer = await fetch(
    new Request('http://evil.example/api/v1/tasks', { headers: { host: 'evil.example' } }),
  )
  expect(answer.status).toBe(421)
  expectInOrder(await answer.text(), [
    'not known by that host name',
    'evil.example',
    "add the name to 'hosts'",
  ])
})

test('an incomplete statement with an operator is refused with the missing part', () => {
  expect(() => parse('daily &')).toThrow(/a condition is missing at the end/)
})
