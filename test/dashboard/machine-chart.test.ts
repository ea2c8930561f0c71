/** Charts of any machine: nothing overlaps, and each transition is drawn. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { runMachine, sessionMachine, taskMachine } from 'gantry/machines'
import { type AnyMachineSnapshot, createActor, createMachine, fromPromise, setup } from 'xstate'
import { type Drawing, drawMachine } from '../../dashboard/chart/layered/draw.ts'
import type { Box, Point } from '../../dashboard/chart/layered/geometry.ts'
import { toPath } from '../../dashboard/chart/layered/path.ts'
import { ordered } from '../../dashboard/chart/layered/place.ts'
import { wrap } from '../../dashboard/chart/layered/text.ts'
import { assignTracks } from '../../dashboard/chart/layered/tracks.ts'
import { toMermaid } from '../../dashboard/chart/mermaid.ts'
import { activeStates, flatten } from '../../dashboard/machine.ts'
import { type MachineState, toDefinition, toMachineData } from '../../src/http/views/machine-definition.ts'
import { anyDefinition, anyMachine, hardNames } from '../support/dashboard/random-machines.ts'
import { checkProperty } from '../support/property.ts'

const slack = 0.01
const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width - slack &&
  b.x < a.x + a.width - slack &&
  a.y < b.y + b.height - slack &&
  b.y < a.y + a.height - slack
const isWithin = (a: Box, b: Box): boolean =>
  a.x >= b.x - slack &&
  a.y >= b.y - slack &&
  a.x + a.width <= b.x + b.width + slack &&
  a.y + a.height <= b.y + b.height + slack
const partsOf = (points: readonly Point[]): Box[] =>
  points.slice(1).map((point, i) => {
    const before = points[i]!
    return {
      x: Math.min(point.x, before.x) - 0.2,
      y: Math.min(point.y, before.y) - 0.2,
      width: Math.abs(point.x - before.x) + 0.4,
      height: Math.abs(point.y - before.y) + 0.4,
    }
  })
/** A box without its border, which lines may touch. */
const inside = ({ x, y, width, height }: Box): Box => ({
  x: x + 0.5,
  y: y + 0.5,
  width: width - 1,
  height: height - 1,
})

/** Everything that is wrong with a drawing, as texts. */
function problemsOf(root: MachineState, { states, edges, initials, width, height }: Drawing): string[] {
  const problems: string[] = []
  const parents = new Map(
    [root, ...flatten(root)].flatMap((state) => state.states.map((child) => [child.id, state.id] as const)),
  )
  const isAbove = (a: string, b: string | undefined): boolean =>
    b !== undefined && (parents.get(b) === a || isAbove(a, parents.get(b)))
  const whole = { x: 0, y: 0, width, height }
  const boxes = new Map(states.map((each) => [each.state.id, each.box]))
  const leaves = states.filter(({ state }) => state.states.length === 0)
  for (const [i, a] of states.entries()) {
    const { id } = a.state
    if (!isWithin(a.box, boxes.get(parents.get(id) ?? '') ?? whole))
      problems.push(`${id} is outside of its parent`)
    if (!isWithin(a.text, a.box)) problems.push(`the text of ${id} is outside of it`)
    for (const b of states.slice(0, i))
      if (!isAbove(b.state.id, id) && overlap(a.box, b.box)) problems.push(`${id} overlaps ${b.state.id}`)
    for (const b of states)
      if (isAbove(id, b.state.id) && overlap(a.text, b.box))
        problems.push(`${b.state.id} is on the title of ${id}`)
  }
  const labels = edges.flatMap(({ from, to, label }) =>
    label === null ? [] : { name: `${from} → ${to}`, ...label },
  )
  for (const [i, { name, box }] of labels.entries()) {
    if (!isWithin(box, whole)) problems.push(`the label ${name} is outside`)
    for (const other of labels.slice(0, i))
      if (overlap(box, other.box)) problems.push(`the label ${name} is on the label ${other.name}`)
    for (const { state, box: other, text } of states)
      if (
        overlap(box, state.states.length === 0 ? other : text) ||
        (overlap(box, other) && !isWithin(box, other))
      )
        problems.push(`the label ${name} is on ${state.id}`)
  }
  const lines = [
    ...edges.map(({ from, to, points }) => ({ name: `${from} → ${to}`, points })),
    ...initials.map(({ points }) => ({ name: 'initial', points })),
  ]
  for (const { name, points } of lines)
    for (const part of partsOf(points)) {
      if (!isWithin(part, whole)) problems.push(`the line ${name} is outside`)
      for (const label of labels)
        if (overlap(part, inside(label.box)))
          problems.push(`the line ${name} is across the label ${label.name}`)
      for (const { state, box } of leaves)
        if (overlap(part, inside(box))) problems.push(`the line ${name} is across ${state.id}`)
      for (const { state, text } of states)
        if (overlap(part, inside(text))) problems.push(`the line ${name} is across the title of ${state.id}`)
    }
  for (const { from, to, points } of edges)
    for (const [id, point] of [
      [from, points[0]!],
      [to, points.at(-1)!],
    ] as const)
      if (!isAtBorder(point, boxes.get(id)!)) problems.push(`the line ${from} → ${to} does not end at ${id}`)
  return problems
}

