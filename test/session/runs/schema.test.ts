/** Params of manual runs, checked by a Standard Schema. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { ArgError, type StandardSchema, TaskNotFoundError } from 'gantry'
import { gate, runsIn, setUp, tearDown, warningsIn } from '../../support/session.ts'

afterEach(tearDown)

/** A Standard Schema that requires a day and adds a size, synchronously or after `until`. */
const daySchema = (until?: Promise<unknown>): StandardSchema => {
  const validate = (
    value: unknown,
  ): { value: unknown } | { issues: { message: string; path: string[] }[] } => {
    const { day } = value as { day?: unknown }
    return typeof day === 'string'
      ? { value: { day, size: 1 } }
      : { issues: [{ message: 'must be text', path: ['day'] }] }
  }
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => (until === undefined ? validate(value) : until.then(() => validate(value))),
    },
  }
}

describe('the schema of a task', () => {
  test('checks the params of task.run() at the call, and may change them', async () => {
    const { app, session } = setUp()
    const task = app.task('a', false, { schema: daySchema() }, (args) => args)
    await app.start()
    expect((await task.run({ day: 'Monday' })).value).toEqual({ day: 'Monday', size: 1 })
    expect(() => task.run({ day: 1 })).toThrow(ArgError)
    expect(() => task.run()).toThrow(/'a' .*day: must be text/)
    expect(session.task('a').isRunning).toBe(false)
  })

  test('that is asynchronous rejects invalid runs, and valid ones keep the order of their calls', async () => {
    const { app, session, clock } = setUp()
    const checked = gate()
    const order: unknown[] = []
    const task = app.task('a', false, { schema: daySchema(checked.promise) }, (args) => {
      order.push((args as { day?: unknown }).day)
    })
    await app.start()
    const handles = [task.run({ day: 'first' }), task.run({ day: 1 }), task.run({ day: 'second' })] as const
    expect(task.isRunning).toBe(true)
    await clock.settled()
    expect(order).toEqual([])
    checked.open()
    await expect(handles[1]).rejects.toBeInstanceOf(ArgError)
    await Promise.all([handles[0], handles[2]])
    expect(order).toEqual(['first', 'second'])
    expect(session.task('a').isRunning).toBe(false)
  })

  test('still checks params: meanwhile the run can be terminated, found by its key, and rejected by a removal', async () => {
    const { app, session, clock, news } = setUp()
    const checked = gate()
    const task = app.task('a', false, { schema: daySchema(checked.promise) }, () => {})
    await app.start()
    const first = task.run({ day: 'a' }, { key: 'k' })
    expect(task.run({ day: 'a' }, { key: 'k' })).toBe(first)
    first.terminate()
    expect((await first).action).toBe('terminate')
    const second = task.run({ day: 'b' })
    await session.removeTask('a')
    await expect(second).rejects.toBeInstanceOf(TaskNotFoundError)
    checked.open()
    await clock.settled()
    expect(await session.log.query()).toEqual([])
    expect(news.filter(({ type }) => type === 'run.queued')).toEqual([])
  })

  test('makes session.send() throw for params that do not fit, and nothing runs', async () => {
    const { app, session, clock, news } = setUp()
    const schema = daySchema()
    app.task('a', false, { schema }, () => {})
    await app.start()
    expect(() => session.send({ type: 'task.run', task: 'a', params: { day: 5 } })).toThrow('must be text')
    await clock.settled()
    expect(warningsIn(news)).toEqual([])
    expect(runsIn(news)).toEqual([])
  })
})
