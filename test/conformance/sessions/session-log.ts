/** Records of a session, and their distance from the expected ones. */

/** One record: task, action, and seconds since the start. */
export interface Entry {
  readonly task: string
  readonly action: string
  readonly t: number
  /** For our runs: the instant at which the condition began to hold, in seconds since the start; null for a manual run. */
  readonly dueAt?: number | null
}

/** The permitted distance of a task's actions. */
export interface Tolerance {
  /** The length of a cycle without the time that runs add. */
  readonly stepMs: number
  /** Seconds that a run of each task adds to the clock. */
  readonly durations: Readonly<Record<string, number>>
}

/** Maximum distance of an action in steps: Rocketry reaches a dependent of a dependent in the cycle after the next. */
const stepsAway = 2

/**
 * The first difference as text, or null: every task must have the same actions in the same order, each at most two
 * steps away. The order between tasks is free, as we launch a dependent at once and Rocketry in its next cycle.
 */
export function compareLogs(
  want: readonly Entry[],
  got: readonly Entry[],
  tolerance: Tolerance,
): string | null {
  const unpaired = differencesOf(want, got, tolerance)[0]
  return unpaired === undefined
    ? null
    : `${unpaired.task} #${unpaired.place}: want ${show(unpaired.want)}, got ${show(unpaired.got)}`
}

/** Two entries of a task at the same index that differ, or one without a counterpart. */
export interface Difference {
  readonly task: string
  readonly place: number
  readonly want: Entry | undefined
  readonly got: Entry | undefined
}

/** All differences, per task. */
export function differencesOf(
  want: readonly Entry[],
  got: readonly Entry[],
  tolerance: Tolerance,
): readonly Difference[] {
  const found: Difference[] = []
  const stepsOf = { want: stepClock(want, tolerance), got: stepClock(got, tolerance) }
  for (const task of new Set([...want, ...got].map((entry) => entry.task))) {
    const wanted = want.filter((entry) => entry.task === task)
    const made = got.filter((entry) => entry.task === task)
    for (let place = 0; place < Math.max(wanted.length, made.length); place++) {
      const [a, b] = [wanted[place], made[place]]
      const isNear =
        a !== undefined &&
        b !== undefined &&
        a.action === b.action &&
        Math.abs(stepsOf.want(a) - stepsOf.got(b)) <= stepsAway + rounding
      if (!isNear) found.push({ task, place, want: a, got: b })
    }
  }
  return found
}

/**
 * Computes the step of an entry: the time that runs add is not a step. Otherwise, two logs with the same cycles would
 * diverge by earlier runs of one of them.
 */
function stepClock(log: readonly Entry[], { stepMs, durations }: Tolerance): (entry: Entry) => number {
  const steps = new Map<Entry, number>()
  let added = 0
  for (const entry of log) {
    if (entry.action !== 'run' && entry.action !== 'crash') added += durations[entry.task] ?? 0
    steps.set(entry, ((entry.t - added) * 1000) / stepMs)
  }
  return (entry) => steps.get(entry)!
}

/** Seconds have inexact fractions; our instants are whole milliseconds. In steps. */
const rounding = 0.01

function show(entry: Entry | undefined): string {
  return entry === undefined ? 'nothing' : `${entry.action} at ${entry.t}`
}

/** The entries of a log, in order, that the other log lacks at the same time (to a hundredth of a second). */
export function unmatched(log: readonly Entry[], other: readonly Entry[]): readonly Entry[] {
  const keyOf = ({ task, action, t }: Entry) => `${task} ${action} ${Math.round(t * 100)}`
  const counts = new Map<string, number>()
  for (const key of other.map(keyOf)) counts.set(key, (counts.get(key) ?? 0) + 1)
  return log.filter((entry) => {
    const key = keyOf(entry)
    const left = counts.get(key) ?? 0
    counts.set(key, left - 1)
    return left <= 0
  })
}
