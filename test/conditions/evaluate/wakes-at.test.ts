import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  condition as custom,
  dependencies,
  dependsOnCycles,
  every,
  holds,
  retry,
  running,
  schedulerCycles,
  succeeded,
  wakesAt,
} from '../../../src/conditions/index.ts'
import { condition, happenings, hourMs, noon } from '../../support/condition-trees.ts'
import { checkProperty } from '../../support/property.ts'
import { TableFacts } from '../../support/table-facts.ts'

const at = (now: number, rows: ConstructorParameters<typeof TableFacts>[1] = [], more = {}) =>
  new TableFacts({ now, task: 'this', ...more }, rows).facts()

describe('wakesAt', () => {
  test('wakesAt is later than now, and nothing changes before it', () => {
    const offset = fc.integer({ min: 0, max: 3 * hourMs })
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    checkProperty(
      fc.property(condition, happenings, offset, share, ({ node }, rows, later, part) => {
        const around = { running: { other: [noon - hourMs / 2] }, startedAt: noon, params: { go: 'yes' } }
        const now = noon + later
        const facts = at(now, rows, around)
        const wake = wakesAt(node, facts)
        expect(wake).toBeGreaterThan(now)
        const last = Math.min(wake - 1, now + 24 * hourMs)
        const truth = holds(node, facts)
        for (const instant of [now + Math.floor((last - now) * part), last])
          expect(holds(node, at(instant, rows, around))).toBe(truth)
      }),
      { runs: 3000 },
    )
  })

  test('every wakes exactly its length after the last start', () => {
    const facts = at(noon, [{ task: 'this', action: 'run', at: noon - 60_000 }])
    expect(wakesAt(every('10 minutes').node, facts)).toBe(noon + 9 * 60_000)
  })

  test('retry wakes when its delay ends', () => {
    const rows = [{ task: 'this', action: 'fail', at: noon }] as const
    const { node } = retry(1, { delay: '5 minutes' })
    expect(holds(node, at(noon, rows))).toBe(false)
    expect(wakesAt(node, at(noon, rows))).toBe(noon + 300_000)
    expect(holds(node, at(noon + 300_000, rows))).toBe(true)
  })

  test('wakesAt is Infinity where time alone changes nothing', () => {
    expect(wakesAt(succeeded('other').node, at(noon))).toBe(Number.POSITIVE_INFINITY)
  })

  test('wakesAt of a plain function is one poll away', () => {
    expect(wakesAt(custom(() => true)().node, at(noon))).toBe(noon + 1000)
  })
})

describe('dependencies', () => {
  test('dependencies names each task once, the owner included', () => {
    const { node } = succeeded('a').and(running('a'), running)
    expect(dependencies(node, 'me')).toEqual([
      { kind: 'task', task: 'a' },
      { kind: 'task', task: 'me' },
    ])
  })

  test('dependsOnCycles finds cycles below other parts', () => {
    expect(dependsOnCycles(every('1 s').or(schedulerCycles({ atLeast: 3 }).not()).node)).toBe(true)
    expect(dependsOnCycles(every('1 s').node)).toBe(false)
  })
})
