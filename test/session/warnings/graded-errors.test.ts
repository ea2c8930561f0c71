/**
 * The mistakes that new users make. Each message names the task or the option, the rule, the value and what to do; and where
 * an error is thrown, its first frame outside of the package is the line with the mistake.
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

/** A mistake, and what its message holds, in this order. */
type Mistake = readonly [mistake: string, make: () => unknown, says: readonly string[]]

const inTask = "Cannot add task 'a'"

/** Thrown where the mistake is. */
const thrown: readonly Mistake[] = [
  ['a misspelt word', add('dayly after 07:00'), [inTask, 'unknown words', 'dayly', 'did you mean `daily`?']],
  [
    'a misspelt zone',
    add('daily', { timezone: 'Europe/Berln' }),
    [inTask, "'Europe/Berln'", "'Europe/Berlin'"],
  ],
  [
    'a zone of the session',
    () => createApp({ timezone: 'CEST' }),
    ['time zone', "'CEST'", 'IANA name such as'],
  ],
  ['an offset as zone', () => createApp({ timezone: '+25:00' }), ["'+25:00'", 'IANA name such as']],
  [
    'a name twice',
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
    'a cron field',
    add('cron 61 * * * *'),
    [inTask, 'minute must lie in 0 to 59', "'61'", 'expected numbers'],
  ],
  ['a cron field of the builder', () => cron('61 * * * *'), ['minute must lie in 0 to 59', "'61'"]],
  ['bare cron', add('*/5 * * * *'), [inTask, 'must follow the word `cron`', '`cron */5 * * * *`']],
  ['an option of others', add('daily', { retries: 3 }), [inTask, "'retries'", 'daily.or(retry(3))']],
  ['a misspelt option', add('daily', { timeZone: 'UTC' }), [inTask, "'timeZone'", "'timezone'"]],
  [
    'no work',
    () => {
      const { app } = setUp()
      Reflect.apply(app.task, app, ['a', 'daily'])
    },
    [inTask, 'must be a function', 'undefined', 'The order is: name'],
  ],
  ['start and work swapped', add(work, {}, 'daily'), [inTask, "'daily'", 'The order is: name']],
  [
    'a duration as option',
    add('daily', { timeout: '5 minuts' }),
    [inTask, "'timeout'", "Cannot read '5 minuts' as a duration", 'expected', '`minutes`'],
  ],
  ['a duration in a statement', add('every 5 minuts'), [inTask, "'5 minuts' as a duration", '`minutes`']],
  ['a duration of a builder', () => every('5 minuts'), ["'5 minuts' as a duration", '`minutes`']],
  ['a calendar duration', () => every('2 months'), ["'2 months'", 'a month has no fixed length']],
  [
    'an object as start',
    add({ when: 'daily' }),
    [inTask, 'must be a condition, a statement', '{"when":"daily"}'],
  ],
  ['an instance as start', add(new Map()), [inTask, 'must be a condition', 'an instance of Map']],
  ['an object beside a condition', () => daily.and({} as never), ['must be a condition', '{}']],
  [
    'a time of day',
    () => daily.after('25:00'),
    ["Cannot read '25:00' as a time of day", 'hours are 0 to 23', 'such as `07:00`'],
  ],
  ['a time of day in a statement', add('daily after 25:00'), [inTask, "'25:00' as a time of day", '`07:00`']],
  ['minutes', () => daily.after('07:61'), ["'07:61'", 'minutes and seconds are 00 to 59']],
  ['a weekday', add('weekly on Mox'), [inTask, "'Mox' as a day of the week", '`Mon`']],
  ['a day of a month', add('monthly on 32nd'), [inTask, "'32nd' as a day of the month", '1 to 31']],
  [
    'a day of a year',
    add('yearly on Feb 30th'),
    [inTask, "'Feb 30th' as a day of the year", 'Feb has 29 days'],
  ],
  ['a period', () => during('tme of day'), ["Cannot read 'tme of day' as a period", 'time of day between']],
  [
    'a date as time of day',
    () => daily.after(new Date(0) as never),
    ['must be text, a number', 'instance of Date'],
  ],
  ['`and` for `&`', add('daily after 07:00 and every 10 minutes'), [inTask, '07:00 and every', '`&`']],
  ['no quotes', add('after task fetch'), [inTask, 'after task fetch', "quotes such as `'fetch'`"]],
  [
    'a jitter that is no number',
    () => retry(5, { jitter: true as never }),
    ["'jitter'", 'from 0 to 1', 'true'],
  ],
  [
    'a pool that is not there',
    add('daily', { pool: 'x' }),
    [inTask, "'x'", 'createApp({ pools: { x: 3 } })'],
  ],
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

/** Frames of the app, and not of the package or of Node. */
const ownFrames = (stack = ''): readonly string[] =>
  stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !/\/src\/|\/machines\/|node_modules|node:/.test(line))

describe('thrown where the mistake is', () => {
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

/** What a run fails with. */
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
    'a return that is not there',
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
    'what an arg of an arg lacks',
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
    'a function for a thread',
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
    'a module that is not there',
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

describe('what a run fails with', () => {
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

  test('what is missing is told once, without frames of the package', async () => {
    const { app } = setUp()
    const task = app.task('a', false, { args: { key: env('GANTRY_NOT_SET') } }, work)
    await app.start()
    const { error } = await task.run()
    expect((error as Error).cause).toBeUndefined()
    expect((error as Error).stack).toBe(`ArgError: ${(error as Error).message}`)
    expect((error as Error).message.split('GANTRY_NOT_SET')).toHaveLength(3)
  })
})

/** What a session warns of. */
const warnings: readonly (readonly [
  string,
  (app: ReturnType<typeof setUp>['app']) => void,
  readonly string[],
])[] = [
  [
    'a circle',
    (app) => {
      app.task('a', "after task 'b'", work)
      app.task('b', "after task 'a'", work)
    },
    ['Tasks wait for each other', "'a' after 'b' after 'a'", 'Give one of them another start'],
  ],
  [
    'a task that is not there',
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

describe('what a session warns of', () => {
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

describe('an error that rejects a start is told once', () => {
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
    // Who listens, and who counts, is told all the same.
    expect(news.filter(({ type }) => type === 'session.warning')).toHaveLength(1)
    expect(app.session.warnings).toEqual({ setup: 1 })
  })

  test('a log that another session has', async () => {
    const { lines, logger } = collected()
    const store = `jsonl:${join(folder, 'runs.jsonl')}`
    const [first, second] = [setUp({ ...logger, store }), setUp({ ...logger, store })]
    await first.app.start()
    const { message } = await caught(() => second.app.start())
    expectInOrder(message, ['Cannot open run log', 'runs.jsonl', 'one session at a time'])
    expect(lines.join('\n')).not.toContain('could not be started')
  })

  test('a port that is taken', async () => {
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

test('a host that is not known', async () => {
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

test('text of operators reads like the rest', () => {
  expect(() => parse('daily &')).toThrow(/a condition is missing at the end/)
})
