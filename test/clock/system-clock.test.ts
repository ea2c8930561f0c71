/** The system clock on a simulated machine: its time passes, is set, and stops while it sleeps. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Clock, ClockJump } from '../../src/clock/clock.ts'
import { createSystemClock } from '../../src/clock/system-clock.ts'

const second = 1000
const hour = 3_600_000
const day = 24 * hour
const epoch = Date.UTC(2026, 0, 1)

/** Changes of the wall clock by a user or a time server, and the sleep of the machine, ms. */
let setByMs = 0
let sleptMs = 0
let clock: Clock
let undoKeep: () => void

beforeEach(() => {
  jest.useFakeTimers({ now: 0, doNotFake: ['nextTick', 'queueMicrotask'] })
  setByMs = 0
  sleptMs = 0
  clock = createSystemClock({
    wall: () => epoch + jest.now() + setByMs + sleptMs,
    awake: () => jest.now(),
    boot: () => jest.now() + sleptMs,
  })
  undoKeep = clock.keep()
})

afterEach(() => {
  undoKeep()
  jest.useRealTimers()
})

const pass = (ms: number): void => jest.advanceTimersByTime(ms)

/** Records calls with the elapsed time of the machine. */
function recorder() {
  const calls: number[] = []
  return { calls, call: () => void calls.push(jest.now()) }
}

describe('callAt()', () => {
  test('of an instant in 60 days is not called early, and not late', () => {
    const { calls, call } = recorder()
    // A clock that is not kept checks once a minute instead of once a second.
    undoKeep()
    clock.callAt(epoch + 60 * day, call)
    pass(60 * day - 1)
    expect(calls).toEqual([])
    pass(1)
    expect(calls).toEqual([60 * day])
  })

  test('is called within a second of the wall clock being set past it, and waits when it is set back', () => {
    const { calls, call } = recorder()
    clock.callAt(epoch + 10 * hour, call)
    setByMs = -5 * hour
    pass(12 * hour)
    expect(calls).toEqual([])
    setByMs = 5 * hour
    pass(second)
    expect(calls.length).toBe(1)
    expect(calls[0]).toBeLessThanOrEqual(12 * hour + second)
  })

  test('is called within a second of waking when the machine slept past it', () => {
    const { calls, call } = recorder()
    clock.callAt(epoch + 8 * hour, call)
    pass(hour)
    sleptMs = 10 * hour
    pass(second)
    expect(calls.length).toBe(1)
  })

  test('of the past is called at once, and not within the call', () => {
    const { calls, call } = recorder()
    clock.callAt(epoch - day, call)
    expect(calls).toEqual([])
    pass(0)
    expect(calls).toEqual([0])
  })

  test('with Infinity is never called and sets no timer', () => {
    undoKeep()
    clock.callAt(Number.POSITIVE_INFINITY, () => {})
    expect(jest.getTimerCount()).toBe(0)
  })
})

describe('callAfter()', () => {
  test('waits for elapsed time, however the wall clock is set', () => {
    const { calls, call } = recorder()
    clock.callAfter(2 * hour, call)
    setByMs = 365 * day
    pass(hour)
    setByMs = -365 * day
    pass(hour - 1)
    expect(calls).toEqual([])
    pass(1)
    expect(calls).toEqual([2 * hour])
  })

  test('counts the time that the machine slept', () => {
    const { calls, call } = recorder()
    clock.callAfter(2 * hour, call)
    sleptMs = 3 * hour
    pass(2 * second)
    expect(calls.length).toBe(1)
    expect(clock.monotonic()).toBeGreaterThanOrEqual(3 * hour)
  })

  test('calls in the order of due times, equal ones in the order they were set; undone ones not at all', () => {
    const called: string[] = []
    const undo = clock.callAfter(20, () => called.push('undone'))
    clock.callAfter(30, () => called.push('late'))
    clock.callAfter(10, () => called.push('first'))
    clock.callAfter(10, () => called.push('second'))
    undo()
    undo()
    pass(30)
    expect(called).toEqual(['first', 'second', 'late'])
  })

  test('a timer that a call sets without delay waits for the next turn: other calls and I/O are not starved', () => {
    let calls = 0
    const again = (): void => {
      calls += 1
      clock.callAfter(0, again)
    }
    clock.callAfter(0, again)
    jest.advanceTimersToNextTimer(3)
    expect(calls).toBe(3)
  })
})

