/** The watches of a session: of the tasks' start conditions, of the end conditions of live runs, and of the shut condition. */
import type { TerminateReason } from '../../../machines/protocol.ts'
import type { Backlog } from '../../clock/slices.ts'
import { eachInSlices, inSlices } from '../../clock/slices.ts'
import type { Condition } from '../../conditions/condition.ts'
import { HeldTimes } from '../../conditions/evaluate/held.ts'
import { holds } from '../../conditions/evaluate/holds.ts'
import { watch } from '../../conditions/evaluate/watch.ts'
import type { Vocabulary } from '../../conditions/language/vocabulary.ts'
import type { Predicates } from '../../conditions/predicates/predicates.ts'
import { toCondition } from '../../conditions/to-condition.ts'
import { tell } from '../actors/guarded-actor.ts'
import type { SessionActor } from '../actors/session-actor.ts'
import type { Start } from '../api/task-options.ts'
import type { ConditionChanges } from '../events/condition-changes.ts'
import type { Crashes } from '../launching/crashed-runs.ts'
import type { MissedRuns } from '../launching/missed-runs.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { Runs } from '../runs/run-effects.ts'
import type { FactsOf } from '../state/ports.ts'
import type { TaskEntry } from '../state/task-state.ts'
import { reportConditionFailure } from './condition-failure.ts'
import { keepWhatIsCounted } from './history-needs.ts'
import { EndFacts, type FactSources, FailedPredicate } from './session-facts.ts'
import type { WatchClock } from './wake-clock.ts'

export interface WatchDeps extends FactSources {
  readonly words: Vocabulary
  readonly backlog: Backlog
  readonly sessionActor: SessionActor
  readonly reporter: Reporter
  readonly changes: ConditionChanges
  readonly predicates: Predicates
  readonly factsOf: FactsOf
  /** The times of the shut condition. */
  readonly held: HeldTimes
  readonly wakeClock: WatchClock
  readonly runs: Pick<Runs, 'terminate'>
  readonly missedRuns: Pick<MissedRuns, 'begin' | 'end'>
  readonly crashes: Pick<Crashes, 'settle'>
}

export class Watches {
  readonly #deps: WatchDeps
  #shutCondition: Condition | null = null
  #undoShutWatch: (() => void) | null = null
  /** Aborted when the session no longer runs; null before the first start. */
  #signal: AbortSignal | null = null

  constructor(deps: WatchDeps) {
    this.#deps = deps
  }

  /** True while start conditions are watched: from the start of the session to its shut-down. */
  get isWatching(): boolean {
    return this.#signal?.aborted === false
  }

  /** Starts to watch the start condition of a task. */
  begin(entry: TaskEntry): void {
    const deps = this.#deps
    let isFirst = true
    let lastHeld = false
    const change = (holds: boolean): void => {
      lastHeld = holds
      tell(entry.actor, { type: 'condition.changed', holds, at: deps.wakeClock.wokenFor ?? deps.clock.now() })
    }
    entry.watch = watch(
      entry.definition.start.node,
      () => deps.factsOf(entry),
      deps.changes,
      deps.wakeClock,
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
    this.#deps.crashes.settle(entry)
    this.#deps.missedRuns.begin(entry)
    keepWhatIsCounted(deps.runLog.current, entry.definition.start.node, deps.factsOf(entry))
  }

  /** Tells a task's new actor whether the condition holds: the report of a change may have been lost with its predecessor. */
  repeat(entry: TaskEntry): void {
    if (entry.watch === null) return
    const holds = this.holdsNow(entry)
    if (holds !== entry.holds)
      tell(entry.actor, { type: 'condition.changed', holds, at: this.#deps.clock.now() })
  }

  /** Stops watching the start condition of a task. */
  end(entry: TaskEntry): void {
    entry.held.clear()
    this.#unwatch(entry)
  }

  #unwatch(entry: TaskEntry): void {
    this.#deps.missedRuns.end(entry)
    entry.watch?.unsubscribe()
    entry.watch = null
    this.#deps.predicates.release(entry.name)
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
    eachInSlices(this.#deps.clock, this.#deps.registry.entries.values(), begin, () => !signal.aborted, done)
  }

  unwatchAll(): void | Promise<void> {
    this.#undoShutWatch?.()
    this.#undoShutWatch = null
    this.#deps.held.clear()
    const end = (entry: TaskEntry): void => this.end(entry)
    return inSlices(this.#deps.clock, this.#deps.registry.entries.values(), end, () => !this.isWatching)
  }

  /** Watches these start conditions again, in slices; launches wait for them. */
  renewAll(entries: readonly TaskEntry[]): void {
    this.#deps.backlog.add(
      entries.map((entry) => () => {
        if (!entry.isRemoved) this.renew(entry)
      }),
    )
  }

  setShutCondition(start: Start | undefined): void {
    this.#shutCondition = start === undefined ? null : toCondition(start, this.#deps.words, this.#deps.clock)
    if (this.#undoShutWatch !== null || this.isWatching) {
      this.#undoShutWatch?.()
      this.watchShutCondition()
    }
  }

  /** Watches the shut condition. Returns true if it holds already. A failure ends the session. */
  watchShutCondition(): boolean {
    const deps = this.#deps
    if (this.#shutCondition === null) return false
    const subscription = watch(
      this.#shutCondition.node,
      () => deps.factsOf(null),
      deps.changes,
      deps.wakeClock,
      undefined,
      deps.held,
    ).subscribe({
      next: (isTrue) => {
        if (isTrue && (deps.sessionActor.state === 'running' || deps.sessionActor.state === 'held'))
          deps.sessionActor.tell({ type: 'session.shutDown' })
      },
      error: (error) => deps.reporter.failFatally(error),
    })
    const isOver = !deps.sessionActor.isActive && deps.sessionActor.state !== 'held'
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
      return holds(entry.definition.start.node, this.#deps.factsOf(entry))
    } catch (error) {
      this.conditionFailed(entry, error)
      return false
    }
  }

  conditionFailed(entry: TaskEntry | null, cause: unknown): void {
    reportConditionFailure(this.#deps.reporter, entry, cause)
  }

  /** Watches the end condition while runs are live. A condition that already holds ends a run at its start. */
  watchEnd(entry: TaskEntry): void {
    const { end } = entry.definition
    // A run that has ended within its launch needs no watch.
    if (end === null || entry.live.length === 0) return
    const deps = this.#deps
    const heldAlready: TerminateReason = `end condition held already: ${end}`
    if (entry.endWatch !== null) {
      if (entry.endHolds) this.#deps.runs.terminate(entry, heldAlready)
      return
    }
    let reason: TerminateReason = heldAlready
    entry.endHolds = false
    // Counted from the start of the run at the earliest: before that, no watch existed.
    const held = new HeldTimes(deps.clock)
    entry.endWatch = watch(
      end.node,
      () => new EndFacts(deps, deps.predicates, held, entry),
      deps.changes,
      deps.wakeClock,
      (error) => {
        // Errors of predicates are reported where the predicates are read.
        if (!(error instanceof FailedPredicate)) this.conditionFailed(entry, error)
        this.#deps.runs.terminate(entry, 'end condition')
      },
      held,
    ).subscribe((isTrue) => {
      entry.endHolds = isTrue
      if (isTrue) this.#deps.runs.terminate(entry, reason)
    })
    reason = 'end condition'
  }
}
