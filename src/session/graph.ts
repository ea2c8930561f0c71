/** How tasks hang together, as their conditions and args say. */
import { isArg } from '../args/arg.ts'
import { visit } from '../conditions/node.ts'
import type { TaskLink } from './contract.ts'
import { returnsIn } from './doubts.ts'
import type { TaskEntry } from './entry.ts'

/** The links between tasks, from the one that is asked about to the one that asks; each once. */
export function graphOf(entries: readonly TaskEntry[]): TaskLink[] {
  const links = new Map<string, TaskLink>()
  const add = (from: string | null, to: string, kind: TaskLink['kind']): void => {
    if (from !== null && from !== to) links.set(`${kind} ${from} → ${to}`, { from, to, kind })
  }
  for (const { name, definition } of entries) {
    visit(definition.start.node, (node) => {
      if (node.kind === 'after') add(node.task, name, 'after')
      else if (node.kind === 'count') add(node.task, name, 'history')
      else if (node.kind === 'running') add(node.task, name, 'running')
    })
    for (const value of Object.values(definition.options.args ?? {}))
      if (isArg(value)) for (const task of returnsIn(value.source)) add(task, name, 'return')
  }
  return [...links.values()]
}
