/** The evaluation of a custom condition in a thread or a process. */
import type { Settlement } from '../../../machines/run.machine.ts'
import type { Clock } from '../../clock/clock.ts'
import type { PredicateNode } from '../../conditions/node.ts'
import { SetupError } from '../../errors/errors.ts'
import type { Executor } from '../../executors/executor.ts'
import type { IsolatedRun, LogLevel } from '../../executors/run-facts.ts'
import { toDateTime } from '../../time/zone/zone.ts'
import type { Configuration } from '../options/configuration.ts'
import type { Reporter } from '../reports/reporter.ts'
import { executeHeld } from '../runs/hold-test-clock.ts'
import type { TaskEntry } from '../state/task-state.ts'
import type { Uptime } from '../state/uptime.ts'

let asked = 0

export interface RemotePredicateDeps {
  readonly name: string
  readonly clock: Clock
  readonly configuration: Configuration
  readonly reporter: Reporter
  readonly uptime: Uptime
  readonly executors: ReadonlyMap<string, Executor>
}

/** Resolves to the return value of the condition's function, and rejects with its error. */
export function askElsewhere(
  deps: RemotePredicateDeps,
  node: PredicateNode,
  entry: TaskEntry | null,
  values: Record<string, unknown>,
  signal: AbortSignal,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const name = node.words ?? node.name
    const executor = deps.executors.get(node.execution ?? '')
    if (executor === undefined) {
      reject(
        new SetupError(`Cannot evaluate condition '${name}' as there is no executor: '${node.execution}'`),
      )
      return
    }
    const run = farRunOf(deps, entry, `condition-${++asked}`, signal)
    const settle = (settlement: Settlement): void => {
      if (settlement.kind === 'returned') resolve(settlement.value)
      else if (settlement.kind === 'threw') reject(settlement.error)
      else resolve(false)
    }
    const context = { task: run.task.name, runId: run.id, run, signal }
    executeHeld(deps.clock, executor, node.source, values, context, settle)
  })
}

/** The run that the function receives as its context: with the name of the task, the times, and a logger. */
function farRunOf(
  { name, clock, configuration, reporter, uptime }: RemotePredicateDeps,
  entry: TaskEntry | null,
  id: string,
  signal: AbortSignal,
): IsolatedRun {
  const { startedAt } = uptime
  const time = (at: number) => toDateTime(at, entry?.zone ?? configuration.settings.timezone)
  const line =
    (level: LogLevel) =>
    (...data: unknown[]): void =>
      reporter.logger[level](...data)
  return {
    id,
    task: { name: entry?.name ?? name },
    session: { startedAt: startedAt === null ? null : time(startedAt) },
    startedAt: time(clock.now()),
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
