/** Where our sessions differ from Rocketry's on purpose. */

import type { Row } from '../time/time-rules.ts'
import { differenceOf, playCase, type SessionCase, toleranceOf } from './session-case.ts'
import { differencesOf, type Entry, unmatched } from './session-log.ts'
import { isScannable, scan } from './session-scan.ts'
import { withLongerSpans } from './session-spans.ts'

export interface SessionRule {
  readonly name: string
  readonly reason: string
  applies(played: SessionCase): boolean | Promise<boolean>
}

export const sessionRules: readonly SessionRule[] = [
  {
    name: 'a-crash-is-when-the-process-died',
    reason:
      'A run that was left open crashed at the last sign of life of its process; Rocketry dates it at the start that finds it.',
    applies: (one) =>
      differencesOf(one.want.log, one.played.log, toleranceOf(one)).every(
        ({ want, got }) => want?.action === 'crash' && got?.action === 'crash' && got.t <= 0,
      ),
  },
  {
    name: 'every-holds-at-its-very-length',
    reason:
      'A past span is (now - length, now], so `every X` holds again exactly X later; Rocketry waits for its next cycle.',
    applies: async (played) => differenceOf(await playLonger(played)) === null,
  },
  {
    name: 'the-end-cuts-off-what-is-a-step-away',
    reason:
      'What begins to hold within a cycle is launched in it, Rocketry would in its next cycle, and there is none after the last.',
    applies: async (played) => isCutOff(played) || isCutOff(await playLonger(played)),
  },
  {
    name: 'what-begins-to-hold-within-a-cycle-is-launched-in-it',
    reason:
      'Launching is by level: what begins to hold while others run is launched when they have ended. Rocketry looks at each task once in a cycle; so do we, if we are made to, and the log is the same to the last record.',
    applies: async (played) => {
      const longer = await playLonger(played)
      return isScannedAlike(longer) && (isAhead(played) || isAhead(longer))
    },
  },
]

/** The same with spans a millisecond longer: no run is exactly a length after another any more. */
const playLonger = ({ row, scenario }: SessionCase): Promise<SessionCase> =>
  playCase(row, withLongerSpans(scenario))

/** All that differs is runs of ours in the last two steps that began to hold within their cycle, and their ends. */
function isCutOff(one: SessionCase): boolean {
  const { log } = one.played
  const last = (log.at(-1)?.t ?? 0) - (2 * one.scenario.stepMs) / 1000
  return differencesOf(one.want.log, log, toleranceOf(one)).every(({ want, got }) => {
    if (want !== undefined || got === undefined || got.t < last) return false
    return got.action !== 'run' || isWithinCycle(one, got)
  })
}

/** With the discipline of Rocketry's loop our conditions make exactly its log: nothing but the discipline differs. */
function isScannedAlike({ scenario, want }: SessionCase): boolean {
  if (!isScannable(scenario) || want.n_cycles === undefined) return false
  const scanned = scan(scenario, want.n_cycles)
  return scanned.length === want.log.length && unmatched(scanned, want.log).length === 0
}

/**
 * Up to some launch of ours both logs are the same, and that launch is one that began to hold within its cycle; no task has
 * more than three times as many runs or fewer than a third.
 */
function isAhead(one: SessionCase): boolean {
  const { log } = one.played
  const first = firstDifference(one.want.log, log)
  if (first?.action !== 'run' || !isWithinCycle(one, first)) return false
  return one.scenario.tasks.every(({ name }) => isCountNear(one.want.log, log, name))
}

/** A run of ours whose condition began to hold later than its cycle, or by what another task came to in that cycle. */
function isWithinCycle({ row, played }: SessionCase, run: Entry): boolean {
  const cycle = played.cycles.findLast((t) => t <= run.t) ?? 0
  if ((run.dueAt ?? 0) > cycle) return true
  const earlier = played.log.slice(0, played.log.indexOf(run))
  return earlier.some(
    ({ task, action, t }) => action !== 'run' && t >= cycle && mentions(row, run.task, task),
  )
}

/** The entry of ours with which the logs part; undefined if they part with one of Rocketry's, or not at all. */
function firstDifference(want: readonly Entry[], got: readonly Entry[]): Entry | undefined {
  const ours = unmatched(got, want)[0]
  const theirs = unmatched(want, got)[0]
  return ours !== undefined && (theirs === undefined || ours.t <= theirs.t) ? ours : undefined
}

function mentions(row: Row, owner: string, task: string): boolean {
  const tasks = row.tasks as readonly { name: string; start_cond?: unknown; start_cond_tree?: unknown }[]
  const { start_cond: text, start_cond_tree: tree } = tasks.find(({ name }) => name === owner)!
  return JSON.stringify(tree ?? text ?? null).includes(JSON.stringify(task))
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
