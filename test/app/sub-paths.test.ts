/** Sub-paths by subject: the same things as the front door exports, and the earlier names of exports. */
import { describe, expect, test } from '@jest/globals'
import * as gantry from 'gantry'
import * as conditions from 'gantry/conditions'
import * as log from 'gantry/log'
import * as time from 'gantry/time'
import { doors, exportsOf } from '../support/docs/front-door.ts'

const namesOf = (door: string): string[] => exportsOf(door, doors[door]!).map(({ name }) => name)
const root = new Set(namesOf('gantry'))

describe.each([
  ['gantry/conditions', conditions],
  ['gantry/time', time],
  ['gantry/log', log],
])('%s', (door, values) => {
  test('exports values of the front door', () => {
    expect(Object.keys(values).length).toBeGreaterThan(3)
    for (const [name, value] of Object.entries(values))
      expect([name, (gantry as Record<string, unknown>)[name]]).toEqual([name, value])
  })

  test('every name is a name of the front door, types as well', () => {
    expect(namesOf(door).filter((name) => !root.has(name))).toEqual([])
  })
})

test('conditions work from the sub-path', () => {
  expect(String(conditions.every('10 minutes').and(conditions.not(conditions.never)))).toBe(
    String(gantry.every('10 minutes').and(gantry.not(gantry.never))),
  )
})

test('earlier names of values are the same values', () => {
  expect(gantry.guardStore).toBe(gantry.resilientStore)
  expect(gantry.Inaction).toBe(gantry.SkipRun)
  expect(gantry.inaction).toBe(gantry.skipRun)
  expect(gantry.near('reprot', ['report', 'import'])).toEqual(['report'])
  expect(gantry.toErrorData(new TypeError('no'))).toMatchObject({ name: 'TypeError', message: 'no' })
  expect(gantry.toDurationMs('2 hours')).toBe(7_200_000)
})
