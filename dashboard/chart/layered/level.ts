/** Layout of one state with child states: its children in layers, and the pieces of edges between them. */
import type { Box, Point } from './geometry.ts'
import type { End, Graph, GraphNode, Label, Piece } from './graph.ts'
import { type Item, type Link, link, toItem } from './items.ts'
import { orderLayers } from './order.ts'
import { placeItems } from './place.ts'
import { rankNodes } from './ranks.ts'
import { assignTracks } from './tracks.ts'

/** A piece of an edge as drawn, from the upper end to the lower one. */
export interface PlacedPiece {
  readonly piece: Piece
  readonly points: readonly Point[]
  /** Box of the label, without the space for the line. */
  readonly label: Box | null
}

/** A state as laid out; all places are relative to its upper left corner. */
export interface Level {
  readonly node: GraphNode
  readonly width: number
  readonly height: number
  readonly children: readonly { readonly level: Level; readonly x: number; readonly y: number }[]
  readonly pieces: readonly PlacedPiece[]
  /** The mark of the initial state, and its line. */
  readonly initial: { readonly at: Point; readonly points: readonly Point[] } | null
  /** Positions of the lines through the upper and the lower border, by edge; null if they may be anywhere. */
  readonly top: ReadonlyMap<Key, number> | null
  readonly bottom: ReadonlyMap<Key, number> | null
}

/** An edge at a border, or the line from the initial mark. */
export type Key = number | 'initial'

export const loopWidth = 26
const padding = 16
const trackGap = 10
const channel = { empty: 12, label: 6, ends: 14 } as const
/** Space of the line to the left of its label. */
const lineSpace = 7

/** The width of a state with its loop, and the height of both. */
export function footprint(
  { loop }: GraphNode,
  width: number,
  height: number,
): { readonly width: number; readonly height: number } {
  if (loop === null) return { width, height }
  return { width: width + loopWidth + loop.width, height: Math.max(height, loop.height, 44) }
}

/** Lays out a state. @param outer - The edges that end at its borders from outside. */
export function layOutLevel(
  node: GraphNode,
  graph: Graph,
  outer: { readonly top: readonly Key[]; readonly bottom: readonly Key[] },
): Level {
  if (node.children.length === 0) {
    const ports = Math.max(outer.top.length, outer.bottom.length)
    const width = Math.max(node.text.width, ports * 16)
    return {
      node,
      width,
      height: node.text.height,
      children: [],
      pieces: [],
      initial: null,
      top: null,
      bottom: null,
    }
  }
  return new LevelLayout(node, graph, outer).run()
}

interface Chain {
  readonly piece: Piece | null
  readonly links: Link[]
  readonly label: Item | null
}

class LevelLayout {
  readonly #node: GraphNode
  readonly #graph: Graph
  readonly #outer: { readonly top: readonly Key[]; readonly bottom: readonly Key[] }
  readonly #layers: Item[][] = []
  readonly #levels = new Map<GraphNode, Level>()
  readonly #items = new Map<GraphNode, Item>()
  readonly #ports = { top: new Map<Key, Item>(), bottom: new Map<Key, Item>() }
  readonly #chains: Chain[] = []
  #mark: Item | null = null
  #initial: Chain | null = null

  constructor(
    node: GraphNode,
    graph: Graph,
    outer: { readonly top: readonly Key[]; readonly bottom: readonly Key[] },
  ) {
    this.#node = node
    this.#graph = graph
    this.#outer = outer
  }

