/** Invalid input at the public API: the class of the error, and a message with the option, the rule and the given value. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { createApp, StatementError, TaskExistsError, TaskNotFoundError } from 'gantry'
import { setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

type Thrown = new (...args: never[]) => Error
type Row = readonly [option: string, value: unknown, kind: Thrown, message: RegExp]

/** Rows for an option that is a duration. */
const durations = (name: string): Row[] => [
  [name, -1, RangeError, /negative: -1/],
  [name, Number.NaN, RangeError, /NaN/],
  [name, 'soon', StatementError, /soon/],
  [name, [], TypeError, /duration/],
  [name, { minuts: 1 }, TypeError, /minuts/],
]

const sessionRows: readonly Row[] = [
  ['timezone', 'Europe/Helsinky', RangeError, /Europe\/Helsinky.*Europe\/Helsinki/s],
  ['timezone', 5, TypeError, /zone/],
  ['execution', 'asyn', RangeError, /one of 'async'.*'asyn'.*Did you mean 'async'/],
  ['timeout', 0, RangeError, /longer than 0: 0.*'never' lifts it/],
  ...durations('timeout'),
  ...durations('relaunchDelay'),
  ...durations('pollEvery'),
  ...durations('lateAfter'),
  ...durations('drainTimeout'),
  ['multilaunch', 0, RangeError, /at least 1: 0/],
  ['multilaunch', 1.5, TypeError, /whole number: 1.5/],
  ['multilaunch', 'yes', TypeError, /'yes'/],
  ['shutCondition', 'dayly', StatementError, /daily/],
  ['shutCondition', 5, TypeError, /as a condition .*: 5/],
  ['restarting', 'recal', RangeError, /Did you mean 'recall'/],
  ['instantShutdown', 1, TypeError, /true or false: 1/],
  ['maxProcesses', 0, RangeError, /at least 1/],
  ['maxThreads', 'four', TypeError, /whole number: 'four'/],
  ['store', 'jsnl:./x', RangeError, /jsonl/],
  ['store', 5, TypeError, /store/],
  ['store', {}, TypeError, /store/],
  ['params', [], TypeError, /an object: \[\]/],
  ['onError', 'explode', RangeError, /'log', 'raise'.*'explode'/],
  ['onError', { conditoin: 'log' }, TypeError, /conditoin.*condition/],
  ['onTaskExists', 'rase', RangeError, /Did you mean 'raise'/],
  ['inspect', 5, TypeError, /'inspect'/],
  ['clock', {}, TypeError, /an object with now/],
  ['logger', { info() {} }, TypeError, /an object with debug/],
  ['handleSignals', 'yes', TypeError, /true or false: 'yes'/],
  ['timezne', 'UTC', TypeError, /Did you mean 'timezone'/],
  ['constructor', {}, TypeError, /'constructor' is not one of them/],
]

const taskRows: readonly Row[] = [
  ['description', 5, TypeError, /'description'/],
  ['priority', Number.NaN, TypeError, /finite number: NaN/],
  ['priority', 'high', TypeError, /finite number: 'high'/],
  ['disabled', 'no', TypeError, /true or false/],
  ['execution', 'threads', RangeError, /Did you mean 'thread'/],
  ['timeout', 0, RangeError, /longer than 0/],
  ...durations('timeout'),
  ...durations('grace'),
  ['end', 'dayly', StatementError, /daily/],
  ['end', 5, TypeError, /as a condition/],
  ['multilaunch', 0, RangeError, /at least 1/],
  ['args', 5, TypeError, /an object: 5/],
  ['params', [], TypeError, /an object/],
  ['onStartup', 1, TypeError, /true or false/],
  ['onShutdown', 1, TypeError, /true or false/],
  ['permanent', 1, TypeError, /true or false/],
  ['runId', 'id', TypeError, /a function: 'id'/],
  ['pool', 5, TypeError, /'pool'/],
  ['catchUp', 'last', RangeError, /'latest'/],
  ['graceMs', -1, RangeError, /-1/],
  ['graceMs', 'long', TypeError, /'long'/],
  ['schema', {}, TypeError, /'~standard'/],
  ['timezone', 'Mars/Base', RangeError, /Mars\/Base/],
  ['prioritty', 1, TypeError, /Did you mean 'priority'/],
]

const refusal = (act: () => unknown): unknown => {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('it was taken')
}

