/** Machine data of the HTTP API. */
import type { MachineState } from '../src/http/views/machine-definition.ts'

/** A machine and the current state of its actor. */
export interface Machine {
  readonly definition: MachineState
  readonly active: readonly string[]
  readonly value: unknown
  readonly context: unknown
}

/** All states below a state, parents before children. */
export function flatten(state: MachineState): MachineState[] {
  return state.states.flatMap((part) => [part, ...flatten(part)])
}

/** The events with a transition in the active states. */
export function eventsIn(root: MachineState, active: ReadonlySet<string>): ReadonlySet<string> {
  const states = [root, ...flatten(root).filter(({ id }) => active.has(id))]
  return new Set(states.flatMap(({ transitions }) => transitions.map(({ event }) => event)))
}

/** The ids of the active states of a state value, such as `{ running: 'held' }` of a session. Of parallel states each region is active. */
export function activeStates(state: MachineState, value: unknown): string[] {
  const parts: [string, unknown][] =
    typeof value === 'string' ? [[value, {}]] : Object.entries((value ?? {}) as Record<string, unknown>)
  return [
    state.id,
    ...parts.flatMap(([key, part]) => {
      const child = state.states.find((each) => each.key === key)
      return child === undefined ? [] : activeStates(child, part)
    }),
  ]
}
