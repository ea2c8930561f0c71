/** The facts from which conditions are evaluated: from the log's index, the params, the tasks and the clock. */
import type { Action } from '../../../machines/protocol.ts'
import type { HeldTimes } from '../../conditions/evaluate/held.ts'
import { holds } from '../../conditions/evaluate/holds.ts'
import type { Facts, LiveRun, Mark, PredicateReading } from '../../conditions/facts.ts'
import type { HeldNode, PredicateNode } from '../../conditions/node.ts'
import type { Predicates } from '../../conditions/predicates/predicates.ts'
import { near } from '../../errors/suggest.ts'
import type { Core } from '../state/session-state.ts'
import type { TaskEntry } from '../state/task-state.ts'

/** The facts for one owner at one instant, created for one evaluation. */
export class SessionFacts implements Facts {
  readonly now: number
  readonly zone: string
  readonly task: string | null
  readonly #core: Core
  readonly #entry: TaskEntry | null
  readonly #mono: number
  /** True for an instant other than now, at which only an evaluation of the condition shows whether it held. */
  readonly #isMoved: boolean

  constructor(core: Core, entry: TaskEntry | null, at?: number) {
    this.#core = core
    this.#entry = entry
    const now = core.clock.now()
    this.now = at ?? now
    this.#isMoved = this.now !== now
    // An instant other than now moves the monotonic time as well.
    this.#mono = core.clock.monotonic() + (at === undefined ? 0 : at - now)
    this.zone = entry?.zone ?? core.settings.timezone
    this.task = entry?.name ?? null
  }

  get sessionAgeMs(): number | null {
    const { startedMono } = this.#core
    return startedMono === null ? null : Math.max(0, this.#mono - startedMono)
  }

  get cycles(): number {
    return this.#core.cycles
  }

  get pollEveryMs(): number {
    return this.#core.settings.pollEveryMs
  }

  has(task: string): boolean {
    return this.#core.entries.has(task)
  }

  near(task: string): readonly string[] {
    return near(task, this.#core.entries.keys())
  }

  newest(task: string, actions: readonly Action[]): Mark | null {
    const recent = this.#core.log.index.newest(task, actions, this.#mono)
    if (recent === null) return null
    const { record, ageMs } = recent
    const { action, seq, at, runId, error } = record
    return { action, seq, at, runId, ageMs, ...(error === undefined ? {} : { error }) }
  }

  countBetween(task: string, actions: readonly Action[], start: number, end: number): number {
    return this.#core.log.index.countBetween(task, actions, start, end)
  }

  countWithin(task: string, actions: readonly Action[], nearMs: number, farMs: number): number {
    return this.#core.log.index.countWithin(task, actions, nearMs, farMs, this.#mono)
  }

  countWithinChangesIn(task: string, actions: readonly Action[], nearMs: number, farMs: number): number {
    return this.#core.log.index.countWithinChangesIn(task, actions, nearMs, farMs, this.#mono)
  }

  streak(task: string, actions: readonly Action[]): number {
    return this.#core.log.index.streak(task, actions)
  }

  status(task: string): Action | null {
    return this.#core.log.index.status(task)
  }

  running(task: string): readonly LiveRun[] {
    const entry = this.#core.entries.get(task)
    if (entry === undefined) return []
    return entry.live.map((slot) => ({
      runId: slot.runId,
      startedAt: slot.startedAt,
      ageMs: Math.max(0, this.#mono - slot.startedMono),
    }))
  }

  param(name: string): { readonly exists: boolean; readonly value: unknown } {
    return { exists: this.#core.params.has(name), value: this.#core.params.get(name) }
  }

  predicate(node: PredicateNode): PredicateReading {
    return this.#core.predicates.read(node, this.#entry?.name ?? null, this)
  }

  heldForMs(node: HeldNode): number | null {
    const ms = this.heldTimes.msOf(node, this.#mono)
    return ms === null || (this.#isMoved && !holds(node.node, this)) ? null : ms
  }

  /** The instants from which parts of the condition hold, as recorded by its watch. */
  protected get heldTimes(): HeldTimes {
    return this.#entry?.held ?? this.#core.held
  }
}

/** The failure of a predicate within an end condition. It is already reported where the predicate was read. */
export class FailedPredicate extends Error {}

/**
 * The facts for an end condition. A failure counts as true, not as false: otherwise a run whose end condition fails would never
 * end.
 */
export class EndFacts extends SessionFacts {
  readonly #heldTimes: HeldTimes

  constructor(core: Core, entry: TaskEntry, heldTimes: HeldTimes) {
    super(core, entry)
    this.#heldTimes = heldTimes
  }

  protected override get heldTimes(): HeldTimes {
    return this.#heldTimes
  }

  override predicate(node: PredicateNode): PredicateReading {
    const reading = super.predicate(node)
    if ('error' in reading) throw new FailedPredicate()
    return reading
  }
}

/** The facts for a condition without a task, with separate readings of custom conditions and separate held times. */
export class WatchedFacts extends SessionFacts {
  readonly #heldTimes: HeldTimes
  readonly #predicates: Predicates

  constructor(core: Core, heldTimes: HeldTimes, predicates: Predicates) {
    super(core, null)
    this.#heldTimes = heldTimes
    this.#predicates = predicates
  }

  protected override get heldTimes(): HeldTimes {
    return this.#heldTimes
  }

  override predicate(node: PredicateNode): PredicateReading {
    return this.#predicates.read(node, null, this)
  }
}
