/** Parser of a single period without operators: `time of day after 07:00`, `past 2 hours`, `today`. */
import { StatementError } from '../errors/statement-error.ts'
import { near } from '../errors/suggest.ts'
import { dated } from './date-range.ts'
import { always, never, type Period } from './period.ts'
import { cronPeriod, cycle, future, grid, past, relativeDay, span } from './periods.ts'
import type { RelativeDay } from './rules/relative-day.ts'
import type { CycleOptions } from './rules/window.ts'
import { type CycleUnit, cycleUnits, unitAdverbs } from './zone/units.ts'
import { checkZone } from './zone/zone.ts'

const unitWords: Readonly<Record<string, CycleUnit>> = Object.assign(
  Object.create(null) as Record<string, CycleUnit>,
  {
    ...unitAdverbs,
    today: 'day',
    ...Object.fromEntries(
      cycleUnits.flatMap((unit) => [
        [unit, unit],
        [`this ${unit}`, unit],
        [`time of ${unit}`, unit],
      ]),
    ),
  },
)

/** The unit that a word of a statement names: `daily`, `day`, `today`, `this day` and `time of day` all name the day. */
export function cycleUnitOf(word: string): CycleUnit | undefined {
  return unitWords[word]
}

const starts = [
  'always',
  'never',
  'past',
  'future',
  'every',
  'cron',
  'from',
  'until',
  'yesterday',
  'the day before',
]

/** Parses a single period. Throws a `StatementError` with the offset inside `text`. */
export function readPhrase(text: string): Period {
  const suffixed = /^(.*\S)\s+(in|every)\s+((?:(?!\s(?:in|every)\s).)+?)\s*$/s.exec(text)
  if (suffixed !== null) {
    const [, inner, word, value] = suffixed as unknown as [string, string, 'in' | 'every', string]
    const period = readPhrase(inner)
    return placed(text, text.lastIndexOf(value), () => withSuffix(period, word, value))
  }
  const word = text.trim()
  if (word === 'always') return always
  if (word === 'never') return never
  return (
    readSpan(text) ??
    readInterval(text) ??
    readRelativeDay(text) ??
    readCron(text) ??
    readCycle(text) ??
    unknown(text)
  )
}

/** A period bound to a zone, or divided into a grid. */
export function withSuffix(period: Period, word: 'in' | 'every', value: string): Period {
  return word === 'in' ? period.in(checkZone(value)) : grid(value, period)
}

function readCycle(text: string): Period | undefined {
  const match =
    /^\s*(time of [a-z]+|this [a-z]+|[a-z]+)(?:\s+(before|after|starting|on|at|between)\b\s*(.*?))?\s*$/s.exec(
      text,
    )
  const unit = match === null ? undefined : unitWords[match[1]!]
  if (match === null || unit === undefined) return undefined
  const relation = match[2] as keyof CycleOptions | undefined
  if (relation === undefined) return cycle(unit)
  const closed = / inclusive$/.test(match[3]!) && (relation === 'between' || relation === 'before')
  const rest = closed ? match[3]!.replace(/\s+inclusive$/, '') : match[3]!
  const from = text.length - text.slice(text.indexOf(relation) + relation.length).trimStart().length
  const parts = splitMoments(rest, relation)
  if (relation === 'between' && parts.length !== 2) {
    throw new StatementError(`Cannot read a period as between needs two moments: '${text}'.`, {
      text,
      offset: text.length,
      expected: ['`between … and …`'],
    })
  }
  const value = relation === 'between' || parts.length > 1 ? parts : parts[0]!
  return placed(text, from, () => cycle(unit, { [relation]: value, ...(closed ? { closed } : {}) }), parts)
}

function splitMoments(text: string, relation: keyof CycleOptions): string[] {
  if (relation === 'between') return text.split(/\s+and\s+/)
  return relation === 'on' || relation === 'at' ? text.split(/\s*,\s*|\s+and\s+/) : [text]
}

