/** One table of odd values, and what each walk of unknown values makes of them: record, inspector, thread, command. */
import { runInNewContext } from 'node:vm'
import { expect, test } from '@jest/globals'
import { cloneProblemIn } from '../../src/executors/isolated/cloneable.ts'
import { isJson } from '../../src/values/is-json.ts'
import { toJsonSafe } from '../../src/values/json-copy.ts'
import { toPlain } from '../../src/values/plain-copy.ts'

const fail = (): never => {
  throw new Error('reading it throws')
}
class Price {
  constructor(readonly cents: number) {}
}
class OwnError extends Error {}
class Rows extends Map<string, number> {}
class List extends Array<number> {}
const circle = (): unknown => {
  const value: { list: unknown[] } = { list: [] }
  value.list.push(value)
  return value
}
const shared = (): unknown => {
  const part = { a: 1 }
  return [part, { part }]
}
const itself = (): unknown => ({
  toJSON() {
    return this
  },
})
const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
const nested = (depth: number): unknown => {
  let value: unknown = 1
  for (let n = 0; n < depth; n++) value = n % 2 ? [value] : { value }
  return value
}

const limits = { depth: 4, members: 3, text: 10, total: 20 }

/** The record of a value, or the reason why there is none. */
const record = (value: unknown): unknown => {
  const copy = toJsonSafe(value, 2_000)
  return copy.kept ? { kept: copy.value } : copy.why
}
/** The part of a value that cannot be cloned; null if there is none. */
const found = (value: unknown): unknown => cloneProblemIn(value, 'v', 'process', 20_000)?.found ?? null

type Row = readonly [
  name: string,
  make: () => unknown,
  kept: unknown,
  shown: unknown,
  found: unknown,
  isJson: boolean,
]

