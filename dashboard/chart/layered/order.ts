/** The order of the items within their layers: few lines cross. */
import type { Item, Link } from './items.ts'

const rounds = 12

/** Orders the items of each layer in place. */
export function orderLayers(layers: Item[][]): void {
  number(layers)
  let best = layers.map((layer) => [...layer])
  let least = crossings(layers)
  for (let round = 0; round < rounds && least > 0; round++) {
    const isDown = round % 2 === 0
    const some = isDown ? layers.slice(1) : layers.slice(0, -1).reverse()
    for (const layer of some) {
      const keys = new Map(layer.map((item) => [item, barycenter(item, isDown)]))
      layer.sort((a, b) => keys.get(a)! - keys.get(b)! || a.order - b.order)
      renumber(layer)
    }
    const now = crossings(layers)
    if (now >= least) continue
    least = now
    best = layers.map((layer) => [...layer])
  }
  for (const [i, layer] of layers.entries()) layer.splice(0, layer.length, ...best[i]!)
  number(layers)
  swapNeighbours(layers)
}

/** Swaps neighbours while that removes crossings. */
function swapNeighbours(layers: Item[][]): void {
  for (let round = 0; round < 4; round++) {
    let hasChanged = false
    for (const layer of layers)
      for (let i = 0; i + 1 < layer.length; i++) {
        const [a, b] = [layer[i]!, layer[i + 1]!]
        if (between(b, a) >= between(a, b)) continue
        layer[i] = b
        layer[i + 1] = a
        renumber(layer)
        hasChanged = true
      }
    if (!hasChanged) return
  }
}

/** The number of crossings of the links of two neighbours, the first to the left of the second. */
function between(a: Item, b: Item): number {
  const of = (some: readonly Link[], others: readonly Link[], place: (one: Link) => number): number => {
    let count = 0
    for (const one of some) for (const other of others) if (place(one) > place(other)) count += 1
    return count
  }
  return of(a.up, b.up, upperPlace) + of(a.down, b.down, lowerPlace)
}

function barycenter(item: Item, isDown: boolean): number {
  const places = isDown ? item.up.map(upperPlace) : item.down.map(lowerPlace)
  // Without links an item keeps its place.
  return places.length === 0 ? item.order : places.reduce((sum, place) => sum + place, 0) / places.length
}

/** The place of an end: the order of its item, and its position on it. */
function upperPlace({ upper, upperX }: Link): number {
  return upper.order + upperX / (upper.width + 1)
}

function lowerPlace({ lower, lowerX }: Link): number {
  return lower.order + lowerX / (lower.width + 1)
}

function crossings(layers: readonly (readonly Item[])[]): number {
  let count = 0
  for (const layer of layers) {
    const links = layer.flatMap((item) => item.down)
    const ends = links.map((each) => [upperPlace(each), lowerPlace(each)] as const)
    for (let i = 0; i < ends.length; i++)
      for (let j = i + 1; j < ends.length; j++)
        if ((ends[i]![0] - ends[j]![0]) * (ends[i]![1] - ends[j]![1]) < 0) count += 1
  }
  return count
}

function number(layers: readonly (readonly Item[])[]): void {
  for (const layer of layers) renumber(layer)
}

function renumber(layer: readonly Item[]): void {
  for (const [order, item] of layer.entries()) item.order = order
}
