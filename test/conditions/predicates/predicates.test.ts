import { describe, expect, test } from '@jest/globals'
import { Subject } from 'rxjs'
import {
  type Condition,
  condition,
  createPredicates,
  fromStream,
  onEach,
  type PredicateNode,
} from '../../../src/conditions/index.ts'
import { ConditionError } from '../../../src/errors/errors.ts'

/** Predicates beside what their session was told. */
function bench() {
  const told = { changes: 0, errors: [] as unknown[], now: 0 }
  const predicates = createPredicates({
    values: (node) => node.args as Record<string, unknown>,
    context: (owner) => ({ owner }),
    changed: () => void (told.changes += 1),
    monotonic: () => told.now,
    pollEveryMs: () => 1000,
    onError: (error) => void told.errors.push(error),
  })
  return { told, predicates }
}

const nodeOf = ({ node }: Condition): PredicateNode => node as PredicateNode
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('createPredicates', () => {
  test('createPredicates calls a plain function at each look, with values and context', () => {
    const { predicates } = bench()
    const calls: unknown[] = []
    const made = condition((values: { path: string }, context) => calls.push([values, context]) > 1)
    const node = nodeOf(made({ path: 'a' }))
    expect(predicates.read(node, 'me').value).toBe(false)
    expect(predicates.read(node, 'me').value).toBe(true)
    expect(calls[0]).toEqual([{ path: 'a' }, { owner: 'me' }])
  })

  test('the same args are one node, other args keep apart', () => {
    const made = condition((values: { path: string }) => values.path === 'a')
    expect(made({ path: 'a' }).node).toBe(made({ path: 'a' }).node)
    expect(made({ path: 'a' }).node).not.toBe(made({ path: 'b' }).node)
    const { predicates } = bench()
    expect(predicates.read(nodeOf(made({ path: 'a' })), 'me').value).toBe(true)
    expect(predicates.read(nodeOf(made({ path: 'b' })), 'me').value).toBe(false)
  })

  test('an async function: its last answer stands, calls never overlap, and a new answer tells of itself', async () => {
    const { told, predicates } = bench()
    let calls = 0
    const node = nodeOf(condition(async () => ++calls > 0)())
    expect(predicates.read(node, 'me')).toEqual({ value: false, pending: true })
    predicates.read(node, 'me')
    expect(calls).toBe(1)
    await settled()
    expect(told.changes).toBe(1)
    expect(predicates.read(node, 'me')).toEqual({ value: true, pending: false })
    expect(calls).toBe(1)
    told.now = 1000
    predicates.read(node, 'me')
    expect(calls).toBe(2)
  })

  test('an answer that takes over a second is reported once', () => {
    const { told, predicates } = bench()
    const node = nodeOf(condition(() => new Promise<boolean>(() => {}))())
    predicates.read(node, 'me')
    told.now = 1000
    predicates.read(node, 'me')
    expect(told.errors).toEqual([])
    told.now = 1001
    predicates.read(node, 'me')
    told.now = 5000
    predicates.read(node, 'me')
    expect(told.errors).toHaveLength(1)
    expect(String(told.errors[0])).toContain('has not answered')
  })

  test('a function that throws is false and reported; after five errors it is asked ever more rarely', () => {
    const { told, predicates } = bench()
    let calls = 0
    const node = nodeOf(
      condition(() => {
        calls += 1
        throw new Error('no disk')
      })(),
    )
    expect(predicates.read(node, 'me')).toMatchObject({ value: false, error: new Error('no disk') })
    expect(told.errors[0]).toBeInstanceOf(ConditionError)
    for (told.now = 0; told.now < 600_000; told.now += 1000) predicates.read(node, 'me')
    // Five at a second's distance, then pauses of 1, 2, 4 … 32 s, then one a minute.
    expect(calls).toBeGreaterThan(10)
    expect(calls).toBeLessThan(25)
  })

  test('a stream is subscribed to once, its last value stands, an error is false and reported', () => {
    const { told, predicates } = bench()
    const stream = new Subject<boolean>()
    const node = nodeOf(fromStream(stream))
    expect(predicates.read(node, 'me')).toEqual({ value: false, pending: true })
    predicates.read(node, 'me')
    stream.next(true)
    stream.next(true)
    expect(told.changes).toBe(1)
    expect(predicates.read(node, 'me').value).toBe(true)
    stream.error(new Error('cut'))
    expect(predicates.read(node, 'me')).toMatchObject({ value: false, error: new Error('cut') })
    expect(told.errors).toHaveLength(1)
  })

  test('a function that returns a stream is called once', () => {
    const { predicates } = bench()
    const stream = new Subject<boolean>()
    let calls = 0
    const node = nodeOf(
      condition(() => {
        calls += 1
        return stream
      })(),
    )
    predicates.read(node, 'me')
    stream.next(true)
    expect(predicates.read(node, 'me').value).toBe(true)
    expect(calls).toBe(1)
  })

  test('onEach holds while a value waits; take gives them in order', () => {
    const { predicates } = bench()
    const stream = new Subject<string>()
    const node = nodeOf(onEach(stream))
    expect(predicates.read(node, 'me').value).toBe(false)
    stream.next('a')
    stream.next('b')
    expect(predicates.read(node, 'me').value).toBe(true)
    expect(predicates.take(node, 'me')).toBe('a')
    expect(predicates.read(node, 'me').value).toBe(true)
    expect(predicates.take(node, 'me')).toBe('b')
    expect(predicates.read(node, 'me').value).toBe(false)
  })

  test('onEach keeps a thousand values, drops the oldest beyond and says so', () => {
    const { told, predicates } = bench()
    const stream = new Subject<number>()
    const node = nodeOf(onEach(stream))
    predicates.read(node, 'me')
    for (let i = 0; i < 1001; i++) stream.next(i)
    expect(told.errors).toHaveLength(1)
    expect(predicates.take(node, 'me')).toBe(1)
  })

  test('release and close end the subscriptions', () => {
    const { predicates } = bench()
    const stream = new Subject<boolean>()
    const node = nodeOf(fromStream(stream))
    predicates.read(node, 'a')
    predicates.read(node, 'b')
    predicates.release('a')
    expect(stream.observed).toBe(true)
    predicates.close()
    expect(stream.observed).toBe(false)
  })
})

describe('condition', () => {
  test('condition rejects what is no function and words that are no text', () => {
    expect(() => condition('words' as never)).toThrow(TypeError)
    expect(() => condition(5 as never, () => true)).toThrow(TypeError)
    expect(() => onEach({} as never)).toThrow(TypeError)
  })

  test('condition prints as the words that its args fill', () => {
    const fileExists = condition('file {path} exists', ({ path }: { path: string }) => path !== '')
    expect(String(fileExists({ path: 'a.csv' }))).toBe('file a.csv exists')
    expect(String(fileExists({ path: 'a b' }))).toBe("file 'a b' exists")
  })
})
