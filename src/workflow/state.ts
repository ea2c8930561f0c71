/** The stored state of a workflow: the snapshots of its actors, its delays, and the number of times that each step began. */
import type { AnyActorRef, Snapshot } from 'xstate'
import { toErrorData } from '../errors/error-data.ts'
import { toJsonSafe } from '../values/json-copy.ts'
import type { StoredDelay } from './delays.ts'

/** The maximum size of a stored state, in characters of JSON. */
export const maxStateSize = 1_048_576

/** The state of a workflow as data. */
export interface WorkflowState {
  readonly version?: string
  /** XState's persisted snapshot of the root actor, with those of its children. */
  readonly snapshot: Snapshot<unknown>
  readonly delays?: readonly StoredDelay[]
  /** The number of times that each invoked or spawned actor was created, by its path. */
  readonly attempts?: Readonly<Record<string, number>>
  /** Since when each active state of the machine is active, by its path, epoch ms. */
  readonly since?: Readonly<Record<string, number>>
}

/** The state as JSON, or the reason why it is not: the path of a value, or its size. */
export function toStoredState(
  state: WorkflowState,
): { readonly kept: true; readonly state: WorkflowState } | { readonly kept: false; readonly why: string } {
  const copy = toJsonSafe({ ...state, snapshot: withoutEnded(state.snapshot) }, maxStateSize)
  if (copy.kept) return { kept: true, state: copy.value as WorkflowState }
  const why = copy.why.replace(`maxValueSize is ${maxStateSize}`, `the maximum is ${maxStateSize}`)
  const hint = /\.src is not JSON$/.test(why)
    ? ' (register the actor by name: setup({ actors }).createMachine())'
    : ''
  return { kept: false, why: `${why}${hint}` }
}

interface Persisted {
  readonly status: string
  readonly error?: unknown
  readonly children?: Readonly<Record<string, { readonly snapshot: Persisted }>>
}

/** The snapshot without outputs of children that have ended, which may be no data: nothing reads them after a restart. */
function withoutEnded(snapshot: Snapshot<unknown>): Snapshot<unknown> {
  const { children } = snapshot as unknown as Persisted
  if (children === undefined || Object.keys(children).length === 0) return snapshot
  const stored = Object.entries(children).map(([id, child]) => [
    id,
    { ...child, snapshot: reduced(child.snapshot) },
  ])
  return { ...snapshot, children: Object.fromEntries(stored) } as unknown as Snapshot<unknown>
}

function reduced(snapshot: Persisted): Persisted {
  if (snapshot.status === 'active') return withoutEnded(snapshot as never) as never
  const { output: _, error, ...rest } = snapshot as Persisted & { readonly output?: unknown }
  return { ...rest, ...(error === undefined ? {} : { error: toErrorData(error) }) }
}

/** The path of an actor below the root of its workflow; null if it belongs to another one. */
export function pathOf(actor: AnyActorRef, root: AnyActorRef): readonly string[] | null {
  const path: string[] = []
  for (let at: AnyActorRef | undefined = actor; at !== root; at = at._parent) {
    if (at === undefined) return null
    path.unshift(at.id)
  }
  return path
}

/** The actor with a path below the root. */
export function actorAt(path: readonly string[], root: AnyActorRef): AnyActorRef | undefined {
  return path.reduce<AnyActorRef | undefined>(
    (actor, id) =>
      (actor?.getSnapshot() as { readonly children?: Record<string, AnyActorRef> } | undefined)?.children?.[
        id
      ],
    root,
  )
}
