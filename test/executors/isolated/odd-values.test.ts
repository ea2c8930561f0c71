/** Thirty odd values, as an arg and as a return value, in every kind of execution: an exact copy or a clear error. */
import { deserialize, serialize } from 'node:v8'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Executor } from '../../../src/executors/executor.ts'
import { createInlineExecutor } from '../../../src/executors/inline/inline.ts'
import { cloneProblemIn } from '../../../src/executors/isolated/cloneable.ts'
import { createProcessExecutor } from '../../../src/executors/process/process-executor.ts'
import { createThreadExecutor } from '../../../src/executors/thread/thread-executor.ts'
import { moduleWork } from '../../../src/executors/work/module-work.ts'
import { execute, readTypeScript, warnings, workUrl } from '../../support/executors/far.ts'

class Price {
  constructor(readonly cents: number) {}
}
const cyclic = (): unknown => {
  const value: { self?: unknown; list?: unknown[] } = {}
  value.self = value
  value.list = [value, 1]
  return value
}
const nested = (depth: number): unknown => {
  let value: unknown = 1
  for (let n = 0; n < depth; n++) value = [value]
  return value
}
const throwing = (): unknown => ({
  get price() {
    throw new Error('not for you')
  },
})
/** A reference copy, made in this thread. */
const copyOf = (value: unknown): unknown => deserialize(serialize(value))
const longPromise = new Promise(() => {})

/** [name, value, whether it can be cloned] */
const values: readonly [string, () => unknown, boolean][] = [
  ['undefined', () => undefined, true],
  ['null', () => null, true],
  ['NaN', () => Number.NaN, true],
  ['minus zero', () => -0, true],
  ['a BigInt', () => 2n ** 200n, true],
  ['an empty string', () => '', true],
  ['a lone surrogate', () => '\ud800', true],
  ['a Date', () => new Date(0), true],
  ['an invalid Date', () => new Date(Number.NaN), true],
  ['a RegExp', () => /a+/giu, true],
  ['a Map with objects as keys', () => new Map([[{ a: 1 }, new Set([1, { b: 2 }])]]), true],
  ['a circle', cyclic, true],
  ['a list with holes', () => Object.assign(new Array(3), { 0: 1, 2: 3 }), true],
  ['a boxed number', () => Object(3), true],
  ['an object without prototype', () => Object.assign(Object.create(null), { a: 1 }), true],
  ['__proto__ as a key', () => JSON.parse('{"__proto__":{"x":1}}'), true],
  ['bytes', () => new Uint8Array([1, 2, 255]), true],
  ['a view of bytes', () => new DataView(new ArrayBuffer(8), 2, 4), true],
  ['an error', () => new RangeError('far'), true],
  ['a frozen list', () => Object.freeze([1, 2]), true],
  ['a function', () => () => 1, false],
  ['a symbol', () => Symbol('s'), false],
  ['a symbol as a key', () => ({ [Symbol('s')]: 1 }), false],
  ['an instance of a class', () => new Price(5), false],
  [
    'a Proxy',
    () =>
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('asked')
          },
        },
      ),
    false,
  ],
  ['a throwing getter', throwing, false],
  ['a promise', () => longPromise, false],
  ['a WeakMap', () => new WeakMap(), false],
  ['a URL', () => new URL('file:///x'), false],
  [
    'arguments',
    (...given: unknown[]) =>
      (function () {
        // biome-ignore lint/complexity/noArguments: the odd value is this very object
        return arguments
      })(...(given as [])),
    false,
  ],
  ['a module', () => import('node:path'), false],
  ['200 MB of text', () => 'x'.repeat(200 * 1024 * 1024), false],
  ['a list of a billion holes', () => new Array(1e9), false],
  ['a million small objects', () => Array.from({ length: 1e6 }, (_, n) => ({ n })), false],
  ['100,000 deep', () => nested(100_000), false],
]

const { list: warned, warn } = warnings()
const executors: Readonly<Record<string, Executor>> = {
  async: createInlineExecutor('async', { warn }),
  thread: createThreadExecutor(warn),
  process: createProcessExecutor(warn),
}

beforeAll(readTypeScript)
afterAll(async () => {
  for (const executor of Object.values(executors)) await executor.close?.()
})

describe.each(['thread', 'process'])('through a %s', (kind) => {
  const executor = executors[kind]!
  // One process for all of them: forty starts would test the same forty times.
  const echo = moduleWork(workUrl, 'echo', { fresh: false })

  test.each(values)('%s', async (_, make, crosses) => {
    const value = make()
    const settlement = await execute(executor, echo, { value }).settlement
    if (crosses) {
      expect(settlement.kind).toBe('returned')
      // Compared in serialized form: the result consists of classes of another realm.
      if (settlement.kind === 'returned')
        expect(serialize(settlement.value)).toEqual(serialize(copyOf(value)))
    } else {
      expect(settlement).toMatchObject({
        kind: 'threw',
        error: { code: 'GANTRY_SETUP', message: expect.stringContaining("arg 'value'") },
      })
    }
    expect(warned).toEqual([])
  })
})

