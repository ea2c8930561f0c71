/** Nodes in layers from left to right: what waits stands to the right of what it waits for. */

/** A link from what comes first to what comes after it. */
export interface LayerLink {
  readonly from: string
  readonly to: string
}

/** The layer and the row of each name. Circles are cut where they are met first. */
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

/** In each layer those next to each other whose forerunners are: few lines cross. */
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
