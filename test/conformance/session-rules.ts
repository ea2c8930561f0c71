/** Where our sessions differ from Rocketry's on purpose. */
import { differenceOf, playCase, type SessionCase, toleranceOf } from './session-case.ts'
import { differencesOf, type Entry } from './session-log.ts'
import type { Row } from './time-rules.ts'

export interface SessionRule {
  readonly name: string
  readonly reason: string
  applies(played: SessionCase): boolean | Promise<boolean>
}

export const sessionRules: readonly SessionRule[] = [
  {
    name: 'every-holds-at-its-very-length',
    reason:
      'A past span is (now - length, now], so `every X` holds again exactly X later; Rocketry waits for its next cycle.',
    applies: async ({ row }) => differenceOf(await playCase(withLongerSpans(row))) === null,
  },
  {
    name: 'the-end-cuts-off-what-is-a-step-away',
    reason:
      'A dependent is launched at once, Rocketry would in its next cycle, and there is none after the last.',
    applies: isCutOff,
  },
  {
    name: 'what-begins-to-hold-within-a-cycle-is-launched-in-it',
    reason:
      'Launching is by level: what begins to hold while others run is launched when they have ended. Rocketry looks at each task once in a cycle, so the clocks of both drive the later conditions differently.',
    applies: async (played) => isAhead(played) || isAhead(await playCase(withLongerSpans(played.row))),
  },
]

/** The same scenario with each past span a millisecond longer: no run is exactly a length after another any more. */
function withLongerSpans(row: Row): Row {
  const tasks = (row.tasks as readonly Record<string, unknown>[]).map((task) => {
    const tree = task.start_cond_tree
    if (typeof tree !== 'object' || tree === null) return task
    // Of a Python expression the tree is played, of a statement its text.
    return { ...task, start_cond: 'py:the tree', start_cond_tree: lengthened(tree) }
  })
  return { ...row, tasks }
}

function lengthened(tree: unknown): unknown {
  if (typeof tree !== 'object' || tree === null) return tree
  if (Array.isArray(tree)) return tree.map(lengthened)
  const { type, args, past_us: past } = tree as Record<string, unknown>
  if (type === 'TimeDelta') return { type, args: { ...(args as object), past: (past as number) / 1000 + 1 } }
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, lengthened(value)]))
}

/** All that differs is runs of ours without a partner in the last two steps. */
function isCutOff(one: SessionCase): boolean {
  const { log } = one.played
  const end = log.at(-1)?.t ?? 0
  const last = end - (2 * one.scenario.stepMs) / 1000
  return differencesOf(one.want.log, log, toleranceOf(one)).every(
    ({ want, got }) => want === undefined && got !== undefined && got.t >= last,
  )
}

/**
 * Up to some launch of ours both logs are the same, and that launch is one that began to hold within its cycle; no task has
 * more than three times as many runs or fewer than a third.
 */
function isAhead(one: SessionCase): boolean {
  const { log, cycles } = one.played
  const first = firstDifference(one.want.log, log)
  if (first?.action !== 'run') return false
  const cycle = cycles.findLast((t) => t <= first.t) ?? 0
  const earlier = log.slice(0, log.indexOf(first)).filter(({ t, action }) => t >= cycle && action !== 'run')
  const isWithin =
    (first.dueAt ?? 0) > cycle || earlier.some(({ task }) => mentions(one.row, first.task, task))
  return isWithin && one.scenario.tasks.every(({ name }) => isCountNear(one.want.log, log, name))
}

/** The entry of ours with which the logs part; undefined if they part with one of Rocketry's, or not at all. */
function firstDifference(want: readonly Entry[], got: readonly Entry[]): Entry | undefined {
  const ours = unmatched(got, want)[0]
  const theirs = unmatched(want, got)[0]
  return ours !== undefined && (theirs === undefined || ours.t <= theirs.t) ? ours : undefined
}

/** The entries of a log, in order, that the other does not have at the same time (to a hundredth of a second). */
function unmatched(log: readonly Entry[], other: readonly Entry[]): readonly Entry[] {
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

function mentions(row: Row, owner: string, task: string): boolean {
  const { start_cond_tree: tree } = (
    row.tasks as readonly { name: string; start_cond_tree?: unknown }[]
  ).find(({ name }) => name === owner)!
  return JSON.stringify(tree ?? null).includes(JSON.stringify(task))
}

/** Where Rocketry looks once in a cycle, we may launch a task after each of two others, and it runs on another clock then. */
function isCountNear(want: readonly Entry[], got: readonly Entry[], task: string): boolean {
  const count = (log: readonly Entry[]) =>
    log.filter((entry) => entry.task === task && entry.action === 'run').length
  const [wanted, made] = [count(want), count(got)]
  return made <= 3 * wanted + few && wanted <= 3 * made + few
}

/** So many runs more or fewer may come of one window that was hit or missed. */
const few = 3
