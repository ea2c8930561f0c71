/** Layout of state charts: boxes of states, lines between them, and labels with the events. */
import type { MachineState } from '../../src/http/views/machine-definition.ts'
import { flatten } from '../machine.ts'
import { arrange, type Box, titlesOf } from './arrangement.ts'
import { placeLabels } from './labels.ts'
import { lineBetween, pointsOf, toPath } from './lines.ts'

/** A connection between two states, with its events and its line. */
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
  const lines = ways.map(({ from, to, events }) => {
    const inWay = leaves.filter(({ id }) => !isWithin(id, from) && !isWithin(id, to))
    const hasReverse = ways.some((other) => other.from === to && other.to === from)
    const line = lineBetween(boxes.get(from)!, boxes.get(to)!, hasReverse, [...inWay, ...titles])
    return { from, to, events, line, text: textOf(events) }
  })
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

/** The connections between different states; transitions with the same ends are merged. */
function waysOf(
  root: MachineState,
  boxes: ReadonlyMap<string, Box>,
): { readonly from: string; readonly to: string; readonly events: readonly string[] }[] {
  const ways = new Map<string, { from: string; to: string; events: string[] }>()
  for (const state of flatten(root))
    for (const { event, targets } of state.transitions)
      for (const to of targets) {
        // A line between a state and its child would cover both; the list contains the transition.
        if (isWithin(to, state.id) || isWithin(state.id, to) || !boxes.has(to)) continue
        const name = `${state.id}\n${to}`
        const way = ways.get(name) ?? { from: state.id, to, events: [] }
        if (!way.events.includes(event)) way.events.push(event)
        ways.set(name, way)
      }
  return [...ways.values()]
}

function isWithin(id: string, parent: string): boolean {
  return `${id}.`.startsWith(`${parent}.`)
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
