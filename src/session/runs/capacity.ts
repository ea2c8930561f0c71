/**
 * The capacity for runs: threads, processes, and custom pools (`pool: 'db'`, at most 3 live runs, at most 10 starts per minute). A
 * task without capacity waits in a queue, ordered by priority, then by waiting time.
 */
import type { Clock, Undo } from '../../clock/clock.ts'
import type { Executor } from '../../executors/executor.ts'
import { executionFor } from '../../executors/work-spec.ts'
import { printDuration } from '../../time/duration/duration.ts'
import { isWorkflow } from '../../workflow/workflow.ts'
import type { Execution } from '../api/task-options.ts'
import type { Configuration } from '../options/configuration.ts'
import type { QueuedRun, RunSlot, TaskEntry } from '../state/task-state.ts'
import { WaitingLines } from './waiting-lines.ts'

/** The capacity that a task lacks. */
export interface Shortage {
  /** The key of the capacity: `maxThreads`, `maxProcesses`, or the name of a pool. */
  readonly of: string
  /** Written on demand: each waiting task has a shortage, and few are read. */
  readonly sentence: string
  /** The instant at which time alone allows a start, on the monotonic clock; null if a run must end first. */
  readonly untilMono: number | null
}

/** The state of the capacity, except its use by live runs. */
export interface CapacityState {
  readonly starts: ReadonlyMap<string, readonly number[]>
  readonly lines: ReadonlyMap<string, readonly TaskEntry[]>
}

export interface CapacityDeps {
  readonly clock: Clock
  readonly configuration: Configuration
  readonly executors: ReadonlyMap<string, Executor>
  /** Called when capacity is freed. */
  readonly onRoom: () => void
}

export class Capacity {
  readonly #deps: CapacityDeps
  readonly #used = new Map<string, Set<RunSlot>>()
  /** The starts of pools with a rate, oldest first, on the monotonic clock. */
  readonly #starts = new Map<string, number[]>()
  readonly #waiting = new WaitingLines()
  /** The timer of the next start that a rate allows. */
  #rateTimer: { readonly at: number; readonly undo: Undo } | null = null

  constructor(deps: CapacityDeps) {
    this.#deps = deps
  }

  /** The capacity that the next run of the task lacks; null if there is capacity and no task ahead of it. */
  shortageOf(entry: TaskEntry): Shortage | null {
    const keys = this.#keysOf(entry, executionOf(this.#deps.configuration, entry, entry.nextQueued))
    // The queue in which it waits comes first, so that another evaluation does not move it to another queue.
    const own = this.#waiting.keyOf(entry)
    for (const key of own !== undefined && keys.includes(own) ? [own, ...keys] : keys) {
      const shortage = this.#shortageIn(key) ?? this.#turnIn(key, entry)
      if (shortage !== null) return shortage
    }
    return null
  }

  /** Adds the task to the queue for the capacity that it lacks. A task that waits there already keeps its position. */
  wait(entry: TaskEntry, shortage: Shortage): void {
    this.#waiting.join(entry, shortage.of)
    if (shortage.untilMono !== null) this.#wakeAt(shortage.untilMono)
  }

  /** Removes the task from its queue. */
  leave(entry: TaskEntry): void {
    this.#waiting.leave(entry)
  }

  /** Moves a waiting task whose priority has changed. */
  reorder(entry: TaskEntry): void {
    this.#waiting.reorder(entry)
  }

