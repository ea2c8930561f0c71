/** The calendar: periods, moments, durations and zones. The only room in which Luxon values are made. */
export { between, cronPeriod, cycle, future, past, relativeDay, type SpanLimits, span } from './builders.ts'
export {
  type DurationInput,
  type DurationParts,
  type DurationText,
  printDuration,
  toDurationMs,
} from './duration.ts'
export type { Interval } from './interval.ts'
export type { MomentInput, MomentParts } from './moment-value.ts'
export { always, intersection, never, Period, union } from './period.ts'
export type { RelativeDay } from './relative-day.ts'
export type { PeriodKind } from './rule.ts'
export { parseTime } from './time-text.ts'
export { type CycleUnit, cycleUnits } from './units.ts'
export type { CycleOptions, Window, WindowShape } from './window.ts'
export { checkZone, type Instant, systemZone, toDateTime, toInstant } from './zone.ts'
