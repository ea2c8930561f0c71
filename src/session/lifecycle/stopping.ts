/** The steps of a stop, which the session machine invokes: shut-down hooks and tasks, the wait for live runs, the release. */
import type { TerminateReason } from '../../../machines/protocol.ts'
import { inSlices } from '../../clock/slices.ts'
import { SessionStoppedError } from '../../errors/errors.ts'
import type { After } from '../events/hook-runner.ts'
import type { Launcher } from '../launching/launcher.ts'
import type { LogLifecycle } from '../persistence/log-lifecycle.ts'
import type { Persistence } from '../persistence/saved-state.ts'
import type { Runs } from '../runs/run-effects.ts'
import type { Core } from '../state/session-state.ts'
import type { TaskEntry } from '../state/task-state.ts'
import type { StartWarnings } from '../tasks/start-warnings.ts'
import type { TaskActors } from '../tasks/task-actors.ts'
import type { Watches } from '../watching/condition-watches.ts'
import type { SignalHandling } from './signals.ts'
import type { Sequence } from './startup-tasks.ts'

/** Session parts that a stop uses. */
export interface StoppingParts {
  readonly runs: Runs
  readonly launcher: Launcher
  readonly actors: TaskActors
  readonly watches: Watches
  readonly persistence: Persistence
  readonly keeper: LogLifecycle
  readonly starts: StartWarnings
  readonly sequence: Sequence
  readonly signals: SignalHandling
}

export class Stopping {
  readonly #core: Core
  readonly #parts: StoppingParts
  /** Resolves when no condition is watched any longer. */
  #unwatched: void | Promise<void> = undefined
  /** The second halves of shut-down hooks, until they are called. */
  #after: After | null = null

  constructor(core: Core, parts: StoppingParts) {
    this.#core = core
    this.#parts = parts
  }

  /** Ends all launches and the watching of conditions. */
  stopLaunching(): void {
    const { keeper, launcher, starts, watches } = this.#parts
    keeper.hurry()
    launcher.unpause()
    launcher.stop()
    starts.stop()
    this.#unwatched = watches.unwatchAll()
  }

  /** Terminates all live runs. */
  terminateAll(): void {
    void this.#terminate('shut-down')
  }

  /** Runs the first halves of shut-down hooks. */
  async hooks(): Promise<void> {
    const core = this.#core
    await this.#unwatched
    this.#after = await core.hooks.before('shutdown', core.context(null), (error) =>
      core.fail('hook', 'A shut-down hook failed.', { error }),
    )
  }

  /** Runs shut-down tasks, then terminates permanent tasks, which would never end by themselves. */
  async tasks(signal: AbortSignal): Promise<void> {
    const { sequence, keeper, actors } = this.#parts
    // An aborted start may have neither opened the log that the previous stop closed nor woken the actors.
    if (sequence.has('shutdown')) {
      await keeper.reopen(signal)
      await actors.revive()
    }
    await sequence.run('shutdown', signal)
    await this.#terminate('shut-down', ({ definition }) => definition.options.permanent === true)
  }

  /** Resolves to true when no run is live, and to false if the drain timeout passes first. */
  drain(signal: AbortSignal): Promise<boolean> {
    return this.#parts.sequence.drain(signal)
  }

  /** Waits for terminated runs; after the drain timeout, terminates those launched since. */
  awaitEnds(signal: AbortSignal): Promise<void> {
    return this.#parts.sequence.awaitEnds(signal, () => this.terminateAll())
  }

  /** Runs the second halves of shut-down hooks, with the error that ends the session. */
  async afterHooks(): Promise<void> {
    const after = this.#after
    this.#after = null
    const { failure } = this.#core.actor.getSnapshot().context
    await after?.(failure === null ? {} : { error: failure.error })
  }

  /** Releases all resources of the session: no timer, listener or file remains. */
  async release(): Promise<void> {
    const core = this.#core
    const { persistence, actors, keeper, signals } = this.#parts
    await persistence.end()
    core.failures.stop()
    // Immediately, before the slices: later requests wait for the next start.
    const waiting = [...core.entries.values()]
      .filter(({ queue }) => queue.length > 0)
      .map((entry) => ({ entry, queue: entry.queue.splice(0) }))
    await actors.stop()
    await inSlices(core.clock, waiting, ({ entry, queue }) => {
      for (const { pending } of queue) pending?.refuse(new SessionStoppedError(stoppedMessage(entry)))
    })
    core.predicates.close()
    core.startedMono = null
    try {
      for (const executor of core.executors.values()) await executor.close?.()
      await keeper.end()
    } catch (error) {
      core.warn('log', 'The run log could not be closed.', { error })
    }
    // Only after the log is closed: an earlier signal would end the process while it closes.
    signals.end()
  }

  #terminate(
    reason: TerminateReason,
    isMeant: (entry: TaskEntry) => boolean = () => true,
  ): void | Promise<void> {
    return inSlices(this.#core.clock, this.#core.byId.values(), (entry) => {
      if (entry.live.length > 0 && isMeant(entry)) this.#parts.runs.terminate(entry, reason)
    })
  }
}

function stoppedMessage(entry: TaskEntry): string {
  return `Cannot run task '${entry.name}' as the session stopped before the run started. Start it again and run the task then.`
}
