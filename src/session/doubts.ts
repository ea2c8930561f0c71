/**
 * What looks like a mistake in how tasks are written: a condition that can never hold, a name that no task has, tasks that
 * wait for each other in a circle. Said when a task is added or the session starts; nothing is refused unless asked.
 */
import { neverHolds } from '../conditions/never-holds.ts'
import type { ConditionNode } from '../conditions/node.ts'
import { ConditionError } from '../errors.ts'
import { didYouMeanNearest } from '../near.ts'
import type { Core } from './core.ts'
import type { TaskDefinition, TaskEntry } from './entry.ts'
import { linksTo } from './graph.ts'

/** Warns of a start that can never hold; with `onError: { neverHolds: 'raise' }` the task is refused. */
export function doubtStart(core: Core, { name, start }: TaskDefinition, zone: string): void {
  const why = neverHolds(start.node, zone, core.clock.now())
  if (why === null) return
  const message = `Task '${name}' can never start: ${why}.`
  if (core.settings.onError.neverHolds === 'raise')
    throw new ConditionError(`${message} Change its start, or give false to run it only by hand.`, {
      task: name,
    })
  core.warn('never-holds', message, { task: name })
}

/** Warns of names in the task's condition and args that no task has. */
export function doubtNames(core: Core, entry: TaskEntry): void {
  for (const name of namesIn(entry.definition)) {
    if (core.entries.has(name)) continue
    const hint = didYouMeanNearest(name, core.entries.keys())
    core.warn('absent-task', `Task '${entry.name}' asks for task '${name}', which is not there.${hint}`, {
      task: entry.name,
    })
  }
}

/** Warns of each circle of tasks that can only start after one another. */
export function doubtCircles(core: Core): void {
  const waits = new Map<string, readonly string[]>()
  for (const { name, definition } of core.entries.values()) {
    const needed = neededIn(definition.start.node).filter((task) => core.entries.has(task))
    if (needed.length > 0) waits.set(name, needed)
  }
  for (const circle of circlesOf(waits)) {
    const way = [...circle, circle[0]].map((name) => `'${name}'`).join(' after ')
    core.warn('circle', `Tasks wait for each other and start only by hand: ${way}.`, { task: circle[0]! })
  }
}

/** Names of tasks that a definition asks for. */
function namesIn(definition: TaskDefinition): ReadonlySet<string> {
  const links = linksTo(definition).filter(({ kind }) => kind !== 'param')
  return new Set(links.map(({ from }) => from))
}

/** Tasks without whose end the condition cannot hold. */
function neededIn(node: ConditionNode): string[] {
  if (node.kind === 'after') return [node.task]
  if (node.kind === 'all') return node.nodes.flatMap(neededIn)
  if (node.kind !== 'any') return []
  const branches = node.nodes.map(neededIn)
  return branches.every((names) => names.length > 0) ? branches.flat() : []
}

/** Circles in what waits for what, each once, by a walk that visits every task once. */
function circlesOf(waits: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = []
  const done = new Set<string>()
  for (const begin of waits.keys()) {
    if (done.has(begin)) continue
    // A stack of its own: a chain of ten thousand tasks is no reason to overflow the call stack.
    const path: { readonly name: string; readonly rest: string[] }[] = []
    const onPath = new Set<string>()
    const enter = (name: string): void => {
      path.push({ name, rest: [...(waits.get(name) ?? [])] })
      onPath.add(name)
    }
    enter(begin)
    while (path.length > 0) {
      const top = path.at(-1)!
      const next = top.rest.pop()
      if (next === undefined) {
        path.pop()
        onPath.delete(top.name)
        done.add(top.name)
      } else if (onPath.has(next)) {
        const from = path.findIndex(({ name }) => name === next)
        circles.push(path.slice(from).map(({ name }) => name))
      } else if (!done.has(next)) enter(next)
    }
  }
  return circles
}
