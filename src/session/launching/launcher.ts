/**
 * The launcher: it decides which tasks launch, when and in which order. Launching is level-triggered: a task launches
 * while its condition holds and nothing blocks it; by priority (descending), queued runs first, then by order of
 * creation.
 *
 * A *settling* launches each ready task at most once. Settlings are one turn of the event loop apart, so that tasks
 * that start one another cannot starve the loop. A long settling is cut into slices of one turn each: a task that
 * becomes ready between two slices is inserted in order, and a task that was launched waits for the next settling.
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

/** The owner of stretches in which launches block the event loop: hooks and listeners are called within them. */
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

  /** A copy of the ready tasks and the paused settling, for a simulation of the session. */
  copyLine(): LaunchLineState {
    return this.#line.copy()
  }

  /** Adopts the line of another session's launcher. */
  adoptLine(line: LaunchLineState, toOwn: (entry: TaskEntry) => TaskEntry | undefined): void {
    this.#line.adopt(line, toOwn)
  }

  /** Marks that a timer has fired: a cycle begins, even if nothing launches. */
  woken(): void {
    this.#cycles.woken()
    this.schedule()
  }

  /** Considers one task, which may be able to launch now. */
  consider(entry: TaskEntry): void {
    if (entry.isRemoved || (!entry.hasQueued && !entry.holds)) return
    this.#line.add(entry)
    this.schedule()
  }

  /** Considers all tasks, which may be able to launch now. */
  considerAll(): void {
    for (const entry of this.#core.entries.values()) this.consider(entry)
    this.schedule()
  }

  /** Schedules a settling for the next turn. */
  schedule(): void {
    if (this.#isScheduled || this.#isPaused || !this.#core.isActive) return
    this.#isScheduled = true
    this.#core.clock.defer(this.#turn)
  }

  /**
   * Blocks launches until {@link unpause}: not all conditions are watched yet, and the priorities among ready tasks are
   * unknown.
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

  /** True for start-up and shut-down tasks and for tasks that are not selected: their condition does not launch them. */
  isLeftOut(entry: TaskEntry): boolean {
    return isLeftOut(this.#situationOf(entry))
  }

  /**
   * The reason why the task is not launched although its condition holds and the session runs; null if nothing blocks
   * it.
   */
  obstacleOf(entry: TaskEntry): Obstacle | null {
    return firstObstacle('condition', this.#situationOf(entry))
  }

  /** True if the task would launch with free capacity; if not, the tasks behind it in line go first. */
  contends(entry: TaskEntry): boolean {
    const situation = new EntrySituation(this.#core, this.#parts, entry, 'running', entry.holds)
    return contends(entry.hasQueued ? 'queue' : 'condition', situation)
  }

  /** True if the concurrency limit allows another run of the task. */
  hasRoom(entry: TaskEntry): boolean {
    return hasRoom(this.#core, entry)
  }

  /** Handles the end of a run: the task's relaunch delay begins if its condition still holds. */
  ended(entry: TaskEntry): void {
    this.#delayRelaunch(entry)
    this.consider(entry)
    // Other tasks may have waited for this run (main work, a removed task with their name).
    if (this.#line.size > 0) this.schedule()
    else this.#closeCycle()
  }

  readonly #turn = (): void => {
    this.#isScheduled = false
    if (this.#isPaused || !this.#core.isActive || this.#isSettling) return
    // Tasks that are due together are ordered by priority, not by which condition was evaluated first.
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

  /** Runs a slice of a settling, from where the last one ended. */
  #settle(): void {
    for (const entry of this.#slots.next()) this.#line.add(entry)
    this.#line.goOn()
    const slice = new Slice(this.#core.clock)
    for (let entry = this.#line.next(); entry !== undefined; entry = this.#line.next()) {
      // The session is held: the settling continues when it is resumed.
      if (!this.#core.isActive || slice.isOver()) {
        this.#line.putBack(entry)
        return this.schedule()
      }
      const verdict = this.#verdictOf(entry)
      if (verdict === 'wait') {
        // No other task launches during main work: its end continues the settling.
        if (this.#runs.exclusive > 0) return this.#line.putBack(entry)
        continue
      }
      this.#line.delete(entry)
      if (verdict === 'drop') continue
      this.#launch(entry)
      this.consider(entry)
    }
    const isReadyAgain = this.#line.end()
    // The first in line may have left: the next one takes the place.
    if (isReadyAgain || this.#slots.next().some((entry) => !this.#line.has(entry))) this.schedule()
  }

  #verdictOf(entry: TaskEntry): Verdict {
    if (entry.isRemoved) return this.#drop(entry)
    if (!entry.hasQueued && this.#looks.isOutdated(entry)) return 'wait'
    if (entry.hasQueued && this.#isQueueOpen(entry)) {
      // The end of a run causes another evaluation; only tasks that are blocked by others are kept waiting here.
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

  /** Keeps a blocked task waiting: in its line for capacity, or as ready for main work or the log. */
  #waitFor(entry: TaskEntry, obstacle: Obstacle): Verdict {
    if (obstacle === 'main' || obstacle === 'log') return 'wait'
    const shortage = obstacle === 'slot' ? this.#slots.shortageOf(entry) : null
    if (shortage === null) return this.#drop(entry)
    this.#slots.wait(entry, shortage)
    return 'drop'
  }

  /** Takes a task that blocks itself out of its line. */
  #drop(entry: TaskEntry): Verdict {
    this.#slots.leave(entry)
    return 'drop'
  }

  /** True if manual runs of the task may launch: a session that was asked to run some tasks launches no others. */
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

  /** Stops all launches and releases the timers. */
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
