/** The workflow of a live run as response data. */
import type { AnyStateMachine } from 'xstate'
import type { Task } from '../../app/index.ts'
import { type MachineState, toDefinition } from './machine-definition.ts'

/** Maximum number of states of a machine that is sent. */
const maxStates = 500

type LiveWorkflow = NonNullable<Task['runs'][number]['workflow']>

export function toWorkflowData(workflow: LiveWorkflow, copy: (value: unknown, key?: string) => unknown) {
  const { state, value, since, accepts, actor } = workflow
  const { context } = actor.getSnapshot() as { readonly context?: unknown }
  return {
    state,
    value,
    since: { ...since },
    accepts: [...accepts],
    context: context === undefined ? null : copy(context, 'context'),
    machine: value === null ? null : drawn((actor as unknown as { logic: AnyStateMachine }).logic),
  }
}

/** The definition, unless it is too large to be drawn. */
function drawn(machine: AnyStateMachine): MachineState | null {
  const definition = toDefinition(machine)
  return countStates(definition) > maxStates ? null : definition
}

function countStates({ states }: MachineState): number {
  return states.reduce((sum, state) => sum + countStates(state), 1)
}
