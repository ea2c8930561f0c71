/** Formats of times and durations. */

/** A time in a zone, such as `14:03:22`, with the day unless it is today. */
export function time(at: number | string, zone: string): string {
  const date = new Date(at)
  const isToday = day(date, zone) === day(new Date(), zone)
  return part(date, zone, {
    ...(isToday ? {} : { day: 'numeric', month: 'short' }),
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
}

/** A full time with the zone, for tooltips. */
export function fullTime(at: number | string, zone: string): string {
  return `${part(new Date(at), zone, { dateStyle: 'full', timeStyle: 'medium' })} (${zone})`
}

function day(date: Date, zone: string): string {
  return part(date, zone, { dateStyle: 'short' })
}

const formats = new Map<string, Intl.DateTimeFormat>()

function part(date: Date, zone: string, options: Intl.DateTimeFormatOptions): string {
  const name = `${zone} ${JSON.stringify(options)}`
  let format = formats.get(name)
  if (format === undefined) formats.set(name, (format = make(zone, options)))
  return format.format(date)
}

/** Falls back to UTC if the browser does not know the zone. */
function make(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone })
  } catch {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' })
  }
}

/** A time relative to now, such as `in 3 min` or `12 s ago`. */
export function relative(at: number | string, now: number): string {
  const ms = new Date(at).getTime() - now
  const text = length(Math.abs(ms))
  if (Math.abs(ms) < 1_000) return 'now'
  return ms > 0 ? `in ${text}` : `${text} ago`
}

/** A duration, such as `1.4 s`, `3 min 20 s` or `2 d 4 h`. */
export function length(ms: number): string {
  if (!Number.isFinite(ms)) return 'unlimited'
  if (ms < 1_000) return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ] as const
  const first = units.findIndex(([, size]) => ms >= size)
  const [unit, size] = units[first]!
  const next = units[first + 1]
  const rest = next === undefined ? 0 : Math.floor((ms % size) / next[1])
  return `${Math.floor(ms / size)} ${unit}${rest > 0 ? ` ${rest} ${next![0]}` : ''}`
}

/** A value as readable text. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? 'nothing')
}
