/**
 * Check for plain data that structured clone copies unchanged to a thread or a process.
 *
 * It runs before anything is sent, as a traversal with a budget. Cloning itself would run getters, silently lose classes, throw
 * without a place, and block the event loop for a second on a string of 200 MB. The check turns each of these into a message
 * with the place in the value.
 */
import { types } from 'node:util'
import { type Key, keysTo, type Place, ValueCheck } from '../../values/walk.ts'

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
      walk.check(value, name)
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

class CloneCheck extends ValueCheck {
  readonly #realm: Realm
  readonly #max: number
  #left: number

  constructor(realm: Realm, max: number) {
    super()
    this.#realm = realm
    this.#max = max
    this.#left = max
  }

  protected leaf(value: unknown, key: Key, above: Place | null): void {
    switch (typeof value) {
      case 'string':
        return this.#spend(value.length)
      case 'bigint':
        if (value > largestBigInt || value < -largestBigInt) this.#spend(this.#max)
        return this.#spend(0)
      case 'function':
      case 'symbol':
        throw new NotCloneable(onlyData, `a ${typeof value} at ${pathTo(key, above)}`)
      default:
        return this.#spend(0)
    }
  }

  protected override enter(place: Place): void {
    // First of all, as each operation on a proxy may call user code.
    if (types.isProxy(place.value)) this.#refuse(place, 'a Proxy')
    this.#spend(2 * eachCounts)
    this.byKind(place)
  }

  protected list(list: readonly unknown[], place: Place): void {
    if (Object.getPrototypeOf(list) !== Array.prototype) this.#requireBuiltIn(place)
    // By its length alone: a list of a billion holes must not be traversed.
    if (list.length * eachCounts > this.#left) this.#spend(list.length * eachCounts)
    for (let i = 0; i < list.length; i++) this.visit(list[i], i, place)
    if (Object.keys(list).length > list.length) this.#fields(place)
  }

  protected override map(map: ReadonlyMap<unknown, unknown>, place: Place): void {
    this.#requireBuiltIn(place)
    if (map.size * eachCounts > this.#left) this.#spend(map.size * eachCounts)
    for (const [key, item] of map) {
      this.visit(key, 'a key', place)
      this.visit(item, typeof key === 'string' ? key : 'a value', place)
    }
  }

  protected override set(set: ReadonlySet<unknown>, place: Place): void {
    this.#requireBuiltIn(place)
    if (set.size * eachCounts > this.#left) this.#spend(set.size * eachCounts)
    for (const item of set) this.visit(item, 'an item', place)
  }

  protected override error(error: Error, place: Place): void {
    this.visit(error.message, 'message', place)
    this.visit(error.stack, 'stack', place)
    if (error.cause !== undefined) this.visit(error.cause, 'cause', place)
  }

  protected override view(view: ArrayBufferView, place: Place): void {
    this.#buffer(view.buffer, place)
  }

  protected object(value: object, place: Place): void {
    if (isPlain(value)) return this.#fields(place)
    if (types.isAnyArrayBuffer(value)) return this.#buffer(value, place)
    this.#requireBuiltIn(place)
    if (!types.isDate(value) && !types.isRegExp(value) && !types.isBoxedPrimitive(value))
      this.#refuse(place, `a ${classOf(value)}`)
  }

  #fields(place: Place): void {
    const { value } = place
    if (Object.getOwnPropertySymbols(value).length > 0) this.#refuse(place, 'a symbol as a key')
    for (const key of Object.keys(value)) {
      this.#spendBytes(key.length)
      this.visit((value as Record<string, unknown>)[key], key, place)
    }
  }

  #buffer(buffer: ArrayBufferLike, place: Place): void {
    if (!types.isSharedArrayBuffer(buffer)) return this.#spend(buffer.byteLength)
    if (this.#realm === 'process') this.#refuse(place, 'a SharedArrayBuffer')
  }

  /** Refuses instances of subclasses, which would arrive as instances of the built-in class. */
  #requireBuiltIn(place: Place): void {
    if (depthOf(place.value) !== 2) this.#refuse(place, `a ${classOf(place.value)}`)
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
    throw new NotCloneable(onlyData, `${what} at ${pathTo(place.key, place.above)}`)
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
  const prototype = Object.getPrototypeOf(value)
  if (prototype === null) return !types.isModuleNamespaceObject(value) && !types.isExternal(value)
  return Object.getPrototypeOf(prototype) === null && !types.isArgumentsObject(value)
}

function classOf(value: object): string {
  const maker = (value as { constructor?: unknown }).constructor
  return typeof maker === 'function' && maker.name !== '' ? maker.name : 'special object'
}

function pathTo(key: Key, above: Place | null): string {
  const path = keysTo(key, above, 20)
    .map((each, i) => (typeof each === 'number' ? `[${each}]` : i === 0 ? each : `.${each}`))
    .join('')
  return path.length > 120 ? `${path.slice(0, 119)}…` : path
}
