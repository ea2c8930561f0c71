/** The graph of dependencies between tasks, from their conditions and args. */
import { type ArgSource, isArg } from '../../args/arg.ts'
import { type ConditionNode, visit } from '../../conditions/node.ts'
import type { TaskLink } from '../api/session-parts.ts'
import type { TaskDefinition, TaskEntry } from '../state/task-state.ts'

type By = TaskLink['by']

/** The links between tasks, each once. */
export function graphOf(entries: readonly TaskEntry[]): TaskLink[] {
  const links = new Map<string, TaskLink>()
  const add = (link: TaskLink): void => {
    // A condition about its own task is not a link. A param may have the name of a task.
    if (link.from !== link.to || link.kind === 'param') links.set(JSON.stringify(link), link)
  }
  const names = new Set(entries.map(({ name }) => name))
  const marked = (link: TaskLink): TaskLink =>
    link.kind === 'param' || names.has(link.from) ? link : { ...link, isAbsent: true }
  for (const { definition } of entries) for (const link of linksTo(definition)) add(marked(link))
  return [...links.values()]
}

/** The links to a task from its conditions and args, with duplicates. */
export function linksTo({ name, start, end, options }: TaskDefinition): TaskLink[] {
  return [
    ...linksOfCondition(start.node, name, 'start'),
    ...(end === null ? [] : linksOfCondition(end.node, name, 'end')),
    ...linksOfArgs(options.args ?? {}, name, 'arg'),
  ]
}

function linksOfCondition(condition: ConditionNode, to: string, by: By): TaskLink[] {
  const links: TaskLink[] = []
  const add = (from: string | null, link: Pick<TaskLink, 'kind' | 'actions'>): void => {
    if (from !== null) links.push({ from, to, by, ...link })
  }
  visit(condition, (node) => {
    if (node.kind === 'after') add(node.task, { kind: 'after', actions: node.actions })
    else if (node.kind === 'count') add(node.task, { kind: 'history', actions: node.actions })
    else if (node.kind === 'running') add(node.task, { kind: 'running' })
    else if (node.kind === 'param') add(node.name, { kind: 'param' })
    else if (node.kind === 'predicate') {
      links.push(...linksOfArgs(node.args, to, by))
      if (node.refresh !== null) links.push(...linksOfCondition(node.refresh, to, by))
    }
  })
  return links
}

function linksOfArgs(args: Readonly<Record<string, unknown>>, to: string, by: By): TaskLink[] {
  return Object.values(args).flatMap((arg) => (isArg(arg) ? linksOfSource(arg.source, to, by) : []))
}

function linksOfSource(source: ArgSource, to: string, by: By): TaskLink[] {
  switch (source.kind) {
    case 'return':
      return [{ from: source.task, to, kind: 'return', by }]
    case 'task':
      return source.task === null ? [] : [{ from: source.task, to, kind: 'task', by }]
    case 'param':
      return [{ from: source.name, to, kind: 'param', by }]
    case 'function':
    case 'or':
      return source.args.flatMap((arg) => linksOfSource(arg.source, to, by))
    default:
      return []
  }
}
