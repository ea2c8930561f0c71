import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { toErrorData } from '../../src/errors/error-data.ts'
import { checkProperty } from '../support/property.ts'

describe('toErrorData never throws', () => {
  const throwing = new Proxy(
    {},
    {
      get() {
        throw new Error('no')
      },
      getPrototypeOf() {
        throw new Error('no')
      },
    },
  )
  const no = () => {
    throw new Error('no')
  }
  // The stack first: it is created at its first access, from name and message.
  const get = { get: no }
  const sly = Object.defineProperties(new Error('x'), { stack: get, message: get, name: get })
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  const self = new Error('self')
  self.cause = self

  test.each<[string, unknown, { name: string; message: string }]>([
    ['undefined', undefined, { name: 'undefined', message: 'undefined' }],
    ['null', null, { name: 'null', message: 'null' }],
    ['a string', 'boom', { name: 'string', message: 'boom' }],
    ['a bigint', 10n, { name: 'bigint', message: '10' }],
    ['a symbol', Symbol('s'), { name: 'symbol', message: 'Symbol(s)' }],
    ['a frozen object', Object.freeze({ code: 7 }), { name: 'Object', message: '{"code":7}' }],
    ['an object without prototype', Object.create(null), { name: 'Object', message: '{}' }],
    ['a proxy that throws', throwing, { name: 'Object', message: 'a value that cannot be shown' }],
    ['a revoked proxy', revoked.proxy, { name: 'Object', message: 'a value that cannot be shown' }],
    ['an error whose getters throw', sly, { name: 'Error', message: '{}' }],
    ['an error that is its own cause', self, { name: 'Error', message: 'self' }],
    [
      'a circle',
      (() => {
        const a: { a?: unknown } = {}
        a.a = a
        return a
      })(),
      { name: 'Object', message: 'a value that cannot be shown' },
    ],
    ['a function', function work() {}, { name: 'work', message: 'function work() {}' }],
  ])('%s', (_, thrown, expected) => {
    expect(toErrorData(thrown)).toMatchObject(expected)
  })

  test('anything at all becomes text of bounded length that JSON carries', () => {
    checkProperty(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withMap: true }), (thrown) => {
        const data = toErrorData(thrown)
        expect(JSON.parse(JSON.stringify(data))).toEqual(data)
      }),
      { runs: 500 },
    )
  })
})

test('toErrorData keeps name, message, code and a stack with its causes', () => {
  const cause = new RangeError('inner', { cause: 'root' })
  const error = Object.assign(new TypeError('outer', { cause }), { code: 'E_X' })
  const data = toErrorData(error)
  expect(data).toMatchObject({ name: 'TypeError', message: 'outer', code: 'E_X' })
  expect(data.stack).toMatch(
    /^TypeError: outer\n[\s\S]*\ncaused by: RangeError: inner\n[\s\S]*\ncaused by: root$/,
  )
})

test('toErrorData cuts a stack of a megabyte and keeps the cause', () => {
  const error = new Error('x', { cause: new Error('the reason') })
  error.stack = 'y'.repeat(1 << 20)
  const data = toErrorData(error)
  expect(data.stack!.length).toBeLessThanOrEqual(16_384)
  expect(data.stack).toContain('the reason')
  expect(toErrorData(new Error('m'.repeat(1 << 20))).message).toHaveLength(8_192)
})
