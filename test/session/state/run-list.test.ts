import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { RunList } from '../../../src/session/state/run-list.ts'
import { checkProperty } from '../../support/property.ts'

interface Run {
  readonly runId: string
  readonly key: string | undefined
}

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constantFrom('push' as const, 'push' as const, 'unshift' as const),
      id: fc.nat(30),
      key: fc.option(fc.nat(10), { nil: undefined }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constantFrom('remove' as const, 'shift' as const), at: fc.nat(60) }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('clear' as const, 'none' as const) }) },
)

describe('RunList', () => {
  test('is equal to an array after any steps, with repeated ids and keys', async () => {
    await checkProperty(
      fc.asyncProperty(fc.array(step, { maxLength: 200 }), async (steps) => {
        const list = new RunList<Run>()
        let model: Run[] = []
        for (const each of steps) {
          if (each.act === 'push' || each.act === 'unshift') {
            const run = { runId: `r${each.id}`, key: each.key === undefined ? undefined : `k${each.key}` }
            list[each.act](run)
            model[each.act](run)
          } else if (each.act === 'shift') expect(list.shift()).toBe(model.shift())
          else if (each.act === 'clear' && model.length > 40) {
            expect(list.clear()).toEqual(model)
            model = []
          } else if (each.act === 'remove' && model.length > 0) {
            const run = model[each.at % model.length]!
            model = model.filter((other) => other !== run)
            expect([list.has(run), list.remove(run), list.remove(run), list.has(run)]).toEqual([
              true,
              true,
              false,
              false,
            ])
          }
          expect([...list]).toEqual(model)
          expect([list.length, list.first]).toEqual([model.length, model[0]])
        }
        for (let n = 0; n <= 30; n++) {
          // With `unshift` the index has repeated ids in the order in which it was built.
          expect(list.withId(`r${n}`)?.runId).toBe(model.find(({ runId }) => runId === `r${n}`)?.runId)
          expect(list.withKey(`k${n}`)?.key).toBe(model.find(({ key }) => key === `k${n}`)?.key)
        }
      }),
    )
  })

  test('finds a run by the id that it had when it was added', () => {
    const list = new RunList<{ runId: string; key: string | undefined }>()
    const runs = Array.from({ length: 20 }, (_, n) => ({ runId: `r${n}`, key: undefined }))
    for (const run of runs) list.push(run)
    runs[3]!.runId = 'later'
    expect(list.remove(runs[3]!)).toBe(true)
    expect([list.withId('r3'), list.withId('r4'), list.length]).toEqual([undefined, runs[4], 19])
  })
})
