/** Conditions with a duration: a watch agrees with a model that evaluates at every tick. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { heldNodeOf } from '../../../src/conditions/condition.ts'
import { isOfTimeAlone, partsOf } from '../../../src/conditions/evaluate/held-time.ts'
import { blockersIn } from '../../../src/conditions/explain/explain.ts'
import {
  all,
  any,
  type Condition,
  type ConditionNode,
  condition,
  cron,
  daily,
  every,
  explain,
  type Facts,
  failed,
  heldFor,
  holds,
  neverHolds,
  nextRuns,
  not,
  paramIs,
  parse,
  printNode,
  running,
  started,
  timeOfDay,
  timeOfHour,
  timeOfWeek,
  Vocabulary,
  waitsFor,
  wakesAt,
  watch,
} from '../../../src/conditions/index.ts'
import type { HeldNode } from '../../../src/conditions/node.ts'
import { StatementError } from '../../../src/errors/statement-error.ts'
import { condition as anyTree, noon } from '../../support/condition-trees.ts'
import { checkProperty } from '../../support/property.ts'
import { TableFacts } from '../../support/table-facts.ts'

const tickMs = 10_000
const minuteMs = 60_000
const hot = paramIs('cpu', 'hot')

/** Conditions that change only at whole ticks, so that a model that evaluates at ticks misses nothing. */
const leaf: fc.Arbitrary<Condition> = fc.constantFrom(
  hot,
  paramIs('go', 'yes'),
  timeOfHour.between('10:00', '20:00'),
  timeOfHour.after('03:00'),
  timeOfDay.before('12:30'),
  timeOfDay.after('12:07').in('Asia/Kathmandu'),
  every('5 minutes'),
  started.thisHour,
  failed('other').past('7 minutes'),
  daily,
  cron('*/5 * * * *'),
)
const length = fc.integer({ min: 1, max: 60 }).map((ticks) => ticks * tickMs)

const tree: fc.Arbitrary<Condition> = fc.letrec<{ tree: Condition }>((tie) => {
  const parts = fc.array(tie('tree'), { minLength: 1, maxLength: 3 })
  return {
    tree: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      leaf,
      fc.tuple(tie('tree'), length).map(([part, ms]) => heldFor(part, ms)),
      fc.tuple(tie('tree'), length).map(([part, ms]) => part.heldFor(ms)),
      parts.map((nodes) => all(...nodes)),
      parts.map((nodes) => any(...nodes)),
      tie('tree').map((part) => not(part)),
    ),
  }
}).tree

/** The slow, plain model: evaluates every part at each tick and after each change, even if it is not needed. */
class Model {
  readonly #since = new Map<ConditionNode, number>()
  /** Cached results of the calendar, which do not change. */
  readonly #known = new Map<ConditionNode, Map<number, boolean>>()

  look(node: ConditionNode, facts: Facts): boolean {
    // All parts, not only those that determine the result.
    const parts = partsOf(node).map((part) => this.look(part, facts))
    if (node.kind === 'all') return parts.every(Boolean)
    if (node.kind === 'any') return parts.some(Boolean)
    if (node.kind === 'not') return !parts[0]
    if (node.kind !== 'held') return holds(node, facts)
    if (isOfTimeAlone(node.node)) return this.#byCalendar(node, facts)
    if (!parts[0]) this.#since.delete(node)
    else if (!this.#since.has(node)) this.#since.set(node, facts.now)
    const since = this.#since.get(node)
    return since !== undefined && facts.now - since >= node.forMs
  }

  #byCalendar({ node, forMs }: HeldNode, facts: Facts): boolean {
    for (let at = facts.now; at >= facts.now - forMs; at -= tickMs) {
      const known = this.#known.get(node)?.get(at) ?? this.look(node, { ...facts, now: at })
      this.#known.set(node, (this.#known.get(node) ?? new Map()).set(at, known))
      if (!known) return false
    }
    return true
  }
}

const step = fc.record({
  ticks: fc.integer({ min: 0, max: 40 }),
  change: fc.constantFrom('hot', 'cold', 'yes', 'no', 'flicker', 'run', 'success', 'fail', 'nothing'),
})

function change(table: TableFacts, what: string): void {
  if (what === 'hot' || what === 'cold') table.set('cpu', what)
  else if (what === 'yes' || what === 'no') table.set('go', what)
  else if (what === 'run' || what === 'success') table.happen('this', what)
  else if (what === 'fail') table.happen('other', 'fail')
}

