/** Conditions that can never hold: found when a task is added, and not by waiting. */
import { intersection, type Period } from '../time/index.ts'
import type { ConditionNode } from './node.ts'
import { notOf } from './node.ts'
import { printNode } from './print.ts'

/** What does not occur in five years is taken for what never does. */
const horizonMs = 5 * 366 * 86_400_000

/**
 * Why the condition can never hold from `now` (epoch ms) on, or null if it can or nobody can tell: its parts contradict one
 * another, or its times don't meet within five years. A plain `false` is no mistake: it means "only by hand".
 *
 * @example
 * ```ts
 * neverHolds(parse('time of month on 30th & time of year on Feb').node, 'UTC', now) // 'the times of … never meet …'
 * ```
 */
export function neverHolds(node: ConditionNode, zone: string, now: number): string | null {
  return node.kind === 'constant' ? null : reason(node, zone, now)
}

function reason(node: ConditionNode, zone: string, now: number): string | null {
  if (node.kind === 'constant') return node.value ? null : "'false' never holds"
  if (node.kind === 'period') return unlessTheyMeet([node.period], zone, now)
  if (node.kind === 'any') {
    const reasons = node.nodes.map((part) => reason(part, zone, now))
    return reasons.every((why) => why !== null) ? reasons.join('; ') : null
  }
  if (node.kind !== 'all') return null
  for (const part of node.nodes) {
    const why = reason(part, zone, now)
    if (why !== null) return why
  }
  const parts = node.nodes.flatMap((part) => (part.kind === 'all' ? part.nodes : [part]))
  return contradiction(parts) ?? unlessTheyMeet(periodsOf(parts), zone, now)
}

/** Something and its opposite side by side. */
function contradiction(parts: readonly ConditionNode[]): string | null {
  const words = new Set(parts.map(printNode))
  const both = parts.find((part) => part.kind === 'not' && words.has(printNode(notOf(part))))
  if (both === undefined) return null
  return `'${printNode(notOf(both))}' and its opposite never hold together`
}

function periodsOf(parts: readonly ConditionNode[]): Period[] {
  return parts.flatMap((part) => (part.kind === 'period' ? [part.period] : []))
}

function unlessTheyMeet(periods: readonly Period[], zone: string, now: number): string | null {
  if (periods.length === 0) return null
  const meeting = periods.length === 1 ? periods[0]! : intersection(...periods)
  if (meeting.contains(now, zone)) return null
  const next = meeting.next(now, zone)
  if (next !== null && next.start <= now + horizonMs) return null
  const words = periods.map((period) => `'${period}'`).join(' and ')
  return periods.length === 1
    ? `${words} does not occur within five years`
    : `the times of ${words} do not meet within five years`
}
