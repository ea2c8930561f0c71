import { axisOf, type Moment, printMoment } from '../moment/moment.ts'
import { type MomentInput, toMoment } from '../moment/moment-input.ts'
import { axisLength, type CycleUnit } from '../zone/units.ts'

/** How a window was asked for, which is also how it prints. */
export type WindowShape = 'full' | 'starting' | 'after' | 'before' | 'between' | 'at'

/**
 * The part of each unit that a cycle is about. `starting` and `full` windows are as long as the unit and tile the time
 * line; `at` spans one part from its start (an hour of a day, a day of a month); an absent start or end is the unit's.
 */
export interface Window {
  readonly shape: WindowShape
  readonly start?: Moment
  readonly end?: Moment
  /** The end lies in the next unit: 22:00 to 02:00. */
  readonly wraps?: true
  /** The instant of the end belongs to the window. */
  readonly closed?: true
}

/**
 * The ways to ask for a part of a cycle; at most one key. A list of `at` or `on` makes windows that count apart.
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
  /** From a moment to another, across the end of the unit when the first is the later. */
  readonly between?: readonly [MomentInput, MomentInput]
  /** One part from this moment on: an hour of the day, a day of the week, a month of the year. */
  readonly at?: MomentInput | readonly MomentInput[]
  /** As `at`, for days: `{ on: 'Mon' }`. */
  readonly on?: MomentInput | readonly MomentInput[]
  /** The whole unit, begun at this moment. */
  readonly starting?: MomentInput
  /** With `before` and `between`: the instant of the end belongs to the window (default: it doesn't). */
  readonly closed?: boolean
}

/** The windows of a unit that the options ask for: one, or one for each item of a list. */
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
  // The same moment twice would be two instances that nothing tells apart.
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
  // `first Mon` may fall on the 1st but isn't it.
  return moment.nth === undefined && axisOf(moment, unit) % axisLength[unit] === 0
}

/** The window in the words of a statement, without its unit: `between 10:00 and 12:00`. */
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
