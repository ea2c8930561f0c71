/** Periods that are a part of each unit of time. */
import type { Interval } from '../zone/interval.ts'
import { type CycleUnit, isFine } from '../zone/units.ts'
import { localAt } from '../zone/utc-offsets.ts'
import { coarseWindow, indexAt, nextUnit } from './calendar-units.ts'
import { fineUnitAt, fineWindow } from './clock-units.ts'
import { Rule } from './rule.ts'
import { printWindow, type Window } from './window.ts'

/**
 * Number of units without an instance after which a cycle is considered never to occur: 29 February is at most eight
 * years away.
 */
const MAX_EMPTY = 40

/** A part of every second, minute, hour, day, week, month or year. */
export class CycleRule extends Rule {
  readonly kind = 'cycle'
  readonly unit: CycleUnit
  readonly windows: readonly Window[]

  constructor(unit: CycleUnit, windows: readonly Window[]) {
    super()
    this.unit = unit
    this.windows = windows
    Object.freeze(this)
  }

  next(at: number, zone: string): Interval | null {
    for (const instances of this.#unitsFrom(at, -1, 1, zone)) {
      const later = instances.filter(({ start }) => start > at)
      if (later.length > 0) return later.reduce((a, b) => (b.start < a.start ? b : a))
    }
    return null
  }

  previous(at: number, zone: string): Interval | null {
    let best: Interval | null = null
    let more = 2
    for (const instances of this.#unitsFrom(at, 1, -1, zone)) {
      for (const instance of instances) {
        if (instance.end <= at && (best === null || instance.end > best.end)) best = instance
      }
      // A window of an earlier unit may end later (a wrap), so two more units decide.
      if (best !== null && more-- === 0) return best
    }
    return best
  }

  instanceAt(at: number, zone: string): Interval | null {
    let best: Interval | null = null
    let left = 3
    for (const instances of this.#unitsFrom(at, -1, 1, zone)) {
      for (const instance of instances) {
        const holds = instance.start <= at && at < instance.end
        if (holds && (best === null || instance.start > best.start)) best = instance
      }
      if (--left === 0) break
    }
    return best
  }

  toString(): string {
    const parts = this.windows.map((window) => printWindow(window, this.unit))
    const words =
      parts.length === 1
        ? parts[0]!
        : `${parts[0]}, ${parts
            .slice(1)
            .map((part) => part.replace(/^\w+ /, ''))
            .join(', ')}`
    return `time of ${this.unit} ${words}`.trimEnd()
  }

  protected override until(at: number, zone: string, current: Interval | null): number {
    // Windows of a list may overlap, and a gap may move a window into the next one.
    return Math.min(current?.end ?? Infinity, this.next(at, zone)?.start ?? Infinity)
  }

  /**
   * The instances per unit, forwards or backwards, starting with the unit after or before the one that contains an
   * instant.
   */
  *#unitsFrom(at: number, offset: 1 | -1, step: 1 | -1, zone: string): Generator<readonly Interval[]> {
    const { unit, windows } = this
    if (isFine(unit)) {
      const here = fineUnitAt(at, unit, zone)
      let whole = fineUnitAt(offset < 0 ? here.start - 1 : here.end, unit, zone)
      for (let i = 0; i < MAX_EMPTY; i++) {
        yield windows.map((window) => fineWindow(window, whole, unit, zone))
        whole = fineUnitAt(step > 0 ? whole.end : whole.start - 1, unit, zone)
      }
      return
    }
    // Starts one unit further than the clock shows: a window may end in the next unit, and a clock set back across
    // midnight shows yesterday in a day that has begun.
    let index = nextUnit(indexAt(localAt(at, zone), unit), unit, zone, offset)
    for (let i = 0; i < MAX_EMPTY; i++) {
      const instances: Interval[] = []
      for (const window of windows) {
        const instance = coarseWindow(window, index, unit, zone)
        if (instance !== null) instances.push(instance)
      }
      yield instances
      index = nextUnit(index, unit, zone, step)
    }
  }
}
