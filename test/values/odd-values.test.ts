/** The copies and checks of unknown values, on the same odd values: never a throw, never a polluted prototype, always bounded. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { cloneProblemIn } from '../../src/executors/isolated/cloneable.ts'
import { toJsonSafe } from '../../src/values/json-copy.ts'
import { toPlain } from '../../src/values/plain-copy.ts'
import { checkProperty } from '../support/property.ts'

const fail = (): never => {
  throw new Error('reading it throws')
}
const hostile = new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail })

/** Makers, as the generator itself reads the values that it is given. */
const hostileOnes: readonly (() => unknown)[] = [
  () => hostile,
  () => new Proxy([], { get: fail }),
  () => ({
    get a() {
      return fail()
    },
  }),
  () => ({ toJSON: fail }),
  () => Object.defineProperty([1], 0, { get: fail, enumerable: true }),
  () => JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}'),
  () => Object.create(null),
  () => Symbol('s'),
  () => fail,
  () => new Array(1_000_000_000),
  () => 'x'.repeat(100_000),
  () => ({ [Symbol.toStringTag]: 'Map', size: 5 }),
]
const leaf: fc.Arbitrary<() => unknown> = fc.oneof(
  fc
    .anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true })
    .map((value) => () => value),
  fc.constantFrom(...hostileOnes),
)

const odd: fc.Arbitrary<() => unknown> = fc
  .tuple(fc.array(leaf, { maxLength: 4 }), fc.nat(3), fc.nat(200))
  .map(([makers, kind, depth]) => () => {
    const parts = makers.map((make) => make())
    let value: unknown = kind === 0 ? parts : { parts, again: parts }
    if (kind === 2) parts.push(value)
    if (kind === 3) for (let n = 0; n < depth; n++) value = n % 2 ? [value] : { value }
    return value
  })

const limits = { depth: 4, members: 10, text: 50, total: 100 }

test('a copy for a record is exact JSON within its limit, or there is a reason', () => {
  checkProperty(
    fc.property(odd, (make) => {
      const value = make()
      const copy = toJsonSafe(value, 10_000)
      if (copy.kept) expect(JSON.stringify(copy.value)?.length ?? 0).toBeLessThanOrEqual(4 * 10_000)
      else expect(copy.why.length).toBeGreaterThan(0)
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    }),
    { runs: 500 },
  )
})

test('a copy for an inspector is JSON within its limits', () => {
  checkProperty(
    fc.property(odd, (make) => {
      const value = make()
      const text = JSON.stringify(toPlain(value, undefined, limits)) ?? ''
      expect(text.length).toBeLessThan(100_000)
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    }),
    { runs: 500 },
  )
})

test('what the check lets cross to a thread can be cloned', () => {
  checkProperty(
    fc.property(odd, (make) => {
      const value = make()
      const problem = cloneProblemIn(value, 'value', 'thread', 100_000)
      if (problem === null) expect(() => structuredClone(value)).not.toThrow()
      else expect(problem.found).toMatch(/value|more than/)
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    }),
    { runs: 500 },
  )
})
