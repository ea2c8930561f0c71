/**
 * Plain, size-limited copies of values, for inspectors.
 *
 * Contexts and events contain anything: cycles, sockets, a million rows, getters that throw. `JSON.stringify` would
 * throw into the inspected session, or block it for seconds. The copy is a walk with a budget; omitted parts are marked
 * in place.
 */
import { hasToJson, type Key, type Place, tagOf, ValueWalk } from './walk.ts'

/**
 * Limits of a copy.
 *
 * @example
 * ```ts
 * import { type PlainLimits, toPlain } from 'gantry/inspect'
 *
 * const limits: PlainLimits = { depth: 2, members: 10, text: 200, total: 100 }
 * toPlain(new Map([['a', 1]]), undefined, limits)
 * ```
 */
export interface PlainLimits {
  /** Maximum number of levels below the value. */
  readonly depth: number
  /** Maximum number of members of one list or object. */
  readonly members: number
  /** Maximum number of characters of one text. */
  readonly text: number
  /** Maximum number of members in total. */
  readonly total: number
}

/**
 * Replaces members of the copy, like the replacer of `JSON.stringify`; for example, to hide secrets.
 *
 * @example
 * ```ts
 * import { type Replacer, toPlain } from 'gantry/inspect'
 *
 * const hide: Replacer = (key, value) => (key === 'password' ? '(hidden)' : value)
 * toPlain({ password: 'hunter2' }, hide) // { password: '(hidden)' }
 * ```
 */
export type Replacer = (key: string, value: unknown) => unknown

/** Enough to read, and small enough to send at each transition. */
export const defaultLimits: PlainLimits = { depth: 6, members: 50, text: 2_000, total: 1_000 }

/**
 * Copies a value within the limits, as JSON can represent it. Never throws, even if the value's getters do.
 *
 * @example
 * ```ts
 * toPlain({ rows: new Map([['a', 1n]]) }) // { rows: { a: '1n' } }
 * ```
 */
export function toPlain(
  value: unknown,
  replacer: Replacer = keep,
  limits: PlainLimits = defaultLimits,
): unknown {
  return new PlainWalk(replacer, limits).member('', () => value, null)
}

const keep: Replacer = (_key, value) => value

class PlainWalk extends ValueWalk<unknown> {
  readonly #replacer: Replacer
  readonly #limits: PlainLimits
  #left: number

  constructor(replacer: Replacer, limits: PlainLimits) {
    super()
    this.#replacer = replacer
    this.#limits = limits
    this.#left = limits.total
  }

  /** Copies a member that the replacer may replace, and whose getter may throw. */
  member(key: string, read: () => unknown, above: Place | null): unknown {
    try {
      return this.visit(this.#replacer(key, read()), key, above)
    } catch {
      return '(unreadable)'
    }
  }

  override visit(value: unknown, key: Key, above: Place | null): unknown {
    this.#left -= 1
    return super.visit(value, key, above)
  }

  protected leaf(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
        return shorten(value, this.#limits.text)
      case 'number':
        return Number.isFinite(value) ? value : String(value)
      case 'bigint':
        return `${value}n`
      case 'symbol':
        return String(value)
      case 'function':
        return `ƒ ${value.name}`
      default:
        return value
    }
  }

  protected circular(): unknown {
    return '(circular)'
  }

  protected override enter(place: Place): unknown {
    const { value, depth } = place
    if (ArrayBuffer.isView(value)) return `(${tagOf(value)} of ${value.byteLength} bytes)`
    if (isActor(value)) return { actor: value.id ?? value.sessionId }
    if (depth >= this.#limits.depth || this.#left <= 0) return `(${tagOf(value)})`
    return this.byKind(place)
  }

  protected list(list: readonly unknown[], place: Place): unknown {
    return this.#items(list, list.length, place)
  }

  protected override set(set: ReadonlySet<unknown>, place: Place): unknown {
    return this.#items(set, set.size, place)
  }

  protected override map(map: ReadonlyMap<unknown, unknown>, place: Place): unknown {
    const entries = [...take(map, this.#limits.members)]
    return this.#fields(
      entries.map(([key, value]) => [key, () => value]),
      map.size,
      place,
    )
  }

  protected override error({ name, message }: Error): unknown {
    return { name, message: shorten(message, this.#limits.text) }
  }

  protected object(value: object, place: Place): unknown {
    // A DOMException, for example the reason of an aborted signal.
    if (value instanceof Error) return this.error(value)
    if (hasToJson(value)) return this.visit(value.toJSON(), null, place)
    const keys = Object.keys(value)
    if (keys.length === 0 && tagOf(value) !== 'Object') return `(${tagOf(value)})`
    const fields = keys.slice(0, this.#limits.members)
    return this.#fields(
      fields.map((key) => [key, () => (value as Record<string, unknown>)[key]]),
      keys.length,
      place,
    )
  }

  #items(values: Iterable<unknown>, size: number, place: Place): unknown[] {
    const list: unknown[] = []
    for (const value of take(values, this.#limits.members)) {
      if (this.#left <= 0) break
      list.push(this.member(String(list.length), () => value, place) ?? null)
    }
    if (list.length < size) list.push(`(${size - list.length} more)`)
    return list
  }

  #fields(
    fields: readonly (readonly [name: unknown, read: () => unknown])[],
    size: number,
    place: Place,
  ): Record<string, unknown> {
    // Without a prototype, `__proto__` is a plain key.
    const made: Record<string, unknown> = Object.create(null)
    let copied = 0
    for (const [name, read] of fields) {
      if (this.#left <= 0) break
      const key = nameOf(name)
      made[key] = this.member(key, read, place)
      copied += 1
    }
    if (copied < size) made['…'] = `${size - copied} more`
    return made
  }
}

function* take<T>(values: Iterable<T>, count: number): Generator<T> {
  let taken = 0
  for (const value of values) {
    if (taken++ >= count) return
    yield value
  }
}

/** A key of a map as a key of an object. */
function nameOf(key: unknown): string {
  return typeof key === 'object' && key !== null ? `(${tagOf(key)})` : String(key)
}

function isActor(value: object): value is { id?: unknown; sessionId: unknown } {
  return 'sessionId' in value && 'send' in value && 'getSnapshot' in value
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length - length} more characters)`
}
