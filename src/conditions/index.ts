/** Conditions: values, builders and statements. */

export type { StreamLike } from '../values/stream.ts'
export { lapsesAt, missedBetween, occurrencesBetween } from './analysis/missed.ts'
export { neverHolds } from './analysis/never-holds.ts'
export { type NextRunsOptions, nextRuns } from './analysis/next-runs.ts'
export {
  afterAllFail,
  afterAllFinish,
  afterAllSuccess,
  afterAllTerminate,
  afterAnyFail,
  afterAnyFinish,
  afterAnySuccess,
  afterAnyTerminate,
  afterFail,
  afterFinish,
  afterSuccess,
  afterTerminate,
} from './builders/after.ts'
export {
  CyclicCondition,
  daily,
  hourly,
  minutely,
  monthly,
  secondly,
  timeOfDay,
  timeOfHour,
  timeOfMinute,
  timeOfMonth,
  timeOfSecond,
  timeOfWeek,
  timeOfYear,
  weekly,
  yearly,
} from './builders/calendar.ts'
export { all, always, any, never, not } from './builders/combine.ts'
export { type CronFields, type CronOptions, cron, crontime } from './builders/cron.ts'
export { atMostRuns, during, from, once, onceIn, until } from './builders/dates.ts'
export { type EveryBase, type EveryOptions, every } from './builders/every.ts'
export { heldFor } from './builders/held-for.ts'
export {
  CountedCondition,
  CycleHistory,
  crashed,
  failed,
  finished,
  type History,
  HistoryCondition,
  inacted,
  missed,
  started,
  succeeded,
  terminated,
} from './builders/history.ts'
export { type RetryOptions, retry } from './builders/retry.ts'
export { RunningCondition, type RunningCount, running } from './builders/running.ts'
export {
  type AgeLimits,
  type CycleLimits,
  paramExists,
  paramIs,
  schedulerCycles,
  schedulerRunning,
} from './builders/session-state.ts'
export {
  type CheckedInput,
  type CheckedInputs,
  Condition,
  type ConditionInput,
  type ConditionLike,
  isCondition,
  type PredicateFunction,
  toNode,
} from './condition.ts'
export { HeldTimes } from './evaluate/held.ts'
export { holds } from './evaluate/holds.ts'
export { printNode } from './evaluate/print.ts'
export { dependencies, dependsOnCycles, wakesAt } from './evaluate/wakes-at.ts'
export { watch } from './evaluate/watch.ts'
export { type ExplainOptions, type Explanation, explain, printExplanation } from './explain/explain.ts'
export { type WaitedFor, waitsFor } from './explain/waits-for.ts'
export type {
  Changes,
  Dependency,
  Facts,
  FactsSource,
  HeldNotes,
  LiveRun,
  Mark,
  MarkAction,
  PredicateReading,
  WakeClock,
} from './facts.ts'
export { parse } from './language/parse.ts'
export type {
  PlaceholderInput,
  PlaceholderInputs,
  PlaceholderType,
  PlaceholderValue,
  PlaceholderValues,
} from './language/placeholders.ts'
export { Vocabulary } from './language/vocabulary.ts'
export {
  type ConditionNode,
  type HeldNode,
  type NodeKind,
  onEachNodes,
  type PredicateNode,
  periodOf,
} from './node.ts'
export type { ConditionOptions } from './predicates/condition-options.ts'
export { type CustomCondition, condition } from './predicates/define.ts'
export { createPredicates, type PredicateHost, Predicates } from './predicates/predicates.ts'
export { type BooleanStream, fromStream, onEach } from './predicates/streams.ts'
export type { StatementText, StatementWords } from './statement-type.ts'
export { toCondition } from './to-condition.ts'
