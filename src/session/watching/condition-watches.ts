/** What is watched: the start conditions of tasks, the end conditions of their runs, the shut condition of the session. */
import type { TerminateReason } from '../../../machines/protocol.ts'
import { eachInSlices, inSlices } from '../../clock/slices.ts'
import type { Condition } from '../../conditions/condition.ts'
import { holds } from '../../conditions/evaluate/holds.ts'
import { watch } from '../../conditions/evaluate/watch.ts'
import type { WakeClock } from '../../conditions/facts.ts'
import { toCondition } from '../../conditions/to-condition.ts'
import { ConditionError } from '../../errors/errors.ts'
import { tell } from '../actors/guarded-actor.ts'
import type { Start } from '../api/task-options.ts'
import type { Crashes } from '../launching/crashed-runs.ts'
import type { MissedRuns } from '../launching/missed-runs.ts'
import type { Runs } from '../runs/run-effects.ts'
import type { Core } from '../state/session-state.ts'
import type { TaskEntry } from '../state/task-state.ts'
import { keepWhatIsCounted } from './history-needs.ts'
import { EndFacts, FailedPredicate } from './session-facts.ts'

/** Who is told what the watched conditions say. */
export interface WatchParts {
  readonly runs: Runs
  readonly occasions: MissedRuns
  readonly crashes: Crashes
}

export class Watches {
  readonly #core: Core
  readonly #parts: WatchParts
  readonly #clock: WakeClock
  #shutCondition: Condition | null = null
  #undoShutWatch: (() => void) | null = null
  /** Aborts when the session runs no more; null before its first start. */
  #signal: AbortSignal | null = null

  constructor(core: Core, parts: WatchParts, clock: WakeClock) {
    this.#core = core
    this.#parts = parts
    this.#clock = clock
  }

  /** Whether start conditions are watched: from the first launch to the shut-down. */
  get isWatching(): boolean {
    return this.#signal?.aborted === false
  }

  /** Watches the start of a task. */
  begin(entry: TaskEntry): void {
    const core = this.#core
    let isFirst = true
    let lastHeld = false
    const change = (holds: boolean): void => {
      lastHeld = holds
      tell(entry.actor, { type: 'condition.changed', holds, at: core.wokenFor ?? core.clock.now() })
    }
    entry.watch = watch(
      entry.definition.start.node,
      () => core.factsOf(entry),
      core.changes,
      this.#clock,
      (error) => this.conditionFailed(entry, error),
      entry.held,
    ).subscribe((isTrue) => {
      if (isTrue || !isFirst) change(isTrue)
      isFirst = false
    })
    // A condition that is not watched does not hold.
    entry.watch.add(() => {
      if (lastHeld) change(false)
    })
    this.#parts.crashes.settle(entry)
    this.#parts.occasions.begin(entry)
    keepWhatIsCounted(core.log, entry.definition.start.node, core.factsOf(entry))
  }

  /** Watches the start of a task no more. */
  end(entry: TaskEntry): void {
    entry.held.clear()
    this.#unwatch(entry)
  }

