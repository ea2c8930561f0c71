/** Runs that an earlier process left open: they are `crash`, and run again where their task asks for it. */

import { missingParams } from '../../log/serialize.ts'
import type { RunRecord } from '../../log/store.ts'
import type { Core } from '../state/session-state.ts'
import type { TaskEntry } from '../state/task-state.ts'
import type { RunQueue } from './manual-runs.ts'

/** A task whose runs crashed so often in a row is not run again by itself: it may be what crashes the process. */
const maxInARow = 3

export class Crashes {
  readonly #core: Core
  readonly #queue: RunQueue
  readonly #open = new Map<string, RunRecord[]>()

  constructor(core: Core, queue: RunQueue) {
    this.#core = core
    this.#queue = queue
  }

  /** Records that the run crashed, at the last sign of life of its process: never before the run, never after now. */
  async record(run: RunRecord): Promise<void> {
    const { log, clock } = this.#core
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
    this.#core.failures.report('crashed', run.task, ': the process ended while it ran', {
      run: run.runId,
      action: 'crash',
    })
    const runs = this.#open.get(run.task)
    if (runs === undefined) this.#open.set(run.task, [run])
    else runs.push(run)
  }

  /** The task may launch: its crashed runs are queued again if it asks for that, with their params and their period. */
  settle(entry: TaskEntry): void {
    const runs = this.#open.get(entry.name)
    if (runs === undefined) return
    this.#open.delete(entry.name)
    if (entry.definition.options.onCrash !== 'rerun') return
    const inARow = this.#core.log.index.streak(entry.name, ['crash'])
    if (inARow >= maxInARow)
      return this.#core.warn(
        'crash',
        `Task '${entry.name}' crashed ${inARow} times in a row; it is not run again by itself.`,
        { task: entry.name },
      )
    for (const run of runs) this.#rerun(entry, run)
  }

  /** With less than its params, or with a mask in the place of one, it would do something else. */
  #rerun(entry: TaskEntry, run: RunRecord): void {
    const missing = missingParams(run)
    if (missing !== null)
      return this.#core.warn(
        'crash',
        `Run '${run.runId}' of task '${entry.name}' crashed and is not run again, as the log has not all of its params: ${missing}. Run it by hand, and give what is secret as an arg.`,
        { task: entry.name },
      )
    const { params, period } = run
    this.#queue.ask(entry, {
      trigger: 'retry',
      ...(params === undefined ? {} : { params }),
      ...(period === undefined ? {} : { period: { start: period.start, end: period.end } }),
    })
  }
}
