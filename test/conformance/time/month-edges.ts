/** Cases in which a month shorter than Rocketry's axis of 31 days makes a difference. */
import { toDateTime } from '../../../src/time/index.ts'
import { type PeriodSpec, periodOf } from './period-spec.ts'

/** All cycle specs in a tree or a row, including itself. */
export function cyclesIn(tree: unknown): readonly PeriodSpec[] {
  if (typeof tree !== 'object' || tree === null) return []
  const inner = Object.values(tree).flatMap(cyclesIn)
  const { type } = tree as { readonly type?: unknown }
  return typeof type === 'string' && type.startsWith('TimeOf') ? [tree as PeriodSpec, ...inner] : inner
}

/** True if the monthly cycle around an instant begins or ends in a month that lacks its day. */
export function startsOnMissingDay(spec: PeriodSpec, at: number, zone: string): boolean {
  const day = Number.parseInt(String(spec.args.start), 10)
  if (spec.type !== 'TimeOfMonth' || spec.args.starting !== true || !(day > 28)) return false
  const instance = periodOf(spec).current(at, zone)
  if (instance === null) return false
  return [instance.start, instance.end].some((edge) => toDateTime(edge, zone).day < day)
}

/** True if the day from the nearest moment of the month extends into the next month. */
export function reachesOverMonthEnd(spec: PeriodSpec, at: number, zone: string): boolean {
  if (spec.type !== 'TimeOfMonth' || spec.args.time_point !== true) return false
  const period = periodOf(spec)
  return [period.current(at, zone), period.previous(at, zone), period.next(at, zone)].some((instance) => {
    if (instance === null) return false
    const start = toDateTime(instance.start, zone)
    const isDay = start.plus({ days: 1 }).toMillis() === instance.end
    return isDay && start.month !== toDateTime(instance.end - 1, zone).month
  })
}
