/** The schema of a task checks its params together with those of the run, as one object. */
import { afterEach, expect, test } from '@jest/globals'
import { ArgError, env, type StandardSchema } from 'gantry'
import { z } from 'zod'
import { setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

const schema: StandardSchema = z.object({ tenant: z.string(), limit: z.number().min(0).default(10) })

/** The same schema with an asynchronous check. */
const slow: StandardSchema = {
  '~standard': { version: 1, vendor: 'test', validate: async (value) => schema['~standard'].validate(value) },
}

test('a manual run has the params of the task, overridden by its own, and the defaults of the schema', async () => {
  const { app, clock } = setUp()
  const task = app.task('a', false, { schema, params: { tenant: 'x' } }, (args: unknown) => args)
  await app.start()
  const outcomes = [task.run({ limit: 5 }), task.run(), task.run({ tenant: 'y' })]
  await clock.advance('1 second')
  expect((await Promise.all(outcomes)).map(({ value }) => value)).toEqual([
    { tenant: 'x', limit: 5 },
    { tenant: 'x', limit: 10 },
    { tenant: 'y', limit: 10 },
  ])
  expect(() => task.run({ limit: -1 })).toThrow(
    /^Cannot run task 'a' as its params do not fit its schema: limit: /,
  )
})

test.each([schema, slow])(
  'a run by condition has the params of the task and the defaults of the schema',
  async (each) => {
    const { app, clock, news } = setUp()
    const got: unknown[] = []
    app.task('a', 'daily', { schema: each, params: { tenant: 'x' } }, (args: unknown) => void got.push(args))
    await app.start()
    await clock.advance('1 second')
    expect(got).toEqual([{ tenant: 'x', limit: 10 }])
    expect(news.some((one) => one.type === 'run.ended' && one.action === 'success')).toBe(true)
  },
)

test('a task with a start condition is refused if its params do not fit', () => {
  const { app, session } = setUp()
  expect(() => app.task('a', 'daily', { schema }, () => {})).toThrow(
    /^Cannot add task 'a' as its params do not fit its schema: tenant: .*Its condition launches it with these alone/,
  )
  expect(() => app.task('a', 'daily', { schema, params: { tenant: 'x', limit: -1 } }, () => {})).toThrow(
    /limit: /,
  )
  expect(session.has('a')).toBe(false)
})

test('a task that runs only manually may lack required params, but given ones must fit', async () => {
  const { app, clock } = setUp()
  expect(() => app.task('a', false, { schema, params: { limit: -1 } }, () => {})).toThrow(ArgError)
  const task = app.task('a', false, { schema, params: { limit: 3 } }, (args: unknown) => args)
  await app.start()
  const outcome = task.run({ tenant: 'x' })
  await clock.settled()
  expect((await outcome).value).toEqual({ tenant: 'x', limit: 3 })
  expect(() => task.run()).toThrow(/tenant: /)
})

test('update() checks params', () => {
  const { app } = setUp()
  const task = app.task('a', 'daily', { schema, params: { tenant: 'x' } }, () => {})
  expect(() => task.update({ params: { tenant: 5 } })).toThrow(/tenant: /)
  expect(() => task.update({ params: { tenant: 'y' } })).not.toThrow()
})

test('params that an asynchronous schema refuses make the run fail, with the task and the path', async () => {
  const { app, clock, news } = setUp()
  app.task('a', 'daily', { schema: slow, params: { tenant: 5 } }, () => {})
  await app.start()
  await clock.advance('1 second')
  const ended = news.find(({ type }) => type === 'run.ended')
  expect(ended).toMatchObject({
    action: 'fail',
    error: { code: 'GANTRY_ARG', message: expect.stringMatching(/'a'.*tenant: /) },
  })
})

test('args in params are resolved when a run starts, and not checked', async () => {
  process.env.GANTRY_TENANT = 'x'
  const { app, clock } = setUp()
  const got: unknown[] = []
  const params = { tenant: env('GANTRY_TENANT') }
  app
    .task(
      'a',
      false,
      { schema: z.object({ limit: z.number().default(1) }), params },
      (args: unknown) => void got.push(args),
    )
    .run()
  await app.start()
  await clock.settled()
  expect(got).toEqual([{ tenant: 'x', limit: 1 }])
})

test('an arg in the params of a task is not checked, but the other params are', async () => {
  const { app, clock } = setUp()
  const got: unknown[] = []
  const params = { tenant: env('GANTRY_TEST_NO_SUCH').or('t'), limit: 7 }
  const task = app.task('a', 'daily', { schema, params }, (args: unknown) => void got.push(args))
  await app.start()
  await clock.settled()
  expect(got).toEqual([{ tenant: 't', limit: 7 }])
  const outcome = task.run({ tenant: 'y', limit: 5 })
  await clock.settled()
  expect((await outcome).action).toBe('success')
  expect(got[1]).toEqual({ tenant: 'y', limit: 5 })
  expect(() => task.run({ limit: -1 })).toThrow(/limit: /)
  expect(() => task.run({ tenant: 5 })).toThrow(/tenant: /)
})
