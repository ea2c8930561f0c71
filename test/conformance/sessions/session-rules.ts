/** Intended differences from Rocketry in sessions. */

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
      'A run that was left open crashed at the last sign of life of its process; Rocketry records the crash at the next start.',
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
      'A condition that begins to hold within a cycle launches in it; Rocketry would launch in its next cycle, and there is none after the last.',
    applies: async (played) => isCutOff(played) || isCutOff(await playLonger(played)),
  },
  {
    name: 'what-begins-to-hold-within-a-cycle-is-launched-in-it',
    reason:
      'Launching is level-triggered: a condition that begins to hold while others run launches when they have ended. Rocketry evaluates each task once per cycle; with the same discipline, our log is identical.',
    applies: async (played) => {
      const longer = await playLonger(played)
      return isScannedAlike(longer) && (isAhead(played) || isAhead(longer))
    },
  },
]

/** The same scenario with spans a millisecond longer, so that no run is exactly a length after another. */
const playLonger = ({ row, scenario }: SessionCase): Promise<SessionCase> =>
  playCase(row, withLongerSpans(scenario))

/** The only differences are our runs in the last two steps that began to hold within their cycle, and their ends. */
function isCutOff(one: SessionCase): boolean {
  const { log } = one.played
  const last = (log.at(-1)?.t ?? 0) - (2 * one.scenario.stepMs) / 1000
  return differencesOf(one.want.log, log, toleranceOf(one)).every(({ want, got }) => {
    if (want !== undefined || got === undefined || got.t < last) return false
    return got.action !== 'run' || isWithinCycle(one, got)
  })
}

/** With the loop discipline of Rocketry, our conditions produce exactly its log: only the discipline differs. */
function isScannedAlike({ scenario, want }: SessionCase): boolean {
  if (!isScannable(scenario) || want.n_cycles === undefined) return false
  const scanned = scan(scenario, want.n_cycles)
  return scanned.length === want.log.length && unmatched(scanned, want.log).length === 0
}

/**
 * Up to some launch of ours both logs are equal, and that launch began to hold within its cycle; no task has more than
 * three times as many runs or fewer than a third.
 */
function isAhead(one: SessionCase): boolean {
  const { log } = one.played
  const first = firstDifference(one.want.log, log)
  if (first?.action !== 'run' || !isWithinCycle(one, first)) return false
  return one.scenario.tasks.every(({ name }) => isCountNear(one.want.log, log, name))
}

/** A run of ours whose condition began to hold after the start of its cycle, or because of another task in that cycle. */
function isWithinCycle({ row, played }: SessionCase, run: Entry): boolean {
  const cycle = played.cycles.findLast((t) => t <= run.t) ?? 0
  if ((run.dueAt ?? 0) > cycle) return true
  const earlier = played.log.slice(0, played.log.indexOf(run))
  return earlier.some(
    ({ task, action, t }) => action !== 'run' && t >= cycle && mentions(row, run.task, task),
  )
}

/** Our first entry that differs; undefined if the first difference is an entry of Rocketry, or if there is none. */
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

/** Rocketry evaluates once per cycle; we may launch a task after each of two others, which then runs at another time. */
function isCountNear(want: readonly Entry[], got: readonly Entry[], task: string): boolean {
  const count = (log: readonly Entry[]) =>
    log.filter((entry) => entry.task === task && entry.action === 'run').length
  const [wanted, made] = [count(want), count(got)]
  return made <= 3 * wanted + few && wanted <= 3 * made + few
}

/** A window that was reached or missed can add or remove this number of runs. */
const few = 3
