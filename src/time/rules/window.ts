/** Windows: the part of each unit that a cycle selects. */
import { axisOf, type Moment, printMoment } from '../moment/moment.ts'
import { type MomentInput, toMoment } from '../moment/moment-input.ts'
import { axisLength, type CycleUnit } from '../zone/units.ts'

/** Form in which a window was requested, which is also the form in which it prints. */
export type WindowShape = 'full' | 'starting' | 'after' | 'before' | 'between' | 'at'

/**
 * The part of each unit that a cycle selects. `starting` and `full` windows are as long as the unit and cover the time
 * line without gaps; `at` spans one part from its start (an hour of a day, a day of a month). A missing start or end is
 * that of the unit.
 */
export interface Window {
  readonly shape: WindowShape
  readonly start?: Moment
  readonly end?: Moment
  /** The end lies in the next unit: 22:00 to 02:00. */
  readonly wraps?: true
  /** True if the end itself belongs to the window. */
  readonly closed?: true
}

/**
 * Selection of a part of a cycle; at most one key besides `closed`. A list for `at` or `on` creates separate windows.
 *
 * @example
 * ```ts
 * const lunch: CycleOptions = { between: ['12:00', '13:00'] }
 * ```
 */
export interface CycleOptions {
  /** From this moment to the end of the unit. */
  readonly after?: MomentInput
  /** From the beginning of the unit to this moment. */
  readonly before?: MomentInput
  /** From one moment to another, across the end of the unit if the first one is later. */
  readonly between?: readonly [MomentInput, MomentInput]
  /** One part from this moment: an hour of the day, a day of the week, a month of the year. */
  readonly at?: MomentInput | readonly MomentInput[]
  /** The same as `at`, for days: `{ on: 'Mon' }`. */
  readonly on?: MomentInput | readonly MomentInput[]
  /** The whole unit, shifted to begin at this moment. */
  readonly starting?: MomentInput
  /** With `before` and `between`: the end itself belongs to the window (default: false). */
  readonly closed?: boolean
}

/** The windows of a unit that the options select: one, or one per item of a list. */
export function toWindows(unit: CycleUnit, options: CycleOptions): readonly Window[] {
  const { closed, ...ways } = options
  const keys = Object.keys(ways).filter((key) => options[key as keyof CycleOptions] !== undefined)
  const unknown = keys.find((key) => !['after', 'before', 'between', 'at', 'on', 'starting'].includes(key))
  if (unknown !== undefined || keys.length > 1) {
    throw new TypeError(
      `Cannot make a cycle of the ${unit} as it takes one of after, before, between, at, on, starting: ${keys.join(', ')}.`,
    )
  }
  const { after, before, between, at = options.on, starting } = options
  if (after !== undefined) return windows([afterWindow(unit, toMoment(after, unit, 'start'))])
  if (before !== undefined)
    return windows([ended(betweenWindow(unit, undefined, toMoment(before, unit, 'end')), closed)])
  if (between !== undefined) {
    if (!Array.isArray(between) || between.length !== 2) {
      throw new TypeError(`Cannot make a cycle as between must be two moments: ${String(between)}.`)
    }
    const [start, end] = [toMoment(between[0], unit, 'start'), toMoment(between[1], unit, 'end')]
    return windows([ended(betweenWindow(unit, start, end), closed)])
  }
  if (starting !== undefined) return windows([startingWindow(unit, toMoment(starting, unit, 'start'))])
  if (at !== undefined) return atWindows(unit, Array.isArray(at) ? at : [at])
  return windows([{ shape: 'full' }])
}

function atWindows(unit: CycleUnit, moments: readonly MomentInput[]): readonly Window[] {
  if (moments.length === 0)
    throw new TypeError('Cannot make a cycle as its list of moments must not be empty.')
  const found = moments
    .map((value) => ({ shape: 'at' as const, start: toMoment(value, unit, 'start') }))
    .sort((a, b) => axisOf(a.start, unit) - axisOf(b.start, unit))
  const seen = new Set<string>()
  // Duplicates would be two indistinguishable instances.
  return windows(
    found.filter(({ start }) => !seen.has(JSON.stringify(start)) && seen.add(JSON.stringify(start))),
  )
}

function windows(items: readonly Window[]): readonly Window[] {
  return Object.freeze(items.map((item) => Object.freeze(item)))
}

function startingWindow(unit: CycleUnit, start: Moment): Window {
  return isZero(start, unit) ? { shape: 'full' } : { shape: 'starting', start }
}

function afterWindow(unit: CycleUnit, start: Moment): Window {
  return isZero(start, unit) ? { shape: 'full' } : { shape: 'after', start }
}

function betweenWindow(unit: CycleUnit, start: Moment | undefined, end: Moment): Window {
  const from = start === undefined ? 0 : axisOf(start, unit)
  const to = axisOf(end, unit)
  if (from === to && start !== undefined) return startingWindow(unit, start)
  if (from === 0 && (to === axisLength[unit] || to === 0)) return { shape: 'full' }
  if (start === undefined) return { shape: 'before', end }
  return to < from ? { shape: 'between', start, end, wraps: true } : { shape: 'between', start, end }
}

function ended(window: Window, closed: boolean | undefined): Window {
  return closed && window.end !== undefined ? { ...window, closed } : window
}

function isZero(moment: Moment, unit: CycleUnit): boolean {
  // `first Mon` may fall on the 1st but is a different moment.
  return moment.nth === undefined && axisOf(moment, unit) % axisLength[unit] === 0
}

/** Prints a window as a statement without its unit: `between 10:00 and 12:00`. */
export function printWindow(window: Window, unit: CycleUnit): string {
  const start = window.start === undefined ? '' : printMoment(window.start, unit, 'start')
  const end = window.end === undefined ? '' : printMoment(window.end, unit, 'end')
  const closed = window.closed ? ' inclusive' : ''
  if (window.shape === 'full') return ''
  if (window.shape === 'before') return `before ${end}${closed}`
  if (window.shape === 'between') return `between ${start} and ${end}${closed}`
  return `${window.shape === 'at' && isDays(unit) ? 'on' : window.shape} ${start}`
}

function isDays(unit: CycleUnit): boolean {
  return unit === 'week' || unit === 'month' || unit === 'year'
}
