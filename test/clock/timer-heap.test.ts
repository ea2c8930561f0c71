import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type HeapTimer, TimerHeap } from '../../src/clock/timer-heap.ts'
import { checkProperty } from '../support/property.ts'

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('add' as const), due: fc.nat(50) }) },
    fc.record({ kind: fc.constant('remove' as const), which: fc.nat() }),
    fc.record({ kind: fc.constant('take' as const), now: fc.nat(50) }),
  ),
  { maxLength: 200 },
)

test('TimerHeap agrees with a list that is sorted by due time and order of setting', () => {
  checkProperty(
    fc.property(steps, (given) => {
      const heap = new TimerHeap()
      let list: HeapTimer[] = []
      for (const step of given) {
        if (step.kind === 'add') list.push(heap.add(step.due, () => {}))
        else if (step.kind === 'remove' && list.length > 0) {
          const timer = list[step.which % list.length]!
          heap.remove(timer)
          // A second removal has no effect.
          heap.remove(timer)
          list = list.filter((one) => one !== timer)
        } else if (step.kind === 'take') {
          const first = list.toSorted((a, b) => a.due - b.due || a.order - b.order)[0]
          const expected = first !== undefined && first.due <= step.now ? first : undefined
          expect(heap.takeDue(step.now)).toBe(expected)
          if (expected !== undefined) list = list.filter((one) => one !== expected)
        }
        expect(heap.size).toBe(list.length)
        expect(heap.nextDue).toBe(Math.min(Number.POSITIVE_INFINITY, ...list.map(({ due }) => due)))
      }
    }),
    { runs: 500 },
  )
})

test('TimerHeap.takeDue() leaves timers that were added later', () => {
  const heap = new TimerHeap()
  heap.add(1, () => {})
  const before = heap.nextOrder
  heap.add(0, () => {})
  expect(heap.takeDue(5, before)).toBeUndefined()
  expect(heap.takeDue(5)?.due).toBe(0)
  expect(heap.takeDue(5, before)?.due).toBe(1)
})
