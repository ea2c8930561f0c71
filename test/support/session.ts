/** A session on a test clock, with its news. */
import { expect } from '@jest/globals'
import { type App, createApp, type News, type Session, type SessionOptions } from 'gantry'
import { TestClock } from 'gantry/testing'
import { silent } from './silent.ts'

/** An app in UTC whose clock is stopped at noon until a test moves it. */
export interface Desk {
  readonly clock: TestClock
  readonly app: App
  readonly session: Session
  /** All news since the app was created, in order. */
  readonly news: News[]
}

const desks: Desk[] = []

/** Creates an app on a test clock. */
export function setUp(options: SessionOptions = {}): Desk {
  const clock = new TestClock({ at: '2026-11-24T12:00', zone: 'UTC' })
  const app = createApp({ clock, timezone: 'UTC', logger: silent, ...options })
  const news: News[] = []
  app.session.on('*', (each) => void news.push(each))
  const desk = { clock, app, session: app.session, news }
  desks.push(desk)
  return desk
}

/** Ends every session that a test left running. Work that ignores cancellation is abandoned after its grace period. */
export async function tearDown(): Promise<void> {
  for (const { clock, session } of desks.splice(0)) {
    session.shutDown({ force: true })
    await clock.settled()
    const hasStopped = (): boolean => session.state === 'stopped'
    for (let n = 0; !hasStopped() && n < 10; n++) await clock.advance('1 minute')
  }
}

/** A promise that the test settles. */
export interface Gate<T = void> {
  readonly promise: Promise<T>
  readonly open: (value: T) => void
  readonly fail: (error: unknown) => void
}

export function gate<T = void>(): Gate<T> {
  let open!: (value: T) => void
  let fail!: (error: unknown) => void
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve
    fail = reject
  })
  return { promise, open, fail }
}

/** The news about runs in short form: `a started`, `a success`. */
export function runsIn(news: readonly News[]): string[] {
  return news.flatMap((each) => {
    if (each.type === 'run.started') return [`${each.task} started`]
    return each.type === 'run.ended' ? [`${each.task} ${each.action}`] : []
  })
}

/** The kinds of warning among the news. */
export function warningsIn(news: readonly News[]): string[] {
  return news.flatMap((each) => (each.type === 'session.warning' ? [each.kind] : []))
}

/** Work that lasts until it is cancelled, or for a duration of the clock. */
export const lasting =
  (clock: TestClock, ms = 3_600_000) =>
  async (_: unknown, run: { readonly signal: AbortSignal }): Promise<void> =>
    await clock.sleep(ms, { signal: run.signal })

/** Checks that a session is running: another task can be created, and runs. */
export async function goesOn({ session, clock }: Pick<Desk, 'session' | 'clock'>): Promise<void> {
  session.createTask('other', false, () => 'goes on')
  const handle = session.task('other').run()
  await clock.settled()
  expect((await handle).value).toBe('goes on')
  expect(session.state).toBe('running')
  expect(session.actor.getSnapshot().status).toBe('active')
}
