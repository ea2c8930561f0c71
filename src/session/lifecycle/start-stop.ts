/** How a session starts and stops: set-up, restore, start-up tasks; shut-down tasks, waiting, release. */
import type { TerminateReason } from '../../../machines/protocol.ts'
import type { Undo } from '../../clock/clock.ts'
import { inSlices } from '../../clock/slices.ts'
import { toErrorData } from '../../errors/error-data.ts'
import { SessionStoppedError, SetupError } from '../../errors/errors.ts'
import { tell } from '../actors/guarded-actor.ts'
import type { HookResult } from '../api/hooks.ts'
import type { After } from '../events/hook-runner.ts'
import type { Crashes } from '../launching/crashed-runs.ts'
import type { Launcher } from '../launching/launcher.ts'
import { endWait } from '../launching/waiting-runs.ts'
import type { LogLifecycle } from '../persistence/log-lifecycle.ts'
import type { Persistence } from '../persistence/saved-state.ts'
import type { Capacity } from '../runs/capacity.ts'
import type { Runs } from '../runs/run-effects.ts'
import type { Core } from '../state/session-state.ts'
import type { TaskEntry } from '../state/task-state.ts'
import type { StartWarnings } from '../tasks/start-warnings.ts'
import type { TaskActors } from '../tasks/task-actors.ts'
import { doubtCircles, type NameWarnings } from '../tasks/task-warnings.ts'
import type { Watches } from '../watching/condition-watches.ts'
import { keepWhatIsCounted } from '../watching/history-needs.ts'
import { heedSignals } from './signals.ts'
import type { StartedStopped } from './started-stopped.ts'
import { Sequence } from './startup-tasks.ts'

/** The parts that a start and a stop go through. */
export interface LifecycleParts {
  readonly runs: Runs
  readonly launcher: Launcher
  readonly slots: Capacity
  readonly crashes: Crashes
  readonly actors: TaskActors
  readonly watches: Watches
  readonly milestones: StartedStopped
  readonly persistence: Persistence
  readonly keeper: LogLifecycle
  readonly starts: StartWarnings
  readonly names: NameWarnings
}

/** Conditions begin to be watched, which may take some slices: then these are called. */
interface Watching {
  readonly whenDone: (() => void)[]
}

/** Starts and stops a session: the effects behind `starting` and `stopping`. */
export class Lifecycle {
  readonly #core: Core
  readonly #runs: Runs
  readonly #sequence: Sequence
  readonly #launcher: Launcher
  readonly #crashes: Crashes
  readonly #actors: TaskActors
  readonly #watches: Watches
  readonly #milestones: StartedStopped
  readonly #persistence: Persistence
  readonly #keeper: LogLifecycle
  readonly #doubts: StartWarnings
  readonly #names: NameWarnings
  #undoKeep: Undo | null = null
  #undoSignals: Undo | null = null
  #isRestored = false
  #isWatching = false
  #watching: Watching | null = null
  /** Counts starts: one that was stopped must do nothing more, also when another has begun since. */
  #starts = 0

  constructor(core: Core, parts: LifecycleParts) {
    this.#core = core
    this.#runs = parts.runs
    this.#launcher = parts.launcher
    this.#sequence = new Sequence(core, parts)
    this.#crashes = parts.crashes
    this.#actors = parts.actors
    this.#watches = parts.watches
    this.#milestones = parts.milestones
    this.#persistence = parts.persistence
    this.#keeper = parts.keeper
    this.#doubts = parts.starts
    this.#names = parts.names
  }

  runEnded(): void {
    this.#sequence.runEnded()
  }

