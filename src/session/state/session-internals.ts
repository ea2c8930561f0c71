/** How the package's own helpers (testing) reach inside a session; not part of the front door. */
import type { Session } from '../api/session.ts'
import type { Core } from './session-state.ts'

const cores = new WeakMap<Session, Core>()

export function registerCore(session: Session, core: Core): void {
  cores.set(session, core)
}

/** The shared state of a session; a `TypeError` for anything that is none of ours. */
export function coreOf(session: Session): Core {
  const core = cores.get(session)
  if (core === undefined)
    throw new TypeError(`Cannot look inside that as it is no session: ${String(session)}`)
  return core
}
