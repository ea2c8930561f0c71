/**
 * Reports work that blocks the event loop: meanwhile nothing else in the process runs, and no schedule is
 * kept. Blocking can't be prevented, only noticed. The report names the culprit where it was measured, and
 * blames no one otherwise.
 */

import { monotonicNow, type Undo } from '../../clock/clock.ts'
import type { Warn } from '../executor.ts'
import { backgroundClock } from '../host-clock.ts'
import { type Stretch, type Stretches, type StretchOwner, stretches } from './loop-stretches.ts'

/** Holding the loop for longer than this is told. */
const limitMs = 500
/** While runs are under way the loop is looked at this often. */
const beatMs = 500
/** More names than this are not read. */
const maxNames = 5

/** The source of the event-loop lag; tests provide their own. */
export interface LagSource {
  /** Elapsed ms. */
  now(): number
  /** Begins to measure how long the loop is at work; the function it gives tells so, in ms. */
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

/** Notices how long the event loop is held while runs of a session are under way. Costs a timer only then. */
export class LoopLag {
  readonly #warn: Warn
  readonly #source: LagSource
  /** Runs under way, and their tasks. */
  readonly #living = new Map<object, string>()
  /** Tasks whose runs have ended since the last beat: one that held the loop may be through when the beat comes. */
  readonly #ended = new Set<string>()
  #undoBeat: Undo | null = null

  constructor(warn: Warn, source: LagSource = systemLag) {
    this.#warn = warn
    this.#source = source
  }

  /** Calls the work of a run up to its next await: what that takes is its alone. */
  measure<R>(task: string, call: () => R): R {
    return this.#source.stretches.measure({ task }, call, (stretch) => {
      if (stretch.ownMs >= limitMs) this.#blame(stretch.by, stretch.ownMs, [stretch])
    })
  }

  /** A run is under way beyond its first part; {@link end} says that it has ended. */
  begin(run: object, task: string): void {
    this.#living.set(run, task)
    if (this.#undoBeat === null) this.#beat()
  }

  end(run: object): void {
    const task = this.#living.get(run)
    if (task === undefined) return
    this.#living.delete(run)
    this.#ended.add(task)
  }

  /** Looks no more. */
  stop(): void {
    this.#undoBeat?.()
    this.#undoBeat = null
    this.#living.clear()
    this.#ended.clear()
  }

  #beat(): void {
    const due = this.#source.now() + beatMs
    const workMs = this.#source.work()
    this.#undoBeat = this.#source.callAfter(beatMs, () => {
      this.#undoBeat = null
      const now = this.#source.now()
      // A machine that slept is late, too, but its loop was idle meanwhile.
      if (now - due >= limitMs && workMs() >= limitMs) this.#held(due, now)
      this.#ended.clear()
      if (this.#living.size > 0) this.#beat()
    })
  }

  /** The loop was held from before `from` until `until`, or in most of that time. */
  #held(from: number, until: number): void {
    const heldMs = until - from
    const measured = this.#source.stretches.between(from - beatMs, until)
    // A run is named only if it is known to have held the loop for most of the time: less proves nothing.
    for (const group of byOwner(measured)) {
      const ownMs = group.reduce((sum, { ownMs }) => sum + ownMs, 0)
      if (ownMs < heldMs / 2) continue
      if (group.some(({ isTold }) => !isTold)) this.#blame(group[0]!.by, heldMs, group)
      return
    }
    if (measured.some(({ isTold }) => isTold)) return
    const tasks = [...new Set([...this.#living.values(), ...this.#ended])].map((task) => `'${task}'`)
    const names = `${tasks.slice(0, maxNames).join(', ')}${tasks.length > maxNames ? ` and ${tasks.length - maxNames} others` : ''}`
    this.#warn(
      'loop-lag',
      `The event loop was held for ${Math.round(heldMs)} ms, and nothing else could start. What held it was not measured; running at that time: ${names}. Execute work that computes for long as 'thread' or 'process'.`,
    )
  }

  #blame(by: StretchOwner, heldMs: number, because: readonly Stretch[]): void {
    for (const stretch of because) stretch.isTold = true
    const held = `The event loop was held for ${Math.round(heldMs)} ms by`
    if ('task' in by)
      this.#warn(
        'loop-lag',
        `${held} task '${by.task}': nothing else could start. Execute such work as 'thread' or 'process'.`,
        { task: by.task },
      )
    else this.#warn('loop-lag', `${held} the scheduler itself (${by.part}): nothing else could start.`)
  }
}

/** Groups of the same holder. */
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
