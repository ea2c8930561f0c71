/** Facts of the future: predicates keep the value of their last evaluation, and the owner has imagined runs. */
import type { Action } from '../../../machines/protocol.ts'
import { FactsOver } from '../evaluate/facts-over.ts'
import { heldWakesAt, noteHeld, watchedHeldNodes } from '../evaluate/held.ts'
import type { Facts, LiveRun, Mark, MarkAction, PredicateReading } from '../facts.ts'
import type { ConditionNode, HeldNode, PredicateNode } from '../node.ts'

/** Greater than the sequence number of every real record. */
const firstSeq = 2 ** 50

/** Values of predicates, each evaluated once: the return value of a function cannot be predicted. */
export class FrozenReadings {
  readonly #readings = new Map<PredicateNode, PredicateReading>()
  readonly #isListening: boolean

  /**
   * `isListening`: streams are already subscribed to. Otherwise an evaluation must not subscribe, and streams have no
   * value.
   */
  constructor(isListening = true) {
    this.#isListening = isListening
  }

  of(node: PredicateNode, facts: Facts): PredicateReading {
    let reading = this.#readings.get(node)
    if (reading === undefined) {
      reading = this.#isListening || node.mode === 'function' ? facts.predicate(node) : silent
      this.#readings.set(node, reading)
    }
    return reading
  }
}

const silent: PredicateReading = { value: false, pending: true }

/**
 * Facts of one instant in which each predicate is evaluated once, so that all statements about the instant are
 * consistent.
 */
export class ReadOnceFacts extends FactsOver {
  readonly #readings: FrozenReadings

  constructor(facts: Facts, readings: FrozenReadings) {
    super(facts)
    this.#readings = readings
  }

  override predicate(node: PredicateNode): PredicateReading {
    return this.#readings.of(node, this.facts)
  }
}

/** The instants since which parts of a condition have held in the prediction, epoch ms. */
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

  update(facts: Facts): void {
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

/** Imagined runs of the owner, as their records, oldest first. */
export class ImaginedRuns {
  readonly marks: { readonly action: 'run' | 'success'; readonly at: number }[] = []

  /** Adds a run that starts and succeeds at once. */
  add(at: number): void {
    this.start(at)
    this.end(at)
  }

  /** Adds the start of a run, which is then live. */
  start(at: number): void {
    this.marks.push({ action: 'run', at })
  }

  /** Adds the success of a live run. */
  end(at: number): void {
    this.marks.push({ action: 'success', at })
  }
}

/** Facts at a future instant, with imagined runs of the owner. */
export class ImaginedFacts extends ReadOnceFacts {
  readonly #marks: ImaginedRuns['marks']
  readonly #times: ImaginedTimes | null
  readonly #sessionStart: number | null

  /** `sessionStart`: assumed start of a session that has not started. */
  constructor(
    facts: Facts,
    runs: ImaginedRuns,
    readings: FrozenReadings,
    times: ImaginedTimes | null = null,
    sessionStart: number | null = null,
  ) {
    super(facts, readings)
    this.#times = times
    this.#marks = runs.marks
    this.#sessionStart = sessionStart
  }

  /** Predicates are not evaluated again. */
  override get pollEveryMs(): number {
    return Number.POSITIVE_INFINITY
  }

  override get sessionAgeMs(): number | null {
    const age = this.facts.sessionAgeMs
    return age === null && this.#sessionStart !== null ? this.now - this.#sessionStart : age
  }

  override newest(task: string, actions: readonly MarkAction[]): Mark | null {
    const place = this.#isOwn(task) ? this.#marks.findLastIndex(({ action }) => actions.includes(action)) : -1
    const mark = this.#marks[place]
    if (mark === undefined) return super.newest(task, actions)
    return { ...mark, seq: firstSeq + place, ageMs: this.now - mark.at, runId: 'imagined' }
  }

  override countBetween(task: string, actions: readonly MarkAction[], start: number, end: number): number {
    const imagined = this.#of(task, actions).filter(({ at }) => at >= start && at < end).length
    return super.countBetween(task, actions, start, end) + imagined
  }

  override countWithin(task: string, actions: readonly MarkAction[], nearMs: number, farMs: number): number {
    const isInside = ({ at }: { readonly at: number }): boolean =>
      this.now - at >= nearMs && this.now - at < farMs
    return super.countWithin(task, actions, nearMs, farMs) + this.#of(task, actions).filter(isInside).length
  }

  override countWithinChangesIn(
    task: string,
    actions: readonly MarkAction[],
    nearMs: number,
    farMs: number,
  ): number {
    const real = super.countWithinChangesIn(task, actions, nearMs, farMs)
    const waits = this.#of(task, actions).flatMap(({ at }) => [at + nearMs - this.now, at + farMs - this.now])
    return Math.min(real, ...waits.filter((wait) => wait > 0))
  }

  override streak(task: string, actions: readonly Action[]): number {
    const ended = this.#isOwn(task) ? this.#marks.filter(({ action }) => action === 'success').length : 0
    if (ended === 0) return super.streak(task, actions)
    return actions.includes('success') ? ended + super.streak(task, actions) : 0
  }

  override status(task: string): Action | null {
    return (this.#isOwn(task) ? this.#marks.at(-1)?.action : undefined) ?? super.status(task)
  }

  override running(task: string): readonly LiveRun[] {
    const last = this.#isOwn(task) ? this.#marks.at(-1) : undefined
    if (last === undefined) return super.running(task)
    if (last.action === 'success') return []
    return [...super.running(task), { runId: 'imagined', startedAt: last.at, ageMs: this.now - last.at }]
  }

  override predicate(node: PredicateNode): PredicateReading {
    return { ...super.predicate(node), againInMs: Number.POSITIVE_INFINITY }
  }

  override heldForMs(node: HeldNode): number | null {
    return this.#times === null ? super.heldForMs(node) : this.#times.msOf(node, this.now)
  }

  #isOwn(task: string): boolean {
    return task === this.task
  }

  #of(task: string, actions: readonly MarkAction[]): ImaginedRuns['marks'] {
    return this.#isOwn(task) ? this.#marks.filter(({ action }) => actions.includes(action)) : []
  }
}
