/** Facts from a table, computed in the slow, plain way. */
import { type Action, isAction } from '../../machines/protocol.ts'
import { HeldTimes } from '../../src/conditions/evaluate/held.ts'
import type {
  Changes,
  Dependency,
  Facts,
  FactsSource,
  LiveRun,
  Mark,
  MarkAction,
  PredicateReading,
  WakeClock,
} from '../../src/conditions/facts.ts'
import type { PredicateNode } from '../../src/conditions/node.ts'
import { near } from '../../src/errors/suggest.ts'

/** One line of the table: an action of a task at an instant (epoch ms). */
export interface Happening {
  readonly task: string
  readonly action: MarkAction
  readonly at: number
  readonly runId?: string
}

/** Content of the table besides actions. */
export interface TableContext {
  readonly now: number
  readonly zone?: string
  readonly task?: string | null
  /** Names in the session; default: those of the actions and the owner. */
  readonly tasks?: readonly string[]
  /** Starts of live runs, by task. */
  readonly running?: Readonly<Record<string, readonly number[]>>
  readonly startedAt?: number | null
  readonly cycles?: number
  readonly params?: Readonly<Record<string, unknown>>
  readonly predicate?: (node: PredicateNode) => PredicateReading
}

const silent: PredicateReading = { value: false, pending: true }

/** A table that can be read, changed and subscribed to. Time is `now`, for the wall and the monotonic axis. */
export class TableFacts implements FactsSource, Changes, WakeClock {
  readonly happenings: Happening[]
  around: TableContext
  /** Number of times the facts were read. */
  reads = 0
  /** Records of a watch about conditions with a duration. */
  readonly notes = new HeldTimes({ monotonic: () => this.around.now })
  readonly #listeners = new Map<string, Set<() => void>>()
  readonly #alarms = new Set<{ readonly at: number; readonly wake: () => void }>()

  constructor(around: TableContext, happenings: readonly Happening[] = []) {
    this.around = around
    this.happenings = [...happenings]
  }

  /** Number of subscriptions and alarms; 0 when everything is released. */
  get held(): number {
    let count = this.#alarms.size
    for (const listeners of this.#listeners.values()) count += listeners.size
    return count
  }

  /** The instant of the next alarm, or Infinity. */
  get nextAlarm(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...[...this.#alarms].map(({ at }) => at))
  }

  now(): number {
    return this.around.now
  }

  wakeAt(at: number, wake: () => void): () => void {
    const alarm = { at, wake }
    this.#alarms.add(alarm)
    return () => void this.#alarms.delete(alarm)
  }

  /** Advances to an instant, stopping at each alarm on the way. */
  advanceTo(instant: number): void {
    for (let alarm = this.#due(instant); alarm !== undefined; alarm = this.#due(instant)) {
      this.#alarms.delete(alarm)
      this.around = { ...this.around, now: Math.max(this.around.now, alarm.at) }
      alarm.wake()
    }
    this.around = { ...this.around, now: instant }
  }

  /** Adds an action at the current instant and notifies listeners. */
  happen(task: string, action: Action): void {
    this.happenings.push({ task, action, at: this.around.now })
    this.tell({ kind: 'task', task })
  }

  /** Sets a param and notifies listeners. */
  set(name: string, value: unknown): void {
    this.around = { ...this.around, params: { ...this.around.params, [name]: value } }
    this.tell({ kind: 'param', name })
  }

  on(dependency: Dependency, _owner: string | null, listener: () => void): () => void {
    const key = keyOf(dependency)
    const listeners = this.#listeners.get(key) ?? new Set()
    this.#listeners.set(key, listeners.add(listener))
    return () => void listeners.delete(listener)
  }

  tell(dependency: Dependency): void {
    for (const listener of [...(this.#listeners.get(keyOf(dependency)) ?? [])]) listener()
  }

  facts(owner: { readonly task?: string | null; readonly at?: number } = {}): Facts {
    this.reads += 1
    const task = owner.task === undefined ? (this.around.task ?? null) : owner.task
    return factsOf(this.around, this.happenings, owner.at ?? this.around.now, task, this.notes)
  }

  #due(instant: number) {
    return [...this.#alarms].filter(({ at }) => at <= instant).sort((a, b) => a.at - b.at)[0]
  }
}

function keyOf(dependency: Dependency): string {
  if (dependency.kind === 'task') return `task ${dependency.task}`
  if (dependency.kind === 'param') return `param ${dependency.name}`
  return dependency.kind === 'predicate' ? `predicate ${dependency.node.name}` : dependency.kind
}

function factsOf(
  around: TableContext,
  happenings: readonly Happening[],
  now: number,
  owner: string | null,
  notes: HeldTimes,
): Facts {
  const marks = happenings.map((row, seq): Mark & { readonly task: string } => ({
    ...row,
    seq,
    ageMs: Math.max(0, now - row.at),
    runId: row.runId ?? `run-${seq}`,
  }))
  const of = (task: string, actions: readonly MarkAction[]) =>
    marks.filter((mark) => mark.task === task && actions.includes(mark.action))
  const names = new Set([
    ...(around.tasks ?? []),
    ...Object.keys(around.running ?? {}),
    ...happenings.map(({ task }) => task),
  ])
  if (owner !== null) names.add(owner)
  const params = around.params ?? {}
  const startedAt = around.startedAt ?? null

  return {
    now,
    zone: around.zone ?? 'UTC',
    task: owner,
    has: (task) => names.has(task),
    near: (task) => near(task, names),
    newest: (task, actions) => of(task, actions).at(-1) ?? null,
    countBetween: (task, actions, start, end) =>
      of(task, actions).filter(({ at }) => at >= start && at < end).length,
    countWithin: (task, actions, nearMs, farMs) =>
      of(task, actions).filter(({ ageMs }) => ageMs >= nearMs && ageMs < farMs).length,
    countWithinChangesIn: (task, actions, nearMs, farMs) =>
      Math.min(
        Number.POSITIVE_INFINITY,
        ...of(task, actions)
          .flatMap(({ at }) => [at + nearMs - now, at + farMs - now])
          .filter((wait) => wait > 0),
      ),
    streak: (task, actions) => {
      const ends = marks.filter(
        (mark) => mark.task === task && mark.action !== 'run' && isAction(mark.action),
      )
      const broken = ends.findLastIndex((mark) => !(actions as readonly MarkAction[]).includes(mark.action))
      return ends.length - 1 - broken
    },
    status: (task) =>
      (marks.findLast((mark) => mark.task === task && isAction(mark.action))?.action as Action | undefined) ??
      null,
    running: (task) =>
      (around.running?.[task] ?? []).map(
        (at, place): LiveRun => ({
          runId: `live-${place}`,
          startedAt: at,
          ageMs: Math.max(0, now - at),
        }),
      ),
    sessionAgeMs: startedAt === null ? null : now - startedAt,
    cycles: around.cycles ?? 0,
    param: (name) => ({ exists: Object.hasOwn(params, name), value: params[name] }),
    predicate: around.predicate ?? (() => silent),
    pollEveryMs: 1000,
    heldForMs: (node) => notes.msOf(node, now),
  }
}
