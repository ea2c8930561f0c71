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

/** Predicates with a record of calls to their session. */
function bench() {
  const host = { changes: 0, errors: [] as unknown[], now: 0 }
  const predicates = createPredicates({
    values: (node) => node.args as Record<string, unknown>,
    context: (owner) => ({ owner }),
    changed: () => void (host.changes += 1),
    monotonic: () => host.now,
    pollEveryMs: () => 1000,
    onError: (error) => void host.errors.push(error),
  })
  return { host, predicates }
}

const nodeOf = ({ node }: Condition): PredicateNode => node as PredicateNode
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('createPredicates', () => {
  test('createPredicates calls a plain function at each evaluation, with values and context', () => {
    const { predicates } = bench()
    const calls: unknown[] = []
    const made = condition((values: { path: string }, context) => calls.push([values, context]) > 1)
    const node = nodeOf(made({ path: 'a' }))
    expect(predicates.read(node, 'me').value).toBe(false)
    expect(predicates.read(node, 'me').value).toBe(true)
    expect(calls[0]).toEqual([{ path: 'a' }, { owner: 'me' }])
  })

  test('the same args share one node, other args have another', () => {
    const made = condition((values: { path: string }) => values.path === 'a')
    expect(made({ path: 'a' }).node).toBe(made({ path: 'a' }).node)
    expect(made({ path: 'a' }).node).not.toBe(made({ path: 'b' }).node)
    const { predicates } = bench()
    expect(predicates.read(nodeOf(made({ path: 'a' })), 'me').value).toBe(true)
    expect(predicates.read(nodeOf(made({ path: 'b' })), 'me').value).toBe(false)
  })

  test('an async function: its last value counts, calls never overlap, and a new value notifies', async () => {
    const { host, predicates } = bench()
    let calls = 0
    const node = nodeOf(condition(async () => ++calls > 0)())
    expect(predicates.read(node, 'me')).toEqual({ value: false, pending: true })
    predicates.read(node, 'me')
    expect(calls).toBe(1)
    await settled()
    expect(host.changes).toBe(1)
    expect(predicates.read(node, 'me')).toEqual({ value: true, pending: false })
    expect(calls).toBe(1)
    host.now = 1000
    predicates.read(node, 'me')
    expect(calls).toBe(2)
  })

  test('a result that takes over a second is reported once', () => {
    const { host, predicates } = bench()
    const node = nodeOf(condition(() => new Promise<boolean>(() => {}))())
    predicates.read(node, 'me')
    host.now = 1000
    predicates.read(node, 'me')
    expect(host.errors).toEqual([])
    host.now = 1001
    predicates.read(node, 'me')
    host.now = 5000
    predicates.read(node, 'me')
    expect(host.errors).toHaveLength(1)
    expect(String(host.errors[0])).toContain('has not answered')
  })

  test('a function that throws is false and reported; after five errors it is called less and less often', () => {
    const { host, predicates } = bench()
    let calls = 0
    const node = nodeOf(
      condition(() => {
        calls += 1
        throw new Error('no disk')
      })(),
    )
    expect(predicates.read(node, 'me')).toMatchObject({ value: false, error: new Error('no disk') })
    expect(host.errors[0]).toBeInstanceOf(ConditionError)
    for (host.now = 0; host.now < 600_000; host.now += 1000) predicates.read(node, 'me')
    // Five at intervals of a second, then delays of 1, 2, 4 … 32 s, then one a minute.
    expect(calls).toBeGreaterThan(10)
    expect(calls).toBeLessThan(25)
  })

  test('a stream is subscribed to once, its last value counts, an error is false and reported', () => {
    const { host, predicates } = bench()
    const stream = new Subject<boolean>()
    const node = nodeOf(fromStream(stream))
    expect(predicates.read(node, 'me')).toEqual({ value: false, pending: true })
    predicates.read(node, 'me')
    stream.next(true)
    stream.next(true)
    expect(host.changes).toBe(1)
    expect(predicates.read(node, 'me').value).toBe(true)
    stream.error(new Error('cut'))
    expect(predicates.read(node, 'me')).toMatchObject({ value: false, error: new Error('cut') })
    expect(host.errors).toHaveLength(1)
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

  test('onEach holds while a value waits; take returns them in order', () => {
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

  test('onEach keeps a thousand values, drops older ones and reports it', () => {
    const { host, predicates } = bench()
    const stream = new Subject<number>()
    const node = nodeOf(onEach(stream))
    predicates.read(node, 'me')
    for (let i = 0; i < 1001; i++) stream.next(i)
    expect(host.errors).toHaveLength(1)
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
  test('condition rejects values other than functions and words other than text', () => {
    expect(() => condition('words' as never)).toThrow(TypeError)
    expect(() => condition(5 as never, () => true)).toThrow(TypeError)
    expect(() => onEach({} as never)).toThrow(TypeError)
  })

  test('condition prints as its template filled with its args', () => {
    const fileExists = condition('file {path} exists', ({ path }: { path: string }) => path !== '')
    expect(String(fileExists({ path: 'a.csv' }))).toBe('file a.csv exists')
    expect(String(fileExists({ path: 'a b' }))).toBe("file 'a b' exists")
  })
})
