/** Calendar: periods, moments, durations and zones. No other folder creates Luxon values. */

export { dated, toDate } from './date-range.ts'
export {
  type DurationInput,
  type DurationParts,
  type DurationText,
  printDuration,
  toDurationMs,
} from './duration/duration.ts'
export { type Moment, printClock, printMoment } from './moment/moment.ts'
export { type MomentInput, type MomentParts, toMoment } from './moment/moment-input.ts'
export { readClock } from './moment/parse-moment.ts'
export { parseTime } from './parse-period.ts'
export { always, intersection, never, Period, union } from './period.ts'
export { cycleUnitOf, relocate } from './period-phrases.ts'
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
} from './periods.ts'
export type { RelativeDay } from './rules/relative-day.ts'
export type { PeriodKind } from './rules/rule.ts'
export type { CycleOptions, Window, WindowShape } from './rules/window.ts'
export type { Interval } from './zone/interval.ts'
export { type CycleUnit, cycleUnits } from './zone/units.ts'
export { checkZone, type Instant, systemZone, toDateTime, toInstant } from './zone/zone.ts'