describe('a watch', () => {
  test('agrees with a brute-force model at every tick', () => {
    checkProperty(
      fc.property(tree, fc.array(step, { maxLength: 8 }), ({ node }, steps) => {
        const table = new TableFacts({
          now: noon,
          task: 'this',
          tasks: ['other'],
          params: { cpu: 'hot', go: 'no' },
        })
        const model = new Model()
        let last: boolean | undefined
        const subscription = watch(node, () => table.facts(), table, table, undefined, table.notes).subscribe(
          (value) => {
            expect(value).not.toBe(last)
            last = value
          },
        )
        const agree = (): void => {
          const is = model.look(node, table.facts())
          expect({ at: (table.around.now - noon) / tickMs, is: last }).toEqual({
            at: (table.around.now - noon) / tickMs,
            is,
          })
          expect(holds(node, table.facts())).toBe(is)
          expect(wakesAt(node, table.facts())).toBeGreaterThan(table.around.now)
        }
        agree()
        for (const { ticks, change: what } of steps) {
          for (let tick = 0; tick < ticks; tick++) {
            table.advanceTo(table.around.now + tickMs)
            agree()
          }
          // Off and on within one instant.
          for (const one of what === 'flicker' ? ['cold', 'hot'] : [what]) {
            change(table, one)
            agree()
          }
        }
        subscription.unsubscribe()
        expect(table.held).toBe(0)
      }),
      { runs: 40 },
    )
  })

  /** The instants, in ms from noon, at which a watch emits a new value. */
  function changesOf(made: Condition, play: (table: TableFacts) => void, params = { cpu: 'cold' }) {
    const table = new TableFacts({ now: noon, task: 'this', params })
    const changes: [at: number, value: boolean][] = []
    watch(made.node, () => table.facts(), table, table, undefined, table.notes).subscribe((value) =>
      changes.push([table.around.now - noon, value]),
    )
    play(table)
    return { changes, table }
  }

  test('is woken once, at the exact instant at which it has held for long enough', () => {
    const { changes, table } = changesOf(hot.heldFor('30 seconds'), (at) => {
      at.advanceTo(noon + 1234)
      at.set('cpu', 'hot')
      expect(at.nextAlarm).toBe(noon + 31_234)
      at.advanceTo(noon + minuteMs)
      at.set('cpu', 'cold')
      at.advanceTo(noon + 2 * minuteMs)
    })
    expect(changes).toEqual([
      [0, false],
      [31_234, true],
      [minuteMs, false],
    ])
    // At the start of the watch (for the owner, and to evaluate), twice for the param, and once for the alarm.
    expect(table.reads).toBe(5)
    expect(table.nextAlarm).toBe(Number.POSITIVE_INFINITY)
  })

  test('an interruption within one instant starts the time over', () => {
    const { changes } = changesOf(hot.heldFor('30 seconds'), (at) => {
      at.set('cpu', 'hot')
      at.advanceTo(noon + 20_000)
      at.set('cpu', 'cold')
      at.set('cpu', 'hot')
      at.advanceTo(noon + minuteMs)
    })
    expect(changes).toEqual([
      [0, false],
      [50_000, true],
    ])
  })

  test('the time continues while the rest of the condition determines the result', () => {
    const made = timeOfHour.after('10:00').and(hot.heldFor('5 minutes'))
    const { changes } = changesOf(made, (at) => {
      at.set('cpu', 'hot')
      at.advanceTo(noon + 20 * minuteMs)
    })
    expect(changes).toEqual([
      [0, false],
      [10 * minuteMs, true],
    ])
  })

  test('a failed evaluation interrupts', () => {
    const table = new TableFacts({ now: noon, task: 'this', params: { cpu: 'hot' } })
    let fails = false
    const look = (): Facts => ({
      ...table.facts(),
      param: (name) => {
        if (fails) throw new Error('nobody knows')
        return table.facts().param(name)
      },
    })
    const changes: [number, boolean][] = []
    watch(hot.heldFor('30 seconds').node, look, table, table, () => {}, table.notes).subscribe((value) =>
      changes.push([table.around.now - noon, value]),
    )
    table.advanceTo(noon + 20_000)
    fails = true
    table.set('other', 1)
    table.set('cpu', 'hot')
    fails = false
    table.advanceTo(noon + minuteMs)
    // It is evaluated again a second after the failure, and holds from then on.
    expect(changes).toEqual([
      [0, false],
      [51_000, true],
    ])
  })
})

