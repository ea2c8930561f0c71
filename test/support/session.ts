/** A session on a test clock that a test can steer, and what it told of itself. */
import { expect } from '@jest/globals'
import { type App, createApp, type News, type Session, type SessionOptions } from 'gantry'
import { TestClock } from 'gantry/testing'
import { silent } from './silent.ts'

/** An app in UTC whose clock stands at noon until it is moved. */
export interface Desk {
  readonly clock: TestClock
  readonly app: App
  readonly session: Session
  /** All news since the app was made, in order. */
  readonly news: News[]
}

const desks: Desk[] = []

/** Makes an app on a test clock. */
export function setUp(options: SessionOptions = {}): Desk {
  const clock = new TestClock({ at: '2026-11-24T12:00', zone: 'UTC' })
  const app = createApp({ clock, timezone: 'UTC', logger: silent, ...options })
  const news: News[] = []
  app.session.on('*', (each) => void news.push(each))
  const desk = { clock, app, session: app.session, news }
  desks.push(desk)
  return desk
}

/** Ends every session that a test left running. Work that does not listen is given up after its grace. */
export async function tearDown(): Promise<void> {
  for (const { clock, session } of desks.splice(0)) {
    session.shutDown({ force: true })
    await clock.settled()
    const hasStopped = (): boolean => session.state === 'stopped'
    for (let n = 0; !hasStopped() && n < 10; n++) await clock.advance('1 minute')
  }
}

/** A promise that the test settles when it likes. */
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

/** What the news say of runs, short: `a started`, `a success`. */
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

/** Work that lasts until it is told to end, or for so long by the clock. */
export const lasting =
  (clock: TestClock, ms = 3_600_000) =>
  async (_: unknown, run: { readonly signal: AbortSignal }): Promise<void> =>
    await clock.sleep(ms, { signal: run.signal })

/** Shows that a session lives: another task can be made, and runs. */
export async function goesOn({ session, clock }: Pick<Desk, 'session' | 'clock'>): Promise<void> {
  session.createTask('other', false, () => 'goes on')
  const handle = session.task('other').run()
  await clock.settled()
  expect((await handle).value).toBe('goes on')
  expect(session.state).toBe('running')
  expect(session.actor.getSnapshot().status).toBe('active')
}
