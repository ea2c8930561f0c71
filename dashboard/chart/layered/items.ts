/** Items of a layered graph, and the links between those of adjacent layers. */

/** An item that takes up space in a layer: a state, a label, a bend or a port. */
export interface Item {
  readonly layer: number
  readonly width: number
  readonly height: number
  /** Strength with which the item keeps its place relative to its links. */
  readonly weight: number
  /** True for a bend, label or port of a line, which moves to keep its line straight. */
  readonly isBend: boolean
  /** Left edge. */
  x: number
  /** Position in the layer. */
  order: number
  /** Links to the previous and to the next layer. */
  readonly up: Link[]
  readonly down: Link[]
  /** Range of the positions at which links may be attached, relative to the left edge; null if they are fixed. */
  readonly range: readonly [number, number] | null
}

/** A line from an item to one in the next layer. */
export interface Link {
  readonly upper: Item
  readonly lower: Item
  /** Positions at which it is attached, relative to the left edges. */
  upperX: number
  lowerX: number
  readonly weight: number
}

export interface ItemOptions {
  readonly layer: number
  readonly width: number
  readonly height?: number
  readonly weight?: number
  readonly range?: readonly [number, number] | null
  readonly isBend?: boolean
}

export function toItem({
  layer,
  width,
  height = 0,
  weight = 1,
  range = null,
  isBend = false,
}: ItemOptions): Item {
  return { layer, width, height, weight, range, isBend, x: 0, order: 0, up: [], down: [] }
}

export function link(upper: Item, upperX: number, lower: Item, lowerX: number, weight: number): Link {
  const made: Link = { upper, lower, upperX, lowerX, weight }
  upper.down.push(made)
  lower.up.push(made)
  return made
}
