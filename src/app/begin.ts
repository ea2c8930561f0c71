/** The start of an app: its session, and the dashboard for as long as the session runs. */
import type { Session } from '../session/api/session.ts'
import { aBoolean, anything, checkKeys } from '../session/options/validators.ts'
import type { LiveSession } from '../session/session.ts'
import { type DashboardAddress, serveDashboard } from './serve.ts'

/**
 * Options of `app.run()` and `app.start()`, all optional. An unknown key throws a `TypeError` that suggests the nearest.
 *
 * @example
 * ```ts
 * const options: RunOptions = { dashboard: { port: 4700 }, handleSignals: true }
 * await using session = await app.start(options)
 * ```
 */
export interface RunOptions {
  /** Serves the dashboard: `true` for port 4600 (or a free one) of this machine, or another address. Default false. */
  readonly dashboard?: boolean | DashboardAddress
  /** Shuts down on SIGINT, SIGTERM and SIGHUP. Default: the option of `createApp`, or else true in `run()` and false in `start()`. */
  readonly handleSignals?: boolean
}

/**
 * Starts the session. Returns a function that closes the dashboard, if any, which also closes when the session stops.
 *
 * @param door - The called method, for messages: `app.run()`.
 */
export async function begin(
  session: LiveSession,
  door: string,
  options: RunOptions,
  handleSignals: boolean | undefined,
): Promise<() => Promise<void>> {
  checkKeys(options, { dashboard: anything, handleSignals: aBoolean }, `options of ${door}`)
  if (handleSignals !== undefined && handleSignals !== session.options.handleSignals)
    session.update({ handleSignals })
  const show = await serve(session, options.dashboard ?? false)
  // The caller that awaits the stop gets its error; the dashboard closes in any case.
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= show())
  try {
    await session.start()
  } catch (error) {
    await close()
    throw error
  }
  session.stopped.then(close, close).catch(() => {})
  return close
}

const serve = (session: Session, dashboard: boolean | DashboardAddress): Promise<() => Promise<void>> =>
  dashboard === false
    ? Promise.resolve(async () => {})
    : serveDashboard(session, dashboard === true ? {} : dashboard)
