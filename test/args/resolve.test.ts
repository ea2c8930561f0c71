import { describe, expect, test } from '@jest/globals'
import { type Arg, arg } from '../../src/args/arg.ts'
import { env, param, returnOf } from '../../src/args/builtin.ts'
import { resolveArg, resolveArgs } from '../../src/args/resolve.ts'
import { contextOf } from '../support/arg-context.ts'

describe('resolveArgs', () => {
  test('precedence: run params over task params over declared, key by key; further keys are added', () => {
    const made = resolveArgs(
      {
        declared: { a: 'declared', b: 'declared', c: 'declared' },
        taskParams: { b: 'task', c: 'task', d: 'task' },
        runParams: { c: 'run', e: 'run' },
      },
      contextOf({ paramsBy: { a: 'session', f: 'session' } }),
    )
    expect(made).toEqual({ a: 'declared', b: 'task', c: 'run', d: 'task', e: 'run' })
  })

  test('params of the session reach work through param() only', () => {
    const context = contextOf({ paramsBy: { x: 1, y: 2 } })
    expect(resolveArgs({ declared: { x: param('x') } }, context)).toEqual({ x: 1 })
  })

  test('overridden args are not resolved', () => {
    const levels = { declared: { a: env('MISSING') }, runParams: { a: 1 } }
    expect(resolveArgs(levels, contextOf())).toEqual({ a: 1 })
  })

  test('without an asynchronous arg it returns at once, and plain values are unchanged', () => {
    const promise = Promise.resolve(1)
    const list = [env('X')]
    const made = resolveArgs({ declared: { promise, list, f: arg(() => 2) } }, contextOf())
    expect(made).toEqual({ promise, list, f: 2 })
    expect(made).toHaveProperty('promise', promise)
  })

  test('asynchronous args are resolved concurrently and keep the order of the keys', async () => {
    const order: string[] = []
    const later = (name: string) =>
      arg(async () => {
        order.push(name)
        await null
        order.push(name)
        return name
      })
    const made = resolveArgs({ declared: { b: later('b'), x: 1, a: later('a') } }, contextOf())
    expect(made).toBeInstanceOf(Promise)
    expect(Object.entries((await made) as object)).toEqual([
      ['b', 'b'],
      ['x', 1],
      ['a', 'a'],
    ])
    expect(order).toEqual(['b', 'a', 'b', 'a'])
  })

  test('args are resolved again for each run', () => {
    let count = 0
    const declared = { n: arg(() => ++count) }
    expect(resolveArgs({ declared }, contextOf())).toEqual({ n: 1 })
    expect(resolveArgs({ declared }, contextOf())).toEqual({ n: 2 })
  })
})

describe('resolveArgs: an ArgError names the arg and has the cause', () => {
  test('missing values', () => {
    expect(() => resolveArgs({ declared: { rows: returnOf('fetch') } }, contextOf())).toThrow(
      expect.objectContaining({
        code: 'GANTRY_ARG',
        reason: 'missing',
        message: expect.stringMatching(
          /^Cannot make arg 'rows' as task 'fetch' must have succeeded: no return yet\. .*, or give a fallback: returnOf\('fetch'\)\.or\(…\)\.$/,
        ),
      }),
    )
  })

  test('a function that throws, and one that rejects', async () => {
    const cause = new Error('boom')
    const expected = {
      code: 'GANTRY_ARG',
      reason: 'failed',
      message: expect.stringContaining("arg 'x'"),
      cause,
    }
    const threw = arg(() => {
      throw cause
    })
    expect(() => resolveArgs({ declared: { x: threw } }, contextOf())).toThrow(
      expect.objectContaining(expected),
    )
    const rejected = arg(async () => {
      throw cause
    })
    await expect(resolveArgs({ declared: { x: rejected } }, contextOf())).rejects.toMatchObject(expected)
  })

  test.each([undefined, null, 'text', Object.freeze({})])('a function that throws %p', (thrown) => {
    const odd = arg(() => {
      throw thrown
    })
    expect(() => resolveArgs({ declared: { odd } }, contextOf())).toThrow(
      expect.objectContaining({ cause: thrown }),
    )
  })

  test('one asynchronous arg that fails leaves no rejection unhandled', async () => {
    const bad = () =>
      arg(async () => {
        throw new Error('boom')
      })
    await expect(resolveArgs({ declared: { a: bad(), b: bad() } }, contextOf())).rejects.toThrow("arg 'a'")
  })
})

describe('resolveArg: nesting', () => {
  test('an arg of an arg of a param that is an arg', () => {
    const inner = arg(({ base }) => base * 2, { args: { base: param<number>('base') } })
    const context = contextOf({ paramsBy: { base: 21, answer: inner } })
    expect(resolveArg(param('answer'), context)).toBe(42)
  })

  test('asynchronous at any depth', async () => {
    const deep = arg(async () => 1)
    const middle = arg(({ deep }) => deep + 1, { args: { deep } })
    const top = arg(({ middle }) => middle + 1, { args: { middle } })
    expect(await resolveArg(top, contextOf())).toBe(3)
  })

  test('a cycle through params is an ArgError that shows the cycle', () => {
    const a = param('a')
    const b: Arg<unknown> = arg(({ a }) => a, { args: { a }, name: 'b' })
    expect(() => resolveArg(a, contextOf({ paramsBy: { a: b } }))).toThrow(
      expect.objectContaining({
        reason: 'failed',
        message: expect.stringContaining("param('a') → arg(b) → param('a')"),
      }),
    )
  })

  test('a cycle across turns of the event loop is found', async () => {
    const a = param('a')
    const b: Arg<unknown> = arg(async ({ a }) => a, { args: { a, wait: arg(async () => 1) }, name: 'b' })
    await expect(
      (async () => resolveArg(a.or('never'), contextOf({ paramsBy: { a: b } })))(),
    ).rejects.toThrow('must not depend on itself')
  })

  test('the same arg twice is not a cycle', () => {
    const one = arg(() => 1)
    expect(
      resolveArg(
        arg(({ x, y }) => x + y, { args: { x: one, y: one } }),
        contextOf(),
      ),
    ).toBe(2)
  })
})
