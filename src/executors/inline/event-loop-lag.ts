/**
 * Reports on work that blocks the event loop: meanwhile nothing else runs in the process, and no schedule is kept. Blocking
 * cannot be prevented, only detected. A report names the task or the part of the scheduler only if it was measured.
 */

import type { Undo } from '../../clock/clock.ts'
import { monotonicNow } from '../../clock/system-clock.ts'
import type { Warn } from '../executor.ts'
import { backgroundClock } from '../host-clock.ts'
import { type Stretch, type Stretches, type StretchOwner, stretches } from './loop-stretches.ts'

/** Blocking the event loop for longer than this is reported, ms. */
const limitMs = 500
/** The interval of checks while runs are live, ms. */
const beatMs = 500
/** The maximum number of tasks named in a report. */
const maxNames = 5

/** A source of event-loop lag; tests provide their own. */
export interface LagSource {
  /** Elapsed ms. */
  now(): number
  /** Starts a measurement of the loop's active time. Returns a function that reads it, ms. */
  work(): () => number
  callAfter(ms: number, call: () => void): Undo
  readonly stretches: Stretches
}

const systemLag: LagSource = {
  now: monotonicNow,
  work: () => {
    const use = performance.eventLoopUtilization()
    return () => performance.eventLoopUtilization(use).active
  },
  callAfter: (ms, call) => backgroundClock.callAfter(ms, call),
  stretches,
}

/** Detects how long the event loop is blocked while runs of a session are live. Uses a timer only then. */
export class LoopLag {
  readonly #warn: Warn
  readonly #source: LagSource
  /** Live runs and their tasks. */
  readonly #live = new Map<object, string>()
  /** Tasks whose runs ended since the last check: a run that blocked the loop may have ended by the time of the check. */
  readonly #ended = new Set<string>()
  #undoBeat: Undo | null = null

  constructor(warn: Warn, source: LagSource = systemLag) {
    this.#warn = warn
    this.#source = source
  }

  /** Calls the work of a run up to its first await, and attributes that time to the task. */
  measure<R>(task: string, call: () => R): R {
    return this.#source.stretches.measure({ task }, call, (stretch) => {
      if (stretch.ownMs >= limitMs) this.#blame(stretch.by, stretch.ownMs, [stretch])
    })
  }

  /** Registers a run that continues after its first part; {@link end} removes it. */
  begin(run: object, task: string): void {
    this.#live.set(run, task)
    if (this.#undoBeat === null) this.#beat()
  }

  end(run: object): void {
    const task = this.#live.get(run)
    if (task === undefined) return
    this.#live.delete(run)
    this.#ended.add(task)
  }

  /** Stops the checks. */
  stop(): void {
    this.#undoBeat?.()
    this.#undoBeat = null
    this.#live.clear()
    this.#ended.clear()
  }

  #beat(): void {
    const due = this.#source.now() + beatMs
    const workMs = this.#source.work()
    this.#undoBeat = this.#source.callAfter(beatMs, () => {
      this.#undoBeat = null
      const now = this.#source.now()
      // After a sleep of the machine the check is late, too, but the loop was idle.
      if (now - due >= limitMs && workMs() >= limitMs) this.#held(due, now)
      this.#ended.clear()
      if (this.#live.size > 0) this.#beat()
    })
  }

  /** Reports that the loop was blocked between `from` and `until`, or for most of that time. */
  #held(from: number, until: number): void {
    const heldMs = until - from
    const measured = this.#source.stretches.between(from - beatMs, until)
    // A task is named only if it is known to have blocked the loop for most of the time: less proves nothing.
    for (const group of byOwner(measured)) {
      const ownMs = group.reduce((sum, { ownMs }) => sum + ownMs, 0)
      if (ownMs < heldMs / 2) continue
      if (group.some(({ isReported }) => !isReported)) this.#blame(group[0]!.by, heldMs, group)
      return
    }
    if (measured.some(({ isReported }) => isReported)) return
    const tasks = [...new Set([...this.#live.values(), ...this.#ended])].map((task) => `'${task}'`)
    const names = `${tasks.slice(0, maxNames).join(', ')}${tasks.length > maxNames ? ` and ${tasks.length - maxNames} others` : ''}`
    this.#warn(
      'loop-lag',
      `The event loop was blocked for ${Math.round(heldMs)} ms, and nothing else could start. The cause was not measured; running at that time: ${names}. Execute CPU-bound work as 'thread' or 'process'.`,
    )
  }

  #blame(by: StretchOwner, heldMs: number, because: readonly Stretch[]): void {
    for (const stretch of because) stretch.isReported = true
    const held = `The event loop was blocked for ${Math.round(heldMs)} ms by`
    if ('task' in by)
      this.#warn(
        'loop-lag',
        `${held} task '${by.task}', and nothing else could start. Execute CPU-bound work as 'thread' or 'process'.`,
        { task: by.task },
      )
    else this.#warn('loop-lag', `${held} the scheduler itself (${by.part}), and nothing else could start.`)
  }
}

/** Groups stretches by owner. */
function byOwner(all: readonly Stretch[]): Iterable<readonly Stretch[]> {
  const groups = new Map<string, Stretch[]>()
  for (const stretch of all) {
    const key = 'task' in stretch.by ? `task ${stretch.by.task}` : `part ${stretch.by.part}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [stretch])
    else group.push(stretch)
  }
  return groups.values()
}
