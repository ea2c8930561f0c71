/** The errors of refused commands. */
import { getStateNodes } from 'xstate'
import { type CommandEvent, commandTypes } from '../../../machines/commands.ts'
import { sessionMachine } from '../../../machines/session.machine.ts'
import { CommandRefusedError } from '../../errors/errors.ts'
import type { SessionActor } from '../actors/session-actor.ts'
import type { Registry } from '../state/registry.ts'

export interface RefusalDeps {
  readonly registry: Registry
  readonly sessionActor: SessionActor
}

/** The error for a command that the session's machine refuses. */
export function whyRefused({ registry, sessionActor }: RefusalDeps, event: CommandEvent): unknown {
  if ('task' in event && !registry.entries.has(event.task)) {
    try {
      registry.entry(event.task)
    } catch (error) {
      return error
    }
  }
  return new CommandRefusedError(event.type, sessionActor.state, acceptedNow(sessionActor))
}

/** The commands that the session's machine accepts in its current state. */
function acceptedNow(sessionActor: SessionActor): readonly string[] {
  const { value } = sessionActor.snapshot
  const nodes = getStateNodes(sessionMachine.root, value)
  return commandTypes.filter((type) => {
    // Commands to one task are refused only if the task does not exist, in any state.
    if (type.startsWith('task.') || type === 'run.send') return true
    // The innermost state with transitions for the command decides, by the last of them, which applies if no guard matches.
    const node = nodes.findLast(({ transitions }) => transitions.has(type))
    const actions = node?.transitions.get(type)?.at(-1)?.actions ?? []
    return !actions.some((action) => nameOf(action) === 'refuse')
  })
}

const nameOf = (action: unknown): unknown =>
  typeof action === 'string' ? action : (action as { readonly type?: unknown }).type
