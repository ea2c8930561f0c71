/**
 * One open page of the Stately inspector: it is told of actors in the words of `@statelyai/inspect`.
 *
 * Each page has an inspector of that library to itself, so that a page which comes late can be told of the actors that are
 * there without the others hearing it again. What the library is given are plain copies, made at the moment of the
 * event: the library reads a little later, and from a timer, where a context that throws when read ends the process.
 */
import type { ActorRefLike, InspectionEvent, Snapshot } from 'xstate'
import { type PlainLimits, type Replacer, toPlain } from '../values/plain-copy.ts'
import { type Change, type Living, parentOf } from './actors.ts'
import type { StatelyLibrary } from './library.ts'

/** What a page reads from. */
export interface Visitor {
  readonly bufferedAmount: number
  send(text: string, sent: () => void): void
}

/** Messages that may be under way to a page before it is told of states only, once it has caught up. */
const maxUnderWay = 1_000
const maxWaitingBytes = 1_048_576

/** A machine's configuration is shown whole. */
const definitionLimits: PlainLimits = { depth: 30, members: 1_000, text: 10_000, total: 20_000 }

/** Tells one page. */
export class Viewer {
  readonly #visitor: Visitor
  readonly #replacer: Replacer | undefined
  readonly #inspector: ReturnType<StatelyLibrary['createInspector']>
  /** Actors of which the page has an old state, with what happened to them last. */
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

  /** Tells of an actor and where it stands. Never left out: a page can't place what happens to an actor it doesn't know. */
  onActor({ actor, rootId }: Living): void {
    this.#tell({ type: '@xstate.actor', actorRef: this.#standIn(actor), rootId })
  }

  /** Tells of an event or a new state; a page that lags behind is told of the latest state of each actor instead. */
  onChange(change: Change): void {
    if (this.#isBehind()) this.#behind.set(change.actorRef.sessionId, change)
    else if (change.type === '@xstate.event') this.#tellEvent(change)
    else this.#tellSnapshot(change, change.snapshot)
  }

  #tellEvent(change: Extract<Change, { type: '@xstate.event' }>): void {
    this.#tell({ ...change, event: this.#plainEvent(change) })
  }

  #tellSnapshot({ actorRef, rootId, ...change }: Change, snapshot: Snapshot<unknown>): void {
    const event = this.#plainEvent(change)
    this.#tell({ type: '@xstate.snapshot', actorRef, rootId, event, snapshot: this.#plainSnapshot(snapshot) })
  }

  #tell(event: InspectionEvent): void {
    this.#underWay += 1
    this.#inspector.inspect.next?.(event)
  }

  #send(message: unknown): void {
    this.#underWay -= 1
    this.#visitor.send(JSON.stringify(message), () => this.#catchUp())
  }

  /** Once behind it stays so until all is caught up: an event told between would meet a state older than it. */
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
    for (const change of changes) this.#tellSnapshot(change, change.actorRef.getSnapshot())
  }

  #plainEvent({ event }: Pick<Change, 'event'>): Change['event'] {
    const copy = toPlain(event, this.#replacer)
    return { ...(typeof copy === 'object' ? copy : {}), type: String(event.type) }
  }

  /** A snapshot without the actor's children: they are shown as actors, and a session would list them all each time. */
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

  /** What the library reads of an actor, and nothing that could change before it does. */
  #standIn(actor: ActorRefLike): ActorRefLike {
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

  /** A machine's configuration as the page reads it: functions by their names. Made once: all tasks share one machine. */
  #definitionOf(config: unknown): unknown {
    if (typeof config !== 'object' || config === null) return undefined
    const known = this.#definitions.get(config)
    if (known !== undefined) return known
    const replacer: Replacer = (key, value) => byName(this.#replacer ? this.#replacer(key, value) : value)
    // The context that a machine begins with is in the snapshot, and a copy here would show it for ever.
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
