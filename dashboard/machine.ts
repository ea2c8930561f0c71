/** Machines as the server tells of them. */

/** A state of a machine. */
export interface MachineState {
  readonly id: string
  readonly key: string
  readonly type: string
  readonly description: string | null
  readonly initial: string | null
  readonly entry: readonly string[]
  readonly exit: readonly string[]
  readonly transitions: readonly {
    readonly event: string
    readonly targets: readonly string[]
    readonly guard: string | null
    readonly actions: readonly string[]
    readonly description: string | null
  }[]
  readonly states: readonly MachineState[]
}

/** A machine, and where an actor of it stands. */
export interface Machine {
  readonly definition: MachineState
  readonly active: readonly string[]
  readonly value: unknown
  readonly context: unknown
}
