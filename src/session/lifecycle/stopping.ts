/** The steps of a stop, which the session machine invokes: shut-down hooks and tasks, the wait for live runs, the release. */
import type { TerminateReason } from '../../../machines/protocol.ts'
import type { Clock } from '../../clock/clock.ts'
import { inSlices } from '../../clock/slices.ts'
import type { Predicates } from '../../conditions/predicates/predicates.ts'
import { SessionStoppedError } from '../../errors/errors.ts'
import type { Executor } from '../../executors/executor.ts'
import type { SessionActor } from '../actors/session-actor.ts'
import type { After, HookRunner } from '../events/hook-runner.ts'
import type { Launcher } from '../launching/launcher.ts'
import type { LogLifecycle } from '../persistence/log-lifecycle.ts'
import type { Persistence } from '../persistence/saved-state.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { Contexts } from '../runs/contexts.ts'
import type { Runs } from '../runs/run-effects.ts'
import type { Journal } from '../state/journal.ts'
import type { Registry } from '../state/registry.ts'
import type { RunLog } from '../state/run-log.ts'
import type { TaskEntry } from '../state/task-state.ts'
import type { SessionUptime } from '../state/uptime.ts'
import type { StartWarnings } from '../tasks/start-warnings.ts'
import type { TaskActors } from '../tasks/task-actors.ts'
import type { Watches } from '../watching/condition-watches.ts'
import { isResumable } from '../workflows/workflow-runs.ts'
import type { SignalHandling } from './signals.ts'
import type { Sequence } from './startup-tasks.ts'

export interface StoppingDeps {
  readonly clock: Clock
  readonly sessionActor: SessionActor
  readonly reporter: Reporter
  readonly registry: Registry
  readonly hooks: HookRunner
  readonly contexts: Contexts
  readonly predicates: Predicates
  readonly executors: ReadonlyMap<string, Executor>
  readonly uptime: SessionUptime
  readonly runs: Pick<Runs, 'terminate'>
  readonly launcher: Pick<Launcher, 'stop' | 'unpause'>
  readonly actors: Pick<TaskActors, 'revive' | 'stop'>
  readonly watches: Pick<Watches, 'unwatchAll'>
  readonly persistence: Pick<Persistence, 'end'>
  readonly runLog: RunLog & Pick<LogLifecycle, 'end' | 'hurry' | 'reopen'>
  readonly starts: Pick<StartWarnings, 'stop'>
  readonly sequence: Pick<Sequence, 'awaitEnds' | 'drain' | 'has' | 'run'>
  readonly signals: Pick<SignalHandling, 'end'>
  readonly journal: Pick<Journal, 'queue'>
  /** Writes the last changes to the log. */
  readonly endJournal: () => void
}

export class Stopping {
  readonly #deps: StoppingDeps
  /** Resolves when no condition is watched any longer. */
  #unwatched: void | Promise<void> = undefined
  /** The second halves of shut-down hooks, until they are called. */
  #after: After | null = null

  constructor(deps: StoppingDeps) {
    this.#deps = deps
  }

  /** Ends all launches and the watching of conditions. */
  stopLaunching(): void {
    const { runLog, launcher, starts, watches } = this.#deps
    runLog.hurry()
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
    const { hooks, contexts, reporter } = this.#deps
    await this.#unwatched
    this.#after = await hooks.before('shutdown', contexts.of(null), (error) =>
      reporter.fail('hook', 'A shut-down hook failed.', { error }),
    )
  }

  /** Runs shut-down tasks, then terminates permanent tasks, which would never end by themselves, and suspends workflows. */
  async tasks(signal: AbortSignal): Promise<void> {
    const { sequence, runLog, actors } = this.#deps
    // An aborted start may have neither opened the log that the previous stop closed nor woken the actors.
    if (sequence.has('shutdown')) {
      await runLog.reopen(signal)
      await actors.revive()
    }
    await sequence.run('shutdown', signal, () => this.terminateAll())
    await this.#terminate(
      'shut-down',
      (entry) => entry.definition.options.permanent === true || isResumable(runLog, entry),
    )
  }

  /** Resolves to true when no run is live, and to false if the drain timeout passes first. */
  drain(signal: AbortSignal): Promise<boolean> {
    return this.#deps.sequence.drain(signal)
  }

  /** Waits for terminated runs; after the drain timeout, terminates those launched since. */
  awaitEnds(signal: AbortSignal): Promise<void> {
    return this.#deps.sequence.awaitEnds(signal, () => this.terminateAll())
  }

  /** Runs the second halves of shut-down hooks, with the error that ends the session. */
  async afterHooks(): Promise<void> {
    const after = this.#after
    this.#after = null
    const { failure } = this.#deps.sessionActor.snapshot.context
    await after?.(failure === null ? {} : { error: failure.error })
  }

  /** Releases all resources of the session: no timer, listener or file remains. */
  async release(): Promise<void> {
    const { clock, reporter, registry, predicates, executors, uptime } = this.#deps
    const { persistence, actors, runLog, signals } = this.#deps
    await persistence.end()
    reporter.failures.stop()
    // Immediately, before the slices: later requests wait for the next start.
    const waiting = [...registry.entries.values()]
      .filter(({ queue }) => queue.length > 0)
      .map((entry) => ({ entry, queue: entry.queue.clear() }))
    for (const { entry } of waiting) this.#deps.journal.queue(entry)
    this.#deps.endJournal()
    await actors.stop()
    await inSlices(clock, waiting, ({ entry, queue }) => {
      for (const { pending } of queue) pending?.refuse(new SessionStoppedError(stoppedMessage(entry)))
    })
    predicates.close()
    uptime.end()
    try {
      for (const executor of executors.values()) await executor.close?.()
      await runLog.end()
    } catch (error) {
      reporter.warn('log', 'The run log could not be closed.', { error })
    }
    // Only after the log is closed: an earlier signal would end the process while it closes.
    signals.end()
  }

  #terminate(
    reason: TerminateReason,
    isMeant: (entry: TaskEntry) => boolean = () => true,
  ): void | Promise<void> {
    return inSlices(this.#deps.clock, this.#deps.registry.byId.values(), (entry) => {
      if (entry.live.length > 0 && isMeant(entry)) this.#deps.runs.terminate(entry, reason)
    })
  }
}

function stoppedMessage(entry: TaskEntry): string {
  return `Cannot run task '${entry.name}' as the session stopped before the run started. Start it again and run the task then.`
}
