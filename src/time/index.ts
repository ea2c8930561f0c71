/** The calendar: periods, moments, durations and zones. The only room in which Luxon values are made. */
export {
  alwaysPeriod,
  between,
  cronPeriod,
  cycle,
  future,
  grid,
  neverPeriod,
  type PartLimits,
  partsOf,
  past,
  relativeDay,
  type SpanLimits,
  span,
} from './builders.ts'
export { dated, toDate } from './dated.ts'
export {
  type DurationInput,
  type DurationParts,
  type DurationText,
  printDuration,
  toDurationMs,
} from './duration.ts'
export type { Interval } from './interval.ts'
export { type Moment, printClock, printMoment } from './moment.ts'
export { readClock } from './moment-text.ts'
export { type MomentInput, type MomentParts, toMoment } from './moment-value.ts'
export { always, intersection, never, Period, union } from './period.ts'
export type { RelativeDay } from './relative-day.ts'
export type { PeriodKind } from './rule.ts'
export { cycleUnitOf, relocate } from './time-phrase.ts'
export { parseTime } from './time-text.ts'
export { type CycleUnit, cycleUnits } from './units.ts'
export type { CycleOptions, Window, WindowShape } from './window.ts'
export { checkZone, type Instant, systemZone, toDateTime, toInstant } from './zone.ts'
