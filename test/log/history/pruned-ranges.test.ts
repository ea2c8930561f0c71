import { describe, expect, test } from '@jest/globals'
import { EventTimes } from '../../../src/log/history/event-times.ts'
import { PrunedRanges } from '../../../src/log/history/pruned-ranges.ts'

/** Adds events one second apart, the first at `at`. */
const addSeconds = (of: PrunedRanges | EventTimes, at: number, mono: number, count: number): void => {
  for (let i = 0; i < count; i++) of.add(at + i * 1000, mono + i * 1000)
}

describe('PrunedRanges', () => {
  test('touches the range between pruned events, and nothing before or after it', () => {
    const forgotten = new PrunedRanges()
    addSeconds(forgotten, 100_000, 0, 10)
    expect(forgotten.touches(104_100, 104_200)).toBe(true)
    expect(forgotten.touches(90_000, 100_000)).toBe(false)
    expect(forgotten.touches(90_000, 100_001)).toBe(true)
    expect(forgotten.touches(109_000, 120_000)).toBe(true)
    expect(forgotten.touches(109_001, 120_000)).toBe(false)
  })

  test('the range between two clock changes never elapsed, and is not touched', () => {
    const forgotten = new PrunedRanges()
    addSeconds(forgotten, 100_000, 0, 10)
    // A day ahead for a while, and back.
    addSeconds(forgotten, 86_500_000, 10_000, 10)
    addSeconds(forgotten, 120_000, 20_000, 10)
    expect(forgotten.touches(86_505_000, 86_506_000)).toBe(true)
    expect(forgotten.touches(200_000, 80_000_000)).toBe(false)
    expect(forgotten.touches(110_000, 120_000)).toBe(false)
    expect(forgotten.copy().touches(125_500, 125_600)).toBe(true)
  })

  test('a clock that is set repeatedly keeps the newest ranges', () => {
    const forgotten = new PrunedRanges()
    for (let i = 0; i < 1000; i++) forgotten.add(i * 100_000, i)
    expect(forgotten.touches(0, 1)).toBe(false)
    expect(forgotten.touches(99_900_000, 99_900_001)).toBe(true)
  })
})

describe('Marks.between()', () => {
  test('a range with pruned events counts as one, a range without events as none', () => {
    const marks = new EventTimes()
    addSeconds(marks, 100_000, 0, 100)
    marks.forget(10, Number.POSITIVE_INFINITY)
    expect(marks.between(150_000, 151_000)).toBe(1)
    expect(marks.between(190_000, 200_000)).toBe(10)
    expect(marks.between(200_000, 300_000)).toBe(0)
    expect(marks.between(0, 100_000)).toBe(0)
  })
})
