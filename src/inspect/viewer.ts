/**
 * One open page of the Stately inspector, which receives actors in the format of `@statelyai/inspect`.
 *
 * Each page has a separate inspector of that library, so that a page which is opened late receives the existing actors without a
 * repetition for the others. The library receives plain copies, made at the moment of the event: it reads them a little later,
 * from a timer, where a context that throws when it is read would end the process.
 */
import type { ActorRefLike, InspectionEvent, Snapshot } from 'xstate'
import { type PlainLimits, type Replacer, toPlain } from '../values/plain-copy.ts'
import { type Change, type LiveActor, parentOf } from './actors.ts'
import type { StatelyLibrary } from './library.ts'

/** The connection of a page. */
export interface Visitor {
  readonly bufferedAmount: number
  send(text: string, sent: () => void): void
}

/** The number of messages in transit at which a page receives only states, once it has caught up. */
const maxUnderWay = 1_000
const maxWaitingBytes = 1_048_576

/** The limits of a machine's configuration, which is shown completely. */
const definitionLimits: PlainLimits = { depth: 30, members: 1_000, text: 10_000, total: 20_000 }

/** Sends actors and changes to one page. */
export class Viewer {
  readonly #visitor: Visitor
  readonly #replacer: Replacer | undefined
  readonly #inspector: ReturnType<StatelyLibrary['createInspector']>
  /** Actors whose state on the page is outdated, with their last change. */
  readonly #behind = new Map<string, Change>()
  readonly #definitions = new WeakMap<object, unknown>()
  #underWay = 0

  constructor(library: StatelyLibrary, visitor: Visitor, replacer?: Replacer) {
    this.#visitor = visitor
    this.#replacer = replacer
    this.#inspector = library.createInspector(
      { send: (message) => this.#send(message) },
      { serializationDepthLimit: definitionLimits.depth },
    )
  }

  /** Announces an actor and its state. Never skipped: a page cannot handle the changes of an unknown actor. */
  onActor({ actor, rootId }: LiveActor): void {
    this.#report({ type: '@xstate.actor', actorRef: this.#constantCopy(actor), rootId })
  }

  /** Reports an event or a new state; a page that is behind receives the latest state of each actor instead. */
  onChange(change: Change): void {
    if (this.#isBehind()) this.#behind.set(change.actorRef.sessionId, change)
    else if (change.type === '@xstate.event') this.#reportEvent(change)
    else this.#reportSnapshot(change, change.snapshot)
  }

  #reportEvent(change: Extract<Change, { type: '@xstate.event' }>): void {
    this.#report({ ...change, event: this.#plainEvent(change) })
  }

  #reportSnapshot({ actorRef, rootId, ...change }: Change, snapshot: Snapshot<unknown>): void {
    const event = this.#plainEvent(change)
    this.#report({
      type: '@xstate.snapshot',
      actorRef,
      rootId,
      event,
      snapshot: this.#plainSnapshot(snapshot),
    })
  }

  #report(event: InspectionEvent): void {
    this.#underWay += 1
    this.#inspector.inspect.next?.(event)
  }

  #send(message: unknown): void {
    this.#underWay -= 1
    this.#visitor.send(JSON.stringify(message), () => this.#catchUp())
  }

  /** True until the page has caught up completely: an event before that would be applied to an outdated state. */
  #isBehind(): boolean {
    return this.#behind.size > 0 || this.#underWay >= maxUnderWay || this.#isFull()
  }

  #isFull(): boolean {
    return this.#visitor.bufferedAmount > maxWaitingBytes
  }

  #catchUp(): void {
    if (this.#behind.size === 0 || this.#underWay > 0 || this.#isFull()) return
    const changes = [...this.#behind.values()]
    this.#behind.clear()
    for (const change of changes) this.#reportSnapshot(change, change.actorRef.getSnapshot())
  }

  #plainEvent({ event }: Pick<Change, 'event'>): Change['event'] {
    const copy = toPlain(event, this.#replacer)
    return { ...(typeof copy === 'object' ? copy : {}), type: String(event.type) }
  }

  /** A snapshot without the actor's children: they are shown as actors, and a session would list all of them each time. */
  #plainSnapshot(snapshot: Snapshot<unknown>): Snapshot<unknown> {
    const { status, value, context, output, error, tags } = snapshot as PlainSnapshot
    const shown = {
      status,
      value,
      context: toPlain(context, this.#replacer),
      output: toPlain(output, this.#replacer),
      error: toPlain(error, this.#replacer),
      tags: [...(tags ?? [])],
      children: {},
    }
    return shown as unknown as Snapshot<unknown>
  }

  /** The members of an actor that the library reads, as constants. */
  #constantCopy(actor: ActorRefLike): ActorRefLike {
    const { id = actor.sessionId, logic } = actor as { id?: string; logic?: { config?: unknown } }
    const snapshot = this.#plainSnapshot(actor.getSnapshot())
    const standIn = {
      id,
      sessionId: actor.sessionId,
      _parent: parentOf(actor),
      logic: { config: this.#definitionOf(logic?.config) },
      send: () => {},
      getSnapshot: () => snapshot,
    }
    return standIn as ActorRefLike
  }

  /** A machine's configuration in the format of the page: functions by their names. Cached, as all tasks share one machine. */
  #definitionOf(config: unknown): unknown {
    if (typeof config !== 'object' || config === null) return undefined
    const known = this.#definitions.get(config)
    if (known !== undefined) return known
    const replacer: Replacer = (key, value) => byName(this.#replacer ? this.#replacer(key, value) : value)
    // The snapshot contains the initial context; a copy here would be shown forever.
    const definition = toPlain({ ...config, context: undefined }, replacer, definitionLimits)
    this.#definitions.set(config, definition)
    return definition
  }
}

interface PlainSnapshot {
  readonly status: string
  readonly value?: unknown
  readonly context?: unknown
  readonly output?: unknown
  readonly error?: unknown
  readonly tags?: Iterable<string>
}

function byName(value: unknown): unknown {
  if (typeof value !== 'function') return value
  const { type, name } = value as { type?: unknown; name: string }
  return { type: typeof type === 'string' ? type : name || 'inline' }
}
