/** Lifelines of a sequence: the actors that take part, in the order of the tree. */
import type { ActorAddress } from '../../src/http/contract/actor-messages.ts'
import { keyOf } from './filter.ts'
import type { Entry } from './sequence-log.ts'

/** A lifeline. */
export interface Lane {
  readonly key: string
  /** The name on the lifeline. */
  readonly name: string
  readonly role: ActorAddress['role']
  readonly task: string | null
  /** Number of levels below the session. */
  readonly depth: number
}

/** The maximum number of lifelines that are drawn. */
export const maxLanes = 40

/** The lifelines of entries. Of more than the maximum, those of the newest events are returned, and `left` counts the others. */
export function lanesOf(
  entries: readonly Entry[],
  most = maxLanes,
): { readonly lanes: readonly Lane[]; readonly left: number } {
  const found = new Map<string, ActorAddress>()
  let left = 0
  const seen = new Set<string>()
  const add = (address: ActorAddress | null): void => {
    if (address === null) return
    const key = keyOf(address)
    if (seen.has(key)) return
    seen.add(key)
    if (found.size < most) found.set(key, address)
    else left += 1
  }
  for (const entry of entries.toReversed()) {
    if (entry.kind === 'gap') continue
    add(entry.to)
    add(entry.from)
  }
  const ranks = rankKeys(entries)
  const addresses = [...found.values()]
  addresses.sort((a, b) => comparePaths(a.path, b.path, ranks))
  return { lanes: addresses.map((address, i) => toLane(address, runNumber(addresses, i))), left }
}

/** The order in which keys appear first. */
function rankKeys(entries: readonly Entry[]): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>()
  for (const entry of entries)
    if (entry.kind === 'step')
      for (const address of [entry.from, entry.to])
        for (const key of address?.path ?? []) if (!ranks.has(key)) ranks.set(key, ranks.size)
  return ranks
}

/** An actor is before those below it; the others are in the order of their appearance. */
function comparePaths(
  a: readonly string[],
  b: readonly string[],
  ranks: ReadonlyMap<string, number>,
): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++)
    if (a[i] !== b[i]) return ranks.get(a[i]!)! - ranks.get(b[i]!)!
  return a.length - b.length
}

/** The number of a run among those of its task that are shown; null if it is the only one. */
function runNumber(addresses: readonly ActorAddress[], at: number): number | null {
  const { role, task } = addresses[at]!
  if (role !== 'run') return null
  const runs = addresses.filter((other) => other.role === 'run' && other.task === task)
  return runs.length === 1 ? null : runs.indexOf(addresses[at]!) + 1
}

function toLane({ path, id, role, task }: ActorAddress, number: number | null): Lane {
  const name =
    role === 'session'
      ? 'session'
      : role === 'task'
        ? task!
        : role === 'run'
          ? `run ${number ?? ''}`.trim()
          : id
  return { key: path.at(-1)!, name, role, task, depth: path.length - 1 }
}
