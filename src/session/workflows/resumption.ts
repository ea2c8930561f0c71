/** Runs that were left open and whose workflow continues: found when the log is read, and launched once the tasks are restored. */
import type { Clock } from '../../clock/clock.ts'
import type { RunRecord } from '../../log/entry.ts'
import type { WorkflowState } from '../../workflow/state.ts'
import { tell } from '../actors/guarded-actor.ts'
import type { Registry } from '../state/registry.ts'
import type { RunLog } from '../state/run-log.ts'
import type { Selection } from '../state/selection.ts'
import type { TaskEntry } from '../state/task-state.ts'
import { isResumable } from './workflow-runs.ts'

/** A run that continues. Without a state it had not come to rest yet, and starts from its beginning. */
export interface ResumedRun {
  readonly record: RunRecord
  readonly state: WorkflowState | undefined
}

export interface ResumptionDeps {
  readonly clock: Clock
  readonly registry: Registry
  readonly selection: Selection
  readonly runLog: RunLog
  /** Records the crash of a run that does not continue. */
  readonly recordCrash: (run: RunRecord) => Promise<void>
}

export class Resumption {
  readonly #deps: ResumptionDeps
  #found: ResumedRun[] = []
  /** The runs that are being launched, by their id. */
  readonly #launching = new Map<string, ResumedRun>()

  constructor(deps: ResumptionDeps) {
    this.#deps = deps
  }

  /** True if the run continues. A task that is not there may still be restored from the saved state of the session. */
  async take(record: RunRecord): Promise<boolean> {
    const { registry, runLog } = this.#deps
    const entry = registry.entries.get(record.task)
    if (entry !== undefined && !isResumable(runLog, entry)) return false
    const state = await this.#stateOf(record, entry !== undefined)
    if (entry === undefined && state === undefined) return false
    this.#found.push({ record, state })
    return true
  }

  /** Launches the runs that continue. */
  async resume(signal: AbortSignal): Promise<void> {
    const { clock, registry, runLog, selection, recordCrash } = this.#deps
    for (const run of this.#found.splice(0)) {
      signal.throwIfAborted()
      const { record } = run
      const entry = registry.entries.get(record.task)
      if (entry === undefined || !isResumable(runLog, entry)) await recordCrash(record)
      // The session was started for other tasks: the run stays open.
      else if (selection.only === null || selection.only.has(record.task)) this.#launch(entry, run, clock)
    }
  }

  /** The run that a launch continues; undefined for a new run. */
  of(runId: string): ResumedRun | undefined {
    const run = this.#launching.get(runId)
    this.#launching.delete(runId)
    return run
  }

  #launch(entry: TaskEntry, run: ResumedRun, clock: Clock): void {
    const { runId, trigger = 'condition', at, dueAt = null, period = null } = run.record
    if (entry.live.withId(runId) !== undefined) return
    this.#launching.set(runId, run)
    tell(entry.actor, {
      type: 'run.resumed',
      runId,
      trigger,
      at,
      relaunchAt: clock.monotonic(),
      dueAt,
      period,
    })
  }

  /** The newest stored state. A store that loads less than the whole log may have one that is not loaded. */
  async #stateOf({ task, runId }: RunRecord, isCertain: boolean): Promise<WorkflowState | undefined> {
    const log = this.#deps.runLog.current
    let note = log.takeWorkflow(runId)
    if (note === undefined && isCertain)
      note = (await log.notes({ task, runId, note: 'workflow', limit: 1 }))[0]
    return note?.data as WorkflowState | undefined
  }
}
