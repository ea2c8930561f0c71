/** Horizontal places of items: close to those that they are linked to, in the order of their layer, without overlaps. */
import type { Item, Link } from './items.ts'

/** The smallest distance between the items of a layer, and between the links of an item. */
const gap = 22
/** The smallest distance of a bend that was moved to keep its line straight. */
const lineGap = 12
const portGap = 14
/** The widest strip that is empty in all layers. */
const stripGap = 30
const rounds = 24

/** Sets `x` of all items, and the positions of links where they are free. */
export function placeItems(layers: readonly (readonly Item[])[]): void {
  for (const layer of layers) {
    for (const item of layer) spreadPorts(item)
    // A start from the left; the rounds improve it.
    let x = 0
    for (const item of layer) {
      item.x = x
      x += item.width + gap
    }
  }
  for (let round = 0; round < rounds; round++) {
    const isDown = round % 2 === 0
    const some = isDown ? layers : [...layers].reverse()
    // The last rounds look in both directions.
    for (const layer of some) placeLayer(layer, round >= rounds - 4 ? 'both' : isDown ? 'up' : 'down')
    if (round % 4 === 3) for (const layer of layers) for (const item of layer) alignPorts(item)
  }
  for (let round = 0; round < 4; round++) {
    straighten(layers, 'up')
    straighten([...layers].reverse(), 'down')
    for (const layer of layers) for (const item of layer) alignPorts(item)
  }
  closeGaps(layers.flat())
}

/** Removes vertical strips that are empty in all layers: parts without links between them would drift apart. */
function closeGaps(items: readonly Item[]): void {
  const links = items.flatMap((item) => item.down)
  const covered = [
    ...items.map(({ x, width }) => [x, x + width] as const),
    ...links.map((each) => {
      const [a, b] = [each.upper.x + each.upperX, each.lower.x + each.lowerX]
      return [Math.min(a, b), Math.max(a, b)] as const
    }),
  ].sort(([a], [b]) => a - b)
  const shifts: (readonly [from: number, by: number])[] = []
  let end = covered[0]?.[0] ?? 0
  let total = 0
  for (const [a, b] of covered) {
    if (a - end > stripGap) shifts.push([a, (total += a - end - stripGap)])
    end = Math.max(end, b)
  }
  for (const item of items) item.x -= shifts.findLast(([from]) => item.x >= from)?.[1] ?? 0
}

/** Moves bends exactly below or above the previous part of their lines, where there is room. */
function straighten(layers: readonly (readonly Item[])[], look: 'up' | 'down'): void {
  for (const layer of layers)
    for (const [i, item] of layer.entries()) {
      const [each] = look === 'up' ? item.up : item.down
      if (!item.isBend || each === undefined) continue
      const wanted =
        look === 'up' ? each.upper.x + each.upperX - each.lowerX : each.lower.x + each.lowerX - each.upperX
      const [before, after] = [layer[i - 1], layer[i + 1]]
      const least = before === undefined ? Number.NEGATIVE_INFINITY : before.x + before.width + lineGap
      const most = after === undefined ? Number.POSITIVE_INFINITY : after.x - item.width - lineGap
      if (wanted >= least && wanted <= most) item.x = wanted
    }
}

/** Moves the items of a layer to the places that they want, as far as their order and their widths allow. */
function placeLayer(layer: readonly Item[], look: 'up' | 'down' | 'both'): void {
  const wanted = layer.map((item) => {
    const places = [
      ...(look === 'down'
        ? []
        : item.up.map((each) => ({ x: each.upper.x + each.upperX - each.lowerX, each }))),
      ...(look === 'up'
        ? []
        : item.down.map((each) => ({ x: each.lower.x + each.lowerX - each.upperX, each }))),
    ]
    if (places.length === 0) return { x: item.x, weight: 0.1 * item.weight }
    const total = places.reduce((sum, { each }) => sum + each.weight, 0)
    return {
      x: places.reduce((sum, { x, each }) => sum + x * each.weight, 0) / total,
      weight: item.weight * total,
    }
  })
  const xs = ordered(
    wanted,
    layer.map(({ width }) => width + gap),
  )
  for (const [i, item] of layer.entries()) item.x = xs[i]!
}

/** The values nearest to the wanted ones (least squares) with at least the given distance from each to its successor. */
export function ordered(
  wanted: readonly { readonly x: number; readonly weight: number }[],
  distances: readonly number[],
): number[] {
  const blocks: { sum: number; weight: number; count: number }[] = []
  let offset = 0
  const offsets: number[] = []
  for (const [i, { x, weight }] of wanted.entries()) {
    offsets.push(offset)
    blocks.push({ sum: (x - offset) * weight, weight, count: 1 })
    offset += distances[i]!
    // A block that is to the right of the next one is merged with it.
    for (;;) {
      const [a, b] = [blocks.at(-2), blocks.at(-1)!]
      if (a === undefined || a.sum / a.weight <= b.sum / b.weight) break
      blocks.splice(-2, 2, { sum: a.sum + b.sum, weight: a.weight + b.weight, count: a.count + b.count })
    }
  }
  const xs: number[] = []
  for (const { sum, weight, count } of blocks)
    for (let i = 0; i < count; i++) xs.push(sum / weight + offsets[xs.length]!)
  return xs
}

/** Spreads the links of an item over its sides, in the order of their other ends. */
function spreadPorts({ range, up, down }: Item): void {
  if (range === null) return
  const [from, to] = range
  const spread = (links: readonly Link[], set: (link: Link, x: number) => void): void => {
    for (const [i, each] of links.entries()) set(each, from + ((to - from) * (i + 1)) / (links.length + 1))
  }
  spread(
    [...up].sort((a, b) => a.upper.order - b.upper.order || a.upperX - b.upperX),
    (each, x) => {
      each.lowerX = x
    },
  )
  spread(
    [...down].sort((a, b) => a.lower.order - b.lower.order || a.lowerX - b.lowerX),
    (each, x) => {
      each.upperX = x
    },
  )
}

/** Moves the links of an item on its sides, so that as many as possible are straight. */
function alignPorts({ range, up, down, x }: Item): void {
  if (range === null) return
  const [from, to] = range
  const align = (
    links: readonly Link[],
    wanted: (link: Link) => number,
    set: (link: Link, at: number) => void,
  ): void => {
    const all = [...links].sort((a, b) => wanted(a) - wanted(b))
    const half = all.length > 1 ? Math.min(portGap, (to - from) / all.length) : portGap
    const margin = Math.min(10, (to - from - half * (all.length - 1)) / 2)
    const places = ordered(
      all.map((each, i) => ({
        x: Math.min(
          to - margin - (all.length - 1 - i) * half,
          Math.max(from + margin + i * half, wanted(each) - x),
        ),
        weight: 1,
      })),
      all.map(() => half),
    )
    for (const [i, each] of all.entries()) set(each, places[i]!)
  }
  align(
    up,
    (each) => each.upper.x + each.upperX,
    (each, at) => {
      each.lowerX = at
    },
  )
  align(
    down,
    (each) => each.lower.x + each.lowerX,
    (each, at) => {
      each.upperX = at
    },
  )
}
