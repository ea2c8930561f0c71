/** Conversion of XState 5 snapshots to XState 4 states, which the inspector's page reads. */

import { type Replacer, toPlain } from '../../../src/values/plain-copy.ts'
import type { SnapshotLike } from './observed.ts'

/** An event in the wrapper of XState 4. */
export interface WrappedEvent {
  readonly name: string
  readonly data: { readonly type: string }
  readonly $$type: 'scxml'
  readonly type: 'external'
}

/** A state in the format of XState 4; plain JSON. */
export interface State {
  readonly value: unknown
  readonly context: unknown
  readonly event: { readonly type: string }
  readonly _event: WrappedEvent
  readonly _sessionid: string
  readonly actions: readonly never[]
  readonly activities: object
  readonly meta: object
  readonly events: readonly never[]
  readonly configuration: readonly never[]
  readonly transitions: readonly never[]
  readonly children: object
  readonly tags: readonly string[]
  readonly done: boolean
  readonly changed: boolean
}

/** A copy of an event for display; its type is unchanged. */
export function toEvent(event: { readonly type: string }, replacer?: Replacer): { readonly type: string } {
  const copy = toPlain(event, replacer)
  return { ...(typeof copy === 'object' ? copy : {}), type: String(event.type) }
}

/** The state of an actor after an event. Its children are omitted, as they are shown as separate actors. */
export function toState(
  snapshot: SnapshotLike,
  event: { readonly type: string },
  sessionId: string,
  replacer?: Replacer,
): State {
  const { status = 'active', value = status, context, output, error, tags = [] } = snapshot
  const shown = context ?? withoutEmpty({ output, error })
  const plainEvent = toEvent(event, replacer)
  return {
    value,
    context: toPlain(shown, replacer),
    event: plainEvent,
    _event: { name: plainEvent.type, data: plainEvent, $$type: 'scxml', type: 'external' },
    _sessionid: sessionId,
    actions: [],
    activities: {},
    meta: {},
    events: [],
    configuration: [],
    transitions: [],
    children: {},
    tags: [...tags],
    done: status === 'done',
    changed: true,
  }
}

function withoutEmpty(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
