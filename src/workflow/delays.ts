/**
 * The pending delays of one workflow: `after` transitions, delayed `raise` and `sendTo`. This is the scheduler of its actor system.
 *
 * XState's own scheduler sets a timer per delay, knows no instants, and searches the delays of the whole system whenever an actor
 * stops. This one keeps the instant at which each delay is due, so that it survives a restart, and the delays of one workflow only.
 */
import type { AnyActorRef, EventObject } from 'xstate'
import type { Clock, Undo } from '../clock/clock.ts'

/** A pending delay as data. Actors are named by their path below the workflow; `due` is epoch ms. */
export interface StoredDelay {
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly id: string
  readonly event: EventObject
  readonly due: number
}

interface Pending {
  readonly source: AnyActorRef
  readonly target: AnyActorRef
  readonly id: string
  readonly event: EventObject
  readonly due: number
  undo: Undo
}

type Relay = (source: AnyActorRef, target: AnyActorRef, event: EventObject) => void

export class Delays {
  readonly #clock: Pick<Clock, 'now' | 'callAt' | 'defer'>
  readonly #relay: Relay
  readonly #pending: Pending[] = []
  #unnamed = 0

  constructor(clock: Pick<Clock, 'now' | 'callAt' | 'defer'>, relay: Relay) {
    this.#clock = clock
    this.#relay = relay
  }

  /** Sends an event after `delay` ms. */
  schedule(
    source: AnyActorRef,
    target: AnyActorRef,
    event: EventObject,
    delay: number,
    id: string = this.#freeId(source),
  ): void {
    // A delay with the id of a pending one replaces it.
    this.cancel(source, id)
    this.#add(source, target, event, this.#clock.now() + delay, id)
  }

  cancel(source: AnyActorRef, id: string): void {
    const at = this.#pending.findIndex((each) => each.source === source && each.id === id)
    if (at >= 0) this.#pending.splice(at, 1)[0]!.undo()
  }

  /** Cancels all delays of an actor that stops. */
  cancelAll(source: AnyActorRef): void {
    for (let i = this.#pending.length - 1; i >= 0; i--)
      if (this.#pending[i]!.source === source) this.#pending.splice(i, 1)[0]!.undo()
  }

  /** The pending delays between actors of the workflow. `pathOf` returns null for another actor. */
  toData(pathOf: (actor: AnyActorRef) => readonly string[] | null): StoredDelay[] {
    return this.#pending.flatMap(({ source, target, id, event, due }) => {
      const from = pathOf(source)
      const to = pathOf(target)
      return from === null || to === null ? [] : [{ from, to, id, event, due }]
    })
  }

  /** Sets stored delays again; one that is overdue fires at once. */
  restore(
    stored: readonly StoredDelay[],
    actorAt: (path: readonly string[]) => AnyActorRef | undefined,
  ): void {
    for (const { from, to, id, event, due } of stored) {
      const source = actorAt(from)
      const target = actorAt(to)
      if (source !== undefined && target !== undefined) this.#add(source, target, event, due, id)
    }
  }

  /** Cancels all delays. */
  clear(): void {
    for (const { undo } of this.#pending.splice(0)) undo()
  }

  #add(source: AnyActorRef, target: AnyActorRef, event: EventObject, due: number, id: string): void {
    const pending: Pending = { source, target, id, event, due, undo: () => {} }
    this.#pending.push(pending)
    const fire = (): void => {
      const at = this.#pending.indexOf(pending)
      if (at < 0) return
      this.#pending.splice(at, 1)
      this.#relay(source, target, event)
    }
    // What is due already needs no timer: it fires in the next turn.
    if (due <= this.#clock.now()) this.#clock.defer(fire)
    else pending.undo = this.#clock.callAt(due, fire)
  }

  #freeId(source: AnyActorRef): string {
    for (;;) {
      const id = `delay-${++this.#unnamed}`
      if (!this.#pending.some((each) => each.source === source && each.id === id)) return id
    }
  }
}
