/** Commands at every await point of a start and of a stop: leaving a state cancels its pending operations. */
import { afterEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createLife, type Order, orders } from '../../support/await-points.ts'
import { checkProperty } from '../../support/property.ts'
import { tearDown } from '../../support/session.ts'

afterEach(tearDown)

/** Upper bound on the await points of a start, a run and a stop. */
const maxSteps = 16

const undisturbed = [
  'startup hook 1',
  'startup hook 2',
  'load',
  'notes',
  'task up 1',
  'task up 2',
  'after startup hook 1',
  'after startup hook 2',
  'shutdown hook 1',
  'shutdown hook 2',
  'task down',
  'after shutdown hook 1',
  'after shutdown hook 2',
  'close',
]

async function play(
  given: ReadonlyMap<number, readonly Order[]>,
  picks: readonly number[] = [],
  pick = 0,
  hasShutdownTask = true,
) {
  const life = createLife({ hasShutdownTask })
  life.give('start')
  for (let step = 0; step < maxSteps; step++) {
    for (const order of given.get(step) ?? []) life.give(order)
    await life.goOn(picks[step] ?? pick)
  }
  await life.end(pick)
  return life
}

test('a start and a stop without other commands have these await points, in order', async () => {
  const { reached, faults } = await play(new Map([[undisturbed.indexOf('shutdown hook 1'), ['shutDown']]]))
  expect(faults).toEqual([])
  expect(reached).toEqual(undisturbed)
})

describe.each(orders.filter((order) => order !== 'start' && order !== 'resume'))('command %s', (order) => {
  test.each(undisturbed.slice(0, 8).map((point, step) => [point, step] as const))(
    'while %s of a start is pending: the store is closed once before `stopped`, and nothing happens after it',
    async (_, step) => {
      // The pending operation continues first, or after all later ones.
      for (const pick of [0, -1]) {
        const { faults } = await play(new Map([[step, [order]]]), [...Array(step).fill(0)], pick)
        expect(faults).toEqual([])
      }
    },
  )

  test.each(undisturbed.slice(8).map((point, step) => [point, step + 8] as const))(
    'while %s of a stop is pending: the store is closed once before `stopped`, and nothing happens after it',
    async (_, step) => {
      const stop = undisturbed.indexOf('shutdown hook 1')
      const given = new Map<number, Order[]>([[stop, ['shutDown']]])
      given.set(step, [...(given.get(step) ?? []), order])
      for (const pick of [0, -1]) {
        const { faults } = await play(given, [...Array(step).fill(0)], pick)
        expect(faults).toEqual([])
      }
    },
  )
})

test('any commands at any await points that continue in any order: the same holds', async () => {
  const step = fc.record({
    at: fc.nat({ max: maxSteps - 1 }),
    order: fc.constantFrom(...orders),
  })
  await checkProperty(
    fc.asyncProperty(
      fc.array(step, { maxLength: 5 }),
      fc.array(fc.nat({ max: 3 }), { maxLength: maxSteps }),
      fc.constantFrom(0, -1),
      fc.boolean(),
      async (steps, picks, pick, hasShutdownTask) => {
        const given = new Map<number, Order[]>()
        for (const { at, order } of steps) given.set(at, [...(given.get(at) ?? []), order])
        const { faults } = await play(given, picks, pick, hasShutdownTask)
        expect(faults).toEqual([])
      },
    ),
    { runs: 60 },
  )
})
