/** Reader of request bodies: size-limited, and parsed to data without prototype keys. */
import { Problem } from '../contract/problem.ts'
import { notJson } from './request-guard.ts'

/** Keys through which a careless copy of the object could reach a prototype. */
const prototypeKeys = new Set(['__proto__', 'constructor', 'prototype'])
const maxDepth = 32

/**
 * The body as JSON; undefined if it is empty.
 *
 * @throws Problem 400 for invalid JSON or a key that reaches a prototype, 413 for too many bytes, 415 for a body without a type
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
  // A body that declares too many bytes is not read at all; since the header may lie, bytes are counted as well.
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
    throw new Problem(400, 'body', 'Cannot read the body as the connection ended before it was complete.')
  }
}

function tooLarge(maxBytes: number): Problem {
  return new Problem(413, 'too-large', `Cannot accept the body as it may have ${maxBytes} bytes at most.`, {
    headers: { connection: 'close' },
  })
}

/** Checks the nesting before parsing, since the parser and later walks of the value recurse. */
function checkDepth(text: string): void {
  let depth = 0
  let isInText = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (isInText) {
      if (character === '\\') i++
      else if (character === '"') isInText = false
    } else if (character === '"') isInText = true
    else if (character === '[' || character === '{') depth++
    else if (character === ']' || character === '}') depth--
    if (depth > maxDepth)
      throw new Problem(
        400,
        'depth',
        `Cannot accept the body as it may be nested ${maxDepth} levels at most.`,
      )
  }
}

function refusePrototypes(key: string, value: unknown): unknown {
  if (prototypeKeys.has(key))
    throw new Problem(400, 'prototype-key', `Cannot accept the body as it must not contain the key '${key}'.`)
  return value
}
