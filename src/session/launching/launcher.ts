/**
 * Decides what launches, when and in which order. Launching is by level: a task launches while its condition holds and
 * nothing stands in the way; by priority (falling), queued runs first, then by order of creation.
 *
 * A *settling* launches each ready task at most once, and settlings are a turn of the event loop apart, so that no tasks
 * that start one another can starve it. A long settling is cut into slices, a turn each: who becomes ready between two of
 * them takes their place in the order, and who was launched waits for the next settling.
 */

import { Slice } from '../../clock/slices.ts'
import { stretches } from '../../executors/inline/loop-stretches.ts'
import { contends, firstObstacle, isLeftOut, type Obstacle } from '../decision/decision.ts'
import { EntrySituation, hasRoom, type SituationParts } from '../decision/situation.ts'
import type { Capacity } from '../runs/capacity.ts'
import type { LaunchFacts, Runs } from '../runs/run-effects.ts'
import type { Core } from '../state/session-state.ts'
import type { TaskEntry } from '../state/task-state.ts'
import { Cycles } from './cycles.ts'
import { type LaunchLineState, LaunchQueue, PredicateWait } from './launch-queue.ts'

/** The stretches in which launches hold the loop: hooks and listeners are called within them. */
const launching = { part: 'launching tasks, with what listens to it' }

type Verdict = 'launch' | 'wait' | 'drop'

export class Launcher {
  readonly #core: Core
  readonly #runs: Runs
  readonly #launchFactsOf: (entry: TaskEntry, takesValue: boolean) => LaunchFacts
  /** The ready tasks, and the order of the settling under way. */
  readonly #line = new LaunchQueue()
  readonly #looks: PredicateWait
  #isPaused = false
  readonly #slots: Capacity
  readonly #parts: SituationParts
  readonly #cycles: Cycles
  #isScheduled = false
  #isSettling = false

  constructor(
    core: Core,
    runs: Runs,
    slots: Capacity,
    launchFactsOf: (entry: TaskEntry, takesValue: boolean) => LaunchFacts,
  ) {
    this.#core = core
    this.#runs = runs
    this.#slots = slots
    this.#parts = { runs, slots }
    this.#launchFactsOf = launchFactsOf
    this.#cycles = new Cycles(core, () => this.woken())
    this.#looks = new PredicateWait(core)
  }

  /** Forgets the cycles of an earlier start. */
  reset(): void {
    this.#cycles.reset()
  }

  /** The ready tasks and the paused settling, as they are now: for a session that is looked ahead for. */
  copyLine(): LaunchLineState {
    return this.#line.copy()
  }

  /** Takes over the line of another session's launcher. */
  adoptLine(line: LaunchLineState, toOwn: (entry: TaskEntry) => TaskEntry | undefined): void {
    this.#line.adopt(line, toOwn)
  }

  /** A timer has fired: a cycle begins, even if nothing comes of it. */
  woken(): void {
    this.#cycles.woken()
    this.schedule()
  }

  /** Something may now allow the task to launch. */
  consider(entry: TaskEntry): void {
    if (entry.isRemoved || (!entry.hasQueued && !entry.holds)) return
    this.#line.add(entry)
    this.schedule()
  }

