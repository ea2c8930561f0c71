import { describe, expect, test } from '@jest/globals'
import { runMachine, sessionMachine, taskMachine } from 'gantry/machines'
import { createActor, createMachine } from 'xstate'
import { type Box, titlesOf } from '../../dashboard/chart/arrangement.ts'
import { placeInLayers } from '../../dashboard/chart/layers.ts'
import { layOut } from '../../dashboard/chart/layout.ts'
import { toMermaid } from '../../dashboard/chart/mermaid.ts'
import { length, relative, time } from '../../dashboard/format.ts'
import { flatten } from '../../dashboard/machine.ts'
import type { MachineState } from '../../src/http/views/machine-definition.ts'
import { toMachineData } from '../../src/http/views/machine-definition.ts'

const definitionOf = (machine: unknown, input: object): MachineState =>
  toMachineData(createActor(machine as never, { input } as never) as never, (value) => value).definition

const machines = [
  ['task', definitionOf(taskMachine, { id: 't', name: 't' })],
  ['session', definitionOf(sessionMachine, { name: 's' })],
  ['run', definitionOf(runMachine, { task: 't', runId: 'r', at: 0, trigger: 'manual' })],
  ['nested task', definitionOf(nestedTask(), {})],
  ['unknown', definitionOf(unknown(), {})],
] as const

/** A machine of the size of the task machine, with states inside its states. */
function nestedTask() {
  const waits = (leave: string) => ({
    initial: 'resting',
    on: { 'run.launched': 'running', 'task.remove': 'removed' },
    states: {
      resting: { on: { 'task.due': 'ready', 'task.failed': 'backingOff' } },
      ready: { on: { 'task.notDue': 'resting' } },
      backingOff: { on: { 'task.retry': 'ready', [leave]: 'resting' } },
    },
  })
  return createMachine({
    id: 'task',
    initial: 'idle',
    on: {
      'task.restored': ['.idle', '.running', '.failed'].map((target) => ({ target, guard: () => true })),
    },
    states: {
      idle: waits('task.enable'),
      running: {
        initial: 'open',
        on: { 'run.ended': ['idle', 'failed'], 'task.remove': 'removed' },
        states: { open: { on: { 'task.full': 'full' } }, full: { on: { 'run.ended': 'open' } } },
      },
      failed: waits('task.reset'),
      removed: { type: 'final' },
    },
  })
}

/** A machine without positions: five states, each connected with each, one of them three levels deep. */
function unknown() {
  const names = ['a', 'b', 'c', 'd', 'e']
  const on = (own: string) =>
    Object.fromEntries(names.flatMap((name) => (name === own ? [] : [[`to.${name}`, `#m.${name}`]])))
  const deep = { initial: 'x', states: { x: { initial: 'y', states: { y: {}, z: {} } }, w: {} } }
  return createMachine({
    id: 'm',
    initial: 'a',
    states: Object.fromEntries(names.map((name) => [name, { on: on(name), ...(name === 'c' ? deep : {}) }])),
  } as never)
}

const overlaps = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

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
    const { boxes, edges } = layOut(root)
    expect(edges.length).toBeGreaterThan(2)
    for (const { from, to, events, path } of edges) {
      expect((boxes.has(from) || from === root.id) && boxes.has(to)).toBe(true)
      expect(events.length).toBeGreaterThan(0)
      expect(path).toMatch(/^M[\d.]+,[\d.]+ (L|Q-?[\d.]+,-?[\d.]+ )[\d.]+,[\d.]+$/)
    }
  })

  test.each(machines.slice(0, 4))(
    'no label of the %s machine covers a state, a title or another label',
    (_, root) => {
      const { boxes, edges, width, height } = layOut(root)
      const labels = edges.flatMap(({ label }) => label ?? [])
      expect(labels.length).toBeGreaterThan(2)
      const leaves = flatten(root).filter((state) => state.states.length === 0)
      const states = [...leaves.map(({ id }) => boxes.get(id)!), ...titlesOf(root, boxes)]
      for (const [i, label] of labels.entries()) {
        for (const other of [...states, ...labels.slice(0, i)])
          expect([label, other, overlaps(label, other)]).toEqual([label, other, false])
        expect([label.x >= 0, label.y >= 0]).toEqual([true, true])
        expect([label.x + label.width <= width, label.y + label.height <= height]).toEqual([true, true])
      }
    },
  )

  test('a transition from any state of the machine leads into its target from outside', () => {
    const { boxes, edges } = layOut(machines[3][1])
    const fromAny = edges.filter(({ from }) => from === 'task')
    expect(fromAny.map(({ to, text }) => [to, text])).toEqual([
      ['task.idle', 'any: restored'],
      ['task.running', 'any: restored'],
      ['task.failed', 'any: restored'],
    ])
    for (const { to, path } of fromAny) {
      const [x = 0, y = 0] = /M([\d.]+),([\d.]+)/.exec(path)!.slice(1).map(Number)
      const box = boxes.get(to)!
      expect(x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height).toBe(false)
    }
  })

  test('a label contains each event once, in short', () => {
    const texts = layOut(machines[1][1]).edges.map(({ text }) => text)
    expect(texts).toContain('shutDown, restart, failed')
    expect(texts.filter((text) => /^,|,\s*$|xstate|(\w+), \1\b/.test(text))).toEqual([])
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
