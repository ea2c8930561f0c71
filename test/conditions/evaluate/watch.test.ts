import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Observable, take } from 'rxjs'
import type { Changes, Facts, WakeClock } from '../../../src/conditions/index.ts'
import {
  type ConditionNode,
  condition as custom,
  every,
  holds,
  paramIs,
  running,
  succeeded,
  timeOfHour,
  wakesAt,
  watch,
} from '../../../src/conditions/index.ts'
import { condition, happenings, hourMs, noon } from '../../support/condition-trees.ts'
import { checkProperty } from '../../support/property.ts'
import { TableFacts } from '../../support/table-facts.ts'

type Watch = typeof watch

/** Records the values of a watch as they come, and its end. */
function record(
  table: TableFacts,
  node: ConditionNode,
  by: Watch = watch,
  onError?: (error: unknown) => void,
) {
  const values: boolean[] = []
  const errors: unknown[] = []
  const subscription = by(node, () => table.facts(), table, table, onError).subscribe({
    next: (value) => void values.push(value),
    error: (error) => void errors.push(error),
  })
  return { values, errors, subscription }
}

/** A wrong implementation: it evaluates before it subscribes. */
const evaluateBeforeSubscribe: Watch = (node, look, changes: Changes, clock: WakeClock) =>
  new Observable((subscriber) => {
    const tell = (): void => subscriber.next(holds(node, look()))
    tell()
    const undo = changes.on({ kind: 'param', name: 'go' }, null, tell)
    const undoWake = clock.wakeAt(wakesAt(node, look()), tell)
    return () => {
      undo()
      undoWake()
    }
  })

