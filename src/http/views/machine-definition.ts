/**
 * Definitions of machines as plain JSON, from which the dashboard draws state charts: of any machine, also of a user's own.
 *
 * It has what is drawn and nothing else: states, and for each its transitions, initial state, invoked actors and kind of history.
 */
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
  /** The event for readers: `after 5 s`, `done: charge`, `error: charge`; else its type. */
  readonly label: string
  /** Ids of target states; empty if the transition only has actions. */
  readonly targets: readonly string[]
  readonly guard: string | null
  readonly actions: readonly string[]
  readonly description: string | null
}

/** A state with its child states. */
export interface MachineState {
  /** The keys from the machine to the state, joined by dots; dots and backslashes in a key are preceded by a backslash. */
  readonly id: string
  readonly key: string
  /** XState's type: `atomic`, `compound`, `parallel`, `final` or `history`. */
  readonly type: string
  /** The kind of a history state; null for others. */
  readonly history: 'shallow' | 'deep' | null
  readonly description: string | null
  /** Id of the initial child state; null if there is none. */
  readonly initial: string | null
  /** Names of the invoked actors. */
  readonly invokes: readonly string[]
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
    active: snapshot._nodes.map(idOf),
    value: snapshot.value,
    context: copy(snapshot.context),
  }
}

function toState(node: AnyStateNode): MachineState {
  const initial = node.type === 'compound' ? node.initial.target?.[0] : undefined
  return {
    id: idOf(node),
    key: node.key,
    type: node.type,
    history: node.type === 'history' ? (node.history === 'deep' ? 'deep' : 'shallow') : null,
    description: node.description ?? null,
    initial: initial === undefined ? null : idOf(initial),
    invokes: node.invoke.map(nameOfInvoked),
    entry: node.entry.map(nameOf),
    exit: node.exit.map(nameOf),
    // Read from the nodes since `machine.definition` omits eventless transitions.
    transitions: [...node.transitions.values(), node.always ?? []]
      .flat()
      .map((transition) => toTransition(node, transition)),
    states: Object.values(node.states).map(toState),
  }
}

/** XState's own ids may be chosen by the author, and may be equal for keys with dots. */
function idOf({ machine, path }: AnyStateNode): string {
  return [machine.id, ...path.map((key) => key.replace(/[\\.]/g, '\\$&'))].join('.')
}

function toTransition(node: AnyStateNode, transition: AnyTransitionDefinition): MachineTransition {
  return {
    event: transition.eventType,
    label: labelOf(node, transition.eventType),
    targets: (transition.target ?? []).map(idOf),
    guard: transition.guard === undefined ? null : nameOf(transition.guard),
    actions: transition.actions.map(nameOf),
    description: transition.description ?? null,
  }
}

/** The type of an event for readers. XState's own types contain ids of states and actors. */
function labelOf(node: AnyStateNode, event: string): string {
  if (event === `xstate.done.state.${node.id}`) return 'done'
  const delayed = node.after.find(({ eventType }) => eventType === event)
  if (delayed !== undefined)
    return `after ${typeof delayed.delay === 'number' ? duration(delayed.delay) : nameOfDelay(delayed.delay)}`
  for (const invoked of node.invoke)
    for (const [prefix, word] of [
      ['xstate.done.actor.', 'done'],
      ['xstate.error.actor.', 'error'],
      ['xstate.snapshot.', 'snapshot'],
    ] as const)
      if (event === `${prefix}${invoked.id}`) return `${word}: ${nameOfInvoked(invoked)}`
  return event
}

function duration(ms: number): string {
  if (ms < 1_000 || ms % 100 !== 0) return `${ms} ms`
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`
}

function nameOfDelay(delay: unknown): string {
  return typeof delay === 'string' ? delay : 'a computed time'
}

/** The name of an invoked actor: its id, or its source if XState made up the id. */
function nameOfInvoked({ id, src }: { readonly id: string; readonly src: unknown }): string {
  if (!/^\d+\./.test(id)) return id
  return typeof src === 'string' && !src.startsWith('xstate.invoke.') ? src : 'actor'
}

function nameOf(part: unknown): string {
  if (typeof part === 'string') return part
  if (typeof part === 'function') return part.name || 'inline'
  return String((part as { type?: unknown } | null)?.type ?? 'inline')
}
