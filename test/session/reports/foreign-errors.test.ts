/** Errors of foreign code are reported and counted, and never end the session by default. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { ConditionError, every, RunLogError, type SessionOptions, SetupError } from 'gantry'
import { map, Observable, throwError } from 'rxjs'
import { createMemoryStore } from '../../../src/log/index.ts'
import { returned, thenables, thrown } from '../../support/bad-values.ts'
import { type Desk, goesOn, runsIn, setUp, tearDown, warningsIn } from '../../support/session.ts'
import { silent } from '../../support/silent.ts'

const unhandled: unknown[] = []
const note = (error: unknown): void => void unhandled.push(error)
beforeEach(() => {
  unhandled.length = 0
  process.on('unhandledRejection', note)
  process.on('uncaughtException', note)
})
afterEach(async () => {
  await tearDown()
  process.off('unhandledRejection', note)
  process.off('uncaughtException', note)
  expect(unhandled).toEqual([])
})

const bad = (): never => {
  throw new Error('bad')
}
describe('work', () => {
  test.each([...thrown.keys()])('that throws %s ends as fail, with the error in the log', async (name) => {
    const problem = thrown.get(name)
    const desk = setUp()
    const task = desk.app.task('t', false, () => {
      throw problem
    })
    await desk.app.start()
    const outcome = await task.run()
    expect(outcome.action).toBe('fail')
    expect(task.state).toBe('failed')
    const [record] = await task.log.query({ action: 'fail' })
    // The record has the same shape for all thrown values.
    expect(outcome.error).toMatchObject({ name: record?.error?.name, message: record?.error?.message })
    expect(record?.error).toEqual(
      expect.objectContaining({ name: expect.any(String), message: expect.any(String) }),
    )
    expect(JSON.parse(JSON.stringify(record))).toEqual(record)
    await goesOn(desk)
  })

  test.each([...thrown.keys()])('that rejects with %s ends as fail', async (name) => {
    const problem = thrown.get(name)
    const desk = setUp()
    const task = desk.app.task('t', false, async () => {
      await null
      throw problem
    })
    await desk.app.start()
    const handle = task.run()
    await desk.clock.settled()
    expect((await handle).action).toBe('fail')
    expect(await task.log.query({ action: 'fail' })).toHaveLength(1)
    await goesOn(desk)
  })

  test.each([...returned.keys()])(
    'that returns %s ends as success, and the record has the reason why it has no value',
    async (kind) => {
      const value = returned.get(kind)
      const desk = setUp()
      for (const [name, work] of [
        ['now', () => value],
        ['later', async () => value],
      ] as const)
        desk.app.task(name, false, work)
      await desk.app.start()
      for (const task of desk.session.tasks()) {
        const handle = task.run()
        await desk.clock.settled()
        const outcome = await handle
        expect(outcome.action).toBe('success')
        expect(Object.is(outcome.value, value)).toBe(true)
        const [record] = await task.log.query({ action: 'success' })
        expect(record?.omitted).toMatch(/^value: /)
      }
      await goesOn(desk)
    },
  )

  test.each([...thenables.keys()])('that returns a thenable %s ends once, as fail', async (kind) => {
    const desk = setUp()
    const task = desk.app.task('t', false, () => thenables.get(kind))
    await desk.app.start()
    const handle = task.run()
    await desk.clock.settled()
    expect((await handle).action).toBe('fail')
    expect((await task.log.query()).map(({ action }) => action)).toEqual(['fail', 'run'])
    await goesOn(desk)
  })
})

describe('code around the work', () => {
  test.each<[string, (desk: Desk) => unknown, string]>([
    [
      'an arg',
      ({ app }) =>
        app.task(
          't',
          false,
          {
            args: {
              x: {
                get a() {
                  return bad()
                },
              },
            },
          },
          ({ x }) => (x as { a: unknown }).a,
        ),
      'fail',
    ],
    ['runId', ({ app }) => app.task('t', false, { runId: bad }, () => {}), 'success'],
    ['an invalid progress', ({ app }) => app.task('t', false, (_, run) => run.progress(7)), 'fail'],
    ['a logger', ({ app }) => app.task('t', false, (_, run) => run.log.info('x')), 'success'],
  ])('%s that throws: the run has an outcome and the session continues', async (_, write, action) => {
    const desk = setUp({ logger: { ...silent, warn: bad, info: action === 'success' ? () => {} : bad } })
    write(desk)
    await desk.app.start()
    const handle = desk.session.task('t').run()
    await desk.clock.settled()
    expect((await handle).action).toBe(action)
    await goesOn(desk)
  })
})

describe('an error is reported, and the session continues', () => {
  test.each<[kind: string, (desk: Desk) => unknown, SessionOptions | null]>([
    ['condition', ({ app }) => app.task('t', app.condition(bad), () => {}), null],
    [
      'condition',
      ({ app }) =>
        app.task(
          't',
          app.condition(() => Promise.reject(new Error('bad'))),
          () => {},
        ),
      null,
    ],
    ['condition', ({ app }) => app.task('t', throwError(() => new Error('bad')) as never, () => {}), null],
    ['condition', ({ app }) => app.task('t', new Observable(bad) as never, () => {}), null],
    ['condition', ({ app }) => app.task('t', true, { end: app.condition(bad) }, () => {}), null],
    ['setup', ({ app }) => app.setup(bad), { onError: { setup: 'log' } }],
    ['hook', ({ app }) => app.hook('cycle', bad), null],
    ['listener', ({ session }) => session.on('*', bad), null],
    ['listener', ({ session }) => session.on('*', () => Promise.reject(new Error('bad'))), null],
    [
      'listener',
      ({ session }) => session.on('session.warning', bad) && session.on('session.started', bad),
      null,
    ],
    ['listener', ({ session }) => session.events$.subscribe(bad), null],
    [
      'listener',
      ({ session }) => session.events$.pipe(map(({ type }) => type)).subscribe({ next: bad }),
      null,
    ],
    ['listener', ({ session }) => session.events$.pipe(map(bad)).subscribe(), null],
    ['inspect', () => {}, { inspect: bad }],
    ['inspect', () => {}, { inspect: { next: bad } }],
    ['logger', ({ app }) => app.setup(bad), { logger: { ...silent, warn: bad }, onError: { setup: 'log' } }],
  ])('%s: row %#', async (kind, write, options) => {
    const desk = setUp(options ?? {})
    write(desk)
    desk.app.task('plain', every('1 minute'), () => {})
    await desk.app.start()
    await desk.clock.advance('90 seconds')
    expect(desk.session.warnings[kind]).toBeGreaterThan(0)
    expect(runsIn(desk.news).filter((each) => each === 'plain success')).toHaveLength(2)
    await goesOn(desk)
  })

  test('a store that cannot write makes its runs fail, and the session continues', async () => {
    const store = createMemoryStore()
    let isBroken = true
    const append = store.append.bind(store)
    store.append = (entries) => (isBroken ? bad() : append(entries))
    const desk = setUp({ store })
    const task = desk.app.task('t', false, () => {})
    await desk.app.start()
    const handle = task.run()
    await desk.clock.settled()
    expect((await handle).action).toBe('fail')
    expect(warningsIn(desk.news)).toContain('log')
    isBroken = false
    await goesOn(desk)
  })
})

describe('onError: raise ends the session with the error', () => {
  test.each<[kind: string, (desk: Desk) => unknown, unknown, SessionOptions | null]>([
    ['condition', ({ app }) => app.task('t', app.condition(bad), () => {}), ConditionError, null],
    [
      'condition',
      ({ app }) =>
        app.task(
          't',
          app.condition(() => Promise.reject(bad)),
          () => {},
        ),
      ConditionError,
      null,
    ],
    ['setup', ({ app }) => app.setup(bad), SetupError, null],
    ['hook', ({ app }) => app.hook('cycle', bad), /^bad$/, null],
    [
      'log',
      ({ app }) => app.task('t', true, () => {}),
      RunLogError,
      {
        store: Object.assign(createMemoryStore(), {
          append: () => {
            throw new RunLogError('full')
          },
        }),
      },
    ],
  ])('%s: row %#', async (kind, write, problem, options) => {
    const desk = setUp({ ...options, onError: { [kind]: 'raise' } })
    write(desk)
    const ran = expect(desk.app.run()).rejects.toThrow(problem as never)
    await desk.clock.advance('1 second')
    await ran
    expect(desk.session.state).toBe('stopped')
    expect(desk.news.filter(({ type }) => type === 'session.stopped')).toHaveLength(1)
  })

  test('a kind does not apply to errors of another kind', async () => {
    const desk = setUp({ onError: { log: 'raise', setup: 'raise', hook: 'raise' } })
    desk.app.task('t', desk.app.condition(bad), () => {})
    await desk.app.start()
    await desk.clock.advance('1 minute')
    await goesOn(desk)
  })
})
