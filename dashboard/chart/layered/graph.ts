/**
 * The graph of a state chart: states with their sizes, and for each compound state the pieces of the edges within it.
 *
 * An edge between states of different parents consists of pieces. One piece is in the smallest state that contains both ends; the others lead
 * through the borders of the states between. So each state with child states is laid out alone, as a graph of its children.
 */
import type { MachineState } from '../../../src/http/views/machine-definition.ts'
import { eventText } from '../event-text.ts'
import { firstLines, fontSize, oneLine, textWidth, wrap } from './text.ts'

/** Heights of lines of text, px. */
export const lineHeight = { title: 17, label: 14 } as const
const minWidth = 72
/** The maximum number of characters of a line of a label. */
const maxLabel = 30
const noLabel: Label = { lines: [], width: 0, height: 0 }
/** The maximum number of lines of a label. */
const maxLines = 6

/** A state of the graph. */
export interface GraphNode {
  readonly state: MachineState
  readonly parent: GraphNode | null
  readonly depth: number
  readonly children: GraphNode[]
  /** Lines of the name, and of what is written below it. */
  readonly title: readonly string[]
  readonly lines: readonly string[]
  /** Size of the texts with their padding. */
  readonly text: { readonly width: number; readonly height: number }
  /** Transitions of the state to itself. */
  loop: Label | null
}

/** A text next to an edge. */
export interface Label {
  readonly lines: readonly string[]
  readonly width: number
  readonly height: number
}

/** Transitions from one state to another. */
export interface GraphEdge {
  readonly id: number
  readonly from: GraphNode
  readonly to: GraphNode
  readonly events: readonly string[]
  readonly label: Label | null
}

/** The end of a piece: a child state, or the upper or lower border of the compound state. */
export type End = GraphNode | 'top' | 'bottom'

/** A part of an edge within one compound state, in the direction of the layers: from top to bottom. */
export interface Piece {
  readonly edge: GraphEdge
  readonly from: End
  readonly to: End
  /** True if the edge itself leads from bottom to top here. */
  readonly isReversed: boolean
  readonly label: Label | null
}

export interface Graph {
  readonly root: GraphNode
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  /** Pieces by the compound state that contains them. */
  readonly pieces: ReadonlyMap<GraphNode, Piece[]>
}

export function toGraph(definition: MachineState): Graph {
  const nodes: GraphNode[] = []
  const byId = new Map<string, GraphNode>()
  const add = (state: MachineState, parent: GraphNode | null): GraphNode => {
    const node = toNode(state, parent)
    nodes.push(node)
    byId.set(state.id, node)
    node.children.push(...state.states.map((child) => add(child, node)))
    return node
  }
  const root = add(definition, null)
  const edges = edgesOf(nodes, byId)
  const pieces = new Map<GraphNode, Piece[]>(nodes.map((node) => [node, []]))
  const initials = new Map(nodes.map((node) => [node, byId.get(node.state.initial ?? '')]))
  for (const node of nodes) {
    const own = edges.filter((edge) => levelOf(edge) === node)
    const isBack = backEdges(node, own, initials.get(node))
    for (const edge of own) addPieces(edge, node, isBack.has(edge), pieces)
  }
  return { root, nodes, edges, pieces }
}

function toNode(state: MachineState, parent: GraphNode | null): GraphNode {
  const isMark = state.type === 'history'
  const title = isMark ? [state.history === 'deep' ? 'H*' : 'H'] : wrap(state.key, 26, 3)
  const lines = isMark
    ? []
    : firstLines(
        [...state.invokes.map((src) => `invoke ${src}`), ...internalTexts(state)].map((text) =>
          clipLine(text),
        ),
        6,
      )
  const width = Math.max(
    ...title.map((line) => textWidth(line, fontSize.title)),
    ...lines.map((line) => textWidth(line, fontSize.label)),
  )
  const height =
    title.length * lineHeight.title + lines.length * lineHeight.label + (lines.length > 0 ? 6 : 0)
  return {
    state,
    parent,
    depth: parent === null ? 0 : parent.depth + 1,
    children: [],
    title: title[0] === '' && title.length === 1 ? ['(no name)'] : title,
    lines,
    text: isMark ? { width: 28, height: 28 } : { width: Math.max(minWidth, width + 20), height: height + 16 },
    loop: null,
  }
}

function clipLine(text: string): string {
  return wrap(text, 36, 1)[0]!
}

/** Transitions without a target: they only have actions. */
function internalTexts(state: MachineState): string[] {
  return state.transitions
    .filter(({ targets }) => targets.length === 0)
    .map((transition) => {
      const actions = transition.actions.length === 0 ? '' : ` / ${transition.actions.join(', ')}`
      return oneLine(`${eventText(transition)}${actions}`)
    })
}

