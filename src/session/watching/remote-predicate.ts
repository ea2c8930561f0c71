/** The evaluation of a custom condition in a thread or a process. */
import type { PredicateNode } from '../../conditions/node.ts'
import { SetupError } from '../../errors/errors.ts'
import type { IsolatedRun, LogLevel } from '../../executors/run-facts.ts'
import { toDateTime } from '../../time/zone/zone.ts'
import { awaited } from '../runs/hold-test-clock.ts'
import type { Core } from '../state/session-state.ts'
import type { TaskEntry } from '../state/task-state.ts'

let asked = 0

/** Resolves to the return value of the condition's function, and rejects with its error. */
export function askElsewhere(
  core: Core,
  node: PredicateNode,
  entry: TaskEntry | null,
  values: Record<string, unknown>,
  signal: AbortSignal,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const name = node.words ?? node.name
    const executor = core.executors.get(node.execution ?? '')
    if (executor === undefined) {
      reject(
        new SetupError(`Cannot evaluate condition '${name}' as there is no executor: '${node.execution}'`),
      )
      return
    }
    const run = farRunOf(core, entry, `condition-${++asked}`, signal)
    const settle = awaited((settlement) => {
      if (settlement.kind === 'returned') resolve(settlement.value)
      else if (settlement.kind === 'threw') reject(settlement.error)
      else resolve(false)
    }, core.clock)
    executor.execute(node.source, values, { task: run.task.name, runId: run.id, run, signal }, settle)
  })
}

/** The run that the function receives as its context: with the name of the task, the times, and a logger. */
function farRunOf(core: Core, entry: TaskEntry | null, id: string, signal: AbortSignal): IsolatedRun {
  const time = (at: number) => toDateTime(at, entry?.zone ?? core.settings.timezone)
  const line =
    (level: LogLevel) =>
    (...data: unknown[]): void =>
      core.logger[level](...data)
  return {
    id,
    task: { name: entry?.name ?? core.name },
    session: { startedAt: core.startedAt === null ? null : time(core.startedAt) },
    startedAt: time(core.clock.now()),
    dueAt: null,
    period: null,
    trigger: 'condition',
    params: {},
    value: undefined,
    signal,
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    progress: () => {},
  }
}
