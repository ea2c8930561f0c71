/** The explanation of a task's state: the obstacles to its launch, in the order in which they must be removed. */

import {
  FrozenReadings,
  ImaginedFacts,
  ImaginedRuns,
  ReadOnceFacts,
} from '../../conditions/analysis/simulated-facts.ts'
import { holds } from '../../conditions/evaluate/holds.ts'
import { printNode } from '../../conditions/evaluate/print.ts'
import { blockersIn, type Explanation, explain, printExplanation } from '../../conditions/explain/explain.ts'
import { sentenceOf } from '../../conditions/explain/sentences.ts'
import { showTime } from '../../conditions/explain/show-time.ts'
import { type WaitedFor, waitsFor } from '../../conditions/explain/waits-for.ts'
import type { PredicateReading } from '../../conditions/facts.ts'
import type { PredicateNode } from '../../conditions/node.ts'
import type { Blocker, Reason, TaskExplanation } from '../api/explanation.ts'
import type { TaskEntry } from '../state/task-state.ts'
import { firstObstacle, obstacles, type Route, situationOf } from './decision.ts'
import { routeOf } from './launch-guards.ts'
import { nextTaskRuns, type PredictionDeps } from './next-task-runs.ts'
import { type ReasonDeps, reasonOf } from './reasons.ts'

/** The time within which the next start is not mentioned, ms. */
const soonMs = 1000
/** The maximum number of blockers in the sentence; the list has all of them. */
const maxTold = 3

export type ExplanationDeps = ReasonDeps & PredictionDeps

/** Explains and predicts the launches of a session's tasks. */
export class Explanations {
  readonly #deps: ExplanationDeps

  constructor(deps: ExplanationDeps) {
    this.#deps = deps
  }

