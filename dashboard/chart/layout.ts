/** Layout of state charts: boxes of states, lines between them, and labels with the events. */
import type { MachineState } from '../../src/http/views/machine-definition.ts'
import { flatten } from '../machine.ts'
import { arrange, type Box, titlesOf } from './arrangement.ts'
import { placeLabels } from './labels.ts'
import { lineBetween, lineInto, pointsOf, toPath } from './lines.ts'

/** A connection between two states, with its events and its line. From the root: a transition from any state. */
export interface Edge {
  readonly from: string
  readonly to: string
  readonly events: readonly string[]
  readonly path: string
  /** The events in short; empty for transitions without an event. */
  readonly text: string
  /** The box of the text; null if there is no text. */
  readonly label: Box | null
}

/** A state chart as drawn. */
export interface Drawing {
  readonly boxes: ReadonlyMap<string, Box>
  readonly edges: readonly Edge[]
  readonly width: number
  readonly height: number
}

const margin = 20

/** Lays out the states below the root and the connections between them. */
export function layOut(root: MachineState): Drawing {
  const boxes = arrange(root)
  const groups = flatten(root).flatMap(({ id, states }) => (states.length === 0 ? [] : boxes.get(id)!))
  const leaves = flatten(root).flatMap(({ id, states }) =>
    states.length === 0 ? { id, ...boxes.get(id)! } : [],
  )
  const titles = titlesOf(root, boxes)
  const ways = waysOf(root, boxes)
  const between = ways.map(({ from, to, events }) => {
    const inWay = leaves.filter(({ id }) => !isWithin(id, from) && !isWithin(id, to))
    const hasReverse = ways.some((other) => isAt(other.from, to) && isAt(other.to, from))
    const line = lineBetween(boxes.get(from)!, boxes.get(to)!, hasReverse, [...inWay, ...titles])
    return { from, to, events, line, text: textOf(events) }
  })
  const taken = between.flatMap(({ line }) => pointsOf(line))
  const fromAny = waysFrom(root, boxes).map(({ to, events }) => {
    const line = lineInto(
      boxes.get(to)!,
      [...boxes.values()].filter((box) => box !== boxes.get(to)),
      taken,
    )
    return { from: root.id, to, events, line, text: `any: ${textOf(events)}` }
  })
  const lines = [...between, ...fromAny]
  const labels = placeLabels(lines, [...leaves, ...titles], groups)
  const edges = lines.map(({ from, to, events, line, text }, i) => ({
    from,
    to,
    events,
    path: toPath(line),
    text,
    label: labels[i]!,
  }))
  const points = lines.flatMap(({ line }) => pointsOf(line))
  const corners = [...boxes.values(), ...labels.filter((label) => label !== null)]
  const farthest = (of: (box: Box) => number, values: readonly number[]): number =>
    Math.ceil(Math.max(...corners.map(of), ...values) + margin)
  return {
    boxes,
    edges,
    width: farthest(
      ({ x, width }) => x + width,
      points.map(({ x }) => x),
    ),
    height: farthest(
      ({ y, height }) => y + height,
      points.map(({ y }) => y),
    ),
  }
}

interface Way {
  readonly from: string
  readonly to: string
  readonly events: readonly string[]
}

/** The connections between different states. A line between a state and its child would cover both; the list contains the transition. */
function waysOf(root: MachineState, boxes: ReadonlyMap<string, Box>): Way[] {
  return flatten(root).flatMap((state) =>
    waysFrom(state, boxes).filter(({ from, to }) => !isWithin(to, from) && !isWithin(from, to)),
  )
}

/** The connections from a state; transitions with the same target are merged. */
function waysFrom({ id, transitions }: MachineState, boxes: ReadonlyMap<string, Box>): Way[] {
  const ways = new Map<string, string[]>()
  for (const { event, targets } of transitions)
    for (const to of targets) {
      const events = ways.get(to) ?? []
      if (!events.includes(event)) events.push(event)
      if (boxes.has(to)) ways.set(to, events)
    }
  return [...ways].map(([to, events]) => ({ from: id, to, events }))
}

function isWithin(id: string, parent: string): boolean {
  return `${id}.`.startsWith(`${parent}.`)
}

/** True for a state and itself, or one and another within it. */
function isAt(one: string, other: string): boolean {
  return isWithin(one, other) || isWithin(other, one)
}

/** The events without the common prefix of their machine; `done` and `failed` for the end of an invoked actor. */
function textOf(events: readonly string[]): string {
  const short = events.map((event) =>
    event
      .replace(/^(run|task|session)\./, '')
      .replace(/^xstate\.done\.(actor|state)\..*$/, 'done')
      .replace(/^xstate\.error\.actor\..*$/, 'failed'),
  )
  return [...new Set(short)].filter((event) => event !== '').join(', ')
}
