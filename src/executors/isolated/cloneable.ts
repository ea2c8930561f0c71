/**
 * Check for plain data that structured clone copies unchanged to a thread or a process.
 *
 * It runs before anything is sent, as a traversal with a budget. Cloning itself would run getters, silently lose classes, throw
 * without a place, and block the event loop for a second on a string of 200 MB. The check turns each of these into a message
 * with the place in the value.
 */
import { types } from 'node:util'

/** The target of a message: a thread shares memory, a process does not. */
export type Realm = 'thread' | 'process'

/** The maximum size of one message, in bytes as counted here; more would block the event loop for longer than 20 ms. */
export const maxClonedLength = 8 * 1024 * 1024
/** The size of a value besides its characters or bytes: copying many small values costs more than copying a large one. */
const eachCounts = 64
const largestBigInt = 2n ** 65_536n

/** The reason why a value cannot be cloned: the rule, and what was found where. */
export interface CloneProblem {
  /** The name of the value. */
  readonly name: string
  readonly rule: string
  readonly found: string
}

const onlyData = 'only plain data can be cloned (no functions, symbols or class instances)'

/** The first problem in a value; null if it can be cloned unchanged. Never throws. */
export function cloneProblemIn(
  value: unknown,
  name: string,
  realm: Realm,
  max: number = maxClonedLength,
): CloneProblem | null {
  return cloneProblemAmong([[name, value]], realm, max)
}

/** {@link cloneProblemIn} for values sent together: shared parts are checked, and counted, once. */
export function cloneProblemAmong(
  values: Iterable<readonly [name: string, value: unknown]>,
  realm: Realm,
  max: number = maxClonedLength,
): CloneProblem | null {
  const walk = new CloneCheck(realm, max)
  let name = ''
  try {
    for (const [each, value] of values) {
      name = each
      walk.see(value, null, name)
      for (let next = walk.pending.pop(); next !== undefined; next = walk.pending.pop()) walk.enter(next)
    }
    return null
  } catch (problem) {
    if (problem instanceof NotCloneable) return { name, rule: problem.rule, found: problem.message }
    return { name, rule: 'it must be readable', found: `${name}, and reading it threw` }
  }
}

class NotCloneable extends Error {
  constructor(
    readonly rule: string,
    found: string,
  ) {
    super(found)
  }
}

/** An object on the current path, linked to its parent: the text of the path is built only for a report. */
interface Place {
  readonly value: object
  readonly above: Place | null
  readonly key: string | number
}

class CloneCheck {
  readonly pending: Place[] = []
  readonly #seen = new Set<object>()
  readonly #realm: Realm
  readonly #max: number
  #left: number

  constructor(realm: Realm, max: number) {
    this.#realm = realm
    this.#max = max
    this.#left = max
  }

