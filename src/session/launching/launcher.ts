/**
 * The launcher, which orders the ready tasks and sends `capacity.freed` to one after the other; the machine of the task decides
 * whether it launches. The order is by priority (descending), queued runs first, then by order of creation.
 *
 * A *settling* launches each ready task at most once. Settlings are one turn of the event loop apart, so that tasks
 * that start one another cannot starve the loop. A long settling is cut into slices of one turn each: a task that
 * becomes ready between two slices is inserted in order, and a task that was launched waits for the next settling.
 */

import { Slice } from '../../clock/slices.ts'
import { stretches } from '../../executors/inline/loop-stretches.ts'
import { tell } from '../actors/guarded-actor.ts'
import type { SessionActor } from '../actors/session-actor.ts'
import {
  type DecisionDeps,
  firstObstacle,
  isLeftOut,
  type Obstacle,
  situationOf,
} from '../decision/decision.ts'
import { canRecord } from '../decision/limits.ts'
import type { TaskEntry } from '../state/task-state.ts'
import type { Cycles } from './cycles.ts'
import { type LaunchDeps, launchOf } from './launch-facts.ts'
import { type LaunchLineState, LaunchQueue, PredicateWait, type PredicateWaitDeps } from './launch-queue.ts'
import type { RelaunchDelays } from './relaunch-delays.ts'

/** The owner of the periods in which launches block the event loop: hooks and listeners are called within them. */
const launching = { part: 'launching tasks, with what listens to it' }

export interface LauncherDeps extends DecisionDeps, PredicateWaitDeps, LaunchDeps {
  readonly sessionActor: SessionActor
  readonly cycles: Cycles
  readonly delays: Pick<RelaunchDelays, 'stopAll'>
}

export class Launcher {
  readonly #deps: LauncherDeps
  /** The ready tasks, and the order of the settling in progress. */
  readonly #line = new LaunchQueue()
  readonly #looks: PredicateWait
  #isPaused = false
  #isScheduled = false
  #isSettling = false

  constructor(deps: LauncherDeps) {
    this.#deps = deps
    this.#looks = new PredicateWait(deps)
  }

  /** Drops the cycles of an earlier start. */
  reset(): void {
    this.#isSettling = false
    this.#deps.cycles.reset()
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
    this.#deps.cycles.woken()
    this.schedule()
  }

  /** Adds a task that has become ready to the launch order. */
  enlist(entry: TaskEntry): void {
    this.#line.add(entry)
    this.schedule()
  }

  /** Schedules a settling for the next turn. */
  schedule(): void {
    if (this.#isScheduled || this.#isPaused || !this.#deps.sessionActor.isActive) return
    this.#isScheduled = true
    this.#deps.clock.defer(this.#turn)
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
    return isLeftOut(this.#deps, entry)
  }

  /**
   * The reason why the task is not launched although its condition holds and the session runs; null if nothing blocks
   * it.
   */
  obstacleOf(entry: TaskEntry): Obstacle | null {
    return firstObstacle('condition', this.#deps, situationOf(entry, 'running', true))
  }

  /** Handles the end of a run. */
  runEnded(): void {
    // Tasks may have waited for this run (main work, a removed task with their name).
    if (this.#line.size > 0) this.schedule()
    else this.#closeCycle()
  }

  readonly #turn = (): void => {
    this.#isScheduled = false
    if (this.#isPaused || !this.#deps.sessionActor.isActive || this.#isSettling) return
    // Tasks that are due together are ordered by priority, not by which condition was evaluated first.
    if (this.#looks.mustWait()) return this.schedule()
    this.#isSettling = true
    this.#deps.cycles.open(() => {
      try {
        if (this.#deps.sessionActor.isActive) stretches.measure(launching, this.#settle)
      } finally {
        this.#isSettling = false
      }
      this.#closeCycle()
    })
  }

  /** Runs a slice of a settling, from where the last one ended. */
  readonly #settle = (): void => {
    for (const entry of this.#deps.slots.next()) this.#line.add(entry)
    this.#line.goOn()
    const slice = new Slice(this.#deps.clock)
    for (let entry = this.#line.next(); entry !== undefined; entry = this.#line.next()) {
      // The session is paused: the settling continues when it is resumed.
      if (!this.#deps.sessionActor.isActive || slice.isOver()) {
        this.#line.putBack(entry)
        return this.schedule()
      }
      if (!entry.isReady) this.leave(entry)
      // The pending evaluation takes the task out of `ready`.
      else if (entry.nextQueued === undefined && this.#looks.isOutdated(entry)) continue
      // No other task launches during main work: its end continues the settling.
      else if (this.#deps.runs.exclusive > 0) return this.#line.putBack(entry)
      else if (canRecord(this.#deps.runLog)) this.#give(entry)
    }
    const isReadyAgain = this.#line.end()
    // The first task in the queue may have left, so that another one follows.
    if (isReadyAgain || this.#deps.slots.next().some((entry) => !this.#line.has(entry))) this.schedule()
  }

  /** Gives a ready task its turn. Without capacity, the task waits in the queue for it. */
  #give(entry: TaskEntry): void {
    this.#line.delete(entry)
    const shortage = this.#deps.slots.shortageOf(entry)
    if (shortage !== null) return this.#deps.slots.wait(entry, shortage)
    tell(entry.actor, { type: 'capacity.freed', ...launchOf(this.#deps, entry) })
  }

  /** Removes a task that is no longer ready. */
  leave(entry: TaskEntry): void {
    this.#line.delete(entry)
    this.#deps.slots.leave(entry)
  }

  #closeCycle(): void {
    if (!this.#isScheduled && !this.#isSettling && this.#deps.runs.exclusive === 0) this.#deps.cycles.close()
  }

  /** Stops all launches and releases the timers. */
  stop(): void {
    this.#deps.cycles.stop()
    this.#line.clear()
    this.#deps.slots.stop()
    this.#deps.delays.stopAll()
  }
}
