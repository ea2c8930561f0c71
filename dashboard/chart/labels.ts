/** Places of the labels of a state chart: next to their lines, where they cover no box, no other label and few lines. */
import type { Box } from './arrangement.ts'
import { at, isInside, type Line, normalAt, type Point, pointsOf } from './lines.ts'

/** Width of a character of a label, and height of a label. */
const character = 6
const height = 15

/** A place of a label, and how far it is from the middle of its line. */
interface Place {
  readonly box: Box
  readonly distance: number
}

/** The boxes of the labels of lines; null for a line without text. Labels keep clear of the obstacles, and rather of the outlines. */
export function placeLabels(
  lines: readonly { readonly line: Line; readonly text: string }[],
  obstacles: readonly Box[],
  outlines: readonly Box[],
): (Box | null)[] {
  const points = [...lines.flatMap(({ line }) => pointsOf(line)), ...outlines.flatMap(cornersAndSides)]
  const places = lines.map(({ line, text }) => (text === '' ? [] : placesOf(line, text)))
  const own = places.map((all) => all.map((place) => costOf(place, obstacles, points)))
  const chosen: (Box | null)[] = lines.map(() => null)
  // A label that was placed early may be in the way of a later one: it is placed again, with the others where they are.
  for (let round = 0; round < 4; round++)
    for (const [i, all] of places.entries()) {
      let least = Number.POSITIVE_INFINITY
      for (const [n, { box }] of all.entries()) {
        const others = chosen.reduce(
          (total, other, j) => total + (other === null || j === i ? 0 : coverCost(box, other)),
          0,
        )
        const cost = own[i]![n]! + others
        if (cost < least) {
          least = cost
          chosen[i] = box
        }
      }
    }
  return chosen
}

/** Places on both sides of a line, from its middle to its ends. */
function placesOf(line: Line, text: string): Place[] {
  const width = text.length * character + 4
  return [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82, 0.1, 0.9].flatMap((t) => {
    const point = at(line, t)
    const right = normalAt(line, t)
    return [1, -1].flatMap((side) =>
      [4, 16].map((space) => {
        const far = (Math.abs(right.x) * width) / 2 + (Math.abs(right.y) * height) / 2 + space
        const x = point.x + right.x * far * side
        const y = point.y + right.y * far * side
        const box = { x: x - width / 2, y: y - height / 2, width, height }
        return { box, distance: Math.abs(t - 0.5) * 80 + (side === 1 ? 0 : 2) + space }
      }),
    )
  })
}

function costOf({ box, distance }: Place, obstacles: readonly Box[], points: readonly Point[]): number {
  const covered = obstacles.reduce((total, other) => total + coverCost(box, other), 0)
  const crossed = points.filter((point) => isInside(point, box)).length
  const outside = Math.max(0, 4 - box.x) + Math.max(0, 4 - box.y)
  return covered + crossed * 8 + outside * 100 + distance
}

/** Points of the outline of a box, 8 apart. */
function cornersAndSides({ x, y, width, height }: Box): Point[] {
  const along = (length: number): number[] => Array.from({ length: Math.ceil(length / 8) }, (_, i) => i * 8)
  return [
    ...along(width).flatMap((far) => [
      { x: x + far, y },
      { x: x + far, y: y + height },
    ]),
    ...along(height).flatMap((far) => [
      { x, y: y + far },
      { x: x + width, y: y + far },
    ]),
  ]
}

/** The cost of covering a box: more than any other, and by the area that the two share. */
function coverCost(a: Box, b: Box): number {
  const x = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const y = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  return x > 0 && y > 0 ? 1000 + x * y : 0
}