  /** Checks one value. Objects are queued and visited later, so that depth does not use the call stack. */
  see(value: unknown, above: Place | null, key: string | number): void {
    switch (typeof value) {
      case 'string':
        return this.#spend(value.length)
      case 'number':
      case 'boolean':
      case 'undefined':
        return this.#spend(0)
      case 'bigint':
        if (value > largestBigInt || value < -largestBigInt) this.#spend(this.#max)
        return this.#spend(0)
      case 'object':
        if (value === null) return this.#spend(0)
        if (this.#seen.has(value)) return
        this.#seen.add(value)
        this.pending.push({ value, above, key })
        return
      default:
        throw new NotCloneable(onlyData, `a ${typeof value} at ${pathTo(above, key)}`)
    }
  }

  enter(place: Place): void {
    const { value } = place
    // First of all, as each operation on a proxy may call user code.
    if (types.isProxy(value)) this.#refuse(place, 'a Proxy')
    this.#spend(2 * eachCounts)
    if (Array.isArray(value)) return this.#enterArray(place, value)
    const depth = Object.getPrototypeOf(value) === Object.prototype ? 1 : depthOf(value)
    if (depth <= 1 && isPlain(value)) return this.#enterKeys(place)
    if (types.isNativeError(value)) return this.#enterError(place, value)
    if (ArrayBuffer.isView(value)) return this.#enterBuffer(place, value.buffer)
    if (types.isAnyArrayBuffer(value)) return this.#enterBuffer(place, value)
    if (depth !== 2) this.#refuse(place, `a ${classOf(value)}`)
    if (types.isDate(value) || types.isRegExp(value) || types.isBoxedPrimitive(value)) return
    const { size } = value as { size?: unknown }
    if (typeof size === 'number' && size * eachCounts > this.#left) this.#spend(size * eachCounts)
    if (types.isMap(value)) {
      for (const [key, item] of value) {
        this.see(key, place, 'a key')
        this.see(item, place, typeof key === 'string' ? key : 'a value')
      }
    } else if (types.isSet(value)) for (const item of value) this.see(item, place, 'an item')
    else this.#refuse(place, `a ${classOf(value)}`)
  }

  #enterArray(place: Place, array: readonly unknown[]): void {
    if (Object.getPrototypeOf(array) !== Array.prototype && depthOf(array) !== 2)
      this.#refuse(place, `a ${classOf(array)}`)
    // By its length alone: a list of a billion holes must not be traversed.
    if (array.length * eachCounts > this.#left) this.#spend(array.length * eachCounts)
    for (let i = 0; i < array.length; i++) this.see(array[i], place, i)
    if (Object.keys(array).length > array.length) this.#enterKeys(place)
  }

  #enterKeys(place: Place): void {
    const { value } = place
    if (Object.getOwnPropertySymbols(value).length > 0) this.#refuse(place, 'a symbol as a key')
    for (const key of Object.keys(value)) {
      this.#spendBytes(key.length)
      this.see((value as Record<string, unknown>)[key], place, key)
    }
  }

  #enterError(place: Place, error: Error): void {
    this.see(error.message, place, 'message')
    this.see(error.stack, place, 'stack')
    if (error.cause !== undefined) this.see(error.cause, place, 'cause')
  }

  #enterBuffer(place: Place, buffer: ArrayBufferLike): void {
    if (!types.isSharedArrayBuffer(buffer)) return this.#spend(buffer.byteLength)
    if (this.#realm === 'process') this.#refuse(place, 'a SharedArrayBuffer')
  }

  #spend(bytes: number): void {
    this.#spendBytes(bytes + eachCounts)
  }

  #spendBytes(bytes: number): void {
    this.#left -= bytes
    if (this.#left >= 0) return
    const most = `${Math.round(this.#max / 1024 / 1024)} MB`
    throw new NotCloneable(
      `it must be at most ${most} (each value counts at least ${eachCounts} bytes)`,
      `more than ${most}`,
    )
  }

  #refuse(place: Place, what: string): never {
    throw new NotCloneable(onlyData, `${what} at ${pathTo(place.above, place.key)}`)
  }
}

/** The length of the prototype chain: 1 for plain objects, 2 for arrays and the like, more for subclasses. */
function depthOf(value: object): number {
  let depth = 0
  for (let above = Object.getPrototypeOf(value); above !== null; above = Object.getPrototypeOf(above))
    depth += 1
  return depth
}

/** True for plain objects of any realm; an object that only resembles one would be cloned to something else. */
function isPlain(value: object): boolean {
  if (types.isArgumentsObject(value)) return false
  return (
    Object.getPrototypeOf(value) !== null ||
    !(types.isModuleNamespaceObject(value) || types.isExternal(value))
  )
}

function classOf(value: object): string {
  const maker = (value as { constructor?: unknown }).constructor
  return typeof maker === 'function' && maker.name !== '' ? maker.name : 'special object'
}

function pathTo(above: Place | null, key: string | number): string {
  const keys = [key]
  for (let place = above; place !== null && keys.length < 20; place = place.above) keys.unshift(place.key)
  const path = keys
    .map((each, i) => (typeof each === 'number' ? `[${each}]` : i === 0 ? each : `.${each}`))
    .join('')
  return path.length > 120 ? `${path.slice(0, 119)}…` : path
}
