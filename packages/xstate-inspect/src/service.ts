/**
 * An actor of XState 5 in the shape of an interpreter of XState 4: the few members that `@xstate/inspect` asks for.
 *
 * The inspector replaces `send` by a function of its own that tells the page of the event and then calls the one it
 * found. Events therefore pass through `send` in two ways: from the page, on to the actor; and from the actor, where they
 * have happened already and only the telling is wanted.
 */

import type { Replacer } from '../../../src/values/plain-copy.ts'
import { toDefinition } from './definition.ts'
import { type ActorLike, logicOf, nameOf, parentOf, type SnapshotLike, snapshotOf } from './observed.ts'
import { type State, toEvent, toState, type WrappedEvent } from './state.ts'

/** What an actor was told when it started; it stands for the last event until another comes. */
const initial = { type: 'xstate.init' }

/** One actor, as the inspector sees it. */
export class Service {
  readonly sessionId: string
  readonly id: string
  readonly parent: { readonly sessionId: string } | undefined
  /** Definitions are made each time they are asked for: they are read once for a page and would be kept for nothing. */
  readonly machine: { readonly definition: object; toJSON(): object }

  readonly #actor: ActorLike
  readonly #replacer: Replacer | undefined
  readonly #stateListeners = new Set<(state: State) => void>()
  readonly #stopListeners = new Set<() => void>()
  #last: { readonly type: string } = initial
  /** The event that is on its way from the page to the actor; the page has been told of it. */
  #delivered: { readonly type: string } | undefined
  #isTelling = false

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

  /** Where the actor stands now. */
  get state(): State {
    return this.#toState(snapshotOf(this.#actor) ?? {})
  }

  /** True while the actor can change. */
  get isActive(): boolean {
    return snapshotOf(this.#actor)?.status === 'active'
  }

  /** Carries an event from the page to the actor. A field, as the inspector puts its own function in its place. */
  send = (event: WrappedEvent | { readonly type: string }): void => {
    if (this.#isTelling) return
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

  /** Tells the page of an event that has reached the actor. */
  tellEvent(event: { readonly type: string }): void {
    this.#last = event
    // The actor may take a checked copy of it.
    if (event.type === this.#delivered?.type) {
      this.#delivered = undefined
      return
    }
    this.#isTelling = true
    try {
      this.send(toEvent(event, this.#replacer))
    } finally {
      this.#isTelling = false
    }
  }

  /** Remembers an event without telling: no page looks. */
  note(event: { readonly type: string }): void {
    this.#last = event
  }

  /** Tells the page where the actor stands after an event. */
  tellState(snapshot: SnapshotLike, event: { readonly type: string }): void {
    this.#last = event
    this.#tellState(snapshot)
  }

  /** Tells the page where the actor stands now. */
  tellNow(): void {
    this.#tellState(snapshotOf(this.#actor) ?? {})
  }

  /** Tells the page that the actor has stopped, and forgets who listened. */
  stop(): void {
    const listeners = [...this.#stopListeners]
    this.#stopListeners.clear()
    this.#stateListeners.clear()
    for (const listener of listeners) listener()
  }

  #tellState(snapshot: SnapshotLike): void {
    const state = this.#toState(snapshot)
    for (const listener of this.#stateListeners) listener(state)
  }

  #toState(snapshot: SnapshotLike): State {
    return toState(snapshot, this.#last, this.sessionId, this.#replacer)
  }
}
