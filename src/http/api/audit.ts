/** Audit notes in the log: who changed what. */
import { logLine } from '../contract/log-line.ts'
import type { Changes } from './audit-changes.ts'
import type { Shared } from './context.ts'
import type { Permission } from './route.ts'

/** An action that was performed. */
export interface AuditedAction extends Changes {
  readonly permission: Permission
  readonly task: string | null
  readonly who: string
  readonly address: string
}

/** Writes the note. If it cannot be written, for instance after a shut-down, the request still succeeds, since the action is done. */
export function audit({ session }: Shared, { task, ...action }: AuditedAction): void {
  const about = task === null ? {} : { task }
  session.log
    .note({ message: action.permission, data: action, ...about })
    .catch((error) => logLine(session, 'warn', 'An audit note could not be written.', action, error))
}
