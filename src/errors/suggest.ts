/** Suggestions for unknown words. */

/**
 * The candidates close to `word`, nearest first, at most three, for "did you mean" in errors. Close means an edit
 * distance (Damerau–Levenshtein, a swap of neighbours counts as one) of at most a third of the longer word.
 *
 * @example
 * ```ts
 * near('reprot', ['report', 'fetch']) // ['report']
 * ```
 */
export function near(word: string, candidates: Iterable<string>): string[] {
  const lower = word.toLowerCase()
  const found: { name: string; distance: number }[] = []
  for (const name of candidates) {
    const limit = Math.max(1, Math.floor(Math.max(name.length, word.length) / 3))
    if (Math.abs(name.length - word.length) > limit) continue
    const distance = editDistance(lower, name.toLowerCase())
    if (distance <= limit) found.push({ name, distance })
  }
  return found
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, 3)
    .map((item) => item.name)
}

/**
 * The "Did you mean" part at the end of a message, with a leading space; empty without names.
 *
 * @example
 * ```ts
 * didYouMean(near('reprot', ['report', 'fetch'])) // " Did you mean 'report'?"
 * ```
 */
export function didYouMean(names: readonly string[]): string {
  return names.length === 0 ? '' : ` Did you mean ${names.map((name) => `'${name}'`).join(' or ')}?`
}

/** {@link didYouMean} of the nearest alone. */
export function didYouMeanNearest(word: string, candidates: Iterable<string>): string {
  return didYouMean(near(word, candidates).slice(0, 1))
}

function editDistance(a: string, b: string): number {
  // Names may be long in hostile input; only the first 64 characters count.
  const s = a.slice(0, 64)
  const t = b.slice(0, 64)
  let before: number[] = []
  let last = Array.from({ length: t.length + 1 }, (_, j) => j)
  for (let i = 1; i <= s.length; i++) {
    const row = [i]
    for (let j = 1; j <= t.length; j++) {
      const same = s[i - 1] === t[j - 1]
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && s[i - 1] === t[j - 2] && s[i - 2] === t[j - 1])
        best = Math.min(best, before[j - 2]! + 1)
      row.push(best)
    }
    before = last
    last = row
  }
  return last[t.length]!
}
