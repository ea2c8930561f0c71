import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { maxValueSize, toJsonSafe } from '../../src/values/json-copy.ts'
import { checkProperty } from '../support/property.ts'

test('toJsonSafe copies values as JSON would', () => {
  checkProperty(
    fc.property(fc.jsonValue(), (value) => {
      const copy = toJsonSafe(value)
      // JSON does not preserve the sign of zero.
      expect(copy).toEqual({ kept: true, value })
      expect(JSON.stringify((copy as { value: unknown }).value)).toBe(JSON.stringify(value))
    }),
    { runs: 500 },
  )
})

test('toJsonSafe never throws, and its copies survive JSON', () => {
  checkProperty(
    fc.property(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true }),
      (value) => {
        const copy = toJsonSafe(value)
        if (copy.kept && copy.value !== undefined)
          expect(JSON.stringify(JSON.parse(JSON.stringify(copy.value)))).toBe(JSON.stringify(copy.value))
      },
    ),
    { runs: 1_000 },
  )
})

test('toJsonSafe returns a copy that later changes do not affect', () => {
  const value = { list: [1], when: new Date(0), nothing: undefined }
  const copy = toJsonSafe(value)
  value.list.push(2)
  expect(copy).toEqual({ kept: true, value: { list: [1], when: '1970-01-01T00:00:00.000Z' } })
})

test.each<[string, unknown, string]>([
  ['a bigint', { a: [1n] }, 'a bigint at .a[0] is not JSON'],
  ['a function', () => 1, 'a function is not JSON'],
  ['NaN', { rate: Number.NaN }, 'NaN at .rate is not JSON'],
  ['a Map', new Map(), 'a Map is not JSON'],
  ['a Buffer', Buffer.from('x'), 'a Uint8Array is not JSON'],
  ['a promise', Promise.resolve(), 'a Promise is not JSON'],
  ['an error', new Error('x'), 'a Error is not JSON'],
  [
    'a getter that throws',
    {
      get a() {
        throw new Error('no')
      },
    },
    'reading it threw',
  ],
  [
    'a circle',
    (() => {
      const a: { a?: unknown } = {}
      a.a = a
      return a
    })(),
    'a circular reference at .a is not JSON',
  ],
  [
    'a long text',
    'x'.repeat(maxValueSize),
    'it has about 65538 characters of JSON, and maxValueSize is 65536',
  ],
  [
    'a long list',
    new Array(10_000_000),
    expect.stringMatching(/^it has more than \d+ characters of JSON/) as unknown as string,
  ],
])('toJsonSafe rejects %s with a reason', (_, value, why) => {
  expect(toJsonSafe(value)).toEqual({ kept: false, why })
})

test('toJsonSafe rejects deeply nested values, and keeps __proto__ as a plain key', () => {
  let deep: unknown = 1
  for (let i = 0; i < 100_000; i++) deep = [deep]
  expect(toJsonSafe(deep)).toEqual({ kept: false, why: 'it is nested deeper than 64' })
  const copy = toJsonSafe(JSON.parse('{"__proto__":{"x":1}}')) as { value: object }
  expect(JSON.stringify(copy.value)).toBe('{"__proto__":{"x":1}}')
})
