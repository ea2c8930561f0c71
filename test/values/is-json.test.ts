/** Values that JSON carries unchanged. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isJson } from '../../src/values/is-json.ts'
import { checkProperty } from '../support/property.ts'

test('a value that counts as JSON is the same after a round trip', () => {
  checkProperty(
    fc.property(fc.anything({ withNullPrototype: true, withDate: true, withMap: true }), (value) => {
      if (isJson(value)) expect(JSON.parse(JSON.stringify(value))).toEqual(value)
    }),
    { runs: 1_000 },
  )
})

test('every JSON value counts', () => {
  checkProperty(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const wired: unknown = JSON.parse(JSON.stringify(value))
      expect(isJson(wired) || JSON.stringify(wired).includes('"toJSON"') || hasProto(wired)).toBe(true)
    }),
    { runs: 1_000 },
  )
})

const hasProto = (value: unknown): boolean => JSON.stringify(value).includes('"__proto__"')

const cyclic: unknown[] = []
cyclic.push(cyclic)
const throwing = new Proxy(
  {},
  {
    ownKeys: () => {
      throw new Error('hostile')
    },
  },
)

test.each<[string, unknown]>([
  ['undefined', undefined],
  ['a function', () => {}],
  ['NaN', Number.NaN],
  ['minus zero', -0],
  ['a bigint', 1n],
  ['a date', new Date(0)],
  ['a map', new Map()],
  ['a class', new (class A {})()],
  ['a member that is undefined', { a: undefined }],
  ['a symbol', { [Symbol('a')]: 1 }],
  ['a hole', Object.assign([1, 2, 3], { length: 5 })],
  ['a getter', Object.defineProperty({}, 'a', { enumerable: true, get: () => 1 })],
  ['toJSON', { toJSON: 1 }],
  ['a cycle', cyclic],
  ['a proxy that throws', throwing],
])('%s does not', (_, value) => {
  expect(isJson(value)).toBe(false)
})
