/** Events that a condition waits for, besides time. */
import { describe, expect, test } from '@jest/globals'
import {
  afterAnySuccess,
  afterSuccess,
  any,
  type Condition,
  condition,
  cron,
  daily,
  every,
  never,
  not,
  onEach,
  paramExists,
  retry,
  running,
  schedulerCycles,
  schedulerRunning,
  started,
  succeeded,
  waitsFor,
} from '../../../src/conditions/index.ts'
import { type Happening, TableFacts } from '../../support/table-facts.ts'

const start = Date.parse('2026-11-24T10:30:00Z')

function waitsOf(given: Condition, rows: readonly Happening[] = [], around = {}): string[] {
  const session = new TableFacts(
    { now: start, zone: 'UTC', task: 'me', tasks: ['me', 'a', 'b'], ...around },
    rows,
  )
  return waitsFor(given.node, session.facts({ task: 'me' })).map(({ kind, name, statement }) =>
    [kind, name, statement].filter((part) => part !== null).join(' | '),
  )
}

const ran = (task: string, action: 'run' | 'success' | 'fail', minutesAgo: number): Happening => ({
  task,
  action,
  at: start - minutesAgo * 60_000,
})

describe('waitsFor()', () => {
  test('is empty where the condition holds, and where time alone decides', () => {
    expect(waitsOf(daily)).toEqual([])
    expect(waitsOf(daily.at('12:00'))).toEqual([])
    expect(waitsOf(daily, [ran('me', 'success', 60)])).toEqual([])
    expect(waitsOf(every('2 hours'), [ran('me', 'run', 60)])).toEqual([])
    expect(waitsOf(cron('0 7 * * *'))).toEqual([])
    expect(waitsOf(schedulerRunning({ moreThan: '100 days' }))).toEqual([])
  })

  test('names the task that must succeed, even if time must pass as well', () => {
    expect(waitsOf(afterSuccess('a').and(daily.at('12:00')))).toEqual(["task | a | after task 'a' succeeded"])
    expect(waitsOf(afterSuccess('a'), [ran('a', 'success', 5)])).toEqual([])
  })

  test('names each of several parts, and each alternative', () => {
    expect(waitsOf(afterSuccess('a').and(afterSuccess('b')), [ran('b', 'success', 5)])).toEqual([
      "task | a | after task 'a' succeeded",
    ])
    expect(waitsOf(afterAnySuccess('a', 'b'))).toEqual([
      "task | a | after task 'a' succeeded",
      "task | b | after task 'b' succeeded",
    ])
  })

  test('of a history names the task while more records can make it true, and nothing once only time can', () => {
    expect(waitsOf(succeeded('a').today)).toEqual(["task | a | task 'a' has succeeded today"])
    expect(
      waitsOf(succeeded('a').today.exactly(1), [ran('a', 'success', 5), ran('a', 'success', 4)]),
    ).toEqual([])
    expect(waitsOf(not(started('a').today), [ran('a', 'run', 5)])).toEqual([])
  })

  test('of a run that has to start, or to end', () => {
    expect(waitsOf(running('a')).length).toBe(1)
    expect(waitsOf(not(running('a')), [], { running: { a: [start - 5_000] } }).length).toBe(1)
    expect(waitsOf(running('a'), [], { running: { a: [start - 5_000] } })).toEqual([])
  })

  test('of a retry names this task; during the backoff only time is missing', () => {
    expect(waitsOf(retry(3))).toEqual(['task | me | retry 3 times'])
    expect(waitsOf(retry(3, { delay: '1 hour' }), [ran('me', 'fail', 5)])).toEqual([])
  })

  test('names params, predicates, streams, cycles, and manual runs', () => {
    expect(waitsOf(paramExists('x'))).toEqual(["param | x | param 'x' exists"])
    const isOpen = condition('the shop is open', () => false)
    expect(waitsOf(isOpen())).toEqual(['predicate | the shop is open'])
    expect(waitsOf(onEach({ subscribe: () => ({ unsubscribe() {} }) })).length).toBe(1)
    expect(waitsOf(schedulerCycles({ atLeast: 1_000 })).length).toBe(1)
    expect(waitsOf(never)).toEqual(['hand | false'])
    expect(waitsOf(any(never, paramExists('x'))).length).toBe(2)
  })

  test('describes the state in a sentence', () => {
    const facts = new TableFacts({ now: start, zone: 'UTC', task: 'me', tasks: ['me', 'fetch'] }, []).facts({
      task: 'me',
    })
    const [waited] = waitsFor(afterSuccess('fetch').node, facts)
    expect(waited?.sentence).toMatch(/'fetch' has never run; this waits for its success/)
    const [slip] = waitsFor(afterSuccess('fetsh').node, facts)
    expect(slip?.sentence).toMatch(/no task 'fetsh'.*'fetch'/)
  })
})
