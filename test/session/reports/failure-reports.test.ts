/** Failed runs in the logger: once with the error, and as a summary where they repeat. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { every, Inaction, type SessionOptions } from 'gantry'
import { createMemoryStore } from '../../../src/log/stores/memory.ts'
import { lasting, setUp, tearDown } from '../../support/session.ts'

afterEach(async () => {
  await tearDown()
  jest.restoreAllMocks()
})

/** Creates a session whose logger collects its calls. */
function heard(options: SessionOptions = {}) {
  const calls: unknown[][] = []
  const nothing = (): void => {}
  const logger = {
    debug: nothing,
    info: nothing,
    error: nothing,
    warn: (...data: unknown[]) => void calls.push(data),
  }
  return { ...setUp({ logger, ...options }), calls, said: () => calls.map(([message]) => message) }
}

const fails = (): never => {
  throw new RangeError('boom', { cause: new Error('the disk is full') })
}

describe('a logger of the app', () => {
  test('receives a sentence, fields and the error with its cause', async () => {
    const { app, clock, calls, news } = heard()
    app.task('a', true, fails)
    await app.start()
    await clock.settled()
    const run = news.find(({ type }) => type === 'run.ended') as { runId: string }
    expect(calls).toEqual([
      [
        "Task 'a' failed.",
        { task: 'a', run: run.runId, action: 'fail' },
        expect.objectContaining({
          name: 'RangeError',
          message: 'boom',
          stack: expect.stringMatching(/boom[\s\S]*\ncaused by: Error: the disk is full/),
        }),
      ],
    ])
  })

  test('receives the first failure of a task, then the count of further ones once a minute', async () => {
    const { app, clock, said } = heard()
    app.task('a', every('1 second'), fails)
    app.task('b', every('1 hour'), fails)
    await app.start()
    await clock.advance('30 seconds')
    expect(said()).toEqual(["Task 'a' failed.", "Task 'b' failed."])
    await clock.advance('31 seconds')
    expect(said().slice(2)).toEqual(["Task 'a' failed 60 more times in the last minute."])
    await clock.advance('61 seconds')
    expect(said().slice(3)).toEqual([expect.stringMatching(/^Task 'a' failed 6\d more times in the last/)])
  })

  test('receives pending counts at the stop, and no timer is left', async () => {
    const { app, session, clock, said } = heard()
    app.task('a', every('1 second'), fails)
    await app.start()
    await clock.advance('5 seconds')
    session.shutDown()
    await session.stopped
    expect(said()).toEqual(["Task 'a' failed.", "Task 'a' failed 5 more times in the last minute."])
    expect(clock.untilNextMs).toBe(Number.POSITIVE_INFINITY)
  })

  test('receives some of many failures at the same time, and their count', async () => {
    const { app, clock, said } = heard()
    for (let n = 0; n < 500; n++) app.task(`t${n}`, every('1 day'), fails)
    await app.start()
    await clock.settled()
    expect(said()).toHaveLength(20)
    await clock.advance('1 minute')
    expect(said()).toHaveLength(31)
    expect(said().at(-1)).toBe('Runs of 470 more tasks went wrong (failed) 470 times in the last minute.')
  })

  test('receives runs that time out, start late, are missed or have crashed', async () => {
    const store = createMemoryStore()
    const open = {
      task: 'crashed',
      runId: 'r1',
      action: 'run' as const,
      at: Date.UTC(2026, 10, 24, 11),
      seq: 1,
    }
    store.append([open])
    const { app, session, clock, said } = heard({ store, onError: 'log' })
    app.task('crashed', false, () => {})
    app.task('slow', true, { timeout: '1 minute', multilaunch: false }, lasting(clock))
    app.task('late', 'daily after 13:00', () => {})
    app.task('missed', 'hourly between 10:00 and 20:00', () => {})
    await app.start()
    expect(said()).toEqual(["Task 'crashed' crashed: the process ended while it ran."])
    await clock.advance('1 minute')
    expect(said()).toContain("Task 'slow' timed out.")
    session.task('slow').disable()
    session.hold()
    await clock.advance('2 hours')
    session.resume()
    await clock.settled()
    expect(said()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Task 'late' started late by \d+\.\d s\.$/),
        expect.stringMatching(/^Task 'missed' was missed: the session was held/),
      ]),
    )
  })

  test('does not receive inaction, and runs that a command ends', async () => {
    const { app, session, clock, said } = heard()
    app.task('idle', true, () => {
      throw new Inaction('nothing to do')
    })
    const slow = app.task('slow', true, lasting(clock))
    await app.start()
    await clock.settled()
    slow.terminate()
    session.task('idle').disable()
    slow.disable()
    await clock.advance('1 minute')
    session.shutDown({ force: true })
    await session.stopped
    expect(said()).toEqual([])
  })
})

describe('the default logger', () => {
  const lines: string[] = []

  beforeEach(() => {
    lines.length = 0
    jest.spyOn(console, 'warn').mockImplementation((...data) => void lines.push(data.join(' ')))
  })

  test('prints the error once, with its stack and its cause, in readable form', async () => {
    const { app, clock } = setUp()
    app.session.update({ logger: undefined as never })
    app.task('a', every('1 day'), fails)
    app.hook('run', () => {
      throw new TypeError('of the hook')
    })
    await app.start()
    await clock.settled()
    const [hook, failed] = lines
    expect(hook).toMatch(
      /^A run hook failed at task 'a'\. \{ task: 'a' \}\n {2}TypeError: of the hook\n {4}at /,
    )
    expect(failed).toMatch(
      /^Task 'a' failed\. \{[^}]*\}\n {2}RangeError: boom\n {4}at [\s\S]*caused by: Error: the disk is full\n/,
    )
    expect(failed!.split('boom')).toHaveLength(2)
    expect(lines.join()).not.toContain("\\n' +")
    expect(lines).toHaveLength(2)
  })

  test('is silent with logger: false', async () => {
    const { app, clock } = setUp({ logger: false })
    app.task('a', every('1 second'), fails)
    app.task('never', 'time of month on 30th & time of year on Feb', () => {})
    await app.start()
    await clock.advance('2 minutes')
    expect(lines).toEqual([])
  })
})
