/** What happened in a session, and how far it is from what was expected. */

/** One record: which task did what, how many seconds after the start. */
export interface Entry {
  readonly task: string
  readonly action: string
  readonly t: number
}

/**
 * The first difference in words, or null: every task must have the same actions in the same order, and each of them at most
 * so far away. The order between tasks is free, since we launch a dependent at once and Rocketry in its next cycle.
 */
export function compareLogs(want: readonly Entry[], got: readonly Entry[], awayMs: number): string | null {
  for (const task of new Set([...want, ...got].map((entry) => entry.task))) {
    const wanted = want.filter((entry) => entry.task === task)
    const made = got.filter((entry) => entry.task === task)
    for (let i = 0; i < Math.max(wanted.length, made.length); i++) {
      const [a, b] = [wanted[i], made[i]]
      const isSame = a?.action === b?.action && Math.abs(a!.t - b!.t) * 1000 <= awayMs + rounding
      if (!isSame) return `${task} #${i}: want ${show(a)}, got ${show(b)}`
    }
  }
  return null
}

/** Seconds are written with fractions that are not exact; ours are whole milliseconds. */
const rounding = 1

function show(entry: Entry | undefined): string {
  return entry === undefined ? 'nothing' : `${entry.action} at ${entry.t}`
}