describe('as a statement', () => {
  const meaning = ({ text: _, ...node }: ConditionNode): unknown =>
    node.kind === 'all' || node.kind === 'any'
      ? { ...node, nodes: node.nodes.map(meaning) }
      : node.kind === 'not' || node.kind === 'held'
        ? { ...node, node: meaning(node.node) }
        : node

  test('printed text is parsed back, for any condition and any duration', () => {
    checkProperty(
      fc.property(anyTree, fc.integer({ min: 1, max: 10_000_000 }), fc.boolean(), (made, ms, isDenied) => {
        const held = isDenied ? not(made).heldFor(ms) : made.heldFor(ms)
        const inZone = any(held, daily).in('Asia/Tokyo')
        for (const each of [held, held.heldFor('1 minute'), not(held), all(held, daily), inZone]) {
          const text = printNode(each.node)
          const read = parse(text)
          expect(meaning(read.node)).toEqual(meaning(each.node))
          expect(String(read)).toBe(text)
        }
      }),
      { runs: 500 },
    )
  })

  test.each([
    ["param 'cpu' is 'hot' for 30 seconds", hot.heldFor('30 seconds')],
    ["(param 'cpu' is 'hot' & daily) for 5 minutes", hot.and(daily).heldFor('5 minutes')],
    ["~param 'cpu' is 'hot' for 5 minutes", not(hot.heldFor('5 minutes'))],
    ["(~param 'cpu' is 'hot') for 5 minutes", not(hot).heldFor('5 minutes')],
    ["task 'import' is running for 10 minutes", running('import').heldFor('10 minutes')],
    [
      'time of day after 07:00 in Asia/Tokyo for 2 hours',
      timeOfDay.after('07:00').in('Asia/Tokyo').heldFor('2h'),
    ],
    ["param 'a for 5 minutes' is 'hot' for 1 minute", paramIs('a for 5 minutes', 'hot').heldFor('1 minute')],
  ])('%s', (text, made) => {
    expect(String(made)).toBe(text)
    expect(String(parse(text))).toBe(text)
    expect(meaning(parse(text).node)).toEqual(meaning(made.node))
  })

  test.each([
    [
      'time of day after 07:00 for 2 hours in Asia/Tokyo',
      'time of day after 07:00 in Asia/Tokyo for 2 hours',
    ],
    [
      "(daily after 07:00 & param 'x' exists) for PT2H in Asia/Tokyo",
      "(daily after 07:00 in Asia/Tokyo & param 'x' exists) for 2 hours",
    ],
    [
      "(daily after 07:00 | param 'x' exists) in Asia/Tokyo for 90s",
      "(daily after 07:00 in Asia/Tokyo | param 'x' exists) for 1 minute 30 seconds",
    ],
  ])('%s is %s', (text, canonical) => {
    expect(String(parse(text))).toBe(canonical)
  })

  test('custom words that take the rest of the words come first', () => {
    const words = new Vocabulary()
    words.add(condition('queue is {state}', ({ state }) => state !== ''))
    const whole = parse('queue is full for 30 seconds', words)
    expect(whole.node).toMatchObject({ kind: 'predicate', args: { state: 'full for 30 seconds' } })
    const held = parse('(queue is full) for 30 seconds', words)
    expect(held.node).toMatchObject({ kind: 'held', forMs: 30_000, node: { args: { state: 'full' } } })
    expect(String(held)).toBe('(queue is full) for 30 seconds')
  })

  test.each([
    ["param 'cpu' is 'hot' for 30 secnds", 28, /did you mean `sec/],
    ["(param 'cpu' is 'hot') for 0 seconds", 27, /longer than 0/],
    ["param 'cpu' is 'hot' fro 30 seconds", 21, /did you mean `for`/],
  ])('%s', (text, offset, message) => {
    let thrown: unknown
    try {
      parse(text)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(StatementError)
    expect(thrown).toMatchObject({ offset, message: expect.stringMatching(message) })
  })

  test.each([0, -5, '0 seconds'])('%p is no time to hold for', (ms) => {
    expect(() => heldFor(hot, ms)).toThrow(RangeError)
    expect(() => hot.heldFor(ms)).toThrow(/must be longer than 0/)
  })
})

describe('its interpreters', () => {
  const table = new TableFacts({ now: noon, task: 'this', params: { cpu: 'hot' } })
  const held = hot.heldFor('30 seconds')

  test('its dependencies are those of the inner condition', () => {
    expect(all(running('x'), hot).heldFor('1 minute').dependencies('this')).toEqual([
      { kind: 'task', task: 'x' },
      { kind: 'param', name: 'cpu' },
    ])
  })

  test('explain shows how long it has held, the required duration, and its end', () => {
    const facts = { ...table.facts(), heldForMs: () => 12_345 }
    const { sentence, holds: is, changesAt, evidence } = explain(held.node, facts)
    expect(sentence).toBe(
      "'param 'cpu' is 'hot'' has held for 12 seconds of 30 seconds; that is enough at 12:00:17, if nothing interrupts it",
    )
    expect({ is, changesAt, evidence }).toEqual({
      is: false,
      changesAt: noon + 17_655,
      evidence: { heldMs: 12_345, forMs: 30_000, since: noon - 12_345 },
    })
    expect(blockersIn(explain(held.node, facts)).map((part) => part.sentence)).toEqual([sentence])
    expect(waitsFor(held.node, facts)).toEqual([])
  })

  test('explain of one that does not hold points to the inner condition', () => {
    const cold = new TableFacts({ now: noon, task: 'this', params: { cpu: 'cold' } }).facts()
    expect(explain(held.node, cold).sentence).toBe(
      "'param 'cpu' is 'hot'' does not hold, so its 30 seconds have not begun",
    )
    expect(blockersIn(explain(held.node, cold)).map(({ sentence }) => sentence)).toEqual([
      "param 'cpu' has a value other than the required one",
    ])
    expect(waitsFor(held.node, cold)).toMatchObject([{ kind: 'param', name: 'cpu' }])
  })

  test('the duration is unknown without a watch', () => {
    expect(holds(held.node, table.facts())).toBe(false)
    expect(explain(held.node, table.facts()).sentence).toMatch(/has not been watched yet/)
  })

  test.each([
    [timeOfDay.between('08:00', '09:00').heldFor('30 minutes'), null],
    [timeOfDay.between('08:00', '09:00').heldFor('1 hour'), 'is true at no time'],
    [timeOfDay.between('08:00', '09:00').heldFor('2 hours'), 'is true at no time'],
    [timeOfWeek.between('Mon', 'Fri').heldFor('4 days'), null],
    [hot.and(not(hot)).heldFor('1 minute'), 'never hold together'],
    [hot.and(timeOfDay.between('08:00', '09:00')).heldFor('2 hours'), null],
    [timeOfDay.after('08:00').heldFor('3 hours').and(timeOfDay.before('10:00')), 'do not meet'],
    [not(timeOfDay.after('08:00').heldFor('3 hours')).and(timeOfDay.after('08:00')), null],
    [heldFor(true, '1 hour'), null],
    [heldFor(false, '1 hour'), 'never'],
  ])('%s never holds: %s', (made, why) => {
    const found = neverHolds(made.node, 'UTC', noon)
    if (why === null) expect(found).toBeNull()
    else expect(found).toContain(why)
  })

  test('calendar conditions need no watch: their past is computed, across a clock change', () => {
    const made = timeOfDay.between('01:00', '05:00').heldFor('2 hours')
    const at = (iso: string): boolean =>
      holds(made.node, new TableFacts({ now: Date.parse(iso), zone: 'Europe/Helsinki' }).facts())
    // 2026-03-29: 03:00 becomes 04:00, so two hours after 01:00 it is 04:00.
    expect([at('2026-03-29T00:59:59Z'), at('2026-03-29T01:00:00Z'), at('2026-03-29T01:59:59Z')]).toEqual([
      false,
      true,
      true,
    ])
    expect(at('2026-03-29T02:00:00Z')).toBe(false)
  })

  test('the next runs of a combined schedule are those at which it has held', () => {
    const runs = nextRuns(
      daily.and(timeOfDay.between('08:00', '16:00').heldFor('2 hours')).node,
      (at) => table.facts({ task: 'this', ...(at === undefined ? {} : { at }) }),
      3,
    )
    expect(runs.map((at) => new Date(at).toISOString())).toEqual([
      '2026-11-24T12:00:00.000Z',
      '2026-11-25T10:00:00.000Z',
      '2026-11-26T10:00:00.000Z',
    ])
    const after = nextRuns(
      every('1 hour').heldFor('10 minutes').node,
      (at) => table.facts({ task: 'this', ...(at === undefined ? {} : { at }) }),
      3,
    )
    // Ten minutes from now, then an hour and ten minutes after each run.
    expect(after.map((at) => (at - noon) / minuteMs)).toEqual([10, 80, 150])
  })

  test('a refresh that would not be watched is rejected', () => {
    const make = (refresh: Condition) => condition({ refresh }, () => true)
    expect(() => make(hot.heldFor('1 minute'))).toThrow(/only of calendar conditions/)
    expect(() => make(timeOfDay.after('08:00').heldFor('1 minute'))).not.toThrow()
  })

  test('the node is plain frozen data', () => {
    expect(Object.isFrozen(heldNodeOf(hot.node, '1 minute'))).toBe(true)
  })
})
