/**
 * Plain, size-limited copies of values, for inspectors.
 *
 * Contexts and events contain anything: cycles, sockets, a million rows, getters that throw. `JSON.stringify` would
 * throw into the inspected session, or block it for seconds. The copy is a walk with a budget; omitted parts are marked
 * in place.
 */

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
  return member('', () => value, { replacer, limits, left: limits.total, above: [] })
}

interface Walk {
  readonly replacer: Replacer
  readonly limits: PlainLimits
  readonly above: object[]
  left: number
}

const keep: Replacer = (_key, value) => value

function member(key: string, read: () => unknown, walk: Walk): unknown {
  try {
    return copy(walk.replacer(key, read()), walk)
  } catch {
    return '(unreadable)'
  }
}

function copy(value: unknown, walk: Walk): unknown {
  walk.left -= 1
  switch (typeof value) {
    case 'string':
      return shorten(value, walk.limits.text)
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'bigint':
      return `${value}n`
    case 'symbol':
      return String(value)
    case 'function':
      return `ƒ ${value.name}`
    case 'object':
      return value === null ? null : copyObject(value, walk)
    default:
      return value
  }
}

function copyObject(value: object, walk: Walk): unknown {
  if (walk.above.includes(value)) return '(circular)'
  if (ArrayBuffer.isView(value)) return `(${tagOf(value)} of ${value.byteLength} bytes)`
  if (isActor(value)) return { actor: value.id ?? value.sessionId }
  if (walk.above.length >= walk.limits.depth || walk.left <= 0) return `(${tagOf(value)})`
  const depth = walk.above.push(value)
  try {
    return copyMembers(value, walk)
  } finally {
    // Not a pop: a member that threw may have left its own ancestors behind.
    walk.above.length = depth - 1
  }
}

function copyMembers(value: object, walk: Walk): unknown {
  if (Array.isArray(value)) return copyList(value, value.length, walk)
  if (value instanceof Set) return copyList(value, value.size, walk)
  if (value instanceof Map) return copyFields([...take(value, walk.limits.members)], value.size, walk)
  if (value instanceof Error) return { name: value.name, message: shorten(value.message, walk.limits.text) }
  if ('toJSON' in value && typeof value.toJSON === 'function') return copy(value.toJSON(), walk)
  const keys = Object.keys(value)
  if (keys.length === 0 && tagOf(value) !== 'Object') return `(${tagOf(value)})`
  const fields = keys.slice(0, walk.limits.members)
  return copyFields(
    fields.map((key) => [key, undefined]),
    keys.length,
    walk,
    (key) => (value as Record<string, unknown>)[key],
  )
}

function copyList(values: Iterable<unknown>, size: number, walk: Walk): unknown[] {
  const list: unknown[] = []
  for (const value of take(values, walk.limits.members)) {
    if (walk.left <= 0) break
    list.push(member(String(list.length), () => value, walk) ?? null)
  }
  if (list.length < size) list.push(`(${size - list.length} more)`)
  return list
}

function copyFields(
  entries: readonly (readonly [unknown, unknown])[],
  size: number,
  walk: Walk,
  read?: (key: string) => unknown,
): Record<string, unknown> {
  // Without a prototype, `__proto__` is a plain key.
  const fields: Record<string, unknown> = Object.create(null)
  let copied = 0
  for (const [name, value] of entries) {
    if (walk.left <= 0) break
    const key = typeof name === 'object' && name !== null ? `(${tagOf(name)})` : String(name)
    fields[key] = member(key, () => (read ? read(key) : value), walk)
    copied += 1
  }
  if (copied < size) fields['…'] = `${size - copied} more`
  return fields
}

function* take<T>(values: Iterable<T>, count: number): Generator<T> {
  let taken = 0
  for (const value of values) {
    if (taken++ >= count) return
    yield value
  }
}

function isActor(value: object): value is { id?: unknown; sessionId: unknown } {
  return 'sessionId' in value && 'send' in value && 'getSnapshot' in value
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length - length} more characters)`
}
