/** Evaluation of custom conditions: validFor, refresh, concurrency, and missing results. */
import { describe, expect, test } from '@jest/globals'
import {
  afterSuccess,
  type Condition,
  type ConditionOptions,
  condition,
  createPredicates,
  dependencies,
  every,
  type PredicateNode,
  paramIs,
  wakesAt,
} from '../../../src/conditions/index.ts'
import { hourMs, noon } from '../../support/condition-trees.ts'
import { TableFacts } from '../../support/table-facts.ts'

const minuteMs = 60_000
const nodeOf = ({ node }: Condition): PredicateNode => node as PredicateNode

/** Predicates with a table of facts, which also defines the time. */
function desk(rows: ConstructorParameters<typeof TableFacts>[1] = []) {
  const table = new TableFacts({ now: noon, task: 'me', tasks: ['me', 'fetch'] }, rows)
  const host = { changes: [] as (string | null)[], errors: [] as unknown[] }
  const predicates = createPredicates({
    values: (node) => node.args as Record<string, unknown>,
    context: () => ({}),
    changed: (_, owner) => void host.changes.push(owner),
    monotonic: () => table.around.now,
    pollEveryMs: () => 1000,
    onError: (error) => void host.errors.push(error),
  })
  const read = (node: PredicateNode, owner = 'me') =>
    predicates.read(node, owner, table.facts({ task: owner }))
  table.around = { ...table.around, predicate: (node) => read(node) }
  const to = (now: number) => {
    table.around = { ...table.around, now }
  }
  return { table, host, predicates, read, to }
}

/** A function that counts its calls, and returns a given value. */
function counted(options: ConditionOptions, says: { value: boolean } = { value: true }) {
  const asked = { times: 0 }
  const made = condition(options, () => {
    asked.times += 1
    return says.value
  })
  return { node: nodeOf(made()), asked, says }
}

describe('validFor', () => {
  test('a value is valid for the duration: the function is called again afterwards, and not earlier', () => {
    const { read, to, table } = desk()
    const { node, asked, says } = counted({ validFor: '10 minutes' })
    expect(read(node).value).toBe(true)
    says.value = false
    to(noon + 10 * minuteMs - 1)
    expect(read(node).value).toBe(true)
    expect(asked.times).toBe(1)
    expect(wakesAt(node, table.facts())).toBe(noon + 10 * minuteMs)
    to(noon + 10 * minuteMs)
    expect(read(node).value).toBe(false)
    expect(asked.times).toBe(2)
  })

  test('an async value is valid from its arrival', async () => {
    const { read, to, host } = desk()
    let asked = 0
    const node = nodeOf(condition({ validFor: '1 minute' }, async () => ++asked > 0)())
    expect(read(node)).toMatchObject({ value: false, pending: true })
    to(noon + 500)
    await Promise.resolve()
      .then(() => {})
      .then(() => {})
    expect(host.changes).toEqual(['me'])
    to(noon + minuteMs + 499)
    expect(read(node).value).toBe(true)
    expect(asked).toBe(1)
    to(noon + minuteMs + 500)
    read(node)
    expect(asked).toBe(2)
  })
})

describe('refresh', () => {
  test('every: called at the interval after the last evaluation', () => {
    const { read, to, table } = desk([{ task: 'me', action: 'run', at: noon }])
    const { node, asked } = counted({ refresh: every('10 minutes') })
    read(node)
    to(noon + 10 * minuteMs - 1)
    read(node)
    expect(asked.times).toBe(1)
    expect(wakesAt(node, table.facts())).toBe(noon + 10 * minuteMs)
    to(noon + 10 * minuteMs)
    read(node)
    expect(asked.times).toBe(2)
  })

  test('daily.after: called once a day from that time on', () => {
    const { read, to, table } = desk()
    const { node, asked } = counted({ refresh: 'daily after 13:00' })
    read(node)
    to(noon + hourMs - 1)
    read(node)
    expect(asked.times).toBe(1)
    expect(wakesAt(node, table.facts())).toBe(noon + hourMs)
    to(noon + hourMs)
    read(node)
    read(node)
    expect(asked.times).toBe(2)
    expect(wakesAt(node, table.facts())).toBe(noon + 12 * hourMs)
  })

  test('afterSuccess: called when that task has succeeded since the last evaluation', () => {
    const { read, to, table } = desk([{ task: 'fetch', action: 'success', at: noon - 1 }])
    const { node, asked } = counted({ refresh: afterSuccess('fetch') })
    read(node)
    to(noon + 1)
    read(node)
    expect(asked.times).toBe(1)
    expect(dependencies(node, 'me')).toContainEqual({ kind: 'task', task: 'fetch' })
    // Evaluated twice at the instant of the previous evaluation: one call.
    table.happen('fetch', 'success')
    read(node)
    read(node)
    expect(asked.times).toBe(2)
  })

  test('the dependencies of the refresh count, except this task', () => {
    const { node } = counted({ refresh: paramIs('go', 'yes').and(every('1 hour')) })
    expect(dependencies(node, 'me').map(({ kind }) => kind)).toEqual(['predicate', 'param'])
  })

  test('with validFor an older value counts as false', () => {
    const { read, to, table } = desk()
    const { node } = counted({ refresh: every('1 hour'), validFor: '10 minutes' })
    expect(read(node).value).toBe(true)
    expect(wakesAt(node, table.facts())).toBe(noon + 10 * minuteMs)
    to(noon + 10 * minuteMs)
    expect(read(node).value).toBe(false)
    to(noon + hourMs)
    expect(read(node).value).toBe(true)
  })
})

