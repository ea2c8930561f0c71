/** Predefined work on the session. */
import { withSpec } from '../work-spec.ts'

interface Stoppable {
  readonly session: { shutDown(options?: { readonly force?: boolean }): void; restart(): void }
}

/**
 * Work that shuts the session down: live runs are drained, or terminated with `{ force: true }`.
 *
 * @example
 * ```ts
 * app.task('close for the night', 'daily at 22:00', shutDownWork())
 * ```
 */
export function shutDownWork(
  options: { readonly force?: boolean } = {},
): (args: unknown, run: Stoppable) => void {
  const { force = false } = options
  return withSpec((_: unknown, run: Stoppable) => run.session.shutDown({ force }), { kind: 'session' })
}

/**
 * Work that restarts the session, in the way that its `restarting` option defines.
 *
 * @example
 * ```ts
 * app.task('fresh start', 'weekly on Monday', restartWork())
 * ```
 */
export function restartWork(): (args: unknown, run: Stoppable) => void {
  return withSpec((_: unknown, run: Stoppable) => run.session.restart(), { kind: 'session' })
}
