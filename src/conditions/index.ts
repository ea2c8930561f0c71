/** Conditions: statements that hold or do not at an instant, as values, as builders and as text. */
export { atMostRuns, during, from, once, onceIn, until } from './bounds.ts'
export { all, always, any, never, not } from './combine.ts'
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
export { type CronFields, type CronOptions, cron, crontime } from './cron.ts'
export {
  type BooleanStream,
  type ConditionOptions,
  type CustomCondition,
  condition,
  fromStream,
  onEach,
} from './custom.ts'
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
} from './cyclic.ts'
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
} from './dependence.ts'
export { type EveryBase, type EveryOptions, every } from './every.ts'
export { type ExplainOptions, type Explanation, explain, printExplanation } from './explain.ts'
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
export { HeldTimes } from './held.ts'
export { heldFor } from './held-for.ts'
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
} from './history.ts'
export { holds } from './holds.ts'
export { lapsesAt, missedBetween, occurrencesBetween } from './missed.ts'
export { neverHolds } from './never-holds.ts'
export { type NextRunsOptions, nextRuns } from './next-runs.ts'
export {
  type ConditionNode,
  type HeldNode,
  type NodeKind,
  onEachNodes,
  type PredicateNode,
  periodOf,
} from './node.ts'
export { createPredicates, type PredicateHost, Predicates } from './predicate.ts'
export { printNode } from './print.ts'
export type { StreamLike } from './reader.ts'
export { type RetryOptions, retry } from './retry.ts'
export { RunningCondition, type RunningCount, running } from './running.ts'
export type { SlotInput, SlotInputs, SlotType, SlotValue, SlotValues } from './slots.ts'
export { parse } from './statement.ts'
export type { StatementText, StatementWords } from './statement-type.ts'
export {
  type AgeLimits,
  type CycleLimits,
  paramExists,
  paramIs,
  schedulerCycles,
  schedulerRunning,
} from './surroundings.ts'
export { toCondition } from './to-condition.ts'
export { type WaitedFor, waitsFor } from './waits-for.ts'
export { asksForCycles, dependencies, wakesAt } from './wakes.ts'
export { watch } from './watch.ts'
export { Words } from './words.ts'
