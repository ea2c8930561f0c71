/** The registry of shown actors: it translates inspection events of XState 5 to updates of XState 4 services. */

import type { Replacer } from '../../../src/values/plain-copy.ts'
import type { DevTools } from './dev-tools.ts'
import {
  type ActorLike,
  type InspectionEventLike,
  isActive,
  parentOf,
  type SnapshotLike,
  snapshotOf,
} from './observed.ts'
import { Service } from './service.ts'

/** The options of a registry. */
export interface RegistryOptions {
  readonly devTools: DevTools
  readonly replacer?: Replacer | undefined
  /** Maximum number of actors shown at the same time; later ones are left out. */
  readonly maxActors: number
  /** True while no page can receive more. */
  isFull(): boolean
  /** Called once when actors are left out. */
  onOverflow(): void
}

/** The live actors by session id. While no page is connected, it only stores them. */
export class Registry {
  readonly #options: RegistryOptions
  readonly #services = new Map<string, Service>()
  readonly #unregistered = new Set<Service>()
  /** Actors whose state on the pages is outdated. */
  readonly #behind = new Set<Service>()
  #isWatched = false
  #hasOverflown = false

  constructor(options: RegistryOptions) {
    this.#options = options
  }

  /** Handles an inspection event. */
  observe(event: InspectionEventLike): void {
    if (event.event === undefined) return
    if (event.type === '@xstate.event') this.#observeEvent(event.actorRef, event.event, event.sourceRef)
    else if (event.type === '@xstate.snapshot')
      this.#observeSnapshot(event.actorRef, event.event, event.snapshot as SnapshotLike)
  }

  /** Notifies the registry that pages are connected (or no longer). */
  watch(isWatched: boolean): void {
    this.#isWatched = isWatched
    if (!isWatched) {
      this.#behind.clear()
      return
    }
    // An actor whose end was not reported (after a failure of the root) must not be shown as live.
    for (const service of this.#services.values()) if (!service.isActive) this.#end(service)
    for (const service of this.#unregistered) this.#options.devTools.register(service)
    this.#unregistered.clear()
  }

  /** Sends the current states of skipped actors to pages that have caught up. */
  catchUp(): void {
    if (this.#behind.size === 0 || this.#options.isFull()) return
    const services = [...this.#behind]
    this.#behind.clear()
    for (const service of services) service.reportNow()
  }

  /** The service of a shown actor. */
  get(sessionId: string): Service | undefined {
    return this.#services.get(sessionId)
  }

  /** Forgets all actors. */
  clear(): void {
    for (const service of this.#services.values()) service.stop()
    this.#services.clear()
    this.#unregistered.clear()
    this.#behind.clear()
  }

  #observeEvent(actor: ActorLike, event: { type: string }, source: ActorLike | undefined): void {
    if (source !== undefined) this.#endIfOver(source, event)
    const service = this.#see(actor)
    if (service === undefined) return
    if (this.#isReported(service)) service.reportEvent(event)
    else service.note(event)
  }

  #observeSnapshot(actor: ActorLike, event: { type: string }, snapshot: SnapshotLike): void {
    const service = this.#see(actor) ?? this.#services.get(actor.sessionId)
    if (service === undefined) return
    if (this.#isReported(service)) service.reportState(snapshot, event)
    else service.note(event)
    if (snapshot.status !== 'active') this.#end(service)
  }

  /**
   * True if the pages receive the events of an actor. Pages that cannot keep up receive only the latest states, later: an event
   * before that would be applied to an outdated state.
   */
  #isReported(service: Service): boolean {
    if (!this.#isWatched) return false
    if (this.#behind.size === 0 && !this.#options.isFull()) return true
    this.#behind.add(service)
    return false
  }

  /** Detects the end of an actor by the event to its parent, as an actor that fails notifies only its parent. */
  #endIfOver(actor: ActorLike, event: { type: string }): void {
    const service = this.#services.get(actor.sessionId)
    const snapshot = snapshotOf(actor)
    if (service === undefined || snapshot === undefined || snapshot.status === 'active') return
    if (this.#isWatched) service.reportState(snapshot, event)
    this.#end(service)
  }

  /**
   * The service of an actor, created at its first event. `@xstate.actor` is not used: it precedes the first snapshot of the actor,
   * and an observer that joined later does not receive it.
   */
  #see(actor: ActorLike): Service | undefined {
    const known = this.#services.get(actor.sessionId)
    if (known !== undefined) return known
    // Events may still arrive at actors that have ended; they must not register them again.
    if (!isActive(actor)) return undefined
    if (this.#services.size >= this.#options.maxActors) return this.#overflow()
    const parent = parentOf(actor)
    if (parent !== undefined) this.#see(parent)
    const service = new Service(actor, this.#options.replacer)
    this.#services.set(actor.sessionId, service)
    if (this.#isWatched) this.#options.devTools.register(service)
    else this.#unregistered.add(service)
    return service
  }

  #overflow(): undefined {
    if (this.#hasOverflown) return
    this.#hasOverflown = true
    this.#options.onOverflow()
  }

  #end(service: Service): void {
    this.#services.delete(service.sessionId)
    this.#unregistered.delete(service)
    if (this.#behind.delete(service)) service.reportNow()
    service.stop()
  }
}
