/** A time that never lasts long enough is proven at little cost, and other results do not change. */
import { expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { heldFor, neverHolds, not, parse } from '../../../src/conditions/index.ts'
import { Period } from '../../../src/time/index.ts'
import { checkProperty } from '../../support/property.ts'

const now = Date.UTC(2026, 10, 24, 12)
const zones = ['UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Asia/Kolkata'] as const

test.each([
  'time of day between 08:00 and 16:00 for 9 hours',
  '(time of day between 08:00 and 16:00 & time of week between Mon and Fri) for 9 hours',
  '(time of day between 08:00 and 16:00 | time of day between 17:00 and 18:00) for 9 hours',
  'daily & time of day between 08:00 and 16:00 for 9 hours',
  'time of week between Mon and Fri for 6 days',
  '(~time of day between 08:00 and 16:00) for 25 hours',
])('%s takes few evaluations', (text) => {
  const spies = (['contains', 'current', 'edgeAfter'] as const).map((name) =>
    jest.spyOn(Period.prototype, name),
  )
  try {
    for (const zone of zones) {
      for (const spy of spies) spy.mockClear()
      expect(neverHolds(parse(text).node, zone, now)).toContain('within five years')
      expect(spies.reduce((sum, { mock }) => sum + mock.calls.length, 0)).toBeLessThan(3_000)
    }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
})

const minute = 60_000
const clock = fc.integer({ min: 0, max: 24 * 12 - 1 }).map((n) => {
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${two(Math.floor(n / 12))}:${two((n % 12) * 5)}`
})
const day = fc.constantFrom('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')
const window = fc
  .oneof(
    fc.tuple(clock, clock).map(([a, b]) => `time of day between ${a} and ${b}`),
    fc.tuple(day, clock, day, clock).map(([a, b, c, d]) => `time of week between ${a} ${b} and ${c} ${d}`),
    day.map((a) => `time of week on ${a}`),
  )
  .filter((text) => !/between (.+) and \1$/.test(text))

/** The longest time for which the condition holds without interruption, computed from its edges. */
function longestOf(parts: readonly Period[], how: 'some' | 'every', isNot: boolean, zone: string): number {
  const until = now + 5 * 366 * 86_400_000
  let longest = 0
  let since: number | null = null
  for (let at = now; at < until; at = Math.min(...parts.map((part) => part.edgeAfter(at, zone)))) {
    const isIn = parts[how]((part) => part.contains(at, zone)) !== isNot
    if (!isIn) since = null
    else
      longest = Math.max(longest, Math.min(...parts.map((part) => part.edgeAfter(at, zone))) - (since ??= at))
  }
  return longest
}

test('a time that lasts long enough once is never reported, and others always are', () => {
  checkProperty(
    fc.property(
      fc.array(window, { minLength: 1, maxLength: 2 }),
      fc.constantFrom('some' as const, 'every' as const),
      fc.boolean(),
      fc.constantFrom(...zones),
      fc.constantFrom(-61, -60, -30, -1, 0, 1, 30, 60),
      (texts, how, isNot, zone, more) => {
        const parts = texts.map((text) => {
          const { node } = parse(text)
          return (node as { period?: Period }).period!
        })
        const longest = longestOf(parts, how, isNot, zone)
        const forMs = longest + more * minute
        if (forMs <= 0 || longest > 20 * 86_400_000) return
        const joined = parse(texts.join(how === 'some' ? ' | ' : ' & '))
        const why = neverHolds(heldFor(isNot ? not(joined) : joined, forMs).node, zone, now)
        // Exactly the required length is not enough, as the condition is false at its end.
        if (longest <= forMs) expect(why).not.toBeNull()
        else expect(why).toBeNull()
      },
    ),
    { runs: 100 },
  )
})