/** Edges between states, transitions with the same ends merged. Loops are noted at their states. */
function edgesOf(nodes: readonly GraphNode[], byId: ReadonlyMap<string, GraphNode>): GraphEdge[] {
  const edges: GraphEdge[] = []
  for (const from of nodes) {
    const found = new Map<GraphNode, { events: string[]; texts: Map<string, readonly string[]> }>()
    for (const transition of from.state.transitions)
      for (const id of new Set(transition.targets)) {
        const to = byId.get(id)
        // The root has no place outside of itself.
        if (to === undefined || (to === from && from.parent === null)) continue
        const entry = found.get(to) ?? { events: [], texts: new Map<string, readonly string[]>() }
        entry.events.push(transition.event)
        const lines = linesOf(transition)
        if (lines.length > 0) entry.texts.set(lines.join(' '), lines)
        found.set(to, entry)
      }
    for (const [to, { events, texts }] of found)
      if (to === from) from.loop = toLabel([...texts.values()]) ?? noLabel
      else edges.push({ id: edges.length, from, to, events, label: toLabel([...texts.values()]) })
  }
  return edges
}

function toLabel(texts: readonly (readonly string[])[]): Label | null {
  if (texts.length === 0) return null
  const isAll = texts.flat().length <= maxLines
  const lines: string[] = []
  let shown = 0
  for (const some of texts) {
    if (!isAll && lines.length + some.length >= maxLines) break
    lines.push(...some.map((line) => wrap(line, maxLabel, 1)[0]!))
    shown += 1
  }
  if (!isAll) lines.push(`+ ${texts.length - shown} more`)
  const width = Math.max(...lines.map((line) => textWidth(line, fontSize.label))) + 4
  return { lines, width, height: lines.length * lineHeight.label + 2 }
}

/** Event and guard on one line, or on two if that is too long. */
function linesOf(transition: MachineState['transitions'][number]): readonly string[] {
  const text = oneLine(eventText(transition))
  if (text === '') return []
  const { label, guard } = transition
  return guard === null || label === '' || text.length <= maxLabel
    ? [text]
    : [oneLine(label), oneLine(`[${guard}]`)]
}

/** The smallest state that contains both ends, or the end that contains the other. */
function levelOf({ from, to }: GraphEdge): GraphNode {
  const above = new Set(ancestorsOf(from))
  return ancestorsOf(to).find((node) => above.has(node))!
}

/** A state and those above it. */
function ancestorsOf(node: GraphNode): GraphNode[] {
  return node.parent === null ? [node] : [node, ...ancestorsOf(node.parent)]
}

/** The child of a level that contains a state; null for the level itself. */
function childOf(level: GraphNode, node: GraphNode): GraphNode | null {
  return ancestorsOf(node).find(({ parent }) => parent === level) ?? null
}

/** The edges that would close a cycle in a walk from the initial state. */
function backEdges(
  level: GraphNode,
  edges: readonly GraphEdge[],
  initial: GraphNode | undefined,
): ReadonlySet<GraphEdge> {
  const outgoing = new Map<GraphNode, GraphEdge[]>(level.children.map((child) => [child, []]))
  for (const edge of edges) {
    const [a, b] = [childOf(level, edge.from), childOf(level, edge.to)]
    if (a !== null && b !== null && a !== b) outgoing.get(a)!.push(edge)
  }
  const back = new Set<GraphEdge>()
  const done = new Set<GraphNode>()
  const open = new Set<GraphNode>()
  const visit = (node: GraphNode): void => {
    open.add(node)
    for (const edge of outgoing.get(node)!) {
      const next = childOf(level, edge.to)!
      if (open.has(next)) back.add(edge)
      else if (!done.has(next)) visit(next)
    }
    open.delete(node)
    done.add(node)
  }
  const first = initial === undefined ? null : childOf(level, initial)
  for (const child of first === null ? level.children : [first, ...level.children])
    if (!done.has(child)) visit(child)
  return back
}

function addPieces(
  edge: GraphEdge,
  level: GraphNode,
  isReversed: boolean,
  pieces: ReadonlyMap<GraphNode, Piece[]>,
): void {
  const { from, to, label } = edge
  const [a, b] = [childOf(level, from), childOf(level, to)]
  const ends: [End, End] = isReversed ? [b ?? 'top', a ?? 'bottom'] : [a ?? 'top', b ?? 'bottom']
  pieces.get(level)!.push({ edge, from: ends[0], to: ends[1], isReversed, label })
  // Through the borders of the states between the ends and their common parent.
  for (const [node, isSource] of [
    [from, true],
    [to, false],
  ] as const) {
    const isDown = isSource !== isReversed
    for (
      let inner = node;
      inner !== level && inner.parent !== null && inner.parent !== level;
      inner = inner.parent
    ) {
      const piece = isDown ? { from: inner, to: 'bottom' as const } : { from: 'top' as const, to: inner }
      pieces.get(inner.parent)!.push({ edge, ...piece, isReversed, label: null })
    }
  }
}
