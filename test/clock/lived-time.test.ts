/** Time limits that do not elapse while a process is stopped, on a manual clock. */
import { expect, test } from '@jest/globals'
import { callAfterLived } from '../../src/clock/lived-time.ts'
import { VirtualClock } from '../../src/clock/virtual-clock.ts'

/**
 * A clock, and a function that advances it while timers are called at their due time, or only at the end (as for a
 * stopped process).
 */
function stoppable() {
  const clock = new VirtualClock({ wall: 0 })
  const live = (ms: number): void => {
    for (let n = 0; n < ms; n++) {
      clock.pass(1)
      clock.callDue()
    }
  }
  const stopFor = (ms: number): void => {
    clock.pass(ms)
    clock.callDue()
  }
  return { clock, live, stopFor }
}

test('a running process reaches the limit in time', () => {
  const { clock, live } = stoppable()
  let calls = 0
  callAfterLived(clock, 5000, () => void calls++)
  live(4999)
  expect(calls).toBe(0)
  live(1)
  expect(calls).toBe(1)
  live(20_000)
  expect(calls).toBe(1)
})

test.each([0, 100, 2500, 4499, 4500, 4999])(
  'stopped after %d ms, it has what was left of the limit',
  (lived) => {
    const { clock, live, stopFor } = stoppable()
    let calls = 0
    callAfterLived(clock, 5000, () => void calls++)
    live(lived)
    stopFor(60_000)
    expect(calls).toBe(0)
    // The step during which the process was stopped counts, except for the last one, which starts again.
    live(499)
    expect(calls).toBe(0)
    live(5000)
    expect(calls).toBe(1)
  },
)

test('a process that is stopped repeatedly does not reach the limit before it has run that long', () => {
  const { clock, live, stopFor } = stoppable()
  let calls = 0
  callAfterLived(clock, 5000, () => void calls++)
  for (let n = 0; n < 100; n++) stopFor(10_000)
  expect(calls).toBe(0)
  live(500)
  expect(calls).toBe(1)
})

test('a cancelled limit is never called', () => {
  const { clock, live } = stoppable()
  let calls = 0
  const undo = callAfterLived(clock, 5000, () => void calls++)
  live(3000)
  undo()
  live(10_000)
  expect(calls).toBe(0)
})