  /** Something may now allow any task to launch. */
  considerAll(): void {
    for (const entry of this.#core.entries.values()) this.consider(entry)
    this.schedule()
  }

  /** Looks at what is ready in the next turn. */
  schedule(): void {
    if (this.#isScheduled || this.#isPaused || !this.#core.isActive) return
    this.#isScheduled = true
    this.#core.clock.defer(this.#turn)
  }

  /**
   * Nothing launches until {@link unpause}: not all conditions are watched yet, and the priorities among
   * ready tasks are unknown.
   */
  pause(): void {
    this.#isPaused = true
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  unpause(): void {
    this.#isPaused = false
  }

  /** Start-up and shut-down tasks, and those that are not chosen, are launched by something else than their condition. */
  isLeftOut(entry: TaskEntry): boolean {
    return isLeftOut(this.#situationOf(entry))
  }

  /**
   * The reason why the task is not launched although its condition holds and the session runs; null if there
   * is none.
   */
  obstacleOf(entry: TaskEntry): Obstacle | null {
    return firstObstacle('condition', this.#situationOf(entry))
  }

  /** True if the task would launch with a free place: those behind it in line let it go first. */
  contends(entry: TaskEntry): boolean {
    const situation = new EntrySituation(this.#core, this.#parts, entry, 'running', entry.holds)
    return contends(entry.hasQueued ? 'queue' : 'condition', situation)
  }

  /** May one more run of the task live beside those that do? */
  hasRoom(entry: TaskEntry): boolean {
    return hasRoom(this.#core, entry)
  }

  /** A run of the task has ended: its relaunch delay begins if its condition still holds. */
  ended(entry: TaskEntry): void {
    this.#delayRelaunch(entry)
    this.consider(entry)
    // Others may have waited for this one to make room (main work, a removed task of their name).
    if (this.#line.size > 0) this.schedule()
    else this.#closeCycle()
  }

  readonly #turn = (): void => {
    this.#isScheduled = false
    if (this.#isPaused || !this.#core.isActive || this.#isSettling) return
    // Tasks that are due together are ordered together: by priority, and not by which condition was evaluated
    // first.
    if (this.#looks.mustWait()) return this.schedule()
    this.#isSettling = true
    this.#cycles.open(() => {
      try {
        if (this.#core.isActive) stretches.measure(launching, () => this.#settle())
      } finally {
        this.#isSettling = false
      }
      this.#closeCycle()
    })
  }

  /** A slice of a settling: launches from where the last one ended. */
  #settle(): void {
    for (const entry of this.#slots.next()) this.#line.add(entry)
    this.#line.goOn()
    const slice = new Slice(this.#core.clock)
    for (let entry = this.#line.next(); entry !== undefined; entry = this.#line.next()) {
      // A hold in between: the settling goes on with it when the session is resumed.
      if (!this.#core.isActive || slice.isOver()) {
        this.#line.putBack(entry)
        return this.schedule()
      }
      const verdict = this.#verdictOf(entry)
      if (verdict === 'wait') {
        // No other task launches beside main work: its end goes on from here.
        if (this.#runs.exclusive > 0) return this.#line.putBack(entry)
        continue
      }
      this.#line.delete(entry)
      if (verdict === 'drop') continue
      this.#launch(entry)
      this.consider(entry)
    }
    const isReadyAgain = this.#line.end()
    // Who was first in line may have left it: the place is the next one's.
    if (isReadyAgain || this.#slots.next().some((entry) => !this.#line.has(entry))) this.schedule()
  }

  #verdictOf(entry: TaskEntry): Verdict {
    if (entry.isRemoved) return this.#drop(entry)
    if (!entry.hasQueued && this.#looks.isOutdated(entry)) return 'wait'
    if (entry.hasQueued && this.#isQueueOpen(entry)) {
      // The end of a run looks again; only what others hold up is kept waiting here.
      const obstacle = firstObstacle('queue', this.#situationOf(entry))
      if (obstacle === null) return 'launch'
      return this.#waitFor(entry, obstacle)
    }
    if (!entry.holds) return this.#drop(entry)
    const obstacle = this.obstacleOf(entry)
    if (obstacle === null) return 'launch'
    if (obstacle === 'relaunch') this.#armRelaunch(entry)
    return this.#waitFor(entry, obstacle)
  }

  /** Who waits for a slot stands in its line; who waits for main work or the log stays ready. */
  #waitFor(entry: TaskEntry, obstacle: Obstacle): Verdict {
    if (obstacle === 'main' || obstacle === 'log') return 'wait'
    const shortage = obstacle === 'slot' ? this.#slots.shortageOf(entry) : null
    if (shortage === null) return this.#drop(entry)
    this.#slots.wait(entry, shortage)
    return 'drop'
  }

  /** What keeps it from launching is its own: it gives up its place in line. */
  #drop(entry: TaskEntry): Verdict {
    this.#slots.leave(entry)
    return 'drop'
  }

  /** A session that was asked to run some tasks launches no others, by hand neither. */
  #isQueueOpen(entry: TaskEntry): boolean {
    const { only } = this.#core
    return only === null || only.has(entry.name)
  }

  #situationOf(entry: TaskEntry): EntrySituation {
    return new EntrySituation(this.#core, this.#parts, entry, 'running', true)
  }

  #launch(entry: TaskEntry): void {
    const queued = this.#isQueueOpen(entry) ? entry.takeQueued() : undefined
    const facts = this.#launchFactsOf(entry, queued === undefined)
    entry.hasForeignChange = false
    this.#delayRelaunch(entry)
    this.#runs.launch(entry, queued, facts)
  }

  #delayRelaunch(entry: TaskEntry): void {
    entry.relaunchAt = entry.holds
      ? this.#core.clock.monotonic() + this.#core.settings.relaunchDelayMs
      : Number.NEGATIVE_INFINITY
  }

  #armRelaunch(entry: TaskEntry): void {
    if (entry.undoRelaunch !== null) return
    const wait = Math.max(0, entry.relaunchAt - this.#core.clock.monotonic())
    entry.undoRelaunch = this.#core.clock.callAfter(wait, () => {
      entry.undoRelaunch = null
      this.#cycles.woken()
      this.consider(entry)
    })
  }

  #closeCycle(): void {
    if (!this.#isScheduled && !this.#isSettling && this.#runs.exclusive === 0) this.#cycles.close()
  }

  /** Nothing launches any more: releases its timers. */
  stop(): void {
    this.#cycles.stop()
    this.#line.clear()
    this.#slots.stop()
    for (const entry of this.#core.entries.values()) {
      entry.undoRelaunch?.()
      entry.undoRelaunch = null
    }
  }
}
