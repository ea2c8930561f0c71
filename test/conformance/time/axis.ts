import type { CycleUnit } from '../../../src/time/index.ts'

const day = 86_400_000

/** The length of each unit's axis of moments in Rocketry, in milliseconds: the longest month and year. */
export const axisMs: Readonly<Record<CycleUnit, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day,
  week: 7 * day,
  month: 31 * day,
  year: 366 * day,
}
