/** The place of an actor in the tree of a session: session, tasks, runs, and the actors below them. */
import type { ActorRefLike } from 'xstate'
import { runMachine, taskMachine } from '../../../machines/index.ts'
import type { Session } from '../../app/index.ts'
import type { ActorAddress } from '../contract/actor-messages.ts'

/** The members of an actor that XState's types omit. */
interface ActorParts {
  readonly id?: unknown
  readonly sessionId: string
  readonly _parent?: ActorRefLike
  readonly logic?: { readonly id?: unknown }
}

/** Addresses of the actors of one session. Each is made once: an observer sees the same actors again and again. */
export class ActorAddresses {
  readonly #session: Session
  readonly #era: string
  readonly #known = new WeakMap<ActorRefLike, ActorAddress>()

  /** @param era - Prefix of keys: XState's numbers mean something else in another process. */
  constructor(session: Session, era: string) {
    this.#session = session
    this.#era = era
  }

  of(actor: ActorRefLike): ActorAddress {
    let address = this.#known.get(actor)
    if (address === undefined) this.#known.set(actor, (address = this.#make(actor)))
    return address
  }

  #make(actor: ActorRefLike): ActorAddress {
    const { id, sessionId, _parent: parent, logic } = actor as unknown as ActorParts
    const name = { id: typeof id === 'string' ? id : sessionId }
    if (actor === this.#session.actor) return { path: ['session'], ...name, role: 'session', task: null }
    const above = parent === undefined ? null : this.of(parent)
    const path = (key: string): string[] => [...(above?.path ?? []), key]
    if (above?.role === 'session' && logic?.id === taskMachine.id) {
      const task = String((actor.getSnapshot() as { context?: { name?: unknown } }).context?.name)
      // The actor of a task that is recreated has the place of its predecessor.
      return { path: path(`task:${task}`), ...name, role: 'task', task }
    }
    const role = above?.role === 'task' && logic?.id === runMachine.id ? 'run' : 'actor'
    return { path: path(`${this.#era}.${sessionId}`), ...name, role, task: above?.task ?? null }
  }
}
