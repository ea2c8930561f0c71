// The ratchet: the number of findings that each file may still have. The counts only decrease.

/**
 * Compares findings with the counts that are allowed.
 *
 * @param {import('./lint.mjs').Finding[]} findings
 * @param {Readonly<Record<string, number>>} allowed Counts by path; a file that is not listed may have none.
 * @returns {{ over: [path: string, count: number, allowed: number][], under: [path: string, count: number, allowed: number][] }}
 *   Files with more findings than allowed, and files whose count must be lowered.
 */
export function compare(findings, allowed) {
  const counts = count(findings)
  const paths = [...new Set([...Object.keys(counts), ...Object.keys(allowed)])].sort()
  const rows = paths.map(
    (path) => /** @type {[string, number, number]} */ ([path, counts[path] ?? 0, allowed[path] ?? 0]),
  )
  return {
    over: rows.filter(([, now, limit]) => now > limit),
    under: rows.filter(([, now, limit]) => now < limit),
  }
}

/**
 * The new list, or null where the sum of all findings has grown. Files may move: only the sum is compared.
 *
 * @param {import('./lint.mjs').Finding[]} findings
 * @param {Readonly<Record<string, number>>} allowed
 * @returns {Record<string, number> | null}
 */
export function lower(findings, allowed) {
  const sum = Object.values(allowed).reduce((total, each) => total + each, 0)
  return findings.length > sum ? null : count(findings)
}

/**
 * Findings by file, sorted by path.
 *
 * @param {import('./lint.mjs').Finding[]} findings
 * @returns {Record<string, number>}
 */
export function count(findings) {
  /** @type {Record<string, number>} */
  const counts = {}
  for (const { path } of [...findings].sort((a, b) => (a.path < b.path ? -1 : 1)))
    counts[path] = (counts[path] ?? 0) + 1
  return counts
}
