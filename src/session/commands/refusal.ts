/** The errors of refused commands. */
import { getStateNodes } from 'xstate'
import { type CommandEvent, commandTypes } from '../../../machines/commands.ts'
import { sessionMachine } from '../../../machines/session.machine.ts'
import { CommandRefusedError } from '../../errors/errors.ts'
import type { Core } from '../state/session-state.ts'

/** The error for a command that the session's machine refuses. */
export function whyRefused(core: Core, event: CommandEvent): unknown {
  if ('task' in event && !core.entries.has(event.task)) {
    try {
      core.entry(event.task)
    } catch (error) {
      return error
    }
  }
  return new CommandRefusedError(event.type, core.state, acceptedNow(core))
}

/** The commands that the session's machine accepts in its present state. */
function acceptedNow(core: Core): readonly string[] {
  const { value } = core.actor.getSnapshot()
  const nodes = getStateNodes(sessionMachine.root, value)
  return commandTypes.filter((type) => {
    // Commands to one task are refused only if the task does not exist, in any state.
    if (type.startsWith('task.')) return true
    // The innermost state with transitions for the command decides, by the last of them, which applies if no guard matches.
    const node = nodes.findLast(({ transitions }) => transitions.has(type))
    const actions = node?.transitions.get(type)?.at(-1)?.actions ?? []
    return !actions.some((action) => nameOf(action) === 'refuse')
  })
}

const nameOf = (action: unknown): unknown =>
  typeof action === 'string' ? action : (action as { readonly type?: unknown }).type
