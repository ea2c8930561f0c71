/** Who may do what: nobody in read-only mode, readers only look, and the host program may refuse any action besides. */
import type { HttpSettings, Who } from './options.ts'
import { Problem } from './problem.ts'
import type { Permission } from './route.ts'

/** What is about to be done. */
export interface Action {
  readonly permission: Permission
  readonly task: string | null
}

/** @throws Problem 403, 405 */
export async function checkPermission(
  who: Who,
  { permission, task }: Action,
  request: Request,
  settings: HttpSettings,
): Promise<void> {
  checkRole(who, permission, settings)
  // Asked with what the body says it is; until then it is only known to be a command.
  if (permission === 'public' || permission === 'command' || settings.authorize === undefined) return
  if ((await settings.authorize({ who, permission, task, request })) !== true)
    throw new Problem(403, 'forbidden', `Cannot do that as ${who.name} may not: ${permission}`)
}

function checkRole(who: Who, permission: Permission, settings: HttpSettings): void {
  if (permission === 'public' || permission === 'read') return
  if (settings.readOnly)
    throw new Problem(405, 'read-only', 'Cannot change anything as this interface is for reading only.', {
      headers: { allow: 'GET, HEAD' },
    })
  if (who.access !== 'all')
    throw new Problem(403, 'forbidden', `Cannot do that as ${who.name} may only read: ${permission}`)
}
