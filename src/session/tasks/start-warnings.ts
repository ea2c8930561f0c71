/**
 * The search for tasks that can never start. It may take many milliseconds, so each condition is searched once: partly when a task is
 * added, and otherwise while the session runs, in slices with pauses. Neither a start nor the event loop waits for it.
 */
import type { Clock, Undo } from '../../clock/clock.ts'
import { neverHoldsInSteps } from '../../conditions/analysis/never-holds.ts'
import { printNode } from '../../conditions/evaluate/print.ts'
import type { ConditionNode } from '../../conditions/node.ts'
import { ConditionError } from '../../errors/errors.ts'
import { stretches } from '../../executors/inline/loop-stretches.ts'
import type { Configuration } from '../options/configuration.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { TaskDefinition, TaskEntry } from '../state/task-state.ts'
import { SummedWarnings } from './summed-warnings.ts'

/** The time within any `windowMs` for which searches may delay the adding of tasks, ms. */
const budgetMs = 25
const windowMs = 250
/** The duration of a slice while the session runs, and of the pause after it, ms: a search has the lowest priority. */
const sliceMs = 8
const pauseMs = 40
/** The result may change with the date: an answer is valid for this time. */
const answerForMs = 3_600_000
const maxAnswers = 10_000

/** The owner of the periods in which a search blocks the event loop. */
const searching = { part: 'searching for starts that never hold' }

/** The search for the answer to one condition, and the tasks that wait for it. */
interface Search {
  readonly steps: Generator<void, string | null>
  readonly entries: Set<TaskEntry>
}

export interface StartWarningDeps {
  /** True for a simulation: its tasks are those of another session, which reports them. */
  readonly isOff: boolean
  readonly clock: Clock
  readonly configuration: Configuration
  readonly reporter: Reporter
}

export class StartWarnings {
  readonly #deps: StartWarningDeps
  readonly #answers = new Map<string, string | null>()
  readonly #searches = new Map<string, Search>()
  readonly #warnings: SummedWarnings
  #answersSince = Number.NEGATIVE_INFINITY
  #windowSince = Number.NEGATIVE_INFINITY
  #spentMs = 0
  #isRunning = false
  #isSumPlanned = false
  #undoPause: Undo | null = null

  constructor(deps: StartWarningDeps) {
    this.#deps = deps
    this.#warnings = new SummedWarnings(
      deps.reporter,
      'never-holds',
      'tasks can never start (task.explain() tells why)',
    )
  }

  get isOff(): boolean {
    return this.#deps.isOff
  }

  /** With `onError: { neverHolds: 'raise' }`, throws if the task can never start. */
  check({ name, start }: TaskDefinition, zone: string): void {
    if (this.#deps.isOff || this.#deps.configuration.settings.onError.neverHolds !== 'raise') return
    const why = this.#answerNow(start.node, zone, Number.POSITIVE_INFINITY)
    if (typeof why !== 'string') return
    throw new ConditionError(
      `Task '${name}' can never start: ${why}. Change its start, or give false to run it only manually.`,
      { task: name },
    )
  }

  /** Warns if the task can never start, now or when that is known. */
  look(entry: TaskEntry): void {
    entry.neverHolds = null
    if (this.#deps.isOff) return
    const { node } = entry.definition.start
    const why = this.#answerNow(node, entry.zone, budgetMs)
    if (why === undefined) {
      this.#searches.get(keyOf(node, entry.zone))?.entries.add(entry)
      this.#plan()
    } else if (why !== null) this.#tell(entry, why)
  }

  /** Begins the searches that were not finished when tasks were added, once the session runs. */
  begin(): void {
    this.#isRunning = true
    this.#plan()
  }

  /** Stops the searches; unanswered conditions wait for the next start. */
  stop(): void {
    this.#isRunning = false
    this.#undoPause?.()
    this.#undoPause = null
    this.#sumUp()
  }

  /** The answer, if it is known or found within the allowed time; undefined if the search continues later. */
  #answerNow(node: ConditionNode, zone: string, mostMs: number): string | null | undefined {
    if (node.kind === 'constant') return null
    const { clock } = this.#deps
    const now = clock.now()
    if (Math.abs(now - this.#answersSince) > answerForMs || this.#answers.size >= maxAnswers) {
      this.#answers.clear()
      this.#answersSince = now
    }
    const key = keyOf(node, zone)
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    const began = clock.monotonic()
    if (began - this.#windowSince >= windowMs) {
      this.#windowSince = began
      this.#spentMs = 0
    }
    const search = this.#searches.get(key) ?? {
      steps: neverHoldsInSteps(node, zone, now),
      entries: new Set<TaskEntry>(),
    }
    const spent = this.#spentMs
    const answer = this.#step(key, search, () => spent + clock.monotonic() - began < mostMs)
    this.#spentMs = spent + clock.monotonic() - began
    return answer
  }

  /** Searches while `mayGoOn` returns true. Returns undefined, and keeps the search, if it is not finished. */
  #step(key: string, search: Search, mayGoOn: () => boolean): string | null | undefined {
    while (mayGoOn()) {
      const { done, value } = stretches.measure(searching, () => search.steps.next())
      if (done !== true) continue
      this.#answers.set(key, value)
      this.#searches.delete(key)
      for (const entry of search.entries) if (value !== null && !entry.isRemoved) this.#tell(entry, value)
      return value
    }
    this.#searches.set(key, search)
    return undefined
  }

  #plan(): void {
    if (!this.#isRunning || this.#undoPause !== null || this.#searches.size === 0) return
    this.#undoPause = this.#deps.clock.callAfter(pauseMs, () => {
      this.#undoPause = null
      this.#slice()
      if (this.#searches.size === 0) this.#sumUp()
      this.#plan()
    })
  }

  #slice(): void {
    const { clock } = this.#deps
    const began = clock.monotonic()
    const mayGoOn = (): boolean => clock.monotonic() - began < sliceMs
    for (const [key, search] of this.#searches) {
      if (!mayGoOn()) return
      this.#step(key, search, mayGoOn)
    }
  }

  #tell(entry: TaskEntry, why: string): void {
    entry.neverHolds = why
    this.#warnings.add(entry.name, () => `Task '${entry.name}' can never start: ${why}.`)
    if (this.#isSumPlanned) return
    this.#isSumPlanned = true
    this.#deps.clock.defer(this.#sumUp)
  }

  readonly #sumUp = (): void => {
    // Pending searches may find more: one line then summarizes all of them.
    if (this.#isRunning && this.#searches.size > 0) return
    this.#isSumPlanned = false
    this.#warnings.sumUp()
  }
}

function keyOf(node: ConditionNode, zone: string): string {
  return `${zone} ${printNode(node)}`
}
