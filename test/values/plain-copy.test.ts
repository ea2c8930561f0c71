import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { defaultLimits, toPlain } from '../../src/values/plain-copy.ts'
import { checkProperty } from '../support/property.ts'

describe('toPlain', () => {
  test('plain values are unchanged', () => {
    checkProperty(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const limits = { depth: 10, members: 1_000, text: 10_000, total: 100_000 }
        const text = (item: unknown) => JSON.stringify(item)
        expect(text(toPlain(value, undefined, limits))).toBe(text(value))
      }),
      { runs: 1_000 },
    )
  })

  test('for any value, it returns a small value that JSON can represent', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
    })
    checkProperty(
      fc.property(anything, (value) => {
        expect(() => JSON.stringify(toPlain(value))).not.toThrow()
      }),
      { runs: 1_000 },
    )
  })

  test.each([
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Map([['a', 1]]), { a: 1 }],
    [new Map([[{}, 1]]), { '(Object)': 1 }],
    [new Set([1]), [1]],
    [new Error('no'), { name: 'Error', message: 'no' }],
    [new Uint8Array(3), '(Uint8Array of 3 bytes)'],
    [Promise.resolve(), '(Promise)'],
    [10n, '10n'],
    [Number.NaN, 'NaN'],
    [Symbol('s'), 'Symbol(s)'],
    [function named() {}, 'ƒ named'],
    [{ id: 'task', sessionId: 'x:1', send() {}, getSnapshot() {} }, { actor: 'task' }],
    [[undefined], [null]],
  ])('%p is shown as %p', (value, shown) => {
    expect(toPlain(value)).toEqual(shown)
  })

  test('cycles, throwing getters and methods, and hostile proxies are marked as such', () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle
    const hostile = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no')
        },
        get: () => {
          throw new Error('no')
        },
      },
    )
    const value = {
      circle,
      hostile,
      toll: {
        toJSON() {
          throw new Error('no')
        },
      },
      after: 1,
    }
    expect(toPlain(value)).toEqual({
      circle: { self: '(circular)' },
      hostile: '(unreadable)',
      toll: '(unreadable)',
      after: 1,
    })
  })

  test('the same value in two places is not a cycle', () => {
    const shared = { a: 1 }
    expect(toPlain([shared, shared])).toEqual([{ a: 1 }, { a: 1 }])
  })

  test('large values are cut, and the omission is marked', () => {
    const many = Array.from({ length: 1_000 }, (_, i) => i)
    expect((toPlain(many) as unknown[]).at(-1)).toBe('(950 more)')
    expect(toPlain(new Map(many.map((i) => [i, i])))).toMatchObject({ '…': '950 more' })
    expect(toPlain(Object.fromEntries(many.map((i) => [`k${i}`, i])))).toMatchObject({ '…': '950 more' })
    expect(toPlain('x'.repeat(3_000))).toBe(`${'x'.repeat(2_000)}… (1000 more characters)`)
    const deep = many.reduce<object>((inner) => ({ inner }), {})
    expect(JSON.stringify(toPlain(deep))).toContain('"(Object)"')
    const wide = many.map(() => many.map(() => many))
    expect(JSON.stringify(toPlain(wide)).length).toBeLessThan(defaultLimits.total * 40)
  })

  test('a replacer receives each member, including the value itself', () => {
    const hide = (key: string, value: unknown) => (key === 'password' ? '***' : value)
    expect(toPlain({ password: 'x', in: [{ password: 'y' }] }, hide)).toEqual({
      password: '***',
      in: [{ password: '***' }],
    })
  })

  test('__proto__ is a key like any other', () => {
    const copy = toPlain(JSON.parse('{"__proto__": {"polluted": 1}}'))
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"polluted":1}}')
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})
