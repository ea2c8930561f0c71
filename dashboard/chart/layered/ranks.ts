/** Ranks of nodes: each edge leads to a higher rank, and no rank is too wide. */

/** A node to be ranked. */
export interface Ranked {
  readonly width: number
  readonly height: number
}

/** The maximum width of a rank, px, unless one node is wider. */
const maxWidth = 1_100

/**
 * The rank of each node, beginning with 0. Nodes without edges fill the ranks.
 *
 * @param edges - Pairs without cycles.
 * @param isWide - True if nodes without edges are side by side as far as possible.
 */
export function rankNodes<T extends Ranked>(
  nodes: readonly T[],
  edges: readonly (readonly [from: T, to: T])[],
  isWide: boolean,
): ReadonlyMap<T, number> {
  const incoming = groupBy(edges, ([, to]) => to)
  const outgoing = groupBy(edges, ([from]) => from)
  const connected = nodes.filter((node) => incoming.has(node) || outgoing.has(node))
  const isolated = nodes.filter((node) => !incoming.has(node) && !outgoing.has(node))
  const ranks = new Map<T, number>()
  const widths: number[] = []
  const most = Math.max(
    isolated.length > 0 && !isWide ? targetWidth(nodes) : maxWidth,
    ...nodes.map(({ width }) => width),
  )
  const put = (node: T, least: number): void => {
    let rank = least
    while ((widths[rank] ?? 0) > 0 && widths[rank]! + node.width > most) rank += 1
    widths[rank] = (widths[rank] ?? 0) + node.width
    ranks.set(node, rank)
  }
  for (const node of sorted(connected, incoming, outgoing))
    put(node, Math.max(-1, ...(incoming.get(node) ?? []).map(([from]) => ranks.get(from)!)) + 1)
  for (const node of isolated) put(node, 0)
  return ranks
}

/** A width at which rows of the nodes are about twice as wide as high. */
function targetWidth(nodes: readonly Ranked[]): number {
  const area = nodes.reduce((sum, { width, height }) => sum + width * (height + 20), 0)
  return Math.min(maxWidth, Math.max(360, Math.sqrt(area * 2)))
}

/** The nodes, each after those with an edge to it. */
function sorted<T>(
  nodes: readonly T[],
  incoming: ReadonlyMap<T, readonly (readonly [T, T])[]>,
  outgoing: ReadonlyMap<T, readonly (readonly [T, T])[]>,
): T[] {
  const left = new Map(nodes.map((node) => [node, incoming.get(node)?.length ?? 0]))
  const ready = nodes.filter((node) => left.get(node) === 0)
  const order: T[] = []
  while (ready.length > 0) {
    const node = ready.shift()!
    order.push(node)
    for (const [, to] of outgoing.get(node) ?? []) {
      left.set(to, left.get(to)! - 1)
      if (left.get(to) === 0) ready.push(to)
    }
  }
  return order
}

function groupBy<T, K>(all: readonly T[], keyOf: (one: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const one of all) {
    const group = groups.get(keyOf(one))
    if (group === undefined) groups.set(keyOf(one), [one])
    else group.push(one)
  }
  return groups
}
