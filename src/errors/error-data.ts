/**
 * Thrown values as data.
 *
 * Work may throw anything: `undefined`, a frozen object, a proxy, an error whose getters throw. The result is plain
 * text of bounded length, and the conversion never throws: the log must be able to record every failure.
 */
import type { ErrorData } from '../../machines/protocol.ts'

const maxMessage = 8_192
const maxStack = 16_384
const maxCauses = 8

/**
 * Converts a thrown value to data: name, message and, of errors, stack (with causes) and code. Never throws.
 *
 * @example
 * ```ts
 * toErrorData(new RangeError('too far')).message // 'too far'
 * ```
 */
export function toErrorData(thrown: unknown): ErrorData {
  if (typeof thrown !== 'object' && typeof thrown !== 'function')
    return { name: nameOfKind(thrown), message: clip(textOf(thrown), maxMessage) }
  if (thrown === null) return { name: 'null', message: 'null' }
  const name = readText(thrown, 'name') ?? classOf(thrown)
  const message = readText(thrown, 'message') ?? textOf(thrown)
  const stack = withCauses(thrown)
  const code = readText(thrown, 'code')
  return {
    name: clip(name, 200),
    message: clip(message, maxMessage),
    ...(stack === '' ? {} : { stack: clip(stack, maxStack) }),
    ...(code === undefined ? {} : { code: clip(code, 200) }),
  }
}

/** The stack followed by those of the causes, as Node prints them, up to eight and each once. */
function withCauses(thrown: object): string {
  const parts: string[] = []
  const seen = new Set<unknown>()
  let current: unknown = thrown
  while (isObject(current) && !seen.has(current) && seen.size < maxCauses) {
    seen.add(current)
    const own = readText(current, 'stack')
    // The limit applies per cause, so that one huge stack does not displace the cause that explains it.
    if (own !== undefined) parts.push(clip(own, maxStack / 2))
    else if (seen.size > 1) parts.push(clip(textOf(current), maxStack / 2))
    current = read(current, 'cause')
  }
  if (current !== undefined && current !== null && !isObject(current))
    parts.push(clip(textOf(current), 1_000))
  return parts.join('\ncaused by: ')
}

function readText(thing: object, key: string): string | undefined {
  const value = read(thing, key)
  if (typeof value === 'string') return value
  return typeof value === 'number' && key === 'code' ? String(value) : undefined
}

function read(thing: object, key: string): unknown {
  try {
    return (thing as Record<string, unknown>)[key]
  } catch {
    return undefined
  }
}

function classOf(thing: object): string {
  const maker = read(thing, 'constructor')
  const name = typeof maker === 'function' ? read(maker, 'name') : undefined
  return typeof name === 'string' && name !== '' ? name : 'Object'
}

function textOf(value: unknown): string {
  try {
    if (typeof value !== 'object' || value === null) return String(value)
    const json = JSON.stringify(value)
    return typeof json === 'string' ? json : Object.prototype.toString.call(value)
  } catch {
    return 'a value that cannot be shown'
  }
}

function nameOfKind(value: unknown): string {
  return value === undefined ? 'undefined' : typeof value
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function clip(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`
}
