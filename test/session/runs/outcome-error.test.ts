/** The error of a failed run has one shape in the outcome, in events and in the log. */
import { afterEach, expect, test } from '@jest/globals'
import { ArgError, type ErrorData, env, type RunOutcome } from 'gantry'
import { setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

class OutOfPaper extends Error {
  override readonly name = 'OutOfPaper'
  readonly code = 'EPAPER'
}

const unreadable = new Proxy(
  {},
  {
    get: () => {
      throw new Error('nothing can be read')
    },
  },
)

/** Thrown values, and the name, message and code of their error. */
const thrown: readonly (readonly [what: string, thrown: unknown, told: Partial<ErrorData>])[] = [
  ['an error', new RangeError('too far'), { name: 'RangeError', message: 'too far' }],
  ['an error with a code', new OutOfPaper('empty'), { name: 'OutOfPaper', message: 'empty', code: 'EPAPER' }],
  ['a string', 'boom', { name: 'string', message: 'boom' }],
  ['a number', 5, { name: 'number', message: '5' }],
  ['undefined', undefined, { name: 'undefined', message: 'undefined' }],
  ['null', null, { name: 'null', message: 'null' }],
  ['an object', { status: 503 }, { name: 'Object', message: '{"status":503}' }],
  ['an object that cannot be read', unreadable, { message: expect.any(String) as never }],
]

test.each(thrown)('a run that throws %s fails with an error of one shape', async (_, what, told) => {
  const { app, clock, session, news } = setUp()
  const task = app.task('print', false, () => {
    throw what
  })
  await app.start()
  const running = task.run()
  await clock.settled()
  const { action, error }: RunOutcome = await running
  expect(action).toBe('fail')
  // Compiles without a cast, and is present for every thrown value.
  expect({ name: error?.name, message: error?.message, code: error?.code }).toEqual({
    name: expect.any(String),
    code: undefined,
    ...told,
  })
  if (what instanceof Error) expect(error).toBe(what)
  const ended = news.find(({ type }) => type === 'run.ended') as { readonly error?: ErrorData }
  expect(ended.error).toMatchObject({ name: error?.name, message: error?.message })
  const [record] = await session.log.query({ action: 'fail' })
  expect(record?.error).toMatchObject({ name: error?.name, message: error?.message })
})

test('`instanceof` narrows the error of an outcome', async () => {
  const { app, clock } = setUp()
  const task = app.task('print', false, { args: { key: env('GANTRY_NO_SUCH_KEY') } }, () => {})
  await app.start()
  const running = task.run()
  await clock.settled()
  const { error } = await running
  expect(error instanceof ArgError && error.reason).toBe('missing')
})
