/** Invariants of workflows, at whichever instants their processes were killed. */
import { isNote, type LogEntry } from '../../../src/log/entry.ts'
import type { WorkflowState } from '../../../src/workflow/state.ts'
import { follows } from './order-machine.ts'

/** A line that a process wrote about a step or an event. */
export interface Line {
  readonly what: 'begin' | 'end' | 'answer' | 'kill'
  readonly pid: number
  readonly run?: string
  readonly step?: string
  readonly key?: string
  readonly by?: string
  readonly at?: number
  readonly point?: string
}

/** The violations in the lines: a step whose successor has begun never begins again, and a step has one key. */
export function* ofSteps(lines: readonly Line[]): Generator<string> {
  const begun = new Set<string>()
  const ended = new Set<string>()
  const passed = new Set<string>()
  for (const { what, run, step = '', key } of lines) {
    const name = `${run}/${step}`
    if (what === 'end') ended.add(name)
    if (what !== 'begin') continue
    if (key !== `${name}#1`) yield `the key of ${name} became ${key}`
    if (passed.has(name)) yield `${name} began again after the step that follows it`
    for (const before of follows[step] ?? []) {
      if (!ended.has(`${run}/${before}`)) yield `${name} began before the end of ${before}`
      passed.add(`${run}/${before}`)
    }
    begun.add(name)
  }
}

/** The instants at which delays are due, by run and id: the same in each state. Adds those of the entries to `dues`. */
export function* ofDelays(entries: readonly LogEntry[], dues: Map<string, number>): Generator<string> {
  const states = new Set<string | undefined>()
  for (const entry of entries) {
    if (!isNote(entry) || entry.note !== 'workflow') continue
    if (states.has(entry.runId)) yield `run ${entry.runId} has two states`
    states.add(entry.runId)
    for (const { id, due } of (entry.data as WorkflowState).delays ?? []) {
      const name = `${entry.runId} ${id}`
      if (dues.has(name) && dues.get(name) !== due)
        yield `${name} was due at ${dues.get(name)}, then at ${due}`
      dues.set(name, due)
    }
  }
}

/** The step that each delay precedes, by a part of its id. */
const delayed = { 'both.right.pause': 's6', 'order.pause': 's8' }

/** The violations once all runs have ended: each succeeded with all steps and the event that was answered. */
export function* ofRuns(
  entries: readonly LogEntry[],
  lines: readonly Line[],
  dues: ReadonlyMap<string, number>,
): Generator<string> {
  const starts = new Set<string>()
  const values = new Map<string, { readonly done: readonly string[]; readonly by: string }>()
  for (const entry of entries) {
    if (isNote(entry)) continue
    if (entry.action === 'run') starts.add(entry.runId)
    else if (entry.action !== 'success')
      yield `run ${entry.runId} ended with ${entry.action}: ${entry.error?.message ?? entry.reason}`
    else if (values.has(entry.runId)) yield `run ${entry.runId} has two ends`
    else values.set(entry.runId, entry.value as never)
  }
  const steps = Object.keys(follows)
  for (const run of starts) {
    const value = values.get(run)
    if (value === undefined) yield `run ${run} has no end`
    else if ([...value.done].sort().join() !== [...steps].sort().join())
      yield `run ${run} has the steps ${value.done.join()}`
  }
  for (const { what, run = '', by } of lines)
    if (what === 'answer' && values.get(run)?.by !== by)
      yield `run ${run} lost the event of ${by}, which was answered`
  for (const [name, due] of dues) {
    const [run] = name.split(' ')
    const part = Object.entries(delayed).find(([id]) => name.endsWith(id))
    const first = lines.find((line) => line.what === 'begin' && line.run === run && line.step === part?.[1])
    if (part === undefined) yield `the delay ${name} is unknown`
    else if (first === undefined || first.at! < due) yield `${part[1]} of run ${run} began before it was due`
  }
}
