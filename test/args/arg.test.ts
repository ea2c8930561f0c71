import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { type Arg, type ArgsOf, arg, isArg } from '../../src/args/arg.ts'
import { cli, env, param, returnOf, secret } from '../../src/args/builtin.ts'
import { resolveArg } from '../../src/args/resolve.ts'
import { ArgError } from '../../src/errors/errors.ts'
import type { TaskRef } from '../../src/task-ref.ts'
import { contextOf } from '../support/arg-context.ts'

describe('Arg.or', () => {
  test('applies only to missing values', () => {
    expect(resolveArg(env('X').or('dev'), contextOf())).toBe('dev')
    expect(resolveArg(env('X').or('dev'), contextOf({ env: { X: '' } }))).toBe('')
    expect(resolveArg(returnOf('a').or(null), contextOf({ returnsBy: { a: undefined } }))).toBeUndefined()
  })

  test('does not apply to errors, sync or async', async () => {
    const bad = () => {
      throw new Error('boom')
    }
    expect(() => resolveArg(arg(bad).or(1), contextOf())).toThrow('boom')
    await expect(resolveArg(arg(async () => bad()).or(1), contextOf())).rejects.toThrow('boom')
    const unknown = { returns: () => bad() }
    expect(() => resolveArg(returnOf('nobody').or(1), contextOf(unknown))).toThrow('boom')
  })

  test('chains, also with other args, and the first existing value wins', async () => {
    const stage = cli('stage').or(env('STAGE')).or('dev')
    expect(resolveArg(stage, contextOf({ argv: ['--stage', 'prod'], env: { STAGE: 'test' } }))).toBe('prod')
    expect(resolveArg(stage, contextOf({ env: { STAGE: 'test' } }))).toBe('test')
    expect(resolveArg(stage, contextOf())).toBe('dev')
    expect(await resolveArg(env('X').or(arg(async () => 5)), contextOf())).toBe(5)
  })

  test('applies to a function whose arg is missing, and to one that throws an ArgError', async () => {
    const needy = arg(({ x }) => x, { args: { x: env('X') } })
    expect(resolveArg(needy.or('none'), contextOf())).toBe('none')
    const asks = arg(async () => {
      throw new ArgError('Cannot find it.', 'missing')
    })
    expect(await resolveArg(asks.or('none'), contextOf())).toBe('none')
  })
})

test('arg passes values and context to its function, and rejects other values', () => {
  const context = contextOf({ session: 'the session' })
  const made = arg((values: { n: number }, { session }) => `${session} ${values.n}`, { args: { n: 1 } })
  expect(resolveArg(made, context)).toBe('the session 1')
  expect(() => arg('x' as never)).toThrow(TypeError)
})

test('isArg recognizes args by their brand', () => {
  expect(isArg(env('X'))).toBe(true)
  expect(isArg({ [Symbol.for('gantry.arg')]: true })).toBe(true)
  expect([null, undefined, 'x', {}, () => 1].some(isArg)).toBe(false)
})

test('an Arg prints as its label and has its source', () => {
  const stage = cli('stage').or(env('STAGE')).or('dev')
  expect(String(stage)).toBe("cli('stage').or(env('STAGE')).or('dev')")
  expect(inspect({ stage: env('X') })).toBe("{ stage: Arg(env('X')) }")
  expect(JSON.stringify({ rows: returnOf('fetch') })).toBe(`{"rows":"returnOf('fetch')"}`)
  expect(returnOf('fetch').source).toEqual({ kind: 'return', task: 'fetch' })
  expect(arg(() => 1, { args: { a: env('X'), n: 1 }, name: 'f' }).source).toMatchObject({
    kind: 'function',
    args: [{ label: "env('X')" }],
  })
})

// Types: these lines compile or the type check of the tests fails.
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <T extends true>(_?: T): void => undefined

test('ArgsOf and the builders are typed end to end', () => {
  interface Price {
    readonly amount: number
  }
  const fetchPrices = { name: 'fetch' } as TaskRef<Price[]>
  const declared = { rows: returnOf(fetchPrices), stage: env('STAGE').or('dev'), n: 3, key: secret(5) }
  holds<Equal<ArgsOf<typeof declared>, { rows: Price[]; stage: string; n: number; key: number }>>()
  holds<Equal<ReturnType<typeof maybe>, Arg<string | null>>>()
  const made = arg(async ({ rows, n }) => ({ count: rows.length, n }), {
    args: { rows: returnOf(fetchPrices), n: 1 },
  })
  holds<Equal<typeof made, Arg<{ count: number; n: number }>>>()
  const orArg = param<number>('n').or(env('N'))
  holds<Equal<typeof orArg, Arg<number | string>>>()
  // A narrower arg is assignable to a wider one, and not vice versa.
  const wide: Arg<string | number> = env('X')
  // @ts-expect-error: a string may not be a number
  const narrow: Arg<string> = wide
  expect(isArg(narrow)).toBe(true)
})

function maybe() {
  return env('X').or(null)
}