  /**
   * The waiting tasks for which there is capacity now, by priority, then in the order in which they came. They keep their positions
   * until they launch or leave.
   */
  next(): TaskEntry[] {
    const next: TaskEntry[] = []
    for (const key of this.#waiting.keys) {
      const room = this.#roomIn(key)
      if (room > 0) for (const entry of this.#waiting.first(key, room)) next.push(entry)
      else this.#wakeFor(key)
    }
    return next
  }

  /** Reserves the capacity of a run that has started before, without counting its start. */
  hold(slot: RunSlot): void {
    for (const key of this.#keysOf(slot.entry, slot.execution)) this.#use(key, slot)
  }

  #use(key: string, slot: RunSlot): void {
    let used = this.#used.get(key)
    if (used === undefined) this.#used.set(key, (used = new Set()))
    used.add(slot)
  }

  /** Reserves the capacity of a run. */
  take(slot: RunSlot): void {
    const { entry } = slot
    this.leave(entry)
    for (const key of this.#keysOf(entry, slot.execution)) {
      this.#use(key, slot)
      if (this.#deps.configuration.settings.pools.get(key)?.starts === undefined) continue
      const starts = this.#starts.get(key) ?? []
      starts.push(slot.startedMono)
      this.#starts.set(key, starts)
      if (this.#waiting.has(key)) this.#wakeFor(key)
    }
  }

  /** Frees the capacity of a run. */
  release(slot: RunSlot): void {
    for (const [key, used] of this.#used) {
      if (!used.delete(slot)) continue
      if (used.size === 0) this.#used.delete(key)
      if (this.#waiting.has(key)) this.#deps.onRoom()
    }
  }

  /** A copy of the starts that still count and of the queues, for a simulation of the session. */
  copy(): CapacityState {
    const starts = new Map([...this.#starts].map(([key, made]) => [key, [...made]]))
    return { starts, lines: this.#waiting.copy() }
  }

  /** Adopts the state of another session's capacity. */
  adopt({ starts, lines }: CapacityState, entryOf: (entry: TaskEntry) => TaskEntry | undefined): void {
    this.#starts.clear()
    for (const [key, made] of starts) this.#starts.set(key, [...made])
    this.#waiting.clear()
    for (const [key, line] of lines)
      for (const entry of line) {
        const own = entryOf(entry)
        if (own !== undefined) this.#waiting.join(own, key)
      }
  }

  /** Empties the queues, and releases the timer. */
  stop(): void {
    this.#waiting.clear()
    this.#stopTimer()
  }

  #keysOf(entry: TaskEntry, execution: string): readonly string[] {
    const slots = this.#deps.executors.get(execution)?.slots
    const { pool } = entry.definition.options
    // Most tasks need none, and every launch calls this.
    if (slots === undefined && pool === undefined) return noKeys
    return [...(slots === undefined ? [] : [slots]), ...(pool === undefined ? [] : [pool])]
  }

  #roomIn(key: string): number {
    const { starts, perMs } = this.#poolOf(key)
    const room = this.#limitOf(key) - (this.#used.get(key)?.size ?? 0)
    return starts === undefined ? room : Math.min(room, starts - this.#startsIn(key, perMs).length)
  }

  #shortageIn(key: string): Shortage | null {
    const limit = this.#limitOf(key)
    const used = this.#used.get(key)
    if (used !== undefined && used.size >= limit) {
      const { size } = used
      return {
        of: key,
        untilMono: null,
        get sentence() {
          const by = namesOf([...used].map((slot) => slot.entry))
          return `${placesOf(key, size, limit)} in use by ${by}: it waits for one of them to end`
        },
      }
    }
    const { starts, perMs } = this.#poolOf(key)
    if (starts === undefined) return null
    const made = this.#startsIn(key, perMs)
    if (made.length < starts) return null
    const what = starts === 1 ? 'its one start' : `all ${starts} of its starts`
    const sentence = `pool '${key}' has used ${what} per ${printDuration(perMs)}`
    return { of: key, sentence, untilMono: made[made.length - starts]! + perMs }
  }

  #limitOf(key: string): number {
    const { maxThreads, maxProcesses } = this.#deps.configuration.settings
    if (key === 'maxThreads') return maxThreads
    return key === 'maxProcesses' ? maxProcesses : this.#poolOf(key).limit
  }

  #poolOf(key: string) {
    return this.#deps.configuration.settings.pools.get(key) ?? noPool
  }

  /** The starts within the last `perMs`. */
  #startsIn(key: string, perMs: number): readonly number[] {
    const starts = this.#starts.get(key)
    if (starts === undefined) return []
    const since = this.#deps.clock.monotonic() - perMs
    while (starts.length > 0 && starts[0]! <= since) starts.shift()
    return starts
  }

  /** A shortage if the tasks ahead in the queue need all the free capacity; otherwise null. */
  #turnIn(key: string, entry: TaskEntry): Shortage | null {
    if (!this.#waiting.has(key)) return null
    const room = Math.max(1, this.#roomIn(key))
    const ahead = this.#waiting.ahead(key, entry, room)
    if (ahead.length < room) return null
    const sentence = `${namesOf(ahead)} ${ahead.length === 1 ? 'is' : 'are'} ahead of it in the line for ${lineOf(key)}`
    return { of: key, sentence, untilMono: null }
  }

  /** Sets the timer for the next start that the rate of a pool allows. */
  #wakeFor(key: string): void {
    const untilMono = this.#shortageIn(key)?.untilMono ?? null
    if (untilMono !== null) this.#wakeAt(untilMono)
  }

  /** Sets the timer, which serves all rates: for the earliest instant; the others are set when it fires. */
  #wakeAt(untilMono: number): void {
    if (this.#rateTimer !== null && this.#rateTimer.at <= untilMono) return
    this.#stopTimer()
    const { clock } = this.#deps
    const undo = clock.callAfter(Math.max(0, untilMono - clock.monotonic()), () => {
      this.#rateTimer = null
      this.#deps.onRoom()
    })
    this.#rateTimer = { at: untilMono, undo }
  }

  #stopTimer(): void {
    this.#rateTimer?.undo()
    this.#rateTimer = null
  }
}

/** `all 4 threads are`, or `all 3 slots of pool 'db' are`; with the number in use if the limit was lowered meanwhile. */
function placesOf(key: string, used: number, limit: number): string {
  const of = key === 'maxThreads' ? 'thread' : key === 'maxProcesses' ? 'process' : 'slot'
  const noun = limit === 1 ? of : of === 'process' ? 'processes' : `${of}s`
  const many = limit === 1 ? 'the one' : `all ${limit}`
  const pool = of === 'slot' ? ` of pool '${key}'` : ''
  const beyond = used > limit ? ` (${used})` : ''
  return `${many} ${noun}${pool} ${limit === 1 ? 'is' : 'are'}${beyond}`
}

const noKeys: readonly string[] = []
const noPool = { limit: Number.POSITIVE_INFINITY, starts: undefined, perMs: 0 }

/** The execution of a task's run: as requested, or by its task or session, unless the kind of its work determines it. */
export function executionOf(
  { settings }: Configuration,
  entry: TaskEntry,
  queued: QueuedRun | undefined,
): Execution {
  const { options, work } = entry.definition
  return executionOfWork(work, queued?.execution ?? options.execution ?? settings.execution)
}

/** The execution of work for the requested one. */
export function executionOfWork(work: unknown, wanted: Execution): Execution {
  return isWorkflow(work) ? 'workflow' : executionFor(work, wanted)
}

/** A list of at most five names. */
function namesOf(entries: readonly TaskEntry[]): string {
  return [...new Set(entries.map(({ name }) => `'${name}'`))].slice(0, 5).join(', ')
}

/** `pool 'db'`, `a thread`. */
function lineOf(key: string): string {
  if (key === 'maxThreads') return 'a thread'
  return key === 'maxProcesses' ? 'a process' : `pool '${key}'`
}