  #unwatch(entry: TaskEntry): void {
    this.#parts.occasions.end(entry)
    entry.watch?.unsubscribe()
    entry.watch = null
    this.#core.predicates.release(entry.name)
  }

  /** Watches the start of a task anew: it is another one, or is read in another zone. */
  renew(entry: TaskEntry): void {
    if (!this.isWatching) return
    // A condition that has held goes on: only the watch is interrupted, and for no time.
    this.#unwatch(entry)
    this.begin(entry)
  }

  /** Watches all starts, in slices; `done` is called with the last one. */
  watchAll(signal: AbortSignal, done: () => void): void {
    this.#signal = signal
    const begin = (entry: TaskEntry): void => {
      // Removed since, or watched already: it was updated, or added.
      if (entry.isRemoved || entry.watch !== null) return
      this.begin(entry)
      // A condition's function may have stopped the session while it was looked at.
      if (signal.aborted) this.end(entry)
    }
    eachInSlices(this.#core.clock, this.#core.entries.values(), begin, () => !signal.aborted, done)
  }

  unwatchAll(): void | Promise<void> {
    this.#undoShutWatch?.()
    this.#undoShutWatch = null
    this.#core.held.clear()
    const end = (entry: TaskEntry): void => this.end(entry)
    return inSlices(this.#core.clock, this.#core.entries.values(), end, () => !this.isWatching)
  }

  /** Watches these starts again, in slices; launches wait for it. */
  renewAll(entries: readonly TaskEntry[]): void {
    this.#core.backlog.add(
      entries.map((entry) => () => {
        if (!entry.isRemoved) this.renew(entry)
      }),
    )
  }

  setShutCondition(start: Start | undefined): void {
    this.#shutCondition = start === undefined ? null : toCondition(start, this.#core.words, this.#core.clock)
    if (this.#undoShutWatch !== null || this.isWatching) {
      this.#undoShutWatch?.()
      this.watchShutCondition()
    }
  }

  /** Watches the shut condition; true if it holds already. Its failure always ends the session. */
  watchShutCondition(): boolean {
    const core = this.#core
    if (this.#shutCondition === null) return false
    const subscription = watch(
      this.#shutCondition.node,
      () => core.factsOf(null),
      core.changes,
      this.#clock,
      undefined,
      core.held,
    ).subscribe({
      next: (isTrue) => {
        if (isTrue && (core.state === 'running' || core.state === 'held'))
          tell(core.actor, { type: 'session.shutDown' })
      },
      error: (error) => core.failFatally(error),
    })
    const isOver = !core.isActive && core.state !== 'held'
    // Ended by its first look: the session unwatched all before there was anything to undo, and would hold a timer for ever.
    if (isOver) subscription.unsubscribe()
    else this.#undoShutWatch = () => subscription.unsubscribe()
    return isOver
  }

  /** Start-up and shut-down tasks run when their start is `false` (forced) or holds. */
  isForcedOrHolds(entry: TaskEntry): boolean {
    const { node } = entry.definition.start
    if (entry.disabled) return false
    if (node.kind === 'constant' && !node.value) return true
    return this.holdsNow(entry)
  }

  holdsNow(entry: TaskEntry): boolean {
    try {
      return holds(entry.definition.start.node, this.#core.factsOf(entry))
    } catch (error) {
      this.conditionFailed(entry, error)
      return false
    }
  }

  conditionFailed(entry: TaskEntry | null, cause: unknown): void {
    const task = entry?.name
    const about = task === undefined ? 'The shut condition' : `A condition of task '${task}'`
    const error = new ConditionError(`${about} failed.`, task === undefined ? {} : { task }, { cause })
    // The session cannot know when to end any more: going on for ever would be worse than ending.
    if (entry === null) this.#core.failFatally(error)
    else this.#core.fail('condition', `${about} failed.`, { ...(task === undefined ? {} : { task }), error })
  }

  /** While runs live their end condition is watched; one that holds already ends a run at its start. */
  watchEnd(entry: TaskEntry): void {
    const { end } = entry.definition
    // A run that has ended within its launch is watched no more.
    if (end === null || entry.live.length === 0) return
    const core = this.#core
    const heldAlready: TerminateReason = `end condition held already: ${end}`
    if (entry.endWatch !== null) {
      if (entry.endHolds) this.#parts.runs.terminate(entry, heldAlready)
      return
    }
    let reason: TerminateReason = heldAlready
    entry.endHolds = false
    // Counted from the start of the run at the earliest: before that, no watch existed.
    const held = core.heldTimes()
    entry.endWatch = watch(
      end.node,
      () => new EndFacts(core, core.predicates, held, entry),
      core.changes,
      this.#clock,
      (error) => {
        // What a predicate threw is reported where it is read.
        if (!(error instanceof FailedPredicate)) this.conditionFailed(entry, error)
        this.#parts.runs.terminate(entry, 'end condition')
      },
      held,
    ).subscribe((isTrue) => {
      entry.endHolds = isTrue
      if (isTrue) this.#parts.runs.terminate(entry, reason)
    })
    reason = 'end condition'
  }
}
