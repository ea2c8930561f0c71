/** Layered layout from left to right: a task is to the right of those it waits for. */

/** A link from an earlier node to a later one. */
export interface LayerLink {
  readonly from: string
  readonly to: string
}

/** The layer and row of each name. A cycle is broken at the first node that closes it. */
export function placeInLayers(
  names: readonly string[],
  links: readonly LayerLink[],
): ReadonlyMap<string, { readonly layer: number; readonly row: number }> {
  const before = new Map<string, string[]>(names.map((name) => [name, []]))
  for (const { from, to } of links) if (before.has(from)) before.get(to)?.push(from)
  const layers = new Map<string, number>()
  const above = new Set<string>()
  const layerOf = (name: string): number => {
    const known = layers.get(name)
    if (known !== undefined) return known
    if (above.has(name)) return 0
    above.add(name)
    const layer = Math.max(-1, ...before.get(name)!.map(layerOf)) + 1
    above.delete(name)
    layers.set(name, layer)
    return layer
  }
  for (const name of names) layerOf(name)
  return rows(names, before, layers)
}

/** Orders each layer by the position of the predecessors, so that few lines cross. */
function rows(
  names: readonly string[],
  before: ReadonlyMap<string, readonly string[]>,
  layers: ReadonlyMap<string, number>,
): ReadonlyMap<string, { readonly layer: number; readonly row: number }> {
  const placed = new Map<string, { layer: number; row: number }>()
  const last = Math.max(0, ...layers.values())
  for (let layer = 0; layer <= last; layer++) {
    const middle = (name: string): number => {
      const places = before.get(name)!.flatMap((each) => placed.get(each)?.row ?? [])
      return places.length === 0 ? 0 : places.reduce((sum, row) => sum + row, 0) / places.length
    }
    names
      .filter((name) => layers.get(name) === layer)
      .map((name) => ({ name, middle: middle(name) }))
      .sort((a, b) => a.middle - b.middle)
      .forEach(({ name }, row) => {
        placed.set(name, { layer, row })
      })
  }
  return placed
}