function isAtBorder({ x, y }: Point, box: Box): boolean {
  const near = (a: number, b: number): boolean => Math.abs(a - b) < slack
  const isBeside = x >= box.x - slack && x <= box.x + box.width + slack
  const isLevel = y >= box.y - slack && y <= box.y + box.height + slack
  return (
    (isBeside && (near(y, box.y) || near(y, box.y + box.height))) ||
    (isLevel && (near(x, box.x) || near(x, box.x + box.width)))
  )
}

const own = [
  ['session', toDefinition(sessionMachine)],
  ['task', toDefinition(taskMachine)],
  ['run', toDefinition(runMachine)],
] as const

describe('drawMachine()', () => {
  test('nothing overlaps and no line crosses a label, in any machine', () => {
    checkProperty(
      fc.property(anyDefinition, (root) => {
        expect(problemsOf(root, drawMachine(root))).toEqual([])
      }),
      { runs: 200 },
    )
  })

  test('every state and every transition is drawn', () => {
    checkProperty(
      fc.property(anyDefinition, (root) => {
        const { states, edges } = drawMachine(root)
        const all = [root, ...flatten(root)]
        expect(states.map(({ state }) => state.id).sort()).toEqual(all.map(({ id }) => id).sort())
        for (const state of all)
          for (const { event, targets } of state.transitions)
            for (const to of targets)
              if (to !== root.id || state !== root)
                expect(
                  edges.some(
                    (edge) => edge.from === state.id && edge.to === to && edge.events.includes(event),
                  ),
                ).toBe(true)
      }),
    )
  })

  test('a drawing does not change when it is made again', () => {
    checkProperty(
      fc.property(anyDefinition, (root) => {
        expect(drawMachine(structuredClone(root))).toEqual(drawMachine(root))
      }),
      { runs: 20 },
    )
  })

  test.each(own)('nothing overlaps in the chart of a %s', (_, root) => {
    const drawing = drawMachine(root)
    expect(problemsOf(root, drawing)).toEqual([])
    expect(drawing.width).toBeLessThan(1_700)
  })

  test('a long guard is on a separate line, and of many transitions some are counted', () => {
    const many = Array.from({ length: 9 }, (_, i) => [
      `E${i}`,
      { target: 'b', guard: `a guard with a long name ${i}` },
    ])
    const { edges } = drawMachine(
      toDefinition(
        createMachine({ id: 'm', initial: 'a', states: { a: { on: Object.fromEntries(many) }, b: {} } }),
      ),
    )
    expect(edges[0]!.label!.lines).toEqual([
      'E0',
      '[a guard with a long name 0]',
      'E1',
      '[a guard with a long name 1]',
      '+ 7 more',
    ])
  })

  test('transitions with the same ends are one line with several events', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: {
        a: { on: { X: 'b', Y: { target: 'b', guard: 'isReady' } } },
        b: { on: { X: 'a', Z: 'b', W: { actions: 'note' } } },
      },
    })
    const { edges, states } = drawMachine(toDefinition(machine))
    expect(edges.map(({ from, to, label }) => [from, to, label?.lines])).toEqual([
      ['m.a', 'm.b', ['X', 'Y [isReady]']],
      ['m.b', 'm.a', ['X']],
      ['m.b', 'm.b', ['Z']],
    ])
    expect(states.find(({ state }) => state.key === 'b')!.lines).toEqual(['W / note'])
  })
})

describe('toDefinition()', () => {
  test('delays, invoked actors and final states have labels for readers', () => {
    const machine = setup({
      actors: { charge: fromPromise(async () => {}), send: fromPromise(async () => {}) },
    }).createMachine({
      id: 'm',
      initial: 'a',
      states: {
        a: {
          invoke: [
            { src: 'charge', onDone: 'b', onError: 'b' },
            { id: 'mail', src: 'send', onDone: 'b' },
          ],
          after: { 5000: 'b', 90000: 'b', 120000: 'b', 50: 'b' },
          always: {
            target: 'b',
            guard: function isReady() {
              return false
            },
          },
        },
        b: { initial: 'c', states: { c: { type: 'final' } }, onDone: 'a' },
      },
    })
    const [a, b] = toDefinition(machine).states
    expect(a!.invokes).toEqual(['charge', 'mail'])
    expect(a!.transitions.map(({ label }) => label).sort()).toEqual(
      [
        '',
        'after 5 s',
        'after 50 ms',
        'after 90 s',
        'after 2 min',
        'done: charge',
        'done: mail',
        'error: charge',
      ].sort(),
    )
    expect(b!.transitions.map(({ label }) => label)).toEqual(['done'])
  })

  test('ids are unique, also of keys with dots and of states with custom ids', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a.b',
      states: { 'a.b': { on: { X: '#own' } }, a: { initial: 'b', states: { b: { id: 'own' } } } },
    })
    const all = flatten(toDefinition(machine))
    expect(all.map(({ id }) => id)).toEqual(['m.a\\.b', 'm.a', 'm.a.b'])
    expect(all[0]!.transitions[0]!.targets).toEqual(['m.a.b'])
  })

  test('the active states follow from the value, of each of several parallel regions', () => {
    checkProperty(
      fc.property(anyMachine, (machine) => {
        const actor = createActor(machine)
        const { definition, active, value } = toMachineData(actor, (each) => each)
        expect([...activeStates(definition, value)].sort()).toEqual([...active].sort())
        expect(active).toHaveLength((actor.getSnapshot() as AnyMachineSnapshot)._nodes.length)
      }),
    )
  })

  test('a definition is plain JSON', () => {
    checkProperty(
      fc.property(anyDefinition, (root) => {
        expect(JSON.parse(JSON.stringify(root))).toEqual(root)
      }),
    )
  })
})

