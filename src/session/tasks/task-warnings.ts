/**
 * Static checks on task definitions: unknown names, and tasks that wait for each other in a circle. Findings are warnings, reported
 * when a task is added to a running session or after the session has started.
 */
import type { ConditionNode } from '../../conditions/node.ts'
import { didYouMeanNearest } from '../../errors/suggest.ts'
import { isEndless, isWorkflow } from '../../workflow/workflow.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { Registry } from '../state/registry.ts'
import type { TaskDefinition, TaskEntry } from '../state/task-state.ts'
import { SummedWarnings } from './summed-warnings.ts'
import { linksTo } from './task-graph.ts'

/** The maximum number of listed names of a circle. */
const maxWay = 12

export interface TaskWarningDeps {
  readonly reporter: Reporter
  readonly registry: Registry
}

/** Warns of unknown task names in conditions and args. */
export class NameWarnings {
  readonly #registry: Registry
  readonly #warnings: SummedWarnings

  constructor({ reporter, registry }: TaskWarningDeps) {
    this.#registry = registry
    this.#warnings = new SummedWarnings(reporter, 'absent-task', 'tasks ask for tasks that are not there')
  }

  look(entry: TaskEntry): void {
    const { entries } = this.#registry
    for (const name of namesIn(entry.definition)) {
      if (entries.has(name)) continue
      this.#warnings.add(entry.name, () => {
        const hint = didYouMeanNearest(name, entries.keys())
        return `Task '${entry.name}' asks for task '${name}', which is not there.${hint}`
      })
    }
  }

  /** Reports the number of further warnings since the last call. */
  sumUp(): void {
    this.#warnings.sumUp()
  }
}

/** Warns of a workflow that nothing ends. */
export function doubtEndless({ reporter }: Pick<TaskWarningDeps, 'reporter'>, entry: TaskEntry): void {
  const { work, end, options } = entry.definition
  if (!isWorkflow(work) || !isEndless(work)) return
  if (end !== null || options.timeout !== undefined || options.permanent === true) return
  reporter.warn(
    'never-ends',
    `The workflow of task '${entry.name}' has no final state: its runs end only by an error or a termination. Add a final state, or one of the options 'end', 'timeout' and 'permanent'.`,
    { task: entry.name },
  )
}

/** Warns of circles of tasks, each of which can only start after another. */
export function doubtCircles({ reporter, registry }: TaskWarningDeps): void {
  const { entries } = registry
  const waits = new Map<string, readonly string[]>()
  for (const { name, definition } of entries.values()) {
    const needed = neededIn(definition.start.node).filter((task) => entries.has(task))
    if (needed.length > 0) waits.set(name, needed)
  }
  const warnings = new SummedWarnings(
    reporter,
    'circle',
    'circles of tasks that wait for each other begin at',
  )
  for (const circle of circlesOf(waits))
    warnings.add(
      circle[0]!,
      () =>
        `Tasks wait for each other and start only manually: ${wayOf(circle)}. Give one of them another start.`,
    )
  warnings.sumUp()
}

/** A circle as text, shortened if it is long. */
function wayOf(circle: readonly string[]): string {
  const names = [...circle, circle[0]].map((name) => `'${name}'`)
  if (names.length <= maxWay) return names.join(' after ')
  const left = names.length - maxWay
  return [...names.slice(0, maxWay - 1), `${left} others`, names.at(-1)].join(' after ')
}

/** The task names that a definition refers to. */
function namesIn(definition: TaskDefinition): ReadonlySet<string> {
  const links = linksTo(definition).filter(({ kind }) => kind !== 'param')
  return new Set(links.map(({ from }) => from))
}

/** The tasks that must end before the condition can hold. */
function neededIn(node: ConditionNode): string[] {
  if (node.kind === 'after') return [node.task]
  if (node.kind === 'all') return node.nodes.flatMap(neededIn)
  if (node.kind !== 'any') return []
  const branches = node.nodes.map(neededIn)
  return branches.every((names) => names.length > 0) ? branches.flat() : []
}

/** The circles in a graph of waiting tasks, each once, found by a walk that visits every task once. */
function circlesOf(waits: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = []
  const done = new Set<string>()
  for (const begin of waits.keys()) {
    if (done.has(begin)) continue
    // An explicit stack, since a chain of ten thousand tasks would overflow the call stack.
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
