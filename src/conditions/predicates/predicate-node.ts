/** The node of a custom condition. */
import type { PredicateNode } from '../node.ts'

/** The limits of its evaluations. */
export type Limits = Pick<PredicateNode, 'validForMs' | 'refresh' | 'concurrency' | 'execution'>

const unlimited: Limits = {
  validForMs: null,
  refresh: null,
  concurrency: Number.POSITIVE_INFINITY,
  execution: null,
}

/** Creates the node. */
export function predicateNode(
  mode: PredicateNode['mode'],
  source: unknown,
  name: string,
  args: Readonly<Record<string, unknown>>,
  words: string | null,
  limits: Limits = unlimited,
): PredicateNode {
  return Object.freeze({
    kind: 'predicate',
    mode,
    name,
    source,
    args: Object.freeze({ ...args }),
    words,
    ...limits,
  })
}
