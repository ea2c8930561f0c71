import { expect, test } from '@jest/globals'
import { checkZones, sampleZones } from '../conformance/zones.ts'

/** A sample of the zone suite; `npm run conformance:time` checks every zone and change. */
test('cycles, cron and spans agree with an independent model around the changes of thirty zones', () => {
  const report = checkZones(sampleZones, 10)
  expect(report.differences.slice(0, 5)).toEqual([])
  expect(report.zones).toBe(30)
  expect(report.checks).toBeGreaterThan(100_000)
}, 120_000)
