import { afterEach, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { checkProperty, seed } from './property.ts'

const given = process.env.GANTRY_RUNS
delete process.env.GANTRY_RUNS

afterEach(() => {
  if (given === undefined) delete process.env.GANTRY_RUNS
  else process.env.GANTRY_RUNS = given
})

const messageOf = (check: () => void): string => {
  try {
    check()
  } catch (error) {
    return (error as Error).message
  }
  return 'it held'
}

test('a failure prints the counterexample, the seed and the command that replays it', () => {
  const message = messageOf(() => checkProperty(fc.property(fc.nat(), (n) => n < 10)))
  expect(message).toContain('Counterexample: [10]')
  expect(message).toContain(`Replay it: GANTRY_SEED=${seed} npm test -- test/support/property.test.ts\n`)
})

test('the seed determines the values', () => {
  const valuesOf = (): number[] => {
    const values: number[] = []
    checkProperty(
      fc.property(fc.nat(), (n) => void values.push(n)),
      { runs: 5 },
    )
    return values
  }
  expect(valuesOf()).toEqual(valuesOf())
})

test('earlier counterexamples are tested first', () => {
  const values: number[] = []
  checkProperty(
    fc.property(fc.nat(), (n) => void values.push(n)),
    { runs: 3, examples: [[7], [8]] },
  )
  expect(values.slice(0, 2)).toEqual([7, 8])
})

test('GANTRY_RUNS sets the number of runs', () => {
  process.env.GANTRY_RUNS = '4'
  let runs = 0
  checkProperty(fc.property(fc.nat(), () => void runs++))
  expect(runs).toBe(4)
})

test('an async property rejects the same', async () => {
  await expect(checkProperty(fc.asyncProperty(fc.nat(), async (n) => n < 10))).rejects.toThrow('Replay it: ')
})
