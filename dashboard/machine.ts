/** Machine data of the HTTP API. */
import type { MachineState } from '../src/http/views/machine-definition.ts'

/** A machine and the current state of its actor. */
export interface Machine {
  readonly definition: MachineState
  readonly active: readonly string[]
  readonly value: unknown
  readonly context: unknown
}
