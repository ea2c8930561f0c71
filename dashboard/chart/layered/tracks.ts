/** Horizontal parts of lines between two layers, each at a separate height. */

/** A line from a position in the upper layer to one in the lower layer. */
export interface Crossing {
  readonly from: number
  readonly to: number
}

/** Lines that are this close to straight are drawn straight. */
const straight = 0.75
/** The smallest distance between lines side by side. */
const apart = 6

/**
 * The track of each line, from 0 at the top; null for one that is straight. Lines on one track do not touch, and where two lines have ends
 * above each other, the upper one turns first.
 */
export function assignTracks(lines: readonly Crossing[]): {
  readonly tracks: readonly (number | null)[]
  readonly count: number
} {
  const tracks: (number | null)[] = lines.map(() => null)
  const bent = lines.flatMap((line, i) => (Math.abs(line.from - line.to) <= straight ? [] : [i]))
  // Lines whose upper end is above the lower end of the other must turn before it.
  const after = new Map<number, number[]>(bent.map((i) => [i, []]))
  for (const i of bent)
    for (const j of bent)
      if (i !== j && Math.abs(lines[i]!.from - lines[j]!.to) < apart) after.get(j)!.push(i)
  const ends: [number, number][][] = []
  const open = new Set<number>()
  const place = (i: number): void => {
    if (tracks[i] !== null || open.has(i)) return
    open.add(i)
    for (const before of after.get(i)!) place(before)
    const least = Math.max(-1, ...after.get(i)!.map((before) => tracks[before] ?? -1)) + 1
    const { from, to } = lines[i]!
    const [left, right] = [Math.min(from, to) - apart, Math.max(from, to) + apart]
    let track = least
    while ((ends[track] ?? []).some(([a, b]) => left < b && a < right)) track += 1
    ends[track] = [...(ends[track] ?? []), [left, right]]
    tracks[i] = track
  }
  for (const i of turnOrder(bent, lines)) place(i)
  return { tracks, count: ends.length }
}

/** Lines to the right turn from the rightmost, lines to the left from the leftmost: they cross each other the least. */
function turnOrder(bent: readonly number[], lines: readonly Crossing[]): number[] {
  const right = bent
    .filter((i) => lines[i]!.to > lines[i]!.from)
    .sort((a, b) => lines[b]!.from - lines[a]!.from)
  const left = bent
    .filter((i) => lines[i]!.to < lines[i]!.from)
    .sort((a, b) => lines[a]!.from - lines[b]!.from)
  return [...right, ...left]
}
