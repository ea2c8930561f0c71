/** Layout of any state chart: boxes, lines and labels in the coordinates of the drawing. */
import type { MachineState } from '../../../src/http/views/machine-definition.ts'
import type { Box, Point } from './geometry.ts'
import { type GraphEdge, type GraphNode, toGraph } from './graph.ts'
import { footprint, type Level, layOutLevel, loopWidth } from './level.ts'

/** A state as drawn. */
export interface DrawnState {
  readonly state: MachineState
  readonly box: Box
  /** Lines of the name, and what is written below it. */
  readonly title: readonly string[]
  readonly lines: readonly string[]
  /** The box of these texts. */
  readonly text: Box
}

/** A line with its events. */
export interface DrawnEdge {
  readonly from: string
  readonly to: string
  readonly events: readonly string[]
  readonly points: readonly Point[]
  readonly label: { readonly lines: readonly string[]; readonly box: Box } | null
}

/** A state chart as drawn. */
export interface Drawing {
  /** Outer states before inner ones. */
  readonly states: readonly DrawnState[]
  readonly edges: readonly DrawnEdge[]
  /** Marks of initial states, with their lines. */
  readonly initials: readonly { readonly at: Point; readonly points: readonly Point[] }[]
  readonly width: number
  readonly height: number
}

const margin = 16

/** Lays out a machine. */
export function drawMachine(definition: MachineState): Drawing {
  const graph = toGraph(definition)
  const root = layOutLevel(graph.root, graph, { top: [], bottom: [] })
  const states: DrawnState[] = []
  const initials: { at: Point; points: readonly Point[] }[] = []
  const labels = new Map<GraphEdge, Box>()
  const parts = new Map<GraphEdge, Point[][]>()
  const loops: DrawnEdge[] = []
  const visit = (level: Level, x: number, y: number): void => {
    const { node, width, height } = level
    const box = { x, y, width, height }
    states.push(toDrawn(node, box))
    if (node.loop !== null) loops.push(toLoop(node, box))
    const moved = (points: readonly Point[]): Point[] =>
      points.map((point) => ({ x: point.x + x, y: point.y + y }))
    if (level.initial !== null)
      initials.push({ at: moved([level.initial.at])[0]!, points: tidy(moved(level.initial.points)) })
    for (const { piece, points, label } of level.pieces) {
      const directed = piece.isReversed ? moved(points).reverse() : moved(points)
      parts.set(piece.edge, [...(parts.get(piece.edge) ?? []), directed])
      if (label !== null) labels.set(piece.edge, { ...label, x: label.x + x, y: label.y + y })
    }
    for (const child of level.children) visit(child.level, x + child.x, y + child.y)
  }
  visit(root, margin, margin)
  const edges = graph.edges.map((edge) => ({
    from: edge.from.state.id,
    to: edge.to.state.id,
    events: edge.events,
    points: tidy(joined(parts.get(edge)!)),
    label: edge.label === null ? null : { lines: edge.label.lines, box: labels.get(edge)! },
  }))
  const size = footprint(graph.root, root.width, root.height)
  return {
    states,
    edges: [...edges, ...loops],
    initials,
    width: Math.ceil(size.width + 2 * margin),
    height: Math.ceil(size.height + 2 * margin),
  }
}

function toDrawn(node: GraphNode, box: Box): DrawnState {
  const { state, title, lines, text, children } = node
  // The texts of a state with child states are at its upper left corner, others in the middle.
  const x = children.length > 0 ? box.x : box.x + (box.width - text.width) / 2
  const y = children.length > 0 ? box.y : box.y + (box.height - text.height) / 2
  return { state, box, title, lines, text: { x, y, width: text.width, height: text.height } }
}

/** The line from a state to itself, at its right side. */
function toLoop({ state, loop }: GraphNode, { x, y, width, height }: Box): DrawnEdge {
  const right = x + width
  const middle = y + height / 2
  const [upper, lower] = [middle - 10, middle + 10]
  const far = right + loopWidth - 8
  return {
    from: state.id,
    to: state.id,
    events: state.transitions.filter(({ targets }) => targets.includes(state.id)).map(({ event }) => event),
    points: [
      { x: right, y: upper },
      { x: far, y: upper },
      { x: far, y: lower },
      { x: right, y: lower },
    ],
    label:
      loop!.lines.length === 0
        ? null
        : {
            lines: loop!.lines,
            box: {
              x: right + loopWidth - 2,
              y: middle - loop!.height / 2,
              width: loop!.width,
              height: loop!.height,
            },
          },
  }
}

/** The pieces of an edge, one after the other. */
function joined(pieces: readonly (readonly Point[])[]): Point[] {
  const left = [...pieces]
  const isEnd = (point: Point): boolean => !left.some((piece) => isSame(piece.at(-1)!, point))
  let at = left.findIndex((piece) => isEnd(piece[0]!))
  const points: Point[] = []
  while (at >= 0) {
    const [piece] = left.splice(at, 1)
    points.push(...piece!)
    const end = points.at(-1)!
    at = left.findIndex((other) => isSame(other[0]!, end))
  }
  return points
}

function isSame(a: Point, b: Point): boolean {
  return Math.abs(a.x - b.x) < 0.01 && Math.abs(a.y - b.y) < 0.01
}

/** The same line without points in the middle of a straight part. */
function tidy(points: readonly Point[]): Point[] {
  const kept: Point[] = []
  for (const point of points) {
    const [a, b] = [kept.at(-2), kept.at(-1)]
    if (b !== undefined && isSame(b, point)) continue
    const isStraight =
      a !== undefined &&
      b !== undefined &&
      ((a.x === b.x && b.x === point.x) || (a.y === b.y && b.y === point.y))
    if (isStraight) kept.pop()
    kept.push(point)
  }
  return kept
}
