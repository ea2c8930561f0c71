/**
 * An XState 5 actor in the form of an XState 4 interpreter, with the few members that `@xstate/inspect` uses.
 *
 * The inspector replaces `send` by a function that reports the event to the page and then calls the original. So `send` is called
 * in two cases: for an event from the page, which is passed on to the actor; and for an event that the actor has already
 * received, which is only reported.
 */

import type { Replacer } from '../../../src/values/plain-copy.ts'
import { toDefinition } from './definition.ts'
import { type ActorLike, logicOf, nameOf, parentOf, type SnapshotLike, snapshotOf } from './observed.ts'
import { type State, toEvent, toState, type WrappedEvent } from './state.ts'

/** The initial event of an actor, shown as its last event until another arrives. */
const initial = { type: 'xstate.init' }

/** One actor, as the inspector sees it. */
export class Service {
  readonly sessionId: string
  readonly id: string
  readonly parent: { readonly sessionId: string } | undefined
  /** Created on each access: a definition is read once per page, so it is not worth keeping. */
  readonly machine: { readonly definition: object; toJSON(): object }

  readonly #actor: ActorLike
  readonly #replacer: Replacer | undefined
  readonly #stateListeners = new Set<(state: State) => void>()
  readonly #stopListeners = new Set<() => void>()
  #last: { readonly type: string } = initial
  /** The event in transit from the page to the actor; the page has it already. */
  #delivered: { readonly type: string } | undefined
  #isReporting = false

  constructor(actor: ActorLike, replacer?: Replacer) {
    this.#actor = actor
    this.#replacer = replacer
    this.sessionId = actor.sessionId
    this.id = nameOf(actor)
    this.parent = parentOf(actor)
    const define = () => toDefinition(logicOf(actor), this.id)
    this.machine = {
      get definition() {
        return define()
      },
      toJSON: define,
    }
  }

  /** The current state. */
  get state(): State {
    return this.#toState(snapshotOf(this.#actor) ?? {})
  }

  /** True while the actor can change. */
  get isActive(): boolean {
    return snapshotOf(this.#actor)?.status === 'active'
  }

  /** Passes an event from the page to the actor. A field, as the inspector replaces it. */
  send = (event: WrappedEvent | { readonly type: string }): void => {
    if (this.#isReporting) return
    const plain = 'data' in event && '$$type' in event ? event.data : event
    this.#delivered = plain
    try {
      this.#actor.send(plain)
    } finally {
      this.#delivered = undefined
    }
  }

  subscribe(listener: (state: State) => void): void {
    this.#stateListeners.add(listener)
  }

  onStop(listener: () => void): void {
    this.#stopListeners.add(listener)
  }

  /** Reports an event that has reached the actor to the page. */
  reportEvent(event: { readonly type: string }): void {
    this.#last = event
    // The actor may receive a validated copy of the event.
    if (event.type === this.#delivered?.type) {
      this.#delivered = undefined
      return
    }
    this.#isReporting = true
    try {
      this.send(toEvent(event, this.#replacer))
    } finally {
      this.#isReporting = false
    }
  }

  /** Stores an event without a report, while no page is connected. */
  note(event: { readonly type: string }): void {
    this.#last = event
  }

  /** Reports the state of the actor after an event to the page. */
  reportState(snapshot: SnapshotLike, event: { readonly type: string }): void {
    this.#last = event
    this.#reportState(snapshot)
  }

  /** Reports the current state of the actor to the page. */
  reportNow(): void {
    this.#reportState(snapshotOf(this.#actor) ?? {})
  }

  /** Reports the end of the actor to the page, and removes the listeners. */
  stop(): void {
    const listeners = [...this.#stopListeners]
    this.#stopListeners.clear()
    this.#stateListeners.clear()
    for (const listener of listeners) listener()
  }

  #reportState(snapshot: SnapshotLike): void {
    const state = this.#toState(snapshot)
    for (const listener of this.#stateListeners) listener(state)
  }

  #toState(snapshot: SnapshotLike): State {
    return toState(snapshot, this.#last, this.sessionId, this.#replacer)
  }
}
