/** Permission checks: read-only mode, read access, and the program's `authorize`. */
import type { Session } from '../../app/index.ts'
import { Problem } from '../contract/problem.ts'
import type { HttpSettings, Who } from '../options.ts'
import { View } from '../security/caller-view.ts'
import type { Permission } from './route.ts'
import type { Action, Touches } from './touched-tasks.ts'

/** The view of one caller, as `authorize` decides on reading each task. */
export function viewOf(who: Who, request: Request, session: Session, { authorize }: HttpSettings): View {
  if (authorize === undefined) return new View(session, null)
  return new View(session, (task) => authorize({ who, permission: 'read', task, request }))
}

/**
 * Checks the effects of a request beyond the action of its route.
 *
 * @throws TaskNotFoundError for a task that the caller may not read, Problem 403 for a forbidden action
 */
export async function checkTouches(
  who: Who,
  { actions, mentions }: Touches,
  view: View,
  request: Request,
  settings: HttpSettings,
): Promise<void> {
  for (const action of actions) {
    const { task } = action
    if (task !== null && !(await view.mayRead(task)))
      throw action.isNew === true ? forbidden(who, action.permission) : view.notFound(task)
    await checkPermission(who, action, request, settings)
  }
  await view.learn(mentions)
  for (const name of mentions)
    if (view.hides(name))
      throw new Problem(
        403,
        'forbidden',
        `Cannot use that condition as it names a task that ${who.name} may not read.`,
      )
}

/** Calls the program's `authorize`. @throws Problem 403 */
export async function checkPermission(
  who: Who,
  { permission, task }: Action,
  request: Request,
  { authorize }: HttpSettings,
): Promise<void> {
  // A command is checked once its type is known from the body.
  if (permission === 'public' || permission === 'command' || authorize === undefined) return
  if ((await authorize({ who, permission, task, request })) !== true) throw forbidden(who, permission)
}

function forbidden(who: Who, permission: Permission): Problem {
  return new Problem(403, 'forbidden', `Cannot do that as ${who.name} may not: ${permission}`)
}

/** Checks read-only mode and the caller's access, before `authorize`. @throws Problem 403, 405 */
export function checkRole(who: Who, permission: Permission, settings: HttpSettings): void {
  if (permission === 'public' || permission === 'read') return
  if (settings.readOnly)
    throw new Problem(405, 'read-only', 'Cannot change anything as this interface is read-only.', {
      headers: { allow: 'GET, HEAD' },
    })
  if (who.access !== 'all')
    throw new Problem(403, 'forbidden', `Cannot do that as ${who.name} may only read: ${permission}`)
}
