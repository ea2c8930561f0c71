import { describe, expect, test } from '@jest/globals'
import { of } from 'rxjs'
import {
  afterSuccess,
  all,
  always,
  any,
  Condition,
  type ConditionNode,
  condition as custom,
  daily,
  dependencies,
  every,
  holds,
  hourly,
  isCondition,
  never,
  not,
  onEach,
  onEachNodes,
  periodOf,
  running,
  started,
  succeeded,
  timeOfDay,
  toCondition,
  wakesAt,
} from '../../src/conditions/index.ts'
import { noon } from '../support/condition-trees.ts'
import { TableFacts } from '../support/table-facts.ts'

const [a, b, c] = ['a', 'b', 'c'].map((name) => afterSuccess(name)) as [Condition, Condition, Condition]

describe('Condition', () => {
  test('Condition is immutable: combining gives new ones', () => {
    const before = a.node
    expect(a.and(b)).not.toBe(a)
    expect(a.node).toBe(before)
    expect(Object.isFrozen(a.and(b).node)).toBe(true)
  })

  test('and, or flatten; a single condition is unchanged', () => {
    expect(a.and(b).and(c).node).toEqual(all(a, b, c).node)
    expect(a.or(b.or(c)).node).toEqual(any(a, b, c).node)
    expect(all(a).node).toBe(a.node)
    expect(a.and(b).or(c).node).toMatchObject({ nodes: [a.and(b).node, c.node] })
  })

  test('not of not is the condition, not of a constant is the other', () => {
    expect(a.not().not().node).toBe(a.node)
    expect(not(always).node).toBe(never.node)
    expect(not(false).node).toBe(always.node)
  })

  test('a part with its own text keeps it in a combination', () => {
    expect(String(daily.after('07:00').and(every('10 minutes')))).toBe('daily after 07:00 & every 10 minutes')
    expect(String(all(daily.or(hourly), a))).toBe("(daily | hourly) & after task 'a' succeeded")
  })

  test('values that are both callable and a condition are valid inputs', () => {
    expect(isCondition(succeeded)).toBe(true)
    expect(succeeded).toBeInstanceOf(Condition)
    expect(typeof succeeded).toBe('function')
    expect(all(succeeded, running, started.today).node).toEqual(
      succeeded.and(running).and(started.today).node,
    )
    expect(String(running)).toBe(String(running()))
  })

  test('holds() evaluates a condition for a task and at an instant', () => {
    const session = new TableFacts({ now: noon })
    const window = timeOfDay.after('18:00')
    expect(window.holds({ session })).toBe(false)
    expect(window.holds({ session, at: '2026-11-24T19:00' })).toBe(true)
    expect(daily.holds({ session, task: { name: 'me' } })).toBe(true)
  })

  test('isCondition recognizes those of another copy by their brand', () => {
    const other = { [Symbol.for('gantry.condition')]: true, node: always.node }
    expect(isCondition(other)).toBe(true)
    expect(isCondition({ node: always.node })).toBe(false)
    expect(isCondition(null)).toBe(false)
  })

  test('combining other values is an error', () => {
    expect(() => all()).toThrow(TypeError)
    expect(() => not(5 as never)).toThrow(TypeError)
  })

  test('a deep chain of and and not neither nests nor overflows', () => {
    let chain: Condition = a
    for (let i = 0; i < 2000; i++) chain = chain.and(b)
    expect(chain.node).toHaveProperty('nodes.length', 2001)
    expect(holds(chain.node, new TableFacts({ now: noon, task: 'me' }).facts())).toBe(false)
  })
})

describe('toCondition', () => {
  test('toCondition takes a condition, a statement, a boolean, a stream and a function', () => {
    expect(toCondition(a)).toBe(a)
    expect(toCondition(true).node).toBe(always.node)
    expect(toCondition(false).node).toBe(never.node)
    expect(toCondition('daily after 07:00').node).toEqual(daily.after('07:00').node)
    expect(toCondition(of(true)).node).toMatchObject({ kind: 'predicate', mode: 'stream' })
    expect(toCondition(() => true).node).toMatchObject({ kind: 'predicate', mode: 'function' })
    expect(toCondition(succeeded).node).toBe(succeeded.node)
  })

  test('toCondition rejects anything else', () => {
    for (const odd of [null, undefined, 5, {}, Symbol('s')]) expect(() => toCondition(odd)).toThrow(TypeError)
  })
})

test.each(['after', 'before', 'starting', 'at', 'on'] as const)(
  'daily.%s without a moment is refused: it would mean the whole day',
  (how) => {
    expect(() => daily[how](undefined as never)).toThrow(TypeError)
  },
)

describe('nodes', () => {
  test('onEachNodes finds event streams below other parts', () => {
    const stream = of(1)
    expect(onEachNodes(daily.and(onEach(stream)).node)).toEqual([onEach(stream).node])
    expect(onEachNodes(daily.and(custom(() => true)()).node)).toEqual([])
  })

  test('periodOf is the cycle that a run belongs to', () => {
    expect(String(periodOf(daily.after('07:00').and(a).node))).toBe('time of day after 07:00')
    expect(periodOf(a.node)).toBeNull()
    expect(periodOf(every('10 minutes').node)).toBeNull()
  })

  test('every kind is supported by each interpreter', () => {
    const nodes: readonly ConditionNode[] = [always, daily, a, running, started, not(a), any(a, b)].map(
      ({ node }) => node,
    )
    const facts = new TableFacts({ now: noon, task: 'me' }).facts()
    for (const node of nodes) {
      expect(typeof holds(node, facts)).toBe('boolean')
      expect(wakesAt(node, facts)).toBeGreaterThan(noon)
      expect(Array.isArray(dependencies(node, 'me'))).toBe(true)
    }
  })
})
