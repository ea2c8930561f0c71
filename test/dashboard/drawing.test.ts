import { describe, expect, test } from '@jest/globals'
import { runMachine, sessionMachine, taskMachine } from 'gantry/machines'
import { createActor } from 'xstate'
import { placeInLayers } from '../../dashboard/chart/layers.ts'
import { edgesOf, flatten, layOut, toMermaid } from '../../dashboard/chart/layout.ts'
import { length, relative, time } from '../../dashboard/format.ts'
import type { MachineState } from '../../src/http/views/machine-definition.ts'
import { toMachineData } from '../../src/http/views/machine-definition.ts'

const definitionOf = (machine: unknown, input: object): MachineState =>
  toMachineData(createActor(machine as never, { input } as never) as never, (value) => value).definition

const machines = [
  ['task', definitionOf(taskMachine, { id: 't', name: 't' })],
  ['session', definitionOf(sessionMachine, { name: 's' })],
  ['run', definitionOf(runMachine, { task: 't', runId: 'r', at: 0, trigger: 'manual' })],
] as const

describe('layOut()', () => {
  test.each(machines)('every state of the %s machine has a separate place, within its parent', (_, root) => {
    const { boxes, width, height } = layOut(root)
    const states = flatten(root)
    expect(states.length).toBeGreaterThan(3)
    for (const state of states) {
      const box = boxes.get(state.id)!
      expect(box.x + box.width).toBeLessThanOrEqual(width)
      expect(box.y + box.height).toBeLessThanOrEqual(height)
      for (const part of state.states) {
        const inner = boxes.get(part.id)!
        expect(inner.x >= box.x && inner.y >= box.y).toBe(true)
        expect(
          inner.x + inner.width <= box.x + box.width && inner.y + inner.height <= box.y + box.height,
        ).toBe(true)
      }
    }
    const leaves = states.filter(({ states: parts }) => parts.length === 0).map(({ id }) => boxes.get(id)!)
    for (const a of leaves)
      for (const b of leaves)
        if (a !== b)
          expect(
            a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y,
          ).toBe(true)
  })

  test.each(machines)('the ways of the %s machine lead between its states', (_, root) => {
    const { boxes } = layOut(root)
    const edges = edgesOf(root, boxes)
    expect(edges.length).toBeGreaterThan(2)
    for (const { from, to, events, path } of edges) {
      expect(boxes.has(from) && boxes.has(to)).toBe(true)
      expect(events.length).toBeGreaterThan(0)
      expect(path).toMatch(/^M[\d.]+,[\d.]+ L[\d.]+,[\d.]+$/)
    }
  })

  test('toMermaid() writes states, their parts, and the ways between them', () => {
    const text = toMermaid(machines[1][1])
    expect(text).toContain('stateDiagram-v2\n  [*] --> session_stopped')
    expect(text).toContain('state "running" as session_running {')
    expect(text).toContain('session_running_active --> session_running_held: session.hold')
  })
})

describe('placeInLayers()', () => {
  test('a task is to the right of all tasks that it waits for', () => {
    const links = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'd' },
      { from: 'a', to: 'd' },
      { from: 'c', to: 'd' },
    ]
    const placed = placeInLayers(['d', 'c', 'b', 'a'], links)
    for (const { from, to } of links) expect(placed.get(to)!.layer).toBeGreaterThan(placed.get(from)!.layer)
  })

  test('a cycle, and a link to a node that is not shown, terminate', () => {
    const placed = placeInLayers(
      ['a', 'b'],
      [
        { from: 'a', to: 'b' },
        { from: 'b', to: 'a' },
        { from: 'z', to: 'a' },
      ],
    )
    expect(placed.size).toBe(2)
  })
})

describe('formats', () => {
  test('length() uses the two largest units', () => {
    expect([0.4, 42, 1_500, 42_000, 200_000, 90_000_000, 59_999].map(length)).toEqual([
      '0.4 ms',
      '42 ms',
      '1.5 s',
      '42 s',
      '3 min 20 s',
      '1 d 1 h',
      '59 s',
    ])
    expect(length(Number.POSITIVE_INFINITY)).toBe('unlimited')
  })

  test('relative() distinguishes past and future', () => {
    expect([relative(5_000, 0), relative(0, 60_000), relative(100, 0)]).toEqual([
      'in 5.0 s',
      '1 min ago',
      'now',
    ])
  })

  test('time() is in the zone, with the day unless it is today; an unknown zone is UTC', () => {
    expect(time(Date.UTC(2020, 0, 1, 12), 'Europe/Helsinki')).toMatch(/1 Jan, 14:00:00/)
    expect(time(Date.UTC(2020, 0, 1, 12), 'Mars/Olympus')).toMatch(/12:00:00/)
  })
})
