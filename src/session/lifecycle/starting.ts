/** The steps of a start, which the session machine invokes: start-up hooks, the restoration of the run log, start-up tasks. */
import { inSlices } from '../../clock/slices.ts'
import { toErrorData } from '../../errors/error-data.ts'
import { SessionStoppedError, SetupError } from '../../errors/errors.ts'
import type { HookResult } from '../api/hooks.ts'
import type { After } from '../events/hook-runner.ts'
import type { Crashes } from '../launching/crashed-runs.ts'
import type { Launcher } from '../launching/launcher.ts'
import { endWait } from '../launching/waiting-runs.ts'
import type { LogLifecycle } from '../persistence/log-lifecycle.ts'
import type { Persistence } from '../persistence/saved-state.ts'
import type { Core } from '../state/session-state.ts'
import type { TaskActors } from '../tasks/task-actors.ts'
import { keepWhatIsCounted } from '../watching/history-needs.ts'
import type { SignalHandling } from './signals.ts'
import type { StartedStopped } from './started-stopped.ts'
import type { Sequence } from './startup-tasks.ts'

/** Session parts that a start uses. */
export interface StartingParts {
  readonly launcher: Launcher
  readonly crashes: Crashes
  readonly actors: TaskActors
  readonly milestones: StartedStopped
  readonly persistence: Persistence
  readonly keeper: LogLifecycle
  readonly sequence: Sequence
  readonly signals: SignalHandling
}

export class Starting {
  readonly #core: Core
  readonly #parts: StartingParts
  /** The second halves of start-up hooks, until they are called: once, with the result of the start. */
  #after: After | null = null

  constructor(core: Core, parts: StartingParts) {
    this.#core = core
    this.#parts = parts
  }

  /** Begins the start. */
  begin(): void {
    endWait(this.#core)
    this.#parts.signals.begin()
  }

  /** Runs the first halves of start-up hooks. */
  hooks(signal: AbortSignal): Promise<void> {
    return this.#guard(signal, async () => {
      const core = this.#core
      const onThrow = (error: unknown): void => this.#hookFailed(error)
      const after = await core.hooks.before('startup', core.context(null, signal), onThrow, signal)
      this.#after = after
      // The stop did not wait for the hook, which must release what it acquired meanwhile.
      if (signal.aborted) this.abandon()
    })
  }

  /** Opens and reads the run log, records crashed runs, wakes task actors, restores the persisted state. */
  restore(signal: AbortSignal): Promise<void> {
    return this.#guard(signal, async () => {
      const core = this.#core
      const { keeper, launcher, actors, persistence } = this.#parts
      if (!keeper.isRestored) await this.#readLog(signal)
      keeper.begin()
      core.cycles = 0
      core.startedAt = core.clock.now()
      core.startedMono = core.clock.monotonic()
      launcher.reset()
      await actors.wake(signal)
      signal.throwIfAborted()
      await persistence.begin(signal)
    })
  }

  /** Runs start-up tasks, then notifies hooks that the start succeeded. */
  tasks(signal: AbortSignal): Promise<void> {
    return this.#guard(signal, async () => {
      await this.#parts.sequence.run('startup', signal)
      signal.throwIfAborted()
      await this.#tellHooks({})
    })
  }

  /** Aborts the start: notifies the hooks that have not received the result yet. */
  abandon(): void {
    const error = new SessionStoppedError('The session was asked to stop while it started.')
    this.#tellHooks({ error }).catch((problem) =>
      this.#core.warn('setup', 'A start-up hook failed after the session was asked to stop.', {
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
      const isThrown = this.#parts.milestones.isStartAwaited
      this.#core.warn('setup', 'The session could not be started.', { error, isThrown })
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
    const core = this.#core
    if (core.settings.onError.setup === 'log') return core.warn('setup', 'A start-up hook failed.', { error })
    const { name, message } = toErrorData(error)
    throw new SetupError(
      `Cannot start the session as its start-up hooks must succeed: ${name}: ${message}. Correct the hook, or give onError: { setup: 'log' } to start all the same.`,
      { cause: error },
    )
  }

  async #readLog(signal: AbortSignal): Promise<void> {
    const core = this.#core
    const { keeper, crashes } = this.#parts
    await keeper.open()
    signal.throwIfAborted()
    // Before the log is read, so that a restart keeps the records that conditions count.
    await inSlices(
      core.clock,
      core.entries.values(),
      (entry) => keepWhatIsCounted(core.log, entry.definition.start.node, core.factsOf(entry)),
      () => !signal.aborted,
    )
    signal.throwIfAborted()
    const open = await keeper.restore(signal)
    this.#restoreReturns()
    for (const run of open) {
      await crashes.record(run)
      signal.throwIfAborted()
    }
  }

  /** Restores the return values of earlier processes, as far as JSON could represent them. */
  #restoreReturns(): void {
    const { log, returns } = this.#core
    for (const task of log.index.tasks()) {
      const last = log.index.lastOf(task, 'success')
      if (last === null || returns.has(task)) continue
      const found = log.returnOf(last)
      if (found.kept) returns.set(task, found.value)
      else this.#core.lostReturns.set(task, found.why)
    }
  }
}
