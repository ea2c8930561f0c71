/** Machines as the server tells of them. */

import type { MachineState } from '../src/http/views/machine-definition.ts'

/** A machine, and where an actor of it stands. */
export interface Machine {
  readonly definition: MachineState
  readonly active: readonly string[]
  readonly value: unknown
  readonly context: unknown
}
