/** Who changed what: notes in the log, beside the runs. */

import { logLine } from '../contract/log-line.ts'
import type { Changes } from './audit-changes.ts'
import type { Shared } from './context.ts'
import type { Permission } from './route.ts'

/** What was done. */
export interface Deed extends Changes {
  readonly permission: Permission
  readonly task: string | null
  readonly who: string
  readonly address: string
}

/** Writes the note. That it can't be written (the session has stopped, and its log with it) is no reason to say it was not done. */
export function audit({ session }: Shared, { task, ...deed }: Deed): void {
  const about = task === null ? {} : { task }
  session.log
    .note({ message: deed.permission, data: deed, ...about })
    .catch((error) => logLine(session, 'warn', 'An audit note could not be written.', deed, error))
}
