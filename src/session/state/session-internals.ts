/** Access to the internals of a session for `gantry/testing`; not public. */
import type { Clock } from '../../clock/clock.ts'
import type { Executor } from '../../executors/executor.ts'
import type { Session } from '../api/session.ts'
import type { ConditionChanges } from '../events/condition-changes.ts'
import type { Configuration } from '../options/configuration.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { Registry } from './registry.ts'
import type { RunLog } from './run-log.ts'

export interface SessionInternals {
  readonly clock: Clock
  readonly configuration: Configuration
  readonly registry: Registry
  readonly runLog: RunLog
  readonly changes: ConditionChanges
  readonly reporter: Reporter
  readonly executors: ReadonlyMap<string, Executor>
}

const internals = new WeakMap<Session, SessionInternals>()

export function registerInternals(session: Session, own: SessionInternals): void {
  internals.set(session, own)
}

/** The internals of a session. Throws a `TypeError` for other values. */
export function internalsOf(session: Session): SessionInternals {
  const own = internals.get(session)
  if (own === undefined)
    throw new TypeError(`Cannot look inside a session as this is not one: ${String(session)}`)
  return own
}