describe('concurrency', () => {
  test('the number of concurrent evaluations is limited; others wait in order', async () => {
    const { read, host } = desk()
    const open: (() => void)[] = []
    const made = condition(
      'page {url} answers',
      { concurrency: 2 },
      () => new Promise<boolean>((resolve) => open.push(() => resolve(true))),
    )
    const [a, b, c] = ['a', 'b', 'c'].map((url) => nodeOf(made({ url }))) as [
      PredicateNode,
      PredicateNode,
      PredicateNode,
    ]
    for (const node of [a, b, c, c]) read(node, node === c ? 'third' : 'me')
    expect(open).toHaveLength(2)
    open[0]!()
    await new Promise((resolve) => setImmediate(resolve))
    expect(host.changes).toEqual(['third', 'me'])
    read(c, 'third')
    expect(open).toHaveLength(3)
  })
})

describe('missing results', () => {
  test('after a second the previous value no longer counts', async () => {
    const { read, to, host } = desk()
    let asked = 0
    const node = nodeOf(
      condition(() => (++asked === 1 ? Promise.resolve(true) : new Promise<boolean>(() => {})))(),
    )
    read(node)
    await new Promise((resolve) => setImmediate(resolve))
    to(noon + 1000)
    expect(read(node).value).toBe(true)
    expect(asked).toBe(2)
    to(noon + 2001)
    expect(read(node).value).toBe(false)
    expect(host.errors).toHaveLength(1)
  })
})

describe('a function that takes long', () => {
  test('is reported once, with its statement', () => {
    const reported: string[] = []
    let now = 0
    const predicates = createPredicates({
      values: () => ({}),
      context: () => ({}),
      changed: () => {},
      monotonic: () => now,
      pollEveryMs: () => 1000,
      onError: () => {},
      onSlow: (message) => void reported.push(message),
    })
    const node = nodeOf(
      condition('all is counted', () => {
        now += 101
        return true
      })(),
    )
    for (let count = 0; count < 3; count++) predicates.read(node, 'me')
    expect(reported).toEqual([expect.stringMatching(/'all is counted' blocked the session for 101 ms/)])
  })
})

describe('the same word', () => {
  test('with the same args is called once for all its uses, with other args separately', () => {
    const { read } = desk()
    const asked: string[] = []
    const full = condition('disk {name} is full', ({ name }) => {
      asked.push(name)
      return name === 'a'
    })
    expect(full({ name: 'a' }).node).toBe(full({ name: 'a' }).node)
    expect(read(nodeOf(full({ name: 'a' }))).value).toBe(true)
    expect(read(nodeOf(full({ name: 'b' }))).value).toBe(false)
    expect(asked).toEqual(['a', 'b'])
  })
})

describe('options of condition()', () => {
  test.each([
    [{ validFor: '-1 minute' }, RangeError],
    [{ validFor: 'soon' }, SyntaxError],
    [{ concurrency: 0 }, RangeError],
    [{ concurrency: 1.5 }, RangeError],
    [{ refresh: 'horly' }, SyntaxError],
    [{ vaildFor: 1 } as never, /Did you mean 'validFor'/],
  ] as [ConditionOptions, typeof Error][])('%j is refused', (options, error) => {
    expect(() => condition(options, () => true)).toThrow(error)
  })
})