/** Checks the error of a row. The class is compared by name, since a StatementError is also a SyntaxError. */
function check(act: () => unknown, [, , kind, message]: Row): void {
  const error = refusal(act) as Error
  expect([error.constructor.name, error.message]).toEqual([kind.name, expect.stringMatching(message)])
}

describe('an invalid option of a session', () => {
  test.each(sessionRows)('createApp({ %s: %p }) throws', (...row) => {
    check(() => createApp({ [row[0]]: row[1] } as never), row)
  })

  test.each(sessionRows.filter(([name]) => !['store', 'clock', 'inspect'].includes(name)))(
    'session.update({ %s: %p }) throws, and nothing changes',
    (...row) => {
      const { session } = setUp()
      const before = session.options
      check(() => session.update({ [row[0]]: row[1] } as never), row)
      expect(session.options).toBe(before)
    },
  )

  test.each(['store', 'clock', 'inspect'])('session.update() refuses the fixed option %s', (name) => {
    const { session } = setUp()
    expect(() => session.update({ [name]: undefined } as never)).toThrow(/fixed when the session is made/)
  })

  test.each([null, 5, 'UTC', []])('createApp() refuses options that are not an object: %p', (options) => {
    expect(() => createApp(options as never)).toThrow(TypeError)
  })
})

describe('an invalid option of a task', () => {
  test.each(taskRows)('app.task(name, start, { %s: %p }) throws, and no task is added', (...row) => {
    const { app, session } = setUp()
    check(() => app.task('t', false, { [row[0]]: row[1] } as never, () => {}), row)
    expect(session.tasks()).toEqual([])
  })

  test.each(taskRows)('task.update({ %s: %p }) throws, and nothing changes', (...row) => {
    const { app } = setUp()
    const task = app.task('t', false, { priority: 3 }, () => {})
    const before = task.toJSON()
    check(() => task.update({ [row[0]]: row[1] } as never), row)
    expect(task.toJSON()).toEqual(before)
  })
})

describe('app.task()', () => {
  test.each<[string, unknown[], Thrown, RegExp]>([
    ['an empty name', ['', true, () => {}], TypeError, /name must be a non-empty string: ''/],
    ['a name that is not a string', [5, true, () => {}], TypeError, /non-empty string: 5/],
    ['missing work', ['t', true], TypeError, /work must be a function: undefined/],
    ['work that is not a function', ['t', true, {}, 'work'], TypeError, /work must be a function: 'work'/],
    ['a missing start', ['t', undefined, () => {}], TypeError, /as a condition .*: undefined/],
    ['options that are not an object', ['t', true, 5, () => {}], TypeError, /options of a task .*: 5/],
    ['a start that is not a condition', ['t', { on: 'Monday' }, () => {}], TypeError, /as a condition/],
  ])('refuses %s', (_, args, kind, message) => {
    const { app } = setUp()
    check(() => (app.task as (...args: unknown[]) => unknown)(...args), ['', '', kind, message])
  })

  test.each<[string, number, RegExp]>([
    ['dayly', 0, /did you mean `daily`/],
    ['daily after 25:00', 12, /25:00/],
    ['daily & hourlyy', 8, /hourly/],
    ['every 10 minuts', 9, /minutes/],
    ['(daily', 0, /\)/],
    ['daily &', 7, /is incomplete|expected/],
    ['time of week between Mon and Fry', 29, /Fri/],
    ["cron '* * * *'", 13, /5|fields/],
    ['', 0, /empty|expected/],
  ])('throws a StatementError with the offset of the mistake: %p', (statement, offset, message) => {
    const { app } = setUp()
    const error = refusal(() => app.task('t', statement as never, () => {})) as StatementError
    expect(error).toBeInstanceOf(StatementError)
    expect(error).toBeInstanceOf(SyntaxError)
    expect({ code: error.code, text: error.text, offset: error.offset }).toEqual({
      code: 'GANTRY_STATEMENT',
      text: statement,
      offset,
    })
    expect(error.message).toMatch(message)
    // The caret is below the mistake, on the line after the text.
    const [line, caret] = error.message.split('\n').slice(1)
    if (statement !== '') expect(caret?.indexOf('^')).toBe(offset + (line ?? '').indexOf(statement))
  })
})

