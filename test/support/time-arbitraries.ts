import fc from 'fast-check'
import {
  between,
  type CycleOptions,
  type CycleUnit,
  cronPeriod,
  cycle,
  cycleUnits,
  dated,
  grid,
  intersection,
  type Period,
  union,
} from '../../src/time/index.ts'
import { monthNames, weekdayNames } from '../../src/time/zone/units.ts'

/** Generated periods, instants and zones for property tests of time. */

export const zones = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Africa/Casablanca',
  'Pacific/Apia',
)

/** Instants from 2005 to 2035, in whole milliseconds; a third of them on full quarter hours, where edges are. */
export const instants = fc.oneof(
  { weight: 2, arbitrary: fc.integer({ min: Date.UTC(2005, 0), max: Date.UTC(2035, 0) }) },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: Date.UTC(2005, 0) / 900_000, max: Date.UTC(2035, 0) / 900_000 })
      .map((quarter) => quarter * 900_000),
  },
)

const two = (value: number) => String(value).padStart(2, '0')
const clocks = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 59))
  .map(([hour, minute]) => `${two(hour)}:${two(minute)}`)
const weekdays = fc.constantFrom(...weekdayNames)
const months = fc.constantFrom(...monthNames)
const days = fc.integer({ min: 1, max: 31 }).map((day) => `${day}.`)

const momentsOf: Readonly<Record<CycleUnit, fc.Arbitrary<string>>> = {
  second: fc.integer({ min: 0, max: 999 }).map(String),
  minute: fc.integer({ min: 0, max: 59 }).map(two),
  hour: fc
    .tuple(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 59 }))
    .map(([m, s]) => `${two(m)}:${two(s)}`),
  day: clocks,
  week: fc.oneof(
    weekdays,
    fc.tuple(weekdays, clocks).map((parts) => parts.join(' ')),
  ),
  month: fc.oneof(
    days,
    fc.tuple(days, clocks).map((parts) => parts.join(' ')),
    fc.constantFrom('last day', 'first Mon', 'last Fri', '3rd Wed', 'last day 18:00'),
  ),
  year: fc.oneof(
    months,
    fc.tuple(months, fc.integer({ min: 1, max: 28 })).map(([month, day]) => `${month} ${day}`),
    fc.constantFrom('Feb 29', 'Dec 24th 18:00'),
  ),
}

/** Options of a cycle of the unit. */
export function optionsOf(unit: CycleUnit): fc.Arbitrary<CycleOptions> {
  const moment = momentsOf[unit]
  return fc.oneof(
    fc.constant({}),
    moment.map((after) => ({ after })),
    moment.map((before) => ({ before })),
    fc.tuple(moment, moment).map((ends) => ({ between: ends })),
    moment.map((at) => ({ at })),
    fc.array(moment, { minLength: 2, maxLength: 4 }).map((at) => ({ at })),
    moment.map((starting) => ({ starting })),
  )
}

export const units = fc.constantFrom(...cycleUnits)
export const cycles: fc.Arbitrary<Period> = units.chain((unit) =>
  optionsOf(unit).map((options) => cycle(unit, options)),
)

/** Cycles that are as long as their unit: full or starting at a moment. */
export const tilings: fc.Arbitrary<Period> = units.chain((unit) =>
  fc
    .option(momentsOf[unit], { nil: undefined })
    .map((starting) => cycle(unit, starting === undefined ? {} : { starting })),
)

export const crons: fc.Arbitrary<Period> = fc
  .tuple(
    fc.constantFrom('*', '0', '*/15', '5/20', '10,40', '50-10'),
    fc.constantFrom('*', '2', '*/6', '1-3', '22-2', '0,12'),
    fc.constantFrom('*', '1', '31', 'L', '15W', '1-7'),
    fc.constantFrom('*', '*', 'FEB', '*/3', 'OCT-MAR'),
    fc.constantFrom('*', '*', 'MON-FRI', 'FRI-MON', 'SUN', '1#2', '5L'),
  )
  .chain((fields) =>
    fc
      .constantFrom(undefined, undefined, '10 minutes', '2 days', '5 seconds')
      .map((grace) => cronPeriod(fields.join(' '), grace)),
  )

/** A date without an offset, which is read in the zone of the call. */
function localText(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ')
}

export const intervals: fc.Arbitrary<Period> = fc
  .tuple(instants, fc.integer({ min: 1, max: 1e10 }))
  .chain(([start, length]) =>
    fc.constantFrom(
      between(start, start + length, 'UTC'),
      dated({ from: localText(start), until: localText(start + Math.max(length, 172_800_000)) }),
      dated({ from: localText(start) }),
    ),
  )

/** Parts of a unit whose union ends: cycles without gaps would be merged endlessly. */
function partsOfUnits(...names: CycleUnit[]): fc.Arbitrary<Period> {
  return fc.constantFrom(...names).chain((unit) =>
    optionsOf(unit)
      .filter((options) => Object.keys(options).length > 0 && options.starting === undefined)
      .map((options) => cycle(unit, options)),
  )
}

const dayParts = partsOfUnits('day')
const daysParts = partsOfUnits('week', 'month')
const coarse = partsOfUnits('day', 'week', 'month')

export const combinations: fc.Arbitrary<Period> = fc.oneof(
  fc.tuple(dayParts, daysParts).map(([a, b]) => intersection(a, b)),
  fc.tuple(coarse, intervals).map(([a, b]) => intersection(a, b)),
  fc.tuple(coarse, coarse).map(([a, b]) => union(a, b)),
  fc.tuple(coarse, fc.constantFrom('7 minutes', '1 hour', '100 minutes')).map(([a, step]) => grid(step, a)),
  fc.tuple(coarse, zones).map(([a, zone]) => a.in(zone)),
)

export const periods: fc.Arbitrary<Period> = fc.oneof(
  { weight: 5, arbitrary: cycles },
  { weight: 1, arbitrary: crons },
  { weight: 1, arbitrary: intervals },
  { weight: 2, arbitrary: combinations },
)
