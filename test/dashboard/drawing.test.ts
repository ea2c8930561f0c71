import { describe, expect, test } from '@jest/globals'
import { placeInLayers } from '../../dashboard/chart/layers.ts'
import { length, relative, time } from '../../dashboard/format.ts'

describe('placeInLayers()', () => {
  test('a task is to the right of all tasks that it waits for', () => {
    const links = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'd' },
      { from: 'a', to: 'd' },
      { from: 'c', to: 'd' },
    ]
    const placed = placeInLayers(['d', 'c', 'b', 'a'], links)
    for (const { from, to } of links) expect(placed.get(to)!.layer).toBeGreaterThan(placed.get(from)!.layer)
  })

  test('a cycle, and a link to a node that is not shown, terminate', () => {
    const placed = placeInLayers(
      ['a', 'b'],
      [
        { from: 'a', to: 'b' },
        { from: 'b', to: 'a' },
        { from: 'z', to: 'a' },
      ],
    )
    expect(placed.size).toBe(2)
  })
})

describe('formats', () => {
  test('length() uses the two largest units', () => {
    expect([0.4, 42, 1_500, 42_000, 200_000, 90_000_000, 59_999].map(length)).toEqual([
      '0.4 ms',
      '42 ms',
      '1.5 s',
      '42 s',
      '3 min 20 s',
      '1 d 1 h',
      '59 s',
    ])
    expect(length(Number.POSITIVE_INFINITY)).toBe('unlimited')
  })

  test('relative() distinguishes past and future', () => {
    expect([relative(5_000, 0), relative(0, 60_000), relative(100, 0)]).toEqual([
      'in 5.0 s',
      '1 min ago',
      'now',
    ])
  })

  test('time() is in the zone, with the day unless it is today; an unknown zone is UTC', () => {
    expect(time(Date.UTC(2020, 0, 1, 12), 'Europe/Helsinki')).toMatch(/1 Jan, 14:00:00/)
    expect(time(Date.UTC(2020, 0, 1, 12), 'Mars/Olympus')).toMatch(/12:00:00/)
  })
})
