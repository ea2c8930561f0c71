/** Parser of durations. */
import { StatementError } from '../../errors/statement-error.ts'
import { near } from '../../errors/suggest.ts'

/** Milliseconds per word that names a unit of elapsed time. */
const wordMs: Readonly<Record<string, number>> = Object.assign(
  Object.create(null) as Record<string, number>,
  {
    ...named(1, 'ms', 'millisecond', 'milliseconds'),
    ...named(1_000, 's', 'sec', 'secs', 'second', 'seconds'),
    ...named(60_000, 'm', 'min', 'mins', 'minute', 'minutes'),
    ...named(3_600_000, 'h', 'hr', 'hrs', 'hour', 'hours'),
    ...named(86_400_000, 'd', 'day', 'days'),
    ...named(604_800_000, 'w', 'week', 'weeks'),
  },
)

function named(ms: number, ...words: string[]): Record<string, number> {
  return Object.fromEntries(words.map((word) => [word, ms]))
}

const expected = ['a number and a unit such as `10 minutes`', '`HH:MM:SS`', 'ISO 8601 such as `PT1H30M`']

/**
 * Parses a duration to milliseconds, possibly with a fraction. Throws a `StatementError` with the offset of the invalid
 * part.
 */
export function readDuration(text: string): number {
  const sign = /^\s*([-+]*)\s*/.exec(text)!
  const body = text.slice(sign[0].length)
  const ms = /^p/i.test(body) ? readIso(text, sign[0].length) : readWords(text, sign[0].length)
  return [...sign[1]!].filter((char) => char === '-').length % 2 === 1 ? -ms : ms
}

function readWords(text: string, from: number): number {
  let at = from
  let total = 0
  let seen = false
  while (at < text.length) {
    const rest = text.slice(at)
    const clock = /^(\d+):(\d{1,2}):(\d{1,2}(?:[.]\d+)?)\s*$/.exec(rest)
    if (clock !== null) {
      return total + Number(clock[1]) * 3_600_000 + Number(clock[2]) * 60_000 + Number(clock[3]) * 1_000
    }
    const part = /^(\d+(?:[.]\d+)?|[.]\d+)\s*([a-z]+)?/i.exec(rest)
    if (part === null) fail(text, at)
    const unit = part[2] === undefined ? undefined : wordMs[part[2].toLowerCase()]
    if (unit === undefined) fail(text, at + part[0].length - (part[2]?.length ?? 0), part[2])
    total += Number(part[1]) * unit
    seen = true
    at += part[0].length
    const gap = /^(?:\s*,?\s*and\b\s*|\s*[,:]?\s*)/i.exec(text.slice(at))!
    at += gap[0].length
  }
  if (!seen) fail(text, from)
  return total
}

function readIso(text: string, from: number): number {
  const match =
    /^p(?:(\d+(?:[.,]\d+)?)w)?(?:(\d+(?:[.,]\d+)?)d)?(?:t(?:(\d+(?:[.,]\d+)?)h)?(?:(\d+(?:[.,]\d+)?)m)?(?:(\d+(?:[.,]\d+)?)s)?)?\s*$/i.exec(
      text.slice(from),
    )
  if (match === null || match.slice(1).every((part) => part === undefined)) fail(text, from)
  const units = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000]
  return units.reduce((sum, unit, i) => sum + Number((match[i + 1] ?? '0').replace(',', '.')) * unit, 0)
}

/** Suggests `1 day` for `day`: a count is required. */
function oneOf(rest: string): string[] {
  const unit = /^[a-z]+/i.exec(rest)?.[0].toLowerCase() ?? ''
  return Object.hasOwn(wordMs, unit) ? [`1 ${unit}`] : []
}

function fail(text: string, offset: number, word?: string): never {
  const [, calendar] = /^(month|year|quarter)s?$/i.exec(word ?? '') ?? []
  const why = calendar === undefined ? '' : `: a ${calendar.toLowerCase()} has no fixed length`
  throw new StatementError(`Cannot read '${text}' as a duration${why}.`, {
    text,
    offset,
    expected,
    near: word === undefined ? oneOf(text.slice(offset)) : near(word, Object.keys(wordMs)),
  })
}
