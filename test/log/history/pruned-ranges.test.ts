import { describe, expect, test } from '@jest/globals'
import { EventTimes } from '../../../src/log/history/event-times.ts'
import { PrunedRanges } from '../../../src/log/history/pruned-ranges.ts'

/** Marks a second apart, first at `at`. */
const addSeconds = (of: PrunedRanges | EventTimes, at: number, mono: number, count: number): void => {
  for (let i = 0; i < count; i++) of.add(at + i * 1000, mono + i * 1000)
}

describe('PrunedRanges', () => {
  test('touches what lies between forgotten marks, and nothing before or after', () => {
    const forgotten = new PrunedRanges()
    addSeconds(forgotten, 100_000, 0, 10)
    expect(forgotten.touches(104_100, 104_200)).toBe(true)
    expect(forgotten.touches(90_000, 100_000)).toBe(false)
    expect(forgotten.touches(90_000, 100_001)).toBe(true)
    expect(forgotten.touches(109_000, 120_000)).toBe(true)
    expect(forgotten.touches(109_001, 120_000)).toBe(false)
  })

  test('what lies between two settings of the clock was never lived, and is not touched', () => {
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

  test('a clock that is set again and again keeps the newest stretches', () => {
    const forgotten = new PrunedRanges()
    for (let i = 0; i < 1000; i++) forgotten.add(i * 100_000, i)
    expect(forgotten.touches(0, 1)).toBe(false)
    expect(forgotten.touches(99_900_000, 99_900_001)).toBe(true)
  })
})

describe('Marks.between()', () => {
  test('of a time that was forgotten counts one, of a time in which nothing was made none', () => {
    const marks = new EventTimes()
    addSeconds(marks, 100_000, 0, 100)
    marks.forget(10, Number.POSITIVE_INFINITY)
    expect(marks.size).toBe(10)
    expect(marks.between(150_000, 151_000)).toBe(1)
    expect(marks.between(190_000, 200_000)).toBe(10)
    expect(marks.between(200_000, 300_000)).toBe(0)
    expect(marks.between(0, 100_000)).toBe(0)
  })
})