test.each(values)('inline nothing is cloned, so every value works: %s', async (name, make) => {
  const value = make()
  const settlement = await execute(executors.async!, () =>
    value === longPromise ? 'a promise is awaited' : value,
  ).settlement
  // `await` reads `then` to detect a promise, and this value throws when it is read.
  expect(settlement.kind).toBe(name === 'a Proxy' ? 'threw' : 'returned')
})

test('the same values as return values: made in the worker, reported there', async () => {
  const make = (text: string) =>
    moduleWork(
      new URL(`data:text/javascript,export const make = () => (${encodeURIComponent(text)})`),
      'make',
    )
  const sources = [
    ['new Map([[1n, new Set([undefined])]])', 'returned'],
    ['() => 1', 'threw'],
    ['Symbol()', 'threw'],
    ['new (class Price {})()', 'threw'],
    ["'x'.repeat(2e8)", 'threw'],
    ['({ get a() { throw 1 } })', 'threw'],
    ['new Proxy({}, {})', 'threw'],
  ] as const
  for (const [text, kind] of sources) {
    const settlement = await execute(executors.thread!, make(text)).settlement
    expect([text, settlement.kind]).toEqual([text, kind])
    if (kind === 'threw')
      expect(settlement).toMatchObject({
        error: { code: 'GANTRY_SETUP', message: expect.stringContaining('return') },
      })
  }
})

describe('a thrown value', () => {
  test.each([
    ['undefined', undefined],
    ['null', null],
    ['text', 'no'],
    ['an object', { reason: 'no' }],
  ])('%s arrives unchanged', async (_, value) => {
    for (const kind of ['thread', 'process']) {
      const settlement = await execute(executors[kind]!, moduleWork(workUrl, 'failsWith', { fresh: false }), {
        value,
      }).settlement
      expect(settlement).toEqual({ kind: 'threw', error: value })
    }
  })
})

describe('a value thrown in the worker that is not plain data', () => {
  const throwing = (text: string) =>
    moduleWork(
      new URL(`data:text/javascript,export const make = () => { throw ${encodeURIComponent(text)} }`),
      'make',
      { fresh: false },
    )

  test.each([
    ['a frozen error', "Object.freeze(new RangeError('cold'))", { name: 'RangeError', message: 'cold' }],
    [
      'a custom error class',
      "new (class OwnError extends Error { name = 'OwnError'; code = 'E_OWN' })('own')",
      { name: 'OwnError', code: 'E_OWN' },
    ],
    [
      'an error whose getters throw',
      "Object.defineProperty(new Error('x'), 'message', { get() { throw 1 } })",
      { name: 'Error' },
    ],
    [
      'a megabyte of stack',
      "Object.assign(new Error('long'), { stack: 'x'.repeat(1e6) })",
      { message: 'long' },
    ],
    ['a function', '() => 1', { message: '() => 1' }],
    ['a symbol', "Symbol('s')", { name: 'symbol' }],
    [
      'a proxy that answers nothing',
      'new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 1 } })',
      { name: 'Object' },
    ],
    ['an instance of a class', 'new (class Odd { x = 1 })()', { name: 'Odd' }],
  ])('%s arrives as an error', async (_, text, expected) => {
    for (const kind of ['thread', 'process']) {
      const settlement = await execute(executors[kind]!, throwing(text)).settlement
      expect(settlement).toMatchObject({ kind: 'threw', error: expected })
      expect(JSON.stringify(settlement).length).toBeLessThan(40_000)
    }
  })
})

test('cloneProblemIn: shared memory can be sent to threads only', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(8))
  expect(cloneProblemIn(shared, 'x', 'thread')).toBeNull()
  expect(cloneProblemIn(shared, 'x', 'process')?.found).toMatch(/SharedArrayBuffer at x/)
})

test('cloneProblemIn: names the place, and performs no operation on a Proxy', () => {
  let asked = 0
  const spy = new Proxy(
    {},
    new Proxy(
      {},
      {
        get: () => {
          asked += 1
        },
      },
    ),
  )
  expect(cloneProblemIn({ rows: [1, { price: spy }] }, 'arg', 'thread')?.found).toBe(
    'a Proxy at arg.rows[1].price',
  )
  expect(asked).toBe(0)
})