describe('watch', () => {
  const step = fc.record({
    wait: fc.integer({ min: 0, max: hourMs }),
    task: fc.constantFrom('this', 'other'),
    action: fc.constantFrom('run', 'success', 'fail', 'terminate', 'inaction'),
    go: fc.constantFrom('yes', 'no'),
    isParam: fc.boolean(),
  })

  test('watch agrees with holds at every instant, and emits no value twice', () => {
    checkProperty(
      fc.property(condition, happenings, fc.array(step, { maxLength: 8 }), ({ node }, rows, steps) => {
        const table = new TableFacts(
          { now: noon, task: 'this', startedAt: noon, running: { other: [noon - hourMs / 2] } },
          rows,
        )
        const { values, errors, subscription } = record(table, node)
        for (const { wait, task, action, go, isParam } of steps) {
          // Also half-way: between the steps only time passes.
          for (const part of [wait / 2, wait / 2]) {
            table.advanceTo(table.around.now + Math.floor(part))
            expect(values.at(-1)).toBe(holds(node, table.facts()))
          }
          if (isParam) table.set('go', go)
          else table.happen(task, action as 'run')
          expect(values.at(-1)).toBe(holds(node, table.facts()))
        }
        for (const [place, value] of values.entries())
          if (place > 0) expect(value).not.toBe(values[place - 1])
        expect(errors).toEqual([])
        subscription.unsubscribe()
        expect(table.held).toBe(0)
      }),
      { runs: 2000 },
    )
  })

  /** A condition whose first evaluation sets the param that it waits for. */
  const selfSetting = (table: TableFacts): ConditionNode => {
    let isFirst = true
    const node = custom(() => true)().and(paramIs('go', 'yes')).node
    table.around = {
      ...table.around,
      predicate: () => {
        if (isFirst) {
          isFirst = false
          table.set('go', 'no')
          queue.push(() => table.set('go', 'yes'))
        }
        return { value: true, pending: false }
      },
    }
    const queue: (() => void)[] = []
    const facts = table.facts.bind(table)
    table.facts = (owner) => {
      const made = facts(owner)
      // After the param was read: the evaluation itself causes the change.
      const param = made.param
      return {
        ...made,
        param: (name) => {
          const was = param(name)
          for (const change of queue.splice(0)) change()
          return was
        },
      }
    }
    return node
  }

  test('watch keeps the changes that its own evaluation makes', () => {
    const table = new TableFacts({ now: noon, params: { go: 'no' } })
    expect(record(table, selfSetting(table)).values).toEqual([false, true])
  })

  test('a watch that evaluated before it subscribed would lose them', () => {
    const table = new TableFacts({ now: noon, params: { go: 'no' } })
    expect(record(table, selfSetting(table), evaluateBeforeSubscribe).values).toEqual([false])
  })

  test('watch never polls: no evaluation between two edges', () => {
    const table = new TableFacts({ now: noon, task: 'this' })
    const { values } = record(table, timeOfHour.between('10:00', '20:00').node)
    table.advanceTo(noon + 3 * hourMs - 1)
    expect(values).toEqual([false, true, false, true, false, true, false])
    // One more for each whole hour, where the cycle itself turns.
    expect(table.reads).toBeLessThanOrEqual(2 + 3 * 3)
  })

  test('watch of a condition without time sets no alarm', () => {
    const table = new TableFacts({ now: noon, task: 'this' })
    const { values } = record(table, succeeded('other').node)
    expect(table.nextAlarm).toBe(Number.POSITIVE_INFINITY)
    table.happen('other', 'success')
    expect(values).toEqual([false, true])
  })

  test('watch holds again exactly at start + length', () => {
    const table = new TableFacts({ now: noon, task: 'this' })
    const { values } = record(table, every('10 minutes').node)
    table.happen('this', 'run')
    table.advanceTo(noon + 600_000 - 1)
    expect(values).toEqual([true, false])
    table.advanceTo(noon + 600_000)
    expect(values).toEqual([true, false, true])
  })

  test('watch continues after a failed evaluation with onError, and evaluates again', () => {
    const table = new TableFacts({ now: noon, task: 'this' })
    const facts = table.facts.bind(table)
    let isBroken = false
    table.facts = (owner): Facts => {
      const made = facts(owner)
      if (!isBroken) return made
      return {
        ...made,
        running: () => {
          throw new Error('torn')
        },
      }
    }
    const reported: unknown[] = []
    const { values, errors, subscription } = record(table, running('other').not().node, watch, (error) =>
      reported.push(error),
    )
    isBroken = true
    table.happen('other', 'run')
    expect(values).toEqual([true, false])
    isBroken = false
    table.advanceTo(noon + 1000)
    expect(values).toEqual([true, false, true])
    expect(reported).toEqual([new Error('torn')])
    expect(errors).toEqual([])
    subscription.unsubscribe()
    expect(table.held).toBe(0)
  })

  test('watch of a failed evaluation ends with the error without onError', () => {
    const table = new TableFacts({
      now: noon,
      task: 'this',
      predicate: () => {
        throw new Error('torn')
      },
    })
    const { errors } = record(table, custom(() => true)().node)
    expect(errors).toEqual([new Error('torn')])
    expect(table.held).toBe(0)
  })

  test('watch ended within its own first value releases everything', () => {
    const table = new TableFacts({ now: noon, task: 'this' })
    const values: boolean[] = []
    watch(every('1 minute').node, () => table.facts(), table, table)
      .pipe(take(1))
      .subscribe((value) => void values.push(value))
    expect(values).toEqual([true])
    expect(table.held).toBe(0)
  })

  test('watch does not block the event loop when each evaluation changes its dependency', () => {
    const table = new TableFacts({ now: noon, task: 'this' })
    let turns = 0
    table.around = {
      ...table.around,
      predicate: () => {
        turns += 1
        table.set('go', turns)
        return { value: true, pending: false }
      },
    }
    const { values, subscription } = record(table, custom(() => true)().or(paramIs('go', 'x')).node)
    expect(values).toEqual([true])
    expect(turns).toBeLessThanOrEqual(200)
    expect(table.nextAlarm).toBe(noon + 1)
    subscription.unsubscribe()
  })
})