const values: readonly Row[] = [
  ['undefined', () => undefined, { kept: undefined }, undefined, null, false],
  ['null', () => null, { kept: null }, null, null, true],
  ['a number', () => 1.5, { kept: 1.5 }, 1.5, null, true],
  ['NaN', () => Number.NaN, 'NaN is not JSON', 'NaN', null, false],
  ['minus zero', () => -0, { kept: -0 }, -0, null, false],
  ['a BigInt', () => 10n, 'a bigint is not JSON', '10n', null, false],
  ['a symbol', () => Symbol('s'), 'a symbol is not JSON', 'Symbol(s)', 'a symbol at v', false],
  ['a function', () => fail, 'a function is not JSON', 'ƒ fail', 'a function at v', false],
  [
    'a text',
    () => 'a long text, cut',
    { kept: 'a long text, cut' },
    'a long tex… (6 more characters)',
    null,
    true,
  ],
  [
    'a lone object',
    () => ({ a: 1, b: undefined, c: null }),
    { kept: { a: 1, c: null } },
    { a: 1, b: undefined, c: null },
    null,
    false,
  ],
  [
    'an object without prototype',
    () => Object.assign(Object.create(null), { a: 1 }),
    { kept: { a: 1 } },
    { a: 1 },
    null,
    true,
  ],
  [
    '__proto__ as a key',
    () => JSON.parse('{"__proto__":{"x":1}}'),
    { kept: { ['__proto__']: { x: 1 } } },
    { ['__proto__']: { x: 1 } },
    null,
    false,
  ],
  [
    'a symbol as a key',
    () => ({ [Symbol('s')]: 1, a: 1 }),
    { kept: { a: 1 } },
    { a: 1 },
    'a symbol as a key at v',
    false,
  ],
  ['a hidden property', () => Object.defineProperty({}, 'a', { value: 1 }), { kept: {} }, {}, null, false],
  [
    'many keys',
    () => ({ a: 1, b: 2, c: 3, d: 4 }),
    { kept: { a: 1, b: 2, c: 3, d: 4 } },
    { a: 1, b: 2, c: 3, '…': '1 more' },
    null,
    true,
  ],
  [
    'a list',
    () => [1, undefined, null, 'x'],
    { kept: [1, null, null, 'x'] },
    [1, null, null, '(1 more)'],
    null,
    false,
  ],
  [
    'a list with more keys',
    () => Object.assign([1], { more: fail }),
    { kept: [1] },
    [1],
    'a function at v.more',
    false,
  ],
  ['a subclass of Array', () => List.of(1, 2), { kept: [1, 2] }, [1, 2], 'a List at v', true],
  [
    'a list of a billion holes',
    () => new Array(1_000_000_000),
    'it has more than 449983 characters of JSON, and maxValueSize is 2000',
    [null, null, null, '(999999997 more)'],
    'more than 0 MB',
    false,
  ],
  [
    'a Map',
    () =>
      new Map<unknown, unknown>([
        ['a', 1],
        [{}, [2]],
      ]),
    'a Map is not JSON',
    { a: 1, '(Object)': [2] },
    null,
    false,
  ],
  ['a subclass of Map', () => new Rows([['a', 1]]), 'a Map is not JSON', { a: 1 }, 'a Rows at v', false],
  [
    'a Map of another realm',
    () => runInNewContext("new Map([['a', 1]])"),
    'a Map is not JSON',
    { a: 1 },
    null,
    false,
  ],
  ['a Set', () => new Set([1, [2]]), 'a Set is not JSON', [1, [2]], null, false],
  [
    'a Date',
    () => new Date(0),
    { kept: '1970-01-01T00:00:00.000Z' },
    '1970-01-01… (14 more characters)',
    null,
    false,
  ],
  ['an invalid Date', () => new Date(Number.NaN), { kept: null }, null, null, false],
  ['a RegExp', () => /a+/g, 'a RegExp is not JSON', '(RegExp)', null, false],
  ['a boxed number', () => Object(3), 'a Number is not JSON', '(Number)', null, false],
  [
    'an error',
    () => new RangeError('too far'),
    'a Error is not JSON',
    { name: 'RangeError', message: 'too far' },
    null,
    false,
  ],
  [
    'an error of another realm',
    () => runInNewContext("new RangeError('too far')"),
    'a Error is not JSON',
    { name: 'RangeError', message: 'too far' },
    null,
    false,
  ],
  [
    'an own error class',
    () => new OwnError('own'),
    'a Error is not JSON',
    { name: 'Error', message: 'own' },
    null,
    false,
  ],
  [
    'an error with a function as cause',
    () => new Error('x', { cause: fail }),
    'a Error is not JSON',
    { name: 'Error', message: 'x' },
    'a function at v.cause',
    false,
  ],
  [
    'an error whose message throws',
    () => Object.defineProperty(new Error('x'), 'message', { get: fail }),
    'a Error is not JSON',
    '(unreadable)',
    'v, and reading it threw',
    false,
  ],
  ['bytes', () => new Uint8Array(3), 'a Uint8Array is not JSON', '(Uint8Array of 3 bytes)', null, false],
  ['a Buffer', () => Buffer.from('abc'), 'a Uint8Array is not JSON', '(Uint8Array of 3 bytes)', null, false],
  [
    'a view of shared memory',
    () => new Uint8Array(new SharedArrayBuffer(8)),
    'a Uint8Array is not JSON',
    '(Uint8Array of 8 bytes)',
    'a SharedArrayBuffer at v',
    false,
  ],
  ['memory', () => new ArrayBuffer(16), 'a ArrayBuffer is not JSON', '(ArrayBuffer)', null, false],
  ['an instance of a class', () => new Price(5), { kept: { cents: 5 } }, { cents: 5 }, 'a Price at v', false],
  [
    'an actor',
    () => ({ id: 'task', sessionId: 'x:1', send: fail, getSnapshot: fail }),
    'a function at .send is not JSON',
    { actor: 'task' },
    'a function at v.send',
    false,
  ],
  ['a promise', () => Promise.resolve(), 'a Promise is not JSON', '(Promise)', 'a Promise at v', false],
  ['a URL', () => new URL('file:///x'), { kept: 'file:///x' }, 'file:///x', 'a URL at v', false],
  ['a WeakMap', () => new WeakMap(), 'a WeakMap is not JSON', '(WeakMap)', 'a WeakMap at v', false],
  [
    'a claimed class',
    () => ({ [Symbol.toStringTag]: 'Map', size: 5 }),
    'a Map is not JSON',
    { size: 5 },
    'a symbol as a key at v',
    false,
  ],
  [
    'a value that describes itself',
    () => ({ price: new Date(0), toJSON: () => ({ cents: 5 }) }),
    { kept: { cents: 5 } },
    { cents: 5 },
    'a function at v.toJSON',
    false,
  ],
  [
    'a value that describes itself by itself',
    itself,
    'a circular reference is not JSON',
    '(circular)',
    'a function at v.toJSON',
    false,
  ],
  [
    'a toJSON that throws',
    () => ({ a: { toJSON: fail }, b: 1 }),
    'reading it threw',
    { a: '(unreadable)', b: 1 },
    'a function at v.a.toJSON',
    false,
  ],
  [
    'a getter that throws',
    () => ({
      a: 1,
      get b() {
        return fail()
      },
    }),
    'reading it threw',
    { a: 1, b: '(unreadable)' },
    'v, and reading it threw',
    false,
  ],
  [
    'an item that throws',
    () => ({ a: Object.defineProperty([1], 0, { get: fail, enumerable: true }) }),
    'reading it threw',
    { a: '(unreadable)' },
    'v, and reading it threw',
    false,
  ],
  ['a circle', circle, 'a circular reference at .list[0] is not JSON', { list: ['(circular)'] }, null, false],
  [
    'the same value in two places',
    shared,
    {
      kept: [{ a: 1 }, { part: { a: 1 } }],
    },
    [{ a: 1 }, { part: { a: 1 } }],
    null,
    true,
  ],
  ['a Proxy', () => new Proxy({ a: 1 }, {}), { kept: { a: 1 } }, { a: 1 }, 'a Proxy at v', true],
  [
    'a Proxy that throws',
    () => ({ a: new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail }) }),
    'reading it threw',
    { a: '(unreadable)' },
    'a Proxy at v.a',
    false,
  ],
  [
    'a Proxy without a class',
    () => new Proxy({ a: 1 }, { getPrototypeOf: fail }),
    { kept: { a: 1 } },
    '(unreadable)',
    'a Proxy at v',
    false,
  ],
  ['a revoked Proxy', revoked, 'reading it threw', '(unreadable)', 'a Proxy at v', false],
  [
    'a nested value',
    () => nested(6),
    {
      kept: [
        {
          value: [{ value: [{ value: 1 }] }],
        },
      ],
    },
    [{ value: [{ value: '(Array)' }] }],
    null,
    true,
  ],
  [
    'a very deeply nested value',
    () => nested(70),
    'it is nested deeper than 64',
    [{ value: [{ value: '(Array)' }] }],
    null,
    false,
  ],
  [
    'a bigint in a list',
    () => ({ rows: [1, { price: 2n }] }),
    'a bigint at .rows[1].price is not JSON',
    { rows: [1, { price: '2n' }] },
    null,
    false,
  ],
  [
    'a class in a map',
    () => new Map([['a', { b: [new Price(1)] }]]),
    'a Map is not JSON',
    {
      a: { b: [{ cents: 1 }] },
    },
    'a Price at v.a.b[0]',
    false,
  ],
]

test.each(values)('%s', (_, make, kept, shown, refused, carried) => {
  expect(record(make())).toEqual(kept)
  expect(toPlain(make(), undefined, limits)).toEqual(shown)
  expect(found(make())).toEqual(refused)
  expect(isJson(make())).toBe(carried)
})