function readSpan(text: string): Period | undefined {
  const match = /^\s*(past|future|every)\s+(?:(beyond|between)\s+)?(.*?)\s*$/s.exec(text)
  if (match === null) return undefined
  const from = text.indexOf(match[3]!, match[0].indexOf(match[1]!) + match[1]!.length)
  const side = match[1] === 'future' ? 'future' : 'past'
  if (match[2] === 'beyond') return placed(text, from, () => span(side, { near: match[3]! }))
  if (match[2] === 'between') {
    const [near, far, more] = match[3]!.split(/\s+and\s+/)
    if (far === undefined || more !== undefined) unknown(text)
    return placed(text, from, () => span(side, { near: near!, far }), [near!, far])
  }
  return placed(text, from, () => (side === 'future' ? future(match[3]!) : past(match[3]!)))
}

function readInterval(text: string): Period | undefined {
  const date = String.raw`(\S+(?: \d\d:\S+)?)`
  const match = new RegExp(`^\\s*(?:from\\s+${date})?\\s*(?:until\\s+${date})?\\s*$`).exec(text)
  const [, first, last] = match ?? []
  if (first === undefined && last === undefined) return undefined
  const place = text.indexOf((first ?? last)!)
  const limits = {
    ...(first === undefined ? {} : { from: first }),
    ...(last === undefined ? {} : { until: last }),
  }
  return placed(text, place, () => dated(limits), [first ?? '', last ?? ''])
}

function readRelativeDay(text: string): Period | undefined {
  const match =
    /^\s*(yesterday|the day before|hours of today)(?:\s+(after|before|between)\s+(.*?))?\s*$/s.exec(text)
  if (match === null) return undefined
  const day = (match[1] === 'hours of today' ? 'today' : match[1]) as RelativeDay
  if (match[2] === undefined) return relativeDay(day)
  const [first, last] = match[3]!.split(/\s+and\s+/)
  const hours =
    match[2] === 'before' ? { to: first! } : { from: first!, ...(last === undefined ? {} : { to: last }) }
  return placed(text, text.length - match[3]!.length, () => relativeDay(day, hours))
}

function readCron(text: string): Period | undefined {
  const match = /^\s*cron\s+(['"]?)((?:(?! with grace ).)*?)\1(?:\s+with grace\s+(.+?))?\s*$/s.exec(text)
  if (match === null) return undefined
  const [, , expression, grace] = match
  const from = text.indexOf(expression!, text.indexOf('cron') + 4)
  const parts = grace === undefined ? [] : [expression!, grace]
  return placed(text, from, () => cronPeriod(expression!, grace), parts)
}

/** Parses a part of the text, and moves the offset of an error from the part to the whole text. */
export function placed(
  text: string,
  from: number,
  read: () => Period,
  parts: readonly string[] = [],
): Period {
  try {
    return read()
  } catch (error) {
    if (error instanceof StatementError) {
      const part = parts.find((item) => item === error.text)
      const at = part === undefined ? from : Math.max(from, text.indexOf(part, from))
      throw relocate(error, text, at)
    }
    if (error instanceof RangeError)
      throw new StatementError(error.message, { text, offset: from, cause: error })
    throw error
  }
}

/** Converts the error of a part of a text to one of the whole: `offset` is where the part begins. */
export function relocate(error: StatementError, text: string, offset: number): StatementError {
  const message = error.message.split('\n', 1)[0]!
  const { expected, near: words } = error
  return new StatementError(message, {
    text,
    offset: Math.min(text.length, offset + error.offset),
    expected,
    near: words,
    cause: error,
  })
}

function unknown(text: string): never {
  const offset = text.length - text.trimStart().length
  const word = /^\S*/.exec(text.trimStart())![0]
  throw new StatementError(`Cannot read '${text.trim()}' as a period.`, {
    text,
    offset,
    expected: ['`time of day between … and …`', '`past 2 hours`', '`always`', '`never`'],
    near: near(word, [...starts, ...Object.keys(unitWords)]),
  })
}