  run(): Level {
    const pieces = this.#graph.pieces.get(this.#node)!
    const target = this.#initialChild()
    for (const child of this.#node.children) {
      const top: Key[] = pieces.filter(({ to }) => to === child).map(({ edge }) => edge.id)
      const bottom = pieces.filter(({ from }) => from === child).map(({ edge }) => edge.id)
      if (child === target) top.push('initial')
      this.#levels.set(child, layOutLevel(child, this.#graph, { top, bottom }))
    }
    this.#addNodes(pieces, target)
    for (const piece of pieces) this.#addChain(piece)
    if (target !== null) this.#addInitial(target)
    for (const key of this.#outer.top) if (!this.#ports.top.has(key)) this.#port('top', key)
    for (const key of this.#outer.bottom) if (!this.#ports.bottom.has(key)) this.#port('bottom', key)
    orderLayers(this.#layers)
    placeItems(this.#layers)
    return this.#assemble()
  }

  #initialChild(): GraphNode | null {
    const { initial } = this.#node.state
    const contains = (node: GraphNode): boolean => node.state.id === initial || node.children.some(contains)
    return initial === null ? null : (this.#node.children.find(contains) ?? null)
  }

  #sizeOf(child: GraphNode): { readonly width: number; readonly height: number } {
    const { width, height } = this.#levels.get(child)!
    return footprint(child, width, height)
  }

  /** Layers: upper border, labels, rank 0, labels, rank 1, …, labels, lower border. */
  #addNodes(pieces: readonly Piece[], target: GraphNode | null): void {
    const { children } = this.#node
    const sized = children.map((child) => ({ child, ...this.#sizeOf(child) }))
    const of = new Map(sized.map((each) => [each.child as End, each]))
    const edges = pieces.flatMap(({ from, to }) => {
      const [a, b] = [of.get(from), of.get(to)]
      return a === undefined || b === undefined ? [] : [[a, b] as const]
    })
    const ranks = rankNodes(sized, edges, this.#node.state.type === 'parallel')
    const last = Math.max(...ranks.values())
    for (let layer = 0; layer <= 2 * last + 4; layer++) this.#layers.push([])
    // The initial state first: it is the beginning of the chart.
    const order = [...sized].sort((a, b) => Number(b.child === target) - Number(a.child === target))
    for (const each of order) {
      const { child } = each
      const level = this.#levels.get(child)!
      const range = level.top === null ? ([0, level.width] as const) : null
      const item = toItem({ layer: 2 * ranks.get(each)! + 2, ...this.#sizeOf(child), range })
      this.#layers[item.layer]!.push(item)
      this.#items.set(child, item)
    }
  }

  #port(side: 'top' | 'bottom', key: Key): Item {
    const known = this.#ports[side].get(key)
    if (known !== undefined) return known
    const item = toItem({ layer: side === 'top' ? 0 : this.#layers.length - 1, width: 2, isBend: true })
    this.#layers[item.layer]!.push(item)
    this.#ports[side].set(key, item)
    return item
  }

  /** The item at an end of a piece, and the position of the link on it. */
  #end(end: End, key: Key, side: 'from' | 'to'): { readonly item: Item; readonly x: number } {
    if (end === 'top' || end === 'bottom') return { item: this.#port(end, key), x: 1 }
    const level = this.#levels.get(end)!
    const ports = side === 'from' ? level.bottom : level.top
    return { item: this.#items.get(end)!, x: ports?.get(key) ?? level.width / 2 }
  }

  #addChain(piece: Piece): void {
    const from = this.#end(piece.from, piece.edge.id, 'from')
    const to = this.#end(piece.to, piece.edge.id, 'to')
    this.#chains.push(this.#chain(piece, from, to, piece.label))
  }

  #addInitial(target: GraphNode): void {
    const to = this.#end(target, 'initial', 'to')
    const mark = toItem({ layer: to.item.layer - 1, width: 12, height: 12, weight: 0.5 })
    this.#layers[mark.layer]!.push(mark)
    this.#mark = mark
    this.#initial = { piece: null, links: [link(mark, 6, to.item, to.x, 4)], label: null }
  }

  #chain(
    piece: Piece,
    from: { item: Item; x: number },
    to: { item: Item; x: number },
    label: Label | null,
  ): Chain {
    const first = from.item.layer + 1
    const last = to.item.layer - 1
    const labelLayer = label === null ? -1 : this.#labelLayer(first, last)
    const links: Link[] = []
    let labelItem: Item | null = null
    let before = from
    for (let layer = first; layer <= last; layer++) {
      const isLabel = layer === labelLayer
      const item = toItem(
        isLabel
          ? { layer, width: lineSpace + label!.width, height: label!.height, isBend: true }
          : { layer, width: 2, isBend: true },
      )
      const x = isLabel ? 2 : 1
      if (isLabel) labelItem = item
      this.#layers[layer]!.push(item)
      links.push(link(before.item, before.x, item, x, layer === first ? 2 : 8))
      before = { item, x }
    }
    links.push(link(before.item, before.x, to.item, to.x, 2))
    return { piece, links, label: labelItem }
  }

  /** Of the layers for labels in a range, the one with the most room; of equal ones, the middle. */
  #labelLayer(first: number, last: number): number {
    const middle = (first + last) / 2
    const costOf = (layer: number): number =>
      this.#layers[layer]!.reduce((sum, { width }) => sum + width, 0) + Math.abs(layer - middle) * 8
    let best = first
    for (let layer = first; layer <= last; layer += 1)
      if (layer % 2 === 1 && (best % 2 === 0 || costOf(layer) < costOf(best))) best = layer
    return best
  }

  #assemble(): Level {
    const { title, height: titleHeight } = { title: this.#node.text.width, height: this.#node.text.height }
    const all = this.#layers.flat()
    const tops = [...this.#ports.top.values()].map(({ x }) => x)
    // The lines through the upper border are to the right of the title.
    const start = Math.min(...all.map(({ x }) => x - padding), ...tops.map((x) => x - title - 10))
    const end = Math.max(...all.map(({ x, width }) => x + width), start + title + padding) + padding
    const { tops: ys, height, tracks } = this.#heights(titleHeight)
    const topOf = (item: Item): number => ys[item.layer]! + (this.#layerHeight(item.layer) - item.height) / 2
    const boxTop = (child: GraphNode): number => {
      const item = this.#items.get(child)!
      return topOf(item) + (item.height - this.#levels.get(child)!.height) / 2
    }
    const nodeOf = new Map([...this.#items].map(([child, item]) => [item, child]))
    const upperY = ({ upper }: Link): number => {
      const child = nodeOf.get(upper)
      if (child !== undefined) return boxTop(child) + this.#levels.get(child)!.height
      return upper.layer === 0 ? 0 : upper === this.#mark ? topOf(upper) + upper.height : ys[upper.layer]!
    }
    const lowerY = ({ lower }: Link): number => {
      const child = nodeOf.get(lower)
      if (child !== undefined) return boxTop(child)
      return lower.layer === this.#layers.length - 1
        ? height
        : ys[lower.layer]! + this.#layerHeight(lower.layer)
    }
    const pointsOf = ({ links }: Chain): Point[] =>
      links.flatMap((each) => {
        const [x1, x2] = [each.upper.x + each.upperX - start, each.lower.x + each.lowerX - start]
        const [y1, y2] = [upperY(each), lowerY(each)]
        const track = tracks.get(each) ?? null
        if (track === null)
          return [
            { x: x1, y: y1 },
            { x: x2, y: y2 },
          ]
        return [
          { x: x1, y: y1 },
          { x: x1, y: track },
          { x: x2, y: track },
          { x: x2, y: y2 },
        ]
      })
    return {
      node: this.#node,
      width: end - start,
      height,
      children: this.#node.children.map((child) => ({
        level: this.#levels.get(child)!,
        x: this.#items.get(child)!.x - start,
        y: boxTop(child),
      })),
      pieces: this.#chains.map((chain) => ({
        piece: chain.piece!,
        points: pointsOf(chain),
        label:
          chain.label === null
            ? null
            : {
                x: chain.label.x + lineSpace - start,
                y: topOf(chain.label),
                width: chain.label.width - lineSpace,
                height: chain.label.height,
              },
      })),
      initial:
        this.#initial === null || this.#mark === null
          ? null
          : {
              at: { x: this.#mark.x + 6 - start, y: topOf(this.#mark) + 6 },
              points: pointsOf(this.#initial),
            },
      top: new Map([...this.#ports.top].map(([key, { x }]) => [key, x + 1 - start])),
      bottom: new Map([...this.#ports.bottom].map(([key, { x }]) => [key, x + 1 - start])),
    }
  }

  #layerHeight(layer: number): number {
    return Math.max(0, ...this.#layers[layer]!.map(({ height }) => height))
  }

  /** The upper edges of the layers, the total height, and the heights at which links turn. */
  #heights(titleHeight: number): {
    readonly tops: readonly number[]
    readonly height: number
    readonly tracks: ReadonlyMap<Link, number>
  } {
    const tops: number[] = []
    const tracks = new Map<Link, number>()
    // The upper border has the height of the title.
    let y = titleHeight
    tops.push(0)
    for (let layer = 1; layer < this.#layers.length; layer++) {
      const links = this.#layers[layer]!.flatMap((item) => item.up)
      const lines = links.map((each) => ({
        from: each.upper.x + each.upperX,
        to: each.lower.x + each.lowerX,
      }))
      const { tracks: assigned, count } = assignTracks(lines)
      const isUsed = this.#layerHeight(layer) > 0
      // An arrow head needs some space before its state.
      const space =
        links.length === 0 && !isUsed ? 0 : layer % 2 === 0 && isUsed ? channel.ends : channel.label
      const isLast = layer === this.#layers.length - 1
      const first = y + (count === 0 ? 0 : channel.label)
      for (const [i, each] of links.entries()) {
        const track = assigned[i]!
        if (track !== null) tracks.set(each, first + track * trackGap)
      }
      y += count === 0 ? space : channel.label + (count - 1) * trackGap + Math.max(space, channel.empty)
      tops.push(y)
      y += this.#layerHeight(layer)
      if (isLast) y += padding
    }
    return { tops, height: y, tracks }
  }
}
