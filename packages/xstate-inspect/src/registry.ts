/** The actors that are shown: it turns what the root actor tells its observers into what services tell the page. */

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

/** What a registry needs to know. */
export interface RegistryOptions {
  readonly devTools: DevTools
  readonly replacer?: Replacer | undefined
  /** How many actors are shown at the same time; later ones are left out. */
  readonly maxActors: number
  /** True while no page takes more. */
  isFull(): boolean
  /** Told once when actors are left out. */
  onOverflow(): void
}

/** The living actors by session id. While no page looks it does no more than remember them. */
export class Registry {
  readonly #options: RegistryOptions
  readonly #services = new Map<string, Service>()
  readonly #unregistered = new Set<Service>()
  /** Actors of which the pages have an old state. */
  readonly #behind = new Set<Service>()
  #isWatched = false
  #hasOverflown = false

  constructor(options: RegistryOptions) {
    this.#options = options
  }

  /** Takes in one inspection event. */
  observe(event: InspectionEventLike): void {
    if (event.event === undefined) return
    if (event.type === '@xstate.event') this.#observeEvent(event.actorRef, event.event, event.sourceRef)
    else if (event.type === '@xstate.snapshot')
      this.#observeSnapshot(event.actorRef, event.event, event.snapshot as SnapshotLike)
  }

  /** A page looks from now on (or no longer). */
  watch(isWatched: boolean): void {
    this.#isWatched = isWatched
    if (!isWatched) {
      this.#behind.clear()
      return
    }
    // An actor whose end nobody was told of (a root that failed) must not be shown as living.
    for (const service of this.#services.values()) if (!service.isActive) this.#end(service)
    for (const service of this.#unregistered) this.#options.devTools.register(service)
    this.#unregistered.clear()
  }

  /** Tells pages that have caught up where the actors stand of which they were told nothing meanwhile. */
  catchUp(): void {
    if (this.#behind.size === 0 || this.#options.isFull()) return
    const services = [...this.#behind]
    this.#behind.clear()
    for (const service of services) service.tellNow()
  }

  /** The service of an actor that is shown. */
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
    if (this.#isTelling(service)) service.tellEvent(event)
    else service.note(event)
  }

  #observeSnapshot(actor: ActorLike, event: { type: string }, snapshot: SnapshotLike): void {
    const service = this.#see(actor) ?? this.#services.get(actor.sessionId)
    if (service === undefined) return
    if (this.#isTelling(service)) service.tellState(snapshot, event)
    else service.note(event)
    if (snapshot.status !== 'active') this.#end(service)
  }

  /**
   * True if the pages are told of what happens to an actor. Pages that can't keep up are told the latest states later, and
   * until then nothing: an event told between would meet a state older than it.
   */
  #isTelling(service: Service): boolean {
    if (!this.#isWatched) return false
    if (this.#behind.size === 0 && !this.#options.isFull()) return true
    this.#behind.add(service)
    return false
  }

  /** An actor that fails tells nobody but its parent, so the news to the parent is where its end shows. */
  #endIfOver(actor: ActorLike, event: { type: string }): void {
    const service = this.#services.get(actor.sessionId)
    const snapshot = snapshotOf(actor)
    if (service === undefined || snapshot === undefined || snapshot.status === 'active') return
    if (this.#isWatched) service.tellState(snapshot, event)
    this.#end(service)
  }

  /**
   * The service of an actor, made at the first sight of it. That is its first event and not `@xstate.actor`, which comes
   * before the actor has a snapshot, and never comes to an observer that joined later.
   */
  #see(actor: ActorLike): Service | undefined {
    const known = this.#services.get(actor.sessionId)
    if (known !== undefined) return known
    // Events go on arriving at actors that are over; they must not bring them back.
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
    if (this.#behind.delete(service)) service.tellNow()
    service.stop()
  }
}
