/** The facts as they will be, if nothing happens but runs of this task that succeed at once. */
import type { Action } from '../../machines/protocol.ts'
import type { Facts, LiveRun, Mark, MarkAction, PredicateReading } from './facts.ts'
import { heldWakesAt, noteHeld, watchedHeldNodes } from './held.ts'
import type { ConditionNode, HeldNode, PredicateNode } from './node.ts'

/** Younger than every record that was made. */
const firstSeq = 2 ** 50

/** Readings of predicates that were taken once and are held: nobody knows what a function will say tomorrow. */
export type HeldReadings = Map<PredicateNode, PredicateReading>

/** Since when parts of a condition will have held, epoch ms, as far as the play has come. */
export class ImaginedTimes {
  readonly nodes: readonly HeldNode[]
  readonly #since = new Map<HeldNode, number>()

  constructor(root: ConditionNode, facts: Facts) {
    this.nodes = watchedHeldNodes(root)
    for (const node of this.nodes) {
      const ms = facts.heldForMs(node)
      if (ms !== null) this.#since.set(node, facts.now - ms)
    }
  }

  look(facts: Facts): void {
    const saw = (node: HeldNode, isTrue: boolean): void => {
      if (!isTrue) this.#since.delete(node)
      else if (!this.#since.has(node)) this.#since.set(node, facts.now)
    }
    noteHeld(this.nodes, { saw }, facts)
  }

  wakesAt(facts: Facts): number {
    return heldWakesAt(this.nodes, facts)
  }

  msOf(node: HeldNode, now: number): number | null {
    const since = this.#since.get(node)
    return since === undefined ? null : now - since
  }
}

/** Facts at an instant with imagined runs of their owner added, oldest first. */
export class ImaginedFacts implements Facts {
  readonly #facts: Facts
  readonly #runs: readonly number[]
  readonly #held: HeldReadings
  readonly #times: ImaginedTimes
  /** Nothing is looked at again and again: what a predicate said is held. */
  readonly pollEveryMs = Number.POSITIVE_INFINITY

  constructor(facts: Facts, runs: readonly number[], held: HeldReadings, times: ImaginedTimes) {
    this.#times = times
    this.#facts = facts
    this.#runs = runs
    this.#held = held
  }

  get now(): number {
    return this.#facts.now
  }
  get zone(): string {
    return this.#facts.zone
  }
  get task(): string | null {
    return this.#facts.task
  }
  get sessionAgeMs(): number | null {
    return this.#facts.sessionAgeMs
  }
  get cycles(): number {
    return this.#facts.cycles
  }

  has(task: string): boolean {
    return this.#facts.has(task)
  }

  near(task: string): readonly string[] {
    return this.#facts.near(task)
  }

  newest(task: string, actions: readonly MarkAction[]): Mark | null {
    const at = this.#imaginedOf(task, actions) > 0 ? this.#runs.at(-1) : undefined
    if (at === undefined) return this.#facts.newest(task, actions)
    const action = actions.includes('success') ? 'success' : 'run'
    // A run's end is younger than its start.
    const seq = firstSeq + 2 * this.#runs.length + (action === 'success' ? 1 : 0)
    return { action, seq, at, ageMs: this.now - at, runId: `imagined-${this.#runs.length}` }
  }

  countBetween(task: string, actions: readonly MarkAction[], start: number, end: number): number {
    const inside = this.#runs.filter((at) => at >= start && at < end).length
    return this.#facts.countBetween(task, actions, start, end) + inside * this.#imaginedOf(task, actions)
  }

  countWithin(task: string, actions: readonly MarkAction[], nearMs: number, farMs: number): number {
    const inside = this.#runs.filter((at) => this.now - at >= nearMs && this.now - at < farMs).length
    return this.#facts.countWithin(task, actions, nearMs, farMs) + inside * this.#imaginedOf(task, actions)
  }

  countWithinChangesIn(task: string, actions: readonly MarkAction[], nearMs: number, farMs: number): number {
    const real = this.#facts.countWithinChangesIn(task, actions, nearMs, farMs)
    if (this.#imaginedOf(task, actions) === 0) return real
    const waits = this.#runs.flatMap((at) => [at + nearMs - this.now, at + farMs - this.now])
    return Math.min(real, ...waits.filter((wait) => wait > 0))
  }

  streak(task: string, actions: readonly Action[]): number {
    if (task !== this.task || this.#runs.length === 0) return this.#facts.streak(task, actions)
    return actions.includes('success') ? this.#runs.length : 0
  }

  status(task: string): Action | null {
    return task === this.task && this.#runs.length > 0 ? 'success' : this.#facts.status(task)
  }

  running(task: string): readonly LiveRun[] {
    return this.#facts.running(task)
  }

  param(name: string): { readonly exists: boolean; readonly value: unknown } {
    return this.#facts.param(name)
  }

  predicate(node: PredicateNode): PredicateReading {
    let reading = this.#held.get(node)
    if (reading === undefined) this.#held.set(node, (reading = heldReading(this.#facts.predicate(node))))
    return reading
  }

  heldForMs(node: HeldNode): number | null {
    return this.#times.msOf(node, this.now)
  }

  /** How many records of these actions one imagined run makes: its start, and its success. */
  #imaginedOf(task: string, actions: readonly MarkAction[]): number {
    if (task !== this.task || this.#runs.length === 0) return 0
    return Number(actions.includes('run')) + Number(actions.includes('success'))
  }
}

/** What was said, never to be asked again. */
function heldReading(reading: PredicateReading): PredicateReading {
  return { ...reading, againInMs: Number.POSITIVE_INFINITY }
}