  /** Explains a task at the present instant. */
  explain(entry: TaskEntry): TaskExplanation {
    return explainTask(this.#deps, entry)
  }

  /** The next runs of a task by time alone, epoch ms. */
  nextRuns(entry: TaskEntry, n: number): number[] {
    return nextTaskRuns(this.#deps, entry, n)
  }

  /** True if a run of the task would be launched now. */
  isDue(entry: TaskEntry): boolean {
    return isDue(this.#deps, entry)
  }

  /** The events, other than time, that the task waits for. */
  waitsFor(entry: TaskEntry): readonly WaitedFor[] {
    return taskWaitsFor(this.#deps, entry)
  }
}

/** Explains a task at the clock's now. */
export function explainTask(deps: ExplanationDeps, entry: TaskEntry): TaskExplanation {
  const at = deps.clock.now()
  const readings = readingsOf(deps)
  const { node } = entry.definition.start
  const condition = explain(node, deps.factsOf(entry), {
    factsAt: (instant) => deps.factsOf(entry, instant),
    readings,
  })
  const route = routeOf(entry)
  const situation = situationOf(entry, deps.sessionActor.state, condition.holds)
  const standing = obstacles(route, deps, situation)
  const blockers = standing.flatMap((obstacle): readonly Blocker[] =>
    obstacle === 'condition' ? conditionBlockers(entry, condition) : [reasonOf(obstacle, deps, entry)],
  )
  const reasons = blockers.filter((blocker): blocker is Reason => blocker.kind !== 'condition')
  const nextAt =
    deps.sessionActor.state === 'stopped' ? null : (nextTaskRuns(deps, entry, 1, readings)[0] ?? null)
  const warnings = warningsOf(deps, entry, readings)
  const sentence = summary(entry, { route, blockers, nextAt, warnings, at })
  return {
    task: entry.name,
    at,
    isDue: blockers.length === 0,
    sentence,
    blockers,
    reasons,
    nextAt,
    warnings,
    condition,
    toString() {
      const lines = [`${entry.name}: ${sentence}`]
      for (const { kind, sentence: said } of reasons)
        if (blockers[0]?.kind !== kind) lines.push(`  ! ${said}`)
      for (const warning of warnings) if (!sentence.includes(warning)) lines.push(`  ! ${warning}`)
      lines.push(printExplanation(condition, entry.zone, at, '  '))
      return lines.join('\n')
    },
  }
}

/** True if a run of the task would be launched now. */
function isDue(deps: ExplanationDeps, entry: TaskEntry): boolean {
  const facts = new ReadOnceFacts(deps.factsOf(entry), readingsOf(deps))
  const isTrue = routeOf(entry) === 'queue' || holds(entry.definition.start.node, facts)
  return firstObstacle(routeOf(entry), deps, situationOf(entry, deps.sessionActor.state, isTrue)) === null
}

/** The events other than the passage of time that the task waits for; empty if time alone launches it. */
function taskWaitsFor(deps: ExplanationDeps, entry: TaskEntry): readonly WaitedFor[] {
  const readings = readingsOf(deps)
  const waits = waitsFor(entry.definition.start.node, new ReadOnceFacts(deps.factsOf(entry), readings))
  return waits.length === 0 || nextTaskRuns(deps, entry, 1, readings).length > 0 ? [] : waits
}

/** Frozen readings, so that an explanation of a stopped session does not subscribe to streams. */
const readingsOf = (deps: ExplanationDeps): FrozenReadings =>
  new FrozenReadings(deps.sessionActor.state !== 'stopped')

function conditionBlockers(entry: TaskEntry, condition: Explanation): readonly Blocker[] {
  const never = entry.neverHolds
  const parts = blockersIn(condition).map(
    ({ sentence, changesAt }): Blocker => ({ kind: 'condition', sentence, until: changesAt }),
  )
  if (never === null) return parts
  return [{ kind: 'never-holds', sentence: `it can never start by its condition: ${never}`, until: null }]
}

/** Obstacles that end by themselves, which matter only once the condition holds. */
const passing: readonly Blocker['kind'][] = ['running', 'main', 'slot', 'relaunch']

interface Told {
  readonly route: Route
  readonly blockers: readonly Blocker[]
  readonly nextAt: number | null
  readonly warnings: readonly string[]
  readonly at: number
}

function summary(entry: TaskEntry, { route, blockers, nextAt, warnings, at }: Told): string {
  const waiting = `a run of task '${entry.name}' waits in its queue`
  const [first] = blockers
  if (first === undefined) {
    const due = route === 'queue' ? `${waiting}, and starts now` : 'it is due: its run starts now'
    return [due, ...warnings].join('; ')
  }
  const lasting = blockers.filter(({ kind }) => !passing.includes(kind))
  const told = lasting.length > 0 ? lasting : blockers.slice(0, 1)
  const words = told.slice(0, maxTold).map(({ sentence }) => sentence)
  if (told.length > maxTold) words.push(`and ${told.length - maxTold} more`)
  if (route === 'queue') return `${waiting}: ${words.join('; ')}`
  const isOpen = first.kind === 'condition' || passing.includes(first.kind)
  const isToTell = nextAt !== null && nextAt - at >= soonMs && isOpen
  const shown = isToTell ? showTime(nextAt, entry.zone, at) : null
  const isNew = shown !== null && !words.some((word) => word.endsWith(shown))
  return [...words, ...(isNew ? [`the next run is at ${shown}`] : [])].join('; ')
}

/** The problems of a run that would start now. */
function warningsOf(deps: ExplanationDeps, entry: TaskEntry, readings: FrozenReadings): readonly string[] {
  const { end } = entry.definition
  if (end === null || entry.live.length > 0) return []
  const runs = new ImaginedRuns()
  runs.start(deps.clock.now())
  const facts = new EndOfImagined(deps.factsOf(entry), runs, readings)
  if (!holds(end.node, facts)) return []
  const { sentence } = sentenceOf(end.node, facts)
  return [
    `a run would be terminated as soon as it starts, as its end condition '${printNode(end.node)}' holds already: ${sentence}`,
  ]
}

/** A predicate of an end condition that fails counts as true. */
class EndOfImagined extends ImaginedFacts {
  override predicate(node: PredicateNode): PredicateReading {
    const reading = super.predicate(node)
    return 'error' in reading ? { ...reading, value: true } : reading
  }
}
