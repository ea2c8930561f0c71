/** Bodies of requests: read by bytes up to a limit, and parsed to data that cannot reach a prototype. */

import { Problem } from '../contract/problem.ts'
import { notJson } from './request-guard.ts'

/** Keys through which an object's prototype could be reached by whoever copies it carelessly. */
const prototypeKeys = new Set(['__proto__', 'constructor', 'prototype'])
const maxDepth = 32

/**
 * The body as JSON; undefined if it is empty.
 *
 * @throws Problem 400 for what is not JSON or holds a key that reaches a prototype, 413 when there are more bytes than allowed,
 * 415 for a body without a type
 */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  const text = await readText(request, maxBytes)
  if (text === '') return undefined
  if (request.headers.get('content-type') === null) throw notJson(null)
  checkDepth(text)
  try {
    return JSON.parse(text, refusePrototypes)
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem(400, 'json', `Cannot read the body as it must be JSON: ${(error as Error).message}`)
  }
}

async function readText(request: Request, maxBytes: number): Promise<string> {
  // What is announced to be too long is not read at all; what lies about it is counted.
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const { body } = request
  if (body === null) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const reader = body.getReader()
  let bytes = 0
  let text = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return text + decoder.decode()
      bytes += value.byteLength
      if (bytes > maxBytes) throw tooLarge(maxBytes)
      text += decoder.decode(value, { stream: true })
    }
  } catch (error) {
    void reader.cancel().catch(() => {})
    if (error instanceof Problem) throw error
    if (error instanceof TypeError)
      throw new Problem(400, 'encoding', 'Cannot read the body as it must be UTF-8.')
    throw new Problem(400, 'body', 'Cannot read the body: the connection ended before it.')
  }
}

function tooLarge(maxBytes: number): Problem {
  return new Problem(413, 'too-large', `Cannot take the body as it may be at most ${maxBytes} bytes long.`, {
    headers: { connection: 'close' },
  })
}

/** Before it is parsed: the parser and whatever walks the value after it recurse. */
function checkDepth(text: string): void {
  let depth = 0
  let isInText = false
  for (let i = 0; i < text.length; i++) {
    const letter = text[i]
    if (isInText) {
      if (letter === '\\') i++
      else if (letter === '"') isInText = false
    } else if (letter === '"') isInText = true
    else if (letter === '[' || letter === '{') depth++
    else if (letter === ']' || letter === '}') depth--
    if (depth > maxDepth)
      throw new Problem(400, 'depth', `Cannot take the body as it may be at most ${maxDepth} levels deep.`)
  }
}

function refusePrototypes(key: string, value: unknown): unknown {
  if (prototypeKeys.has(key))
    throw new Problem(400, 'prototype-key', `Cannot take the body as a key must not be '${key}'.`)
  return value
}
