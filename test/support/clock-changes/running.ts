/** A session on a test clock with one task, and the starts of that task. */
import { createApp, type Session, type Start } from 'gantry'
import { TestClock } from 'gantry/testing'
import { DateTime } from 'luxon'
import { silent } from '../silent.ts'

export interface Running {
  readonly clock: TestClock
  readonly session: Session
  /** Starts of the task, epoch ms, oldest first. */
  readonly starts: number[]
  stop(): Promise<void>
}

/** Starts a session in the zone, at a local time, with a task under the condition. */
export async function runTask(zone: string, from: string, start: Start): Promise<Running> {
  const clock = new TestClock({ at: from, zone })
  const app = createApp({ clock, timezone: zone, logger: silent })
  const starts: number[] = []
  app.task('task', start, () => void starts.push(clock.now()))
  const session = await app.start()
  await clock.settled()
  const stop = async (): Promise<void> => {
    session.shutDown()
    await session.stopped
  }
  return { clock, session, starts, stop }
}

/** The starts of a task between two local times, as local times with their offset. */
export async function startsBetween(
  zone: string,
  from: string,
  until: string,
  start: Start,
): Promise<string[]> {
  const running = await runTask(zone, from, start)
  const end = DateTime.fromISO(until, { zone }).toMillis()
  // Timers that are due at the very end belong to the time after it.
  await running.clock.advance(end - running.clock.now() - 1)
  await running.stop()
  return running.starts.map((at) => toLocal(at, zone))
}

/** A local time as `2026-03-29T03:00+02:00`, with seconds if they are not zero. */
export function toLocal(at: number, zone: string): string {
  return DateTime.fromMillis(at, { zone }).toISO({ suppressSeconds: true, suppressMilliseconds: true })!
}

/** Number of starts on each local day. */
export function perDay(starts: readonly string[]): Record<string, number> {
  const days: Record<string, number> = {}
  for (const start of starts) {
    const day = start.slice(0, 10)
    days[day] = (days[day] ?? 0) + 1
  }
  return days
}