describe('parts of the layout', () => {
  test('ordered() keeps distances, and moves nothing without need', () => {
    const places = fc.array(
      fc.record({ x: fc.integer({ min: -500, max: 500 }), weight: fc.integer({ min: 1, max: 9 }) }),
      {
        minLength: 1,
        maxLength: 20,
      },
    )
    checkProperty(
      fc.property(places, fc.integer({ min: 0, max: 50 }), (wanted, distance) => {
        const xs = ordered(
          wanted,
          wanted.map(() => distance),
        )
        for (let i = 1; i < xs.length; i++) expect(xs[i]! - xs[i - 1]!).toBeGreaterThan(distance - 1e-6)
        const isFine = wanted.every(({ x }, i) => i === 0 || x - wanted[i - 1]!.x >= distance)
        if (isFine) for (const [i, { x }] of wanted.entries()) expect(xs[i]).toBeCloseTo(x)
      }),
    )
  })

  test('assignTracks() puts no two lines that meet on one track', () => {
    const lines = fc.array(fc.record({ from: fc.nat(300), to: fc.nat(300) }), { maxLength: 20 })
    checkProperty(
      fc.property(lines, (all) => {
        const { tracks, count } = assignTracks(all)
        for (const [i, a] of all.entries())
          for (const [j, b] of all.slice(0, i).entries())
            if (tracks[i] !== null && tracks[i] === tracks[j])
              expect(
                Math.max(a.from, a.to) < Math.min(b.from, b.to) ||
                  Math.max(b.from, b.to) < Math.min(a.from, a.to),
              ).toBe(true)
        for (const track of tracks) if (track !== null) expect(track).toBeLessThan(count)
      }),
    )
  })

  test('wrap() breaks at spaces, and shortens what is too long', () => {
    expect(wrap('waiting for approval by the board', 16, 3)).toEqual([
      'waiting for',
      'approval by the',
      'board',
    ])
    expect(wrap('x'.repeat(200), 10, 2)).toEqual(['x'.repeat(10), `${'x'.repeat(9)}…`])
    expect(wrap('a\n\u202eb', 10, 2)).toEqual(['a b'])
  })

  test('toPath() rounds corners', () => {
    expect(
      toPath([
        { x: 0, y: 0 },
        { x: 0, y: 20 },
        { x: 30, y: 20 },
      ]),
    ).toBe('M0,0 L0,14 Q0,20 6,20 L30,20')
  })
})

describe('toMermaid()', () => {
  test('writes states, their parts, and the transitions between them', () => {
    const text = toMermaid(own[0][1])
    expect(text).toContain('stateDiagram-v2\n  [*] --> session_stopped')
    expect(text).toContain('state "running" as session_running {')
    expect(text).toContain('session_running_active --> session_running_held: session.hold')
  })

  test('nothing of a name is syntax, and each state has a separate id', () => {
    checkProperty(
      fc.property(
        fc.uniqueArray(fc.oneof(fc.constantFrom(...hardNames), fc.string()), { minLength: 2, maxLength: 6 }),
        (names) => {
          const root: MachineState = {
            ...own[1][1],
            id: 'm',
            initial: null,
            transitions: [],
            states: names.map((key, i) => ({
              ...own[1][1],
              id: `m.${key}`,
              key,
              initial: null,
              states: [],
              transitions: [
                {
                  event: key,
                  label: key,
                  targets: [`m.${names[(i + 1) % names.length]}`],
                  guard: null,
                  actions: [],
                  description: null,
                },
              ],
            })),
          }
          const lines = toMermaid(root).split('\n')
          expect(lines).toHaveLength(1 + 2 * names.length)
          const line =
            /^(stateDiagram-v2| {2}state "([^"#;:<>{}%\n]|#\d+;)*" as \w+| {2}\w+ --> \w+(: ([^"#;:<>{}%\n]|#\d+;)+)?)$/
          for (const each of lines) expect(each).toMatch(line)
          const ids = lines.flatMap((each) => / as (\w+)$/.exec(each)?.[1] ?? [])
          expect(new Set(ids).size).toBe(names.length)
        },
      ),
    )
  })
})
