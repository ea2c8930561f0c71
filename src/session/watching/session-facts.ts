/** The facts from which conditions are evaluated: from the log's index, the params, the tasks and the clock. */
import type { Action } from '../../../machines/protocol.ts'
import type { Clock } from '../../clock/clock.ts'
import type { HeldTimes } from '../../conditions/evaluate/held.ts'
import { holds } from '../../conditions/evaluate/holds.ts'
import type { Facts, LiveRun, Mark, PredicateReading } from '../../conditions/facts.ts'
import type { HeldNode, PredicateNode } from '../../conditions/node.ts'
import type { Predicates } from '../../conditions/predicates/predicates.ts'
import { near } from '../../errors/suggest.ts'
import type { Params } from '../api/session-parts.ts'
import type { Configuration } from '../options/configuration.ts'
import type { CycleCount, FactsOf } from '../state/ports.ts'
import type { Registry } from '../state/registry.ts'
import type { RunLog } from '../state/run-log.ts'
import type { TaskEntry } from '../state/task-state.ts'
import type { Uptime } from '../state/uptime.ts'

/** The parts of the session from which facts are read. */
export interface FactSources {
  readonly clock: Clock
  readonly configuration: Configuration
  readonly registry: Registry
  readonly runLog: RunLog
  readonly params: Pick<Params, 'get' | 'has'>
  readonly uptime: Uptime
  readonly cycles: CycleCount
}

/** Creates the function that returns facts. `held` contains the held times of the shut condition. */
export function createFactsOf(
  sources: FactSources,
  predicates: Pick<Predicates, 'read'>,
  held: HeldTimes,
): FactsOf {
  return (entry, at) => new SessionFacts(sources, predicates, entry?.held ?? held, entry, at)
}

/** The facts for one owner at one instant, created for one evaluation. */
export class SessionFacts implements Facts {
  readonly now: number
  readonly zone: string
  readonly task: string | null
  readonly #sources: FactSources
  readonly #predicates: Pick<Predicates, 'read'>
  readonly #heldTimes: HeldTimes
  readonly #entry: TaskEntry | null
  readonly #mono: number
  /** True for an instant other than now, at which only an evaluation of the condition shows whether it held. */
  readonly #isMoved: boolean

  /** @param heldTimes - The held times that the watch of this condition records. */
  constructor(
    sources: FactSources,
    predicates: Pick<Predicates, 'read'>,
    heldTimes: HeldTimes,
    entry: TaskEntry | null,
    at?: number,
  ) {
    const { clock, configuration } = sources
    this.#sources = sources
    this.#predicates = predicates
    this.#heldTimes = heldTimes
    this.#entry = entry
    const now = clock.now()
    this.now = at ?? now
    this.#isMoved = this.now !== now
    // An instant other than now moves the monotonic time as well.
    this.#mono = clock.monotonic() + (at === undefined ? 0 : at - now)
    this.zone = entry?.zone ?? configuration.settings.timezone
    this.task = entry?.name ?? null
  }

  get sessionAgeMs(): number | null {
    const { startedMono } = this.#sources.uptime
    return startedMono === null ? null : Math.max(0, this.#mono - startedMono)
  }

  get cycles(): number {
    return this.#sources.cycles.count
  }

  get pollEveryMs(): number {
    return this.#sources.configuration.settings.pollEveryMs
  }

  has(task: string): boolean {
    return this.#sources.registry.entries.has(task)
  }

  near(task: string): readonly string[] {
    return near(task, this.#sources.registry.entries.keys())
  }

  newest(task: string, actions: readonly Action[]): Mark | null {
    const recent = this.#sources.runLog.current.index.newest(task, actions, this.#mono)
    if (recent === null) return null
    const { record, ageMs } = recent
    const { action, seq, at, runId, error } = record
    return { action, seq, at, runId, ageMs, ...(error === undefined ? {} : { error }) }
  }

  countBetween(task: string, actions: readonly Action[], start: number, end: number): number {
    return this.#sources.runLog.current.index.countBetween(task, actions, start, end)
  }

  countWithin(task: string, actions: readonly Action[], nearMs: number, farMs: number): number {
    return this.#sources.runLog.current.index.countWithin(task, actions, nearMs, farMs, this.#mono)
  }

  countWithinChangesIn(task: string, actions: readonly Action[], nearMs: number, farMs: number): number {
    return this.#sources.runLog.current.index.countWithinChangesIn(task, actions, nearMs, farMs, this.#mono)
  }

  streak(task: string, actions: readonly Action[]): number {
    return this.#sources.runLog.current.index.streak(task, actions)
  }

  status(task: string): Action | null {
    return this.#sources.runLog.current.index.status(task)
  }

  running(task: string): readonly LiveRun[] {
    const entry = this.#sources.registry.entries.get(task)
    if (entry === undefined) return []
    return entry.live.map((slot) => ({
      runId: slot.runId,
      startedAt: slot.startedAt,
      ageMs: Math.max(0, this.#mono - slot.startedMono),
    }))
  }

  param(name: string): { readonly exists: boolean; readonly value: unknown } {
    return { exists: this.#sources.params.has(name), value: this.#sources.params.get(name) }
  }

  predicate(node: PredicateNode): PredicateReading {
    return this.#predicates.read(node, this.#entry?.name ?? null, this)
  }

  heldForMs(node: HeldNode): number | null {
    const ms = this.#heldTimes.msOf(node, this.#mono)
    return ms === null || (this.#isMoved && !holds(node.node, this)) ? null : ms
  }
}

/** The failure of a predicate within an end condition. It is already reported where the predicate was read. */
export class FailedPredicate extends Error {}

/**
 * The facts for an end condition. A failure counts as true, not as false: otherwise a run whose end condition fails would never
 * end.
 */
export class EndFacts extends SessionFacts {
  override predicate(node: PredicateNode): PredicateReading {
    const reading = super.predicate(node)
    if ('error' in reading) throw new FailedPredicate()
    return reading
  }
}
