/**
 * Parts of conditions whose value at a past instant is not known. The explanation is made with each of their possible values; what is
 * the same in all of them is known.
 */
import { isOfTimeAlone, partsOf } from '../../conditions/evaluate/held-time.ts'
import { printNode } from '../../conditions/evaluate/print.ts'
import type { ConditionNode } from '../../conditions/node.ts'
import type { ParamImage } from './notes.ts'
import type { Named } from './reach.ts'

/** The maximum number of unknown parts that are combined; with more, the whole condition counts as unknown. */
export const maxUnknown = 4

/** Facts outside of the condition that may not be known. No statement begins with a space. */
export const relaunchPart = ' the relaunch delay'
export const queuePart = ' the queue'
export const turnPart = ' the turn'

/** True for an unknown fact that is not a part of the condition. */
export function isOutside(part: string): boolean {
  return part === relaunchPart || part === queuePart || part === turnPart
}

/** The value of each unknown part, by its statement. */
export type Assumed = ReadonlyMap<string, boolean>

/** Returns why the value of a part is not known; null if it is, or if that depends on its parts. */
export type UnknownWhy = (node: ConditionNode) => string | null

/** The reasons why parts are not known. */
export function unknownWhy(params: Named<ParamImage>): UnknownWhy {
  return (node) => {
    switch (node.kind) {
      case 'predicate': {
        const kind =
          node.mode === 'function' ? 'custom condition' : node.mode === 'stream' ? 'stream' : 'event stream'
        const what = node.mode === 'function' ? 'answers' : 'values'
        return `${kind} '${printNode(node)}': the log does not keep ${what} of a ${kind}`
      }
      case 'param': {
        const image = params.get(node.name)
        return !node.hasValue || image === null || !('why' in image)
          ? null
          : `the value of param '${node.name}': ${image.why}`
      }
      case 'session':
        return node.cycles === null ? null : 'the number of cycles of the session: the log does not keep it'
      case 'held':
        return isOfTimeAlone(node.node)
          ? null
          : `how long '${printNode(node.node)}' had held: the log does not keep it`
      default:
        return null
    }
  }
}

/** The unknown parts of a condition, by statement, with the reasons. */
export function unknownParts(root: ConditionNode, why: UnknownWhy): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const search = (node: ConditionNode): void => {
    const reason = why(node)
    if (reason !== null) found.set(printNode(node), reason)
    else for (const part of partsOf(node)) search(part)
  }
  search(root)
  return found
}

/** The condition with assumed values in place of its unknown parts. */
export function assume(node: ConditionNode, assumed: Assumed): ConditionNode {
  const text = printNode(node)
  const value = assumed.get(text)
  // Another statement than that of the part: results of searches are remembered by statement.
  if (value !== undefined) return Object.freeze({ kind: 'constant', value, text: `${text} = ${value}` })
  switch (node.kind) {
    case 'all':
    case 'any':
      return changedNodes(node, assumed)
    case 'not':
    case 'held': {
      const inner = assume(node.node, assumed)
      return inner === node.node ? node : withoutText({ ...node, node: inner })
    }
    default:
      return node
  }
}

function changedNodes(
  node: Extract<ConditionNode, { kind: 'all' | 'any' }>,
  assumed: Assumed,
): ConditionNode {
  const nodes = node.nodes.map((part) => assume(part, assumed))
  return nodes.every((part, index) => part === node.nodes[index])
    ? node
    : withoutText({ ...node, nodes: Object.freeze(nodes) })
}

/** The node without its original statement, which its changed parts no longer match. */
function withoutText({ text: _, ...node }: ConditionNode): ConditionNode {
  return Object.freeze(node)
}

/** All combinations of values of the parts. */
export function combinations(parts: Iterable<string>): readonly Assumed[] {
  let all: readonly (readonly [string, boolean])[][] = [[]]
  for (const part of parts)
    all = all.flatMap((some) => [false, true].map((value) => [...some, [part, value] as const]))
  return all.map((some) => new Map(some))
}