describe('a task name', () => {
  const twice = (onTaskExists?: 'raise' | 'ignore' | 'replace' | 'rename') => {
    const desk = setUp(onTaskExists === undefined ? {} : { onTaskExists })
    desk.app.task('t', false, () => 1)
    return { ...desk, add: () => desk.app.task('t', false, () => 2) }
  }

  test('that exists is a TaskExistsError by default, and the first task remains', async () => {
    const { app, session, add } = twice()
    const error = refusal(add)
    expect(error).toBeInstanceOf(TaskExistsError)
    expect(error).toMatchObject({ code: 'GANTRY_TASK_EXISTS', task: 't' })
    await app.start()
    expect((await session.task('t').run()).value).toBe(1)
  })

  test('that exists, with onTaskExists: rename, adds the task under a free name, which its handle has', async () => {
    const { app, session, add } = twice('rename')
    expect([add().name, add().name]).toEqual(['t - 1', 't - 2'])
    await app.start()
    expect((await session.task('t - 1').run()).value).toBe(2)
    expect((await session.task('t').run()).value).toBe(1)
  })

  test('that exists, with onTaskExists: ignore, keeps the first task and returns its handle', async () => {
    const { app, session, add } = twice('ignore')
    expect(add()).toBe(session.task('t'))
    await app.start()
    expect((await session.task('t').run()).value).toBe(1)
  })

  test('that exists, with onTaskExists: replace, replaces the first task', async () => {
    const { app, session, add } = twice('replace')
    add()
    await app.start()
    expect(session.tasks()).toHaveLength(1)
    expect((await session.task('t').run()).value).toBe(2)
  })

  test.each<[string, (desk: ReturnType<typeof twice>) => unknown]>([
    ['session.task', ({ session }) => session.task('tt')],
    ['session.send', ({ session }) => session.send({ type: 'task.disable', task: 'tt' })],
    ['session.facts', ({ session }) => session.facts({ task: 'tt' })],
  ])('that is unknown to %s() is a TaskNotFoundError with the nearest name', (_, act) => {
    const error = refusal(() => act(twice()))
    expect(error).toBeInstanceOf(TaskNotFoundError)
    expect(error).toMatchObject({ code: 'GANTRY_TASK_NOT_FOUND', near: ['t'] })
    expect((error as Error).message).toMatch(/Did you mean 't'/)
  })

  test('that is unknown to removeTask() and run() rejects with the same error', async () => {
    const { session } = twice()
    await expect(session.removeTask('tt')).rejects.toBeInstanceOf(TaskNotFoundError)
    await expect(session.run('tt')).rejects.toBeInstanceOf(TaskNotFoundError)
  })

  test.each([undefined, null, 5, {}, ''])('must be a non-empty string or a handle: %p', (name) => {
    const { session } = twice()
    expect(() => session.task(name as never)).toThrow(TypeError)
  })
})

describe('an invalid argument of a method', () => {
  test.each<[string, unknown, RegExp]>([
    ['an unknown option', { xyz: 1 }, /'xyz' is not one of them/],
    ['a misspelled option', { exection: 'main' }, /Did you mean 'execution'/],
    ['an unknown execution', { execution: 'asyn' }, /Did you mean 'async'/],
    ['a number for a boolean', { obeyConditions: 5 }, /'obeyConditions'.*: 5/],
  ])('session.run() rejects with %s, and nothing runs', async (_, options, message) => {
    const { app, session } = setUp()
    app.task('t', false, () => {})
    await expect(session.run('t', options as never)).rejects.toThrow(message)
    expect([session.state, await session.log.count()]).toEqual(['stopped', 0])
  })

  test.each<[string, unknown, RegExp]>([
    ['an unknown option', { xyz: 1 }, /options of task\.run\(\) as 'xyz' is not one of them/],
    ['a key that is not a string', { key: 7 }, /'key' as it must be .* string: 7/],
    ['options that are not an object', 'k', /must be an object: 'k'/],
  ])('task.run() throws for %s, and nothing is queued', (_, options, message) => {
    const { app } = setUp()
    const task = app.task('t', false, () => {})
    expect(() => task.run({}, options as never)).toThrow(message)
    expect(task.isRunning).toBe(false)
  })

  test.each<[string, unknown, RegExp]>([
    ['an unknown filter', { kind: 'missed' }, /keys must be known/],
    ['an unknown kind of note', { note: 'mised' }, /Did you mean 'missed'/],
    ['a query that is not an object', 5, /must be an object: 5/],
  ])('session.log.notes() rejects with %s', async (_, query, message) => {
    const { session } = setUp()
    await expect(session.log.notes(query as never)).rejects.toThrow(message)
  })
})
