/** Promises of other libraries are waited for wherever one of the language is. */
import { describe, expect, test } from '@jest/globals'
import { arg, createApp, createMemoryStore, type StandardSchema, secret } from 'gantry'
import { TestClock } from 'gantry/testing'
import { createDeferred } from '../../src/values/deferred.ts'
import { chain, isPromise, toPromise } from '../../src/values/promise.ts'
import { silent } from '../support/silent.ts'

/** An object with a `then` only, like the promises of some libraries. */
const thenable = <T>(value: T): PromiseLike<T> =>
  ({ then: (next, fail) => Promise.resolve(value).then(next, fail) }) as PromiseLike<T>
const broken = (message: string): PromiseLike<never> =>
  ({ then: (next, fail) => Promise.reject(new Error(message)).then(next, fail) }) as PromiseLike<never>

const setUp = (options: Parameters<typeof createApp>[0] = {}) => {
  const clock = new TestClock({ at: '2026-11-24T12:00', zone: 'UTC' })
  return { clock, app: createApp({ clock, logger: silent, timezone: 'UTC', ...options }) }
}

describe('isPromise, toPromise and chain', () => {
  test.each<[string, unknown, boolean]>([
    ['a promise', Promise.resolve(), true],
    ['a thenable', thenable(1), true],
    ['a function with then', Object.assign(() => {}, { then: () => {} }), true],
    ['an object whose then is no function', { then: 1 }, false],
    ['null', null, false],
    ['undefined', undefined, false],
    ['a text', 'then', false],
  ])('%s', (_, value, expected) => {
    expect(isPromise(value)).toBe(expected)
    expect(toPromise(value) instanceof Promise).toBe(expected)
  })

  test('chain goes on at once with a value, and later with a promise', async () => {
    expect(chain(1, (n) => n + 1)).toBe(2)
    const later = chain(thenable(1), (n) => n + 1)
    expect(later).toBeInstanceOf(Promise)
    expect(await later).toBe(2)
  })
})

test('createDeferred makes a promise of the class, and settles it from outside', async () => {
  class Own<T> extends Promise<T> {}
  const done = createDeferred<number, Own<number>>(Own)
  done.resolve(5)
  expect(done.promise).toBeInstanceOf(Own)
  expect(await done.promise).toBe(5)
  const lost = createDeferred()
  lost.reject(new Error('no'))
  await expect(lost.promise).rejects.toThrow('no')
})

describe('a thenable', () => {
  test('of a store function is waited for', async () => {
    const store = createMemoryStore()
    const { app } = setUp({ store: (() => thenable(store)) as never })
    await app.start()
    app.task('a', false, () => {})
    expect(await app.session.task('a').run()).toMatchObject({ action: 'success' })
    expect(store.size).toBeGreaterThan(0)
  })

  test('of an arg and of a secret is waited for, and its failure is the run’s', async () => {
    const { app } = setUp()
    const seen: unknown[] = []
    const args = { a: arg(() => thenable(1) as Promise<number>), b: secret(thenable(2) as Promise<number>) }
    app.task('a', false, { args }, (given) => void seen.push(given))
    app.task('b', false, { args: { a: arg(() => broken('no arg') as Promise<never>) } }, () => {})
    await app.start()
    await app.session.task('a').run()
    expect(seen).toEqual([{ a: 1, b: 2 }])
    const failed = await app.session.task('b').run()
    expect(failed).toMatchObject({ action: 'fail' })
    expect(String((failed as { error?: Error }).error?.message)).toContain('no arg')
  })

  test('of a schema is waited for', async () => {
    const { app } = setUp()
    const schema = {
      '~standard': { version: 1, vendor: 'test', validate: () => thenable({ value: { n: 7 } }) },
    } as unknown as StandardSchema
    const seen: unknown[] = []
    app.task('a', false, { schema }, (_, run) => void seen.push(run.params))
    await app.start()
    await app.session.task('a').run({})
    expect(seen).toEqual([{ n: 7 }])
  })

  test('of a listener or a task hook that rejects is reported, and ends nothing', async () => {
    const { app, clock } = setUp()
    const warned: string[] = []
    app.session.on('session.warning', ({ message }) => warned.push(message))
    app.session.on('run.started', () => broken('listener') as never)
    app.hook('task', () => broken('hook') as never)
    app.task('a', false, () => {})
    await app.start()
    await app.session.task('a').run()
    await clock.settled()
    expect(warned.join('\n')).toMatch(/listener/)
    expect(warned.join('\n')).toMatch(/hook/)
  })
})