describe('onJump()', () => {
  const hearJumps = (): ClockJump[] => {
    const jumps: ClockJump[] = []
    clock.onJump((jump) => void jumps.push(jump))
    return jumps
  }

  test('reports a set clock and the difference within a second', () => {
    const jumps = hearJumps()
    pass(10 * second)
    setByMs = hour
    pass(second)
    setByMs = -hour
    pass(second)
    expect(jumps).toEqual([
      { kind: 'set', byMs: hour },
      { kind: 'set', byMs: -2 * hour },
    ])
  })

  test('distinguishes a machine that slept from a set clock', () => {
    const jumps = hearJumps()
    sleptMs = 5 * hour
    pass(second)
    expect(jumps).toEqual([{ kind: 'slept', byMs: 5 * hour }])
  })

  test('the small steps of clock discipline are not a jump', () => {
    const jumps = hearJumps()
    for (let i = 0; i < 100; i++) {
      setByMs += i % 2 === 0 ? 200 : -150
      pass(second)
    }
    expect(jumps).toEqual([])
  })

  test('time that passed while the clock was not kept is not a jump', () => {
    undoKeep()
    const jumps = hearJumps()
    setByMs = 5 * hour
    pass(day)
    undoKeep = clock.keep()
    pass(10 * second)
    expect(jumps).toEqual([])
  })
})

describe('monotonic()', () => {
  test('never goes back, even if the wall clock does', () => {
    let last = clock.monotonic()
    for (const byMs of [hour, -hour, -365 * day, 365 * day, 0]) {
      setByMs = byMs
      pass(3 * second)
      expect(clock.monotonic()).toBeGreaterThanOrEqual(last + 3 * second)
      last = clock.monotonic()
    }
  })
})

describe('a process that was stopped', () => {
  let stoppedMs = 0
  beforeEach(() => {
    stoppedMs = 0
    undoKeep()
    clock = createSystemClock({
      wall: () => epoch + jest.now() + stoppedMs,
      awake: () => jest.now() + stoppedMs,
      boot: () => jest.now() + stoppedMs,
    })
  })

  test('receives pending responses before its timers are called', () => {
    const calls: string[] = []
    clock.callAfter(100, () => void calls.push('limit'))
    stoppedMs = 60_000
    // Responses of the system arrive between the timers and the immediates of a turn.
    setTimeout(() => void calls.push('answer'), 100)
    pass(100)
    pass(1)
    expect(calls).toEqual(['answer', 'limit'])
  })

  test('its timers are called in the turn of the wake-up if the wake-up is in time', () => {
    const calls: string[] = []
    clock.callAfter(100, () => void calls.push('limit'))
    stoppedMs = 200
    setTimeout(() => void calls.push('next timer'), 100)
    pass(100)
    expect(calls).toEqual(['limit', 'next timer'])
  })
})

describe('the single timeout', () => {
  test('a kept clock wakes only once a second, regardless of the number of waiting timers', () => {
    for (let n = 0; n < 10_000; n++) clock.callAt(epoch + day + n, () => {})
    pass(2 * second)
    const set = jest.spyOn(globalThis, 'setTimeout')
    pass(60 * second)
    expect(set.mock.calls.length).toBeLessThanOrEqual(60)
    set.mockRestore()
  })

  test('nothing remains after all is cancelled: the process can exit', () => {
    const undo = clock.callAt(epoch + day, () => {})
    expect(jest.getTimerCount()).toBe(1)
    undo()
    undoKeep()
    undoKeep()
    expect(jest.getTimerCount()).toBe(0)
  })
})

test('sleep() resolves after the duration, and rejects with the reason of its signal', async () => {
  const done: string[] = []
  void clock.sleep(hour).then(() => done.push('slept'))
  const abort = new AbortController()
  const aborted = clock.sleep(hour, { signal: abort.signal }).catch((reason: unknown) => reason)
  abort.abort('enough')
  expect(await aborted).toBe('enough')
  expect(await clock.sleep(1, { signal: abort.signal }).catch((reason: unknown) => reason)).toBe('enough')
  pass(hour)
  await Promise.resolve()
  expect(done).toEqual(['slept'])
})
