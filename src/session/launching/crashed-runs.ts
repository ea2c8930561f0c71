/** Crash records of runs that an earlier process left open, and reruns of tasks with `onCrash: 'rerun'`. */

import type { Clock } from '../../clock/clock.ts'
import type { RunRecord } from '../../log/entry.ts'
import { missingParams } from '../../log/serialize.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { RunLog } from '../state/run-log.ts'
import type { TaskEntry } from '../state/task-state.ts'
import type { RunQueue } from './manual-runs.ts'

/**
 * The number of consecutive crashes after which a task is not rerun: its work may be the cause of the crashes.
 */
const maxInARow = 3

export interface CrashesDeps {
  readonly clock: Clock
  readonly reporter: Reporter
  readonly runLog: RunLog
  readonly queue: Pick<RunQueue, 'ask'>
}

export class Crashes {
  readonly #deps: CrashesDeps
  readonly #open = new Map<string, RunRecord[]>()

  constructor(deps: CrashesDeps) {
    this.#deps = deps
  }

  /** Records a crash at the last sign of life of the run's process, but not before the start of the run and not after now. */
  async record(run: RunRecord): Promise<void> {
    const { clock, reporter, runLog } = this.#deps
    const log = runLog.current
    const seen = log.lastBeat ?? log.aliveAt ?? clock.now()
    const at = Math.min(clock.now(), Math.max(run.at, seen))
    const { durable } = log.append({
      task: run.task,
      runId: run.runId,
      action: 'crash',
      at,
      end: at,
      ...(run.start === undefined ? {} : { start: run.start }),
      ...(run.trigger === 'catch-up' && run.period !== undefined
        ? { trigger: run.trigger, period: run.period }
        : {}),
      reason: 'the process ended while it ran',
    })
    await durable
    reporter.failures.report('crashed', run.task, ': the process ended while it ran', {
      run: run.runId,
      action: 'crash',
    })
    const runs = this.#open.get(run.task)
    if (runs === undefined) this.#open.set(run.task, [run])
    else runs.push(run)
  }

  /** Queues the crashed runs of a task again, with their params and periods, if its option `onCrash` is `rerun`. */
  settle(entry: TaskEntry): void {
    const runs = this.#open.get(entry.name)
    if (runs === undefined) return
    this.#open.delete(entry.name)
    if (entry.definition.options.onCrash !== 'rerun') return
    const inARow = this.#deps.runLog.current.index.streak(entry.name, ['crash'])
    if (inARow >= maxInARow)
      return this.#deps.reporter.warn(
        'crash',
        `Task '${entry.name}' crashed ${inARow} times in a row; it is not run again by itself.`,
        { task: entry.name },
      )
    for (const run of runs) this.#rerun(entry, run)
  }

  /** Queues a crashed run again, unless params are missing or masked: it would do something else. */
  #rerun(entry: TaskEntry, run: RunRecord): void {
    const missing = missingParams(run)
    if (missing !== null)
      return this.#deps.reporter.warn(
        'crash',
        `Run '${run.runId}' of task '${entry.name}' crashed and is not run again, as the log has not all of its params: ${missing}. Run it manually, and pass secrets as args.`,
        { task: entry.name },
      )
    const { params, period } = run
    this.#deps.queue.ask(entry, {
      trigger: 'retry',
      ...(params === undefined ? {} : { params }),
      ...(period === undefined ? {} : { period: { start: period.start, end: period.end } }),
    })
  }
}
