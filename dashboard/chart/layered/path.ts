/** Lines of a chart as paths of an SVG, with round corners. */
import type { Point } from './geometry.ts'

const radius = 6

/** The path through the points. */
export function toPath(points: readonly Point[]): string {
  const parts: string[] = []
  for (const [i, point] of points.entries()) {
    const [before, after] = [points[i - 1], points[i + 1]]
    if (before === undefined) parts.push(`M${show(point)}`)
    else if (after === undefined) parts.push(`L${show(point)}`)
    else {
      const size = Math.min(radius, distance(before, point) / 2, distance(point, after) / 2)
      parts.push(
        `L${show(towards(point, before, size))} Q${show(point)} ${show(towards(point, after, size))}`,
      )
    }
  }
  return parts.join(' ')
}

function towards(from: Point, to: Point, by: number): Point {
  const length = distance(from, to) || 1
  return { x: from.x + ((to.x - from.x) * by) / length, y: from.y + ((to.y - from.y) * by) / length }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}

function show({ x, y }: Point): string {
  return `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`
}
