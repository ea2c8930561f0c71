/** Definitions of machines as data, from which the dashboard draws state charts. */
import type {
  AnyActorRef,
  AnyMachineSnapshot,
  AnyStateMachine,
  AnyStateNode,
  AnyTransitionDefinition,
} from 'xstate'

/** A transition from one state to others. */
export interface MachineTransition {
  /** The event's type; empty for an eventless transition. */
  readonly event: string
  /** Ids of target states; empty if the transition only has actions. */
  readonly targets: readonly string[]
  readonly guard: string | null
  readonly actions: readonly string[]
  readonly description: string | null
}

/** A state with its child states. */
export interface MachineState {
  readonly id: string
  readonly key: string
  readonly type: string
  readonly description: string | null
  /** Id of the initial child state; null if there is none. */
  readonly initial: string | null
  readonly entry: readonly string[]
  readonly exit: readonly string[]
  readonly transitions: readonly MachineTransition[]
  readonly states: readonly MachineState[]
}

/** The definition and current state of an actor's machine. */
export interface MachineData {
  readonly definition: MachineState
  /** Ids of the active states. */
  readonly active: readonly string[]
  readonly value: unknown
  readonly context: unknown
}

/** The definition of a machine. */
export function toDefinition(machine: Pick<AnyStateMachine, 'root'>): MachineState {
  return toState(machine.root)
}

/** The machine of an actor with the actor's current state. */
export function toMachineData(actor: AnyActorRef, copy: (value: unknown) => unknown): MachineData {
  const snapshot = actor.getSnapshot() as AnyMachineSnapshot
  return {
    definition: toDefinition((actor as unknown as { logic: AnyStateMachine }).logic),
    active: snapshot._nodes.map((node) => node.id),
    value: snapshot.value,
    context: copy(snapshot.context),
  }
}

function toState(node: AnyStateNode): MachineState {
  return {
    id: node.id,
    key: node.key,
    type: node.type,
    description: node.description ?? null,
    initial: node.type === 'compound' ? (node.initial.target?.[0]?.id ?? null) : null,
    entry: node.entry.map(nameOf),
    exit: node.exit.map(nameOf),
    // Read from the nodes since `machine.definition` omits eventless transitions.
    transitions: [...node.transitions.values(), node.always ?? []].flat().map(toTransition),
    states: Object.values(node.states).map(toState),
  }
}

function toTransition(transition: AnyTransitionDefinition): MachineTransition {
  return {
    event: transition.eventType,
    targets: (transition.target ?? []).map((target) => target.id),
    guard: transition.guard === undefined ? null : nameOf(transition.guard),
    actions: transition.actions.map(nameOf),
    description: transition.description ?? null,
  }
}

function nameOf(part: unknown): string {
  if (typeof part === 'string') return part
  if (typeof part === 'function') return part.name || 'inline'
  return String((part as { type?: unknown } | null)?.type ?? 'inline')
}
