/** The lines of tasks that wait for capacity: their order after any changes, and the number of tasks that are read. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { WaitingLines } from '../../../src/session/runs/waiting-lines.ts'
import type { TaskEntry } from '../../../src/session/state/task-state.ts'
import { checkProperty } from '../../support/property.ts'

interface Waiting {
  readonly name: string
  priority: number
  isReady: boolean
}

const key = fc.constantFrom('db', 'mail')
const who = fc.nat({ max: 11 })
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ act: fc.constant('join' as const), who, key }) },
    fc.record({ act: fc.constant('leave' as const), who }),
    fc.record({ act: fc.constant('priority' as const), who, priority: fc.nat({ max: 2 }) }),
    fc.record({ act: fc.constant('ready' as const), who, isReady: fc.boolean() }),
  ),
  { maxLength: 60 },
)

test('a line is ordered by priority, then by arrival, and skips tasks that are not ready', () => {
  const property = fc.property(steps, fc.integer({ min: 1, max: 5 }), (given, most) => {
    const lines = new WaitingLines()
    const tasks: Waiting[] = Array.from({ length: 12 }, (_, n) => ({
      name: `t${n}`,
      priority: 0,
      isReady: true,
    }))
    const entryOf = (task: Waiting): TaskEntry => task as unknown as TaskEntry
    /** The tasks in the order of their arrival, with their lines. */
    let model: { readonly task: Waiting; readonly key: string }[] = []
    for (const step of given) {
      const task = tasks[step.who]!
      if (step.act === 'join') {
        lines.join(entryOf(task), step.key)
        if (model.some((one) => one.task === task && one.key === step.key)) continue
        model = [...model.filter((one) => one.task !== task), { task, key: step.key }]
      } else if (step.act === 'leave') {
        lines.leave(entryOf(task))
        model = model.filter((one) => one.task !== task)
      } else if (step.act === 'priority') {
        task.priority = step.priority
        lines.reorder(entryOf(task))
      } else task.isReady = step.isReady
    }
    for (const each of ['db', 'mail']) {
      const line = model
        .filter((one) => one.key === each)
        .map(({ task }) => task)
        .sort((a, b) => b.priority - a.priority)
      const ready = line.filter(({ isReady }) => isReady)
      expect(lines.copy().get(each) ?? []).toEqual(line)
      for (const task of tasks) {
        const before = line.includes(task)
          ? line.slice(0, line.indexOf(task))
          : line.filter(({ priority }) => priority >= task.priority)
        expect(lines.ahead(each, entryOf(task), most)).toEqual(
          before.filter(({ isReady }) => isReady).slice(0, most),
        )
      }
      expect(lines.first(each, most)).toEqual(ready.slice(0, most))
      // The tasks that were not ready are gone up to the last one that was read.
      const rest = lines.copy().get(each) ?? []
      expect(rest.filter(({ isReady }) => isReady)).toEqual(ready)
      expect(rest.slice(0, Math.min(most, ready.length)).every(({ isReady }) => isReady)).toBe(true)
    }
  })
  checkProperty(property, { runs: 200 })
})

describe('with 10,000 waiting tasks', () => {
  let reads = 0
  class Counted {
    readonly priority: number
    constructor(readonly n: number) {
      this.priority = n % 3
    }
    get isReady(): boolean {
      reads += 1
      return true
    }
  }
  const tasks = Array.from({ length: 10_000 }, (_, n) => new Counted(n) as unknown as TaskEntry)

  test('reading the first ones reads no others, and each is found once', () => {
    const lines = new WaitingLines()
    for (const task of tasks) lines.join(task, 'db')
    const order: TaskEntry[] = []
    for (let left = tasks.length; left > 0; left--) {
      const [first] = lines.first('db', 1)
      expect(lines.ahead('db', tasks[0]!, 3).length).toBeLessThanOrEqual(3)
      order.push(first!)
      lines.leave(first!)
    }
    expect(lines.has('db')).toBe(false)
    expect(order).toEqual([2, 1, 0].flatMap((rest) => tasks.filter(({ priority }) => priority === rest)))
    expect(reads).toBeLessThanOrEqual(4 * tasks.length)
  })
})