  async start(): Promise<void> {
    const core = this.#core
    const { actor } = core
    const start = ++this.#starts
    const isStopped = (): boolean => core.state !== 'starting' || start !== this.#starts
    // Called once, with how the start came out: a hook that opened something learns that the start failed.
    let after: After | null = null
    const tellHooks = async (result: HookResult): Promise<void> => {
      const call = after
      after = null
      await call?.(result)
    }
    const tellStopped = (): Promise<void> => tellHooks({ error: new SessionStoppedError(stoppedStart) })
    try {
      core.fatal = null
      endWait(core)
      this.#undoKeep ??= core.clock.keep()
      this.heedSignals()
      after = await core.hooks.before('startup', core.context(null), (error) => this.#setupFailed(error))
      if (isStopped()) return await tellStopped()
      if (!this.#isRestored) await this.#restore(isStopped)
      if (isStopped()) return await tellStopped()
      this.#keeper.begin()
      core.cycles = 0
      core.startedAt = core.clock.now()
      core.startedMono = core.clock.monotonic()
      this.#launcher.reset()
      await this.#actors.wake(isStopped)
      if (isStopped()) return await tellStopped()
      await this.#persistence.begin()
      await this.#sequence.run('startup', isStopped)
      if (isStopped()) return await tellStopped()
      await tellHooks({})
      if (!isStopped()) tell(actor, { type: 'session.ready' })
    } catch (error) {
      const isThrown = this.#milestones.isStartAwaited
      core.warn('setup', 'The session could not be started.', { error, isThrown })
      await tellHooks({ error }).catch(() => {})
      if (!isStopped()) tell(actor, { type: 'session.failed', error })
    }
  }

  /** The first moment at which tasks may launch: conditions are watched from here on. */
  beginLaunching(onBegun: () => void): void {
    const core = this.#core
    if (!this.#isWatching) {
      this.#isWatching = true
      core.news.tell({ type: 'session.started', at: core.clock.now() })
      this.#lookForDoubts()
      // A listener may have stopped it all by now: what is watched from here on nobody would unwatch.
      if (!this.#isWatching || this.#watches.watchShutCondition()) return onBegun()
      // Nothing launches before all are watched: by priority, and not by which was watched first.
      this.#launcher.pause()
      const watching: Watching = { whenDone: [] }
      this.#watching = watching
      this.#watches.watchAll(() => {
        if (this.#watching !== watching) return
        this.#watching = null
        this.#launcher.unpause()
        for (const call of watching.whenDone) call()
      })
    }
    const begin = (): void => {
      this.#launcher.woken()
      this.#launcher.considerAll()
      onBegun()
    }
    if (this.#watching === null) begin()
    else this.#watching.whenDone.push(begin)
  }

  /** Beside the start, in slices: nothing waits for it. */
  #lookForDoubts(): void {
    const core = this.#core
    if (this.#doubts.isOff) return
    const finish = (): void => {
      this.#names.sumUp()
      if (this.#isWatching) doubtCircles(core)
    }
    const looking = inSlices(
      core.clock,
      core.entries.values(),
      (entry) => {
        if (!entry.isRemoved) this.#names.look(entry)
      },
      () => this.#isWatching,
    )
    if (looking === undefined) finish()
    else looking.then(finish, (error) => core.failFatally(error))
    this.#doubts.begin()
  }

  /** Listens to signals while the session lives, if its options say so. */
  heedSignals(): void {
    if (this.#undoKeep !== null && this.#core.settings.handleSignals === true)
      this.#undoSignals ??= heedSignals(this.#core, (force) => this.#shutDown(force))
    else {
      this.#undoSignals?.()
      this.#undoSignals = null
    }
  }

  async drain(): Promise<void> {
    const core = this.#core
    this.#isWatching = false
    this.#keeper.hurry()
    this.#watching = null
    this.#launcher.unpause()
    this.#launcher.stop()
    this.#doubts.stop()
    await this.#watches.unwatchAll()
    let after: After = async () => {}
    try {
      after = await core.hooks.before('shutdown', core.context(null), (error) =>
        core.fail('hook', 'A shut-down hook failed.', { error }),
      )
      await this.#sequence.run('shutdown', () => false)
      await this.#terminate('shut-down', ({ definition }) => definition.options.permanent === true)
      await this.#sequence.drain(() => this.terminateAll('shut-down'))
    } catch (error) {
      core.fatal ??= { error }
      this.terminateAll('shut-down')
      await this.#sequence.drain(() => this.terminateAll('shut-down'))
    }
    await after(core.fatal === null ? {} : { error: core.fatal.error })
    tell(core.actor, { type: 'session.drained' })
  }

  terminateAll(reason: TerminateReason): void {
    void this.#terminate(reason)
  }

  #terminate(
    reason: TerminateReason,
    isMeant: (entry: TaskEntry) => boolean = () => true,
  ): void | Promise<void> {
    return inSlices(this.#core.clock, this.#core.byId.values(), (entry) => {
      if (entry.live.length > 0 && isMeant(entry)) this.#runs.terminate(entry, reason)
    })
  }

  /** Releases what the session holds: after this no timer, listener or file of it is left. */
  async release(): Promise<void> {
    const core = this.#core
    await this.#persistence.end()
    core.failures.stop()
    // At once, and before the slices: what is asked for from here on waits for the next start.
    const waiting = [...core.entries.values()]
      .filter(({ queue }) => queue.length > 0)
      .map((entry) => ({ entry, queue: entry.queue.splice(0) }))
    await this.#actors.stop()
    await inSlices(core.clock, waiting, ({ entry, queue }) => {
      for (const { pending } of queue) pending?.refuse(new SessionStoppedError(stoppedMessage(entry)))
    })
    core.predicates.close()
    core.startedMono = null
    try {
      for (const executor of core.executors.values()) await executor.close?.()
      if (await this.#keeper.end()) this.#isRestored = false
    } catch (error) {
      core.warn('log', 'The run log could not be closed.', { error })
    }
    // Not before the log is closed: a signal until then would end the process over it.
    this.#undoSignals?.()
    this.#undoSignals = null
    this.#undoKeep?.()
    this.#undoKeep = null
  }

  #setupFailed(error: unknown): void {
    const core = this.#core
    if (core.settings.onError.setup === 'log') return core.warn('setup', 'A start-up hook failed.', { error })
    const { name, message } = toErrorData(error)
    throw new SetupError(
      `Cannot start the session as its start-up hooks must succeed: ${name}: ${message}. Correct the hook, or give onError: { setup: 'log' } to start all the same.`,
      { cause: error },
    )
  }

  async #restore(isStopped: () => boolean): Promise<void> {
    const core = this.#core
    await this.#keeper.open()
    // Told before, so that a restart finds again as much of a long log as conditions count.
    await inSlices(core.clock, core.entries.values(), (entry) =>
      keepWhatIsCounted(core.log, entry.definition.start.node, core.factsOf(entry)),
    )
    const open = await core.log.restore()
    if (isStopped()) return
    this.#isRestored = true
    this.#restoreReturns()
    for (const run of open) await this.#crashes.record(run)
  }

  /** What tasks returned in earlier processes, as far as JSON could carry it. */
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

  #shutDown(force: boolean): void {
    tell(this.#core.actor, { type: 'session.shutDown', force })
  }
}

const stoppedStart = 'The session was told to stop while it started.'

function stoppedMessage(entry: TaskEntry): string {
  return `Cannot run task '${entry.name}' as the session stopped before the run started. Start it again and run the task then.`
}
