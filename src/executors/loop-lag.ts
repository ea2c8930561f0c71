/**
 * Work that holds the event loop: while it does, nothing else in the process moves, and no schedule is kept. It can't be
 * prevented, only noticed and named.
 */
import { performance } from 'node:perf_hooks'
import type { Undo } from '../clock.ts'
import type { Warn } from './executor.ts'
import { backgroundClock } from './real-clock.ts'

/** Holding the loop for longer than this is told. */
const limitMs = 500
/** While runs are under way the loop is looked at this often. */
const beatMs = 500

/** Notices how long the runs of a session hold the loop. Costs a timer only while such runs are under way. */
export class LoopLag {
  readonly #warn: Warn
  /** Runs under way, and their tasks. */
  readonly #living = new Map<object, string>()
  /** Tasks whose runs have ended since the last beat: one that held the loop may be through when the beat comes. */
  readonly #ended = new Set<string>()
  #undoBeat: Undo | null = null
  #told = false

  constructor(warn: Warn) {
    this.#warn = warn
  }

  /** Calls the first part of a run, up to its first await: what that takes is its alone. */
  measure<R>(task: string, call: () => R): R {
    const began = performance.now()
    try {
      return call()
    } finally {
      const heldMs = performance.now() - began
      if (heldMs >= limitMs) this.#tell([task], heldMs)
    }
  }

  /** A run is under way beyond its first part; the undo says that it has ended. */
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
    const began = performance.now()
    const use = performance.eventLoopUtilization()
    this.#told = false
    this.#undoBeat = backgroundClock.callAfter(beatMs, () => {
      this.#undoBeat = null
      const lateMs = performance.now() - began - beatMs
      // A machine that slept is late, too, but its loop was idle meanwhile.
      const wasBusy = lateMs >= limitMs && performance.eventLoopUtilization(use).active >= limitMs
      if (wasBusy && !this.#told) this.#tell([...new Set([...this.#living.values(), ...this.#ended])], lateMs)
      this.#ended.clear()
      if (this.#living.size > 0) this.#beat()
    })
  }

  #tell(tasks: readonly string[], heldMs: number): void {
    this.#told = true
    const names = tasks.slice(0, 5).map((task) => `'${task}'`)
    const who =
      tasks.length === 1
        ? `by task ${names[0]}`
        : `while tasks ${names.join(', ')}${tasks.length > 5 ? ' and others' : ''} were running`
    this.#warn(
      'loop-lag',
      `The event loop was held for ${Math.round(heldMs)} ms ${who}: nothing else could start. Execute such work as 'thread' or 'process'.`,
      tasks.length === 1 ? { task: tasks[0]! } : {},
    )
  }
}
