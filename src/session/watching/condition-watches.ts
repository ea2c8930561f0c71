/** The watches of a session: of the tasks' start conditions, of the end conditions of live runs, and of the shut condition. */
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

/** The parts of the session that watches notify. */
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
  /** Aborted when the session no longer runs; null before the first start. */
  #signal: AbortSignal | null = null

  constructor(core: Core, parts: WatchParts, clock: WakeClock) {
    this.#core = core
    this.#parts = parts
    this.#clock = clock
  }

  /** True while start conditions are watched: from the start of the session to its shut-down. */
  get isWatching(): boolean {
    return this.#signal?.aborted === false
  }

  /** Starts to watch the start condition of a task. */
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
    // A condition that is not watched counts as false.
    entry.watch.add(() => {
      if (lastHeld) change(false)
    })
    this.#parts.crashes.settle(entry)
    this.#parts.occasions.begin(entry)
    keepWhatIsCounted(core.log, entry.definition.start.node, core.factsOf(entry))
  }

  /** Stops watching the start condition of a task. */
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

  /** Watches the start condition of a task again, since the condition or its zone has changed. */
  renew(entry: TaskEntry): void {
    if (!this.isWatching) return
    // Held times are kept: only the watch is replaced, and no time passes.
    this.#unwatch(entry)
    this.begin(entry)
  }

  /** Watches all start conditions, in slices, then calls `done`. */
  watchAll(signal: AbortSignal, done: () => void): void {
    this.#signal = signal
    const begin = (entry: TaskEntry): void => {
      // Removed meanwhile, or watched already after an update or its creation.
      if (entry.isRemoved || entry.watch !== null) return
      this.begin(entry)
      // A function in the condition may have stopped the session.
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

  /** Watches these start conditions again, in slices; launches wait for them. */
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

  /** Watches the shut condition. Returns true if it holds already. A failure ends the session. */
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
    // The first evaluation has stopped the session, which ended its watches before this one existed: its timer would remain.
    if (isOver) subscription.unsubscribe()
    else this.#undoShutWatch = () => subscription.unsubscribe()
    return isOver
  }

  /** True if a start-up or shut-down task runs: its start is `false`, which forces it, or holds. */
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
    // Without its shut condition the session would never end, which is worse than ending now.
    if (entry === null) this.#core.failFatally(error)
    else this.#core.fail('condition', `${about} failed.`, { ...(task === undefined ? {} : { task }), error })
  }

  /** Watches the end condition while runs are live. A condition that already holds ends a run at its start. */
  watchEnd(entry: TaskEntry): void {
    const { end } = entry.definition
    // A run that has ended within its launch needs no watch.
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
        // Errors of predicates are reported where the predicates are read.
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
