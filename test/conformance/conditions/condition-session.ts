/** A session with the history of a row, in which conditions are evaluated. */
import { DateTime } from 'luxon'
import { type Action, type Condition, createApp, type Run, type Session } from '../../../src/index.ts'
import { history, TestClock } from '../../../src/testing.ts'
import { silent } from '../../support/silent.ts'
import type { Row } from '../time/time-rules.ts'

interface LogRow {
  readonly task: string
  readonly action: Action
  readonly created: string
}

/** One record; a run without an end is live. */
interface Happening {
  readonly task: string
  readonly action: Action
  readonly at: number
  readonly runId: string
  lives: boolean
}

/** Evaluates the conditions for the task of the row at its `now`, after the row's history. */
export async function holdInSession(conditions: readonly Condition[], row: Row): Promise<readonly boolean[]> {
  const zone = zoneOf(row)
  const now = instantOf(row, row.now)
  const happenings = happeningsOf(row, now)
  const firstLive = happenings.find(({ lives }) => lives)
  const clock = new TestClock({ at: firstLive?.at ?? now, zone })
  const app = createApp({ timezone: zone, clock, logger: silent, multilaunch: true, timeout: 'never' })
  for (const name of namesIn(row)) app.task(name, false, untilTold)
  const { session } = app
  if (firstLive === undefined) history(session, happenings)
  else {
    // Only a started session can have a live run.
    history(session, happenings.slice(0, happenings.indexOf(firstLive)))
    await app.start()
    await live(session, clock, happenings.slice(happenings.indexOf(firstLive)), now)
  }
  const task = row.task as string
  const held = conditions.map((condition) => condition.holds({ session, task, at: now }))
  if (session.state !== 'stopped') {
    session.shutDown({ force: true })
    await session.stopped
  }
  return held
}

/** Plays the records in order, with real live runs. */
async function live(session: Session, clock: TestClock, happenings: readonly Happening[], now: number) {
  for (const happening of happenings) {
    await clock.jump(Math.max(0, Math.min(happening.at, now) - clock.now()))
    if (happening.lives) session.task(happening.task).run()
    else history(session, [happening])
    await clock.settled()
  }
  await clock.jump(now - clock.now())
}

const untilTold = (_: unknown, run: Run): Promise<void> =>
  new Promise((resolve) => run.signal.addEventListener('abort', () => resolve()))

/** The records in order; each end belongs to the oldest open run of its task. */
function happeningsOf(row: Row, now: number): Happening[] {
  const open = new Map<string, Happening[]>()
  const happenings = (row.logs as readonly LogRow[]).map(({ task, action, created }) => ({
    ...{ task, action, at: instantOf(row, created) },
    ...{ runId: '', lives: false },
  }))
  return happenings
    .sort((a, b) => a.at - b.at)
    .map((happening, place): Happening => {
      const runs = open.get(happening.task) ?? []
      open.set(happening.task, runs)
      const made = {
        ...happening,
        runId: `run-${place}`,
        lives: happening.action === 'run' && happening.at <= now,
      }
      if (happening.action === 'run') runs.push(made)
      const ended = happening.action === 'run' ? undefined : runs.shift()
      if (ended === undefined) return made
      ended.lives = false
      return { ...made, runId: ended.runId }
    })
}

function namesIn(row: Row): Set<string> {
  const names = new Set([row.task as string])
  for (const { task } of row.logs as readonly LogRow[]) names.add(task)
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, part] of Object.entries(value)) {
      if ((key === 'task' || key === 'depend_task') && typeof part === 'string') names.add(part)
      else visit(part)
    }
  }
  visit(row.tree)
  return names
}

/** The zone of a row. */
export const zoneOf = (row: Row): string => (row.timezone as string | null) ?? 'UTC'

/** A time of a row, rounded down to the millisecond. */
export const instantOf = (row: Row, text: unknown): number =>
  DateTime.fromISO(text as string, { zone: zoneOf(row) }).toMillis()
