/** Normalizer of cron expressions: converts names to numbers, and expands ranges and steps. */
import { StatementError } from '../../errors/statement-error.ts'
import { near } from '../../errors/suggest.ts'

interface Field {
  readonly name: string
  readonly low: number
  readonly high: number
  readonly names?: readonly string[]
  /** Special characters: `L` last, `W` nearest weekday, `#` nth weekday. */
  readonly special?: RegExp
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const longNames: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'January',
    'February',
    'March',
    'April',
    'June',
    'July',
    'August',
    'September',
    'October',
    'November',
    'December',
  ]
    .concat(['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'])
    .map((name) => [name.toUpperCase(), name.slice(0, 3).toUpperCase()]),
)

const dayOfWeek: Field = {
  name: 'day of week',
  low: 0,
  high: 7,
  names: weekdays,
  special: /^([0-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5L])$/,
}

const fields: readonly Field[] = [
  { name: 'second', low: 0, high: 59 },
  { name: 'minute', low: 0, high: 59 },
  { name: 'hour', low: 0, high: 23 },
  { name: 'day of month', low: 1, high: 31, special: /^(L|LW|([1-9]|[12]\d|3[01])W)$/ },
  { name: 'month', low: 1, high: 12, names: months },
  dayOfWeek,
]

const nicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/** A parsed cron expression. */
export interface CronFields {
  /** Six fields of numbers, lists, `*` and `L W #`. */
  readonly pattern: string
  /** The length of one occurrence: a minute, or a second where the expression has seconds. */
  readonly unitMs: 60_000 | 1_000
  /** True if seconds, minutes and hours have one value each: a time of day, which occurs once when an hour is repeated. */
  readonly once: boolean
  /** True if the hours are listed: a listed hour that falls into a gap must still occur. */
  readonly listed: boolean
}

/** Parses a cron expression of five or six fields. Throws a `StatementError` at the invalid field. */
export function readCron(text: string): CronFields {
  const source = nicknames[text.trim().toLowerCase()] ?? text
  const words = [...source.matchAll(/\S+/g)].map((match) => ({ word: match[0], offset: match.index }))
  if (words.length !== 5 && words.length !== 6) {
    throw new StatementError(
      `Cannot read a cron expression as it must have five or six fields: '${text}' has ${words.length}.`,
      {
        text,
        offset: words[6]?.offset ?? text.length,
        expected: ['`minute hour day-of-month month day-of-week`, with seconds before them if needed'],
      },
    )
  }
  const seconds = words.length === 6
  const all = seconds ? words : [{ word: '0', offset: 0 }, ...words]
  const read = all.map(({ word, offset }, i) => readField(word, fields[i]!, text, offset))
  return Object.freeze({
    pattern: read.join(' '),
    unitMs: seconds ? 1_000 : 60_000,
    once: read.slice(0, 3).every((field) => /^\d+$/.test(field)),
    listed: !/[*?]/.test(all[2]!.word),
  })
}

function readField(word: string, field: Field, text: string, from: number): string {
  if (word === '*' || word === '?') return '*'
  const parts: string[] = []
  let offset = from
  for (const part of word.split(',')) {
    parts.push(readPart(part.toUpperCase(), field, (why) => fail(why, part, field, text, offset)))
    offset += part.length + 1
  }
  const values = new Set(parts.flatMap((part) => part.split(',')))
  // `*` next to other values restricts nothing, and cron's rule for the two day fields depends on the star itself.
  return values.has('*') ? '*' : [...values].join(',')
}

function readPart(part: string, field: Field, failed: (why: string) => never): string {
  if (part === '*' || part === '?') return '*'
  if (field.special?.test(part)) {
    return field === dayOfWeek
      ? part.replace(/^7|^[A-Z]{3}/, (day) => String(numberOf(day, field)! % 7))
      : part
  }
  const match = /^(\*|[A-Z]+|\d+)(?:-([A-Z]+|\d+))?(?:\/(\d+))?$/.exec(part)
  if (match === null || (match[1] === '*' && match[2] !== undefined)) failed('form')
  const step = match[3] === undefined ? undefined : Number(match[3])
  if (step === 0) failed('step')
  const high = field === dayOfWeek ? 6 : field.high
  if (match[1] === '*') return step === 1 ? '*' : values(field.low, high, step ?? 1, field).join(',')
  const low = numberOf(match[1]!, field) ?? failed('value')
  if (match[2] === undefined)
    return values(low, step === undefined ? low : Math.max(low, high), step ?? 1, field).join(',')
  const to = numberOf(match[2], field) ?? failed('value')
  return values(low, to < low ? to + sizeOf(field) : to, step ?? 1, field).join(',')
}

/** The number of values after which the field starts over. */
function sizeOf(field: Field): number {
  return field === dayOfWeek ? 7 : field.high - field.low + 1
}

function values(low: number, high: number, step: number, field: Field): number[] {
  const count = sizeOf(field)
  const found: number[] = []
  for (let value = low; value <= high; value += step) found.push(((value - field.low) % count) + field.low)
  return [...new Set(found)].sort((a, b) => a - b)
}

function numberOf(word: string, field: Field): number | undefined {
  if (/^\d+$/.test(word)) {
    const value = Number(word)
    return value >= field.low && value <= field.high ? value : undefined
  }
  const index = field.names?.indexOf(longNames[word] ?? word) ?? -1
  return index < 0 ? undefined : index + field.low
}

function fail(why: string, part: string, field: Field, text: string, offset: number): never {
  const hints = field.names === undefined ? [] : near(part.replace(/[^A-Za-z].*$/, ''), field.names)
  const range = `${field.low} to ${field.high}`
  const means = why === 'step' ? 'a step must be at least 1' : `its ${field.name} must lie in ${range}`
  throw new StatementError(`Cannot read a cron expression as ${means}: '${part}'.`, {
    text,
    offset: Math.min(offset, text.length),
    expected: [
      `numbers from ${range}${field.names === undefined ? '' : ` or names such as \`${field.names[1]}\``}`,
      '`*`',
      '`a-b`',
      '`*/n`',
      'lists of them',
    ],
    near: hints,
  })
}
