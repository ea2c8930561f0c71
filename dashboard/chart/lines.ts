/** Lines between the boxes of a state chart: straight, or curved around the boxes in their way. */
import type { Box } from './arrangement.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

/** A line between two boxes: a quadratic curve, straight if its control point is in the middle. */
export interface Line {
  readonly start: Point
  readonly control: Point
  readonly end: Point
  readonly isStraight: boolean
}

/** Distance between the lines of opposite directions. */
const apart = 18
/** Distances of the control point from the straight line, in the order in which they are tried. */
const bends = [0, 50, -50, 90, -90, 140, -140, 200, -200, 270, -270, 350, -350]
const samples = 32

/**
 * The line from one box to another that crosses the fewest of the obstacles, and is the straightest of these. With `hasReverse` it is to the
 * right of its direction, so that the line back is next to it.
 */
export function lineBetween(from: Box, to: Box, hasReverse: boolean, obstacles: readonly Box[]): Line {
  let best: Line | null = null
  let least = Number.POSITIVE_INFINITY
  for (const bend of bends) {
    const line = bent(from, to, hasReverse ? apart / 2 : 0, bend)
    const points = pointsOf(line)
    const hits = obstacles.filter((box) => points.some((point) => isInside(point, box, 6))).length
    const outside = points.filter(({ x, y }) => x < 4 || y < 4).length
    const cost = hits * 1000 + outside * 200 + Math.abs(bend)
    if (cost < least) {
      least = cost
      best = line
    }
  }
  return best!
}

/** A short line into a box from outside, on the side with the most room. */
export function lineInto(box: Box, obstacles: readonly Box[], others: readonly Point[]): Line {
  const { x, y, width, height } = box
  const length = 32
  const sides = [0.5, 0.2, 0.8].flatMap((part) => {
    const [across, down] = [x + width * part, y + height * part]
    return [
      { start: { x: across, y: y + height + length }, end: { x: across, y: y + height } },
      { start: { x: across, y: y - length }, end: { x: across, y } },
      { start: { x: x + width + length, y: down }, end: { x: x + width, y: down } },
      { start: { x: x - length, y: down }, end: { x, y: down } },
    ]
  })
  const costOf = ({ start }: Pick<Line, 'start' | 'end'>): number =>
    obstacles.filter((other) => isInside(start, other, 12)).length * 100 +
    others.filter((other) => Math.hypot(other.x - start.x, other.y - start.y) < 40).length * 10 +
    (start.x < 4 || start.y < 4 ? 1000 : 0)
  const { start, end } = sides.reduce((best, side) => (costOf(side) < costOf(best) ? side : best))
  return { start, control: { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 }, end, isStraight: true }
}

/** Points along a line, from start to end. */
export function pointsOf(line: Line): readonly Point[] {
  return Array.from({ length: samples + 1 }, (_, i) => at(line, i / samples))
}

/** The point of a line at a part of its way, 0 to 1. */
export function at({ start, control, end }: Line, t: number): Point {
  const of = (a: number, b: number, c: number): number => (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t ** 2 * c
  return { x: of(start.x, control.x, end.x), y: of(start.y, control.y, end.y) }
}

/** The unit vector to the right of a line at a part of its way. */
export function normalAt({ start, control, end }: Line, t: number): Point {
  const dx = (1 - t) * (control.x - start.x) + t * (end.x - control.x)
  const dy = (1 - t) * (control.y - start.y) + t * (end.y - control.y)
  const length = Math.hypot(dx, dy) || 1
  return { x: -dy / length, y: dx / length }
}

/** The line as the path of an SVG. */
export function toPath({ start, control, end, isStraight }: Line): string {
  const show = ({ x, y }: Point): string => `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`
  return isStraight ? `M${show(start)} L${show(end)}` : `M${show(start)} Q${show(control)} ${show(end)}`
}

export function isInside({ x, y }: Point, box: Box, distance = 0): boolean {
  return (
    x > box.x - distance &&
    x < box.x + box.width + distance &&
    y > box.y - distance &&
    y < box.y + box.height + distance
  )
}

function bent(a: Box, b: Box, shift: number, bend: number): Line {
  const from = centre(a)
  const to = centre(b)
  const distance = Math.hypot(to.x - from.x, to.y - from.y) || 1
  const right = { x: -(to.y - from.y) / distance, y: (to.x - from.x) / distance }
  const moved = ({ x, y }: Point, by: number): Point => ({ x: x + right.x * by, y: y + right.y * by })
  const control = moved({ x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }, shift + bend)
  const start = border(a, moved(from, shift), control)
  const end = border(b, moved(to, shift), control)
  if (bend !== 0) return { start, control, end, isStraight: false }
  return { start, control: { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 }, end, isStraight: true }
}

function centre({ x, y, width, height }: Box): Point {
  return { x: x + width / 2, y: y + height / 2 }
}

/** The point at which the line from a point inside a box to one outside crosses the border. */
function border({ x, y, width, height }: Box, from: Point, to: Point): Point {
  const dx = to.x - from.x
  const dy = to.y - from.y
  const steps = [
    dx > 0 ? (x + width - from.x) / dx : dx < 0 ? (x - from.x) / dx : Number.POSITIVE_INFINITY,
    dy > 0 ? (y + height - from.y) / dy : dy < 0 ? (y - from.y) / dy : Number.POSITIVE_INFINITY,
  ]
  const step = Math.min(1, Math.max(0, Math.min(...steps)))
  return { x: from.x + dx * step, y: from.y + dy * step }
}
