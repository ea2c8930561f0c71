/** The steps of a start, which the session machine invokes: start-up hooks, the restoration of the run log, start-up tasks. */
import type { Clock } from '../../clock/clock.ts'
import { inSlices } from '../../clock/slices.ts'
import { toErrorData } from '../../errors/error-data.ts'
import { SessionStoppedError, SetupError } from '../../errors/errors.ts'
import type { HookResult } from '../api/hooks.ts'
import type { After, HookRunner } from '../events/hook-runner.ts'
import type { Crashes } from '../launching/crashed-runs.ts'
import type { Launcher } from '../launching/launcher.ts'
import type { WaitingRuns } from '../launching/waiting-runs.ts'
import type { Configuration } from '../options/configuration.ts'
import type { LogLifecycle } from '../persistence/log-lifecycle.ts'
import type { Persistence } from '../persistence/saved-state.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { Contexts } from '../runs/contexts.ts'
import type { FactsOf } from '../state/ports.ts'
import type { Registry } from '../state/registry.ts'
import type { Returns } from '../state/returns.ts'
import type { SessionUptime } from '../state/uptime.ts'
import type { TaskActors } from '../tasks/task-actors.ts'
import { keepWhatIsCounted } from '../watching/history-needs.ts'
import type { Resumption } from '../workflows/resumption.ts'
import type { SignalHandling } from './signals.ts'
import type { StartedStopped } from './started-stopped.ts'
import type { Sequence } from './startup-tasks.ts'

export interface StartingDeps {
  readonly clock: Clock
  readonly configuration: Configuration
  readonly reporter: Reporter
  readonly registry: Registry
  readonly hooks: HookRunner
  readonly contexts: Contexts
  readonly factsOf: FactsOf
  readonly returns: Returns
  readonly uptime: SessionUptime
  readonly waitingRuns: Pick<WaitingRuns, 'end'>
  readonly launcher: Pick<Launcher, 'reset'>
  readonly crashes: Pick<Crashes, 'record'>
  readonly resumption: Pick<Resumption, 'resume' | 'take'>
  readonly actors: Pick<TaskActors, 'wake'>
  readonly milestones: Pick<StartedStopped, 'isStartAwaited'>
  readonly persistence: Pick<Persistence, 'begin'>
  readonly runLog: Pick<LogLifecycle, 'begin' | 'current' | 'isRestored' | 'open' | 'restore'>
  readonly sequence: Pick<Sequence, 'run'>
  /** Begins the journal of changes; `aliveAt`: the last sign of life of an earlier session, epoch ms. */
  readonly beginJournal: (aliveAt: number | null) => void
  readonly signals: Pick<SignalHandling, 'begin'>
}

export class Starting {
  readonly #deps: StartingDeps
  /** The second halves of start-up hooks, until they are called: once, with the result of the start. */
  #after: After | null = null
  /** The last sign of life of an earlier session in the log, epoch ms. */
  #aliveAt: number | null = null

  constructor(deps: StartingDeps) {
    this.#deps = deps
  }

  /** Begins the start. */
  begin(): void {
    this.#deps.waitingRuns.end()
    this.#deps.signals.begin()
  }

  /** Runs the first halves of start-up hooks. */
  hooks(signal: AbortSignal): Promise<void> {
    return this.#guard(signal, async () => {
      const { hooks, contexts } = this.#deps
      const onThrow = (error: unknown): void => this.#hookFailed(error)
      const after = await hooks.before('startup', contexts.of(null, signal), onThrow, signal)
      this.#after = after
      // The stop did not wait for the hook, which must release what it acquired meanwhile.
      if (signal.aborted) this.abandon()
    })
  }

  /** Opens and reads the run log, records crashed runs, wakes task actors, restores the persisted state, continues workflows. */
  restore(signal: AbortSignal): Promise<void> {
    return this.#guard(signal, async () => {
      const { clock, runLog, launcher, actors, persistence, resumption, uptime } = this.#deps
      if (!runLog.isRestored) await this.#readLog(signal)
      // After a restart in the same process the log is still open.
      else for (const run of runLog.current.index.openRuns()) await resumption.take(run)
      runLog.begin()
      uptime.begin(clock)
      launcher.reset()
      await actors.wake(signal)
      signal.throwIfAborted()
      await persistence.begin(signal)
      this.#deps.beginJournal(this.#aliveAt)
      await resumption.resume(signal)
    })
  }

  /** Runs start-up tasks, then notifies hooks that the start succeeded. */
  tasks(signal: AbortSignal): Promise<void> {
    return this.#guard(signal, async () => {
      await this.#deps.sequence.run('startup', signal)
      signal.throwIfAborted()
      await this.#tellHooks({})
    })
  }

  /** Aborts the start: notifies the hooks that have not received the result yet. */
  abandon(): void {
    const error = new SessionStoppedError('The session was asked to stop while it started.')
    this.#tellHooks({ error }).catch((problem) =>
      this.#deps.reporter.warn('setup', 'A start-up hook failed after the session was asked to stop.', {
        error: problem,
      }),
    )
  }

  /** Reports the error of a step, and notifies the hooks before the session stops. Errors of a cancelled step are ignored. */
  async #guard(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (signal.aborted) return
      const isThrown = this.#deps.milestones.isStartAwaited
      this.#deps.reporter.warn('setup', 'The session could not be started.', { error, isThrown })
      await this.#tellHooks({ error }).catch(() => {})
      throw error
    }
  }

  async #tellHooks(result: HookResult): Promise<void> {
    const after = this.#after
    this.#after = null
    await after?.(result)
  }

  #hookFailed(error: unknown): void {
    const { configuration, reporter } = this.#deps
    if (configuration.settings.onError.setup === 'log')
      return reporter.warn('setup', 'A start-up hook failed.', { error })
    const { name, message } = toErrorData(error)
    throw new SetupError(
      `Cannot start the session as its start-up hooks must succeed: ${name}: ${message}. Correct the hook, or give onError: { setup: 'log' } to start all the same.`,
      { cause: error },
    )
  }

  async #readLog(signal: AbortSignal): Promise<void> {
    const { clock, registry, factsOf, runLog, crashes, resumption } = this.#deps
    await runLog.open()
    signal.throwIfAborted()
    // Before the log is read, so that a restart keeps the records that conditions count.
    await inSlices(
      clock,
      registry.entries.values(),
      (entry) => keepWhatIsCounted(runLog.current, entry.definition.start.node, factsOf(entry)),
      () => !signal.aborted,
    )
    signal.throwIfAborted()
    const open = await runLog.restore(signal)
    const { aliveAt, lastBeat } = runLog.current
    this.#aliveAt = aliveAt === null ? lastBeat : Math.max(aliveAt, lastBeat ?? aliveAt)
    this.#restoreReturns()
    for (const run of open) {
      if (!(await resumption.take(run))) await crashes.record(run)
      signal.throwIfAborted()
    }
  }

  /** Restores the return values of earlier processes, as far as JSON could represent them. */
  #restoreReturns(): void {
    const { runLog, returns } = this.#deps
    const log = runLog.current
    for (const task of log.index.tasks()) {
      const last = log.index.lastOf(task, 'success')
      if (last === null || returns.has(task)) continue
      const found = log.returnOf(last)
      if (found.kept) returns.set(task, found.value)
      else returns.lose(task, found.why)
    }
  }
}
