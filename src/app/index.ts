/** The public exports of `gantry`. Everything else is private. */

/* Words of the protocol */
export type { Command } from '../../machines/commands.ts'
export type {
  Action,
  ErrorData,
  News,
  NewsType,
  Outcome,
  ParamValues,
  RunTrigger,
} from '../../machines/protocol.ts'
/* Args */
export {
  Arg,
  type ArgOptions,
  type ArgSpecs,
  type ArgsOf,
  cli,
  env,
  isArg,
  param,
  returnOf,
  secret,
  signalArg,
} from '../args/index.ts'
/* Clock */
export { type Clock, type ClockJump, createSystemClock } from '../clock/clock.ts'
/* Conditions: gantry/conditions has the same */
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
  all,
  always,
  any,
  atMostRuns,
  Condition,
  type ConditionInput,
  type ConditionOptions,
  type CronFields,
  type CronOptions,
  type CustomCondition,
  condition,
  crashed,
  cron,
  crontime,
  daily,
  during,
  type EveryBase,
  type EveryOptions,
  type Explanation,
  every,
  type Facts,
  failed,
  finished,
  from,
  heldFor,
  hourly,
  inacted,
  isCondition,
  minutely,
  missed,
  monthly,
  never,
  neverHolds,
  not,
  once,
  onceIn,
  onEach,
  type PlaceholderInput,
  type PlaceholderInputs,
  type PlaceholderType,
  type PlaceholderValue,
  type PlaceholderValues,
  type PredicateFunction,
  paramExists,
  paramIs,
  parse,
  type RetryOptions,
  retry,
  running,
  type StatementText,
  type StatementWords,
  schedulerCycles,
  schedulerRunning,
  secondly,
  started,
  succeeded,
  terminated,
  timeOfDay,
  timeOfHour,
  timeOfMinute,
  timeOfMonth,
  timeOfSecond,
  timeOfWeek,
  timeOfYear,
  until,
  type WaitedFor,
  weekly,
  yearly,
} from '../conditions/index.ts'
/* Errors */
export * from '../errors/errors.ts'
export * from '../errors/skip-run.ts'
export type { ArgStyle } from '../executors/command-line.ts'
export type { CapacityLimit, ExecutionContext, ExecutionHandle, Executor } from '../executors/executor.ts'
export type { OnUncaught } from '../executors/inline/uncaught-errors.ts'
export type { IsolatedRun } from '../executors/run-facts.ts'
/* Executors and ready work */
export { code } from '../executors/work/code-work.ts'
export { type CommandOptions, command } from '../executors/work/command-work.ts'
export { moduleArg } from '../executors/work/module-arg.ts'
export { type ModuleWork, type ModuleWorkOptions, moduleWork } from '../executors/work/module-work.ts'
export { restartWork, shutDownWork } from '../executors/work/session-work.ts'
/* Run log: gantry/log has the same */
export {
  type CsvStoreOptions,
  createCsvStore,
  createJsonlStore,
  createMemoryStore,
  createRedactor,
  createSqliteStore,
  type JsonlStoreOptions,
  type Keep,
  type KeepOf,
  type LoadLimits,
  type LogEntry,
  type LogProblem,
  type LogQuery,
  type MemoryStoreOptions,
  type Note,
  type NoteQuery,
  type OpenSqlite,
  type Redactor,
  type RedactorOptions,
  type ResilientStore,
  type ResilientStoreOptions,
  type Retention,
  type RunRecord,
  resilientStore,
  type SqliteDriver,
  type SqliteLibrary,
  type SqliteStatement,
  type SqliteStoreOptions,
  type Store,
  type StoreHealth,
  type StoreHealthListener,
  type ValueSerializer,
  type WhenDown,
} from '../log/index.ts'
/* Session */
export { type ArgContext, arg, loggerArg, optionsArg, sessionArg, taskArg } from '../session/api/args.ts'
export type {
  Assumption,
  Forecast,
  ForecastOptions,
  NotForecastable,
  PlannedRun,
} from '../session/api/forecast.ts'
export type { Context, Hook, HookAfter, HookKind, HookResult, SurroundingHook } from '../session/api/hooks.ts'
export type { Run, Session, SessionOptions, TaskTemplate, Work } from '../session/api/session.ts'
export type { Logger, LogOptions, OnError, PoolOptions } from '../session/api/session-options.ts'
export type { NewsListener, Params, SessionState, TaskLink } from '../session/api/session-parts.ts'
export type {
  Blocker,
  Reason,
  RunHandle,
  RunOutcome,
  Task,
  TaskExplanation,
  TaskJson,
  TaskState,
} from '../session/api/task.ts'
export type {
  CheckedStart,
  Execution,
  StandardSchema,
  Start,
  TaskOptions,
  TaskUpdate,
} from '../session/api/task-options.ts'
export { plainLogger } from '../session/reports/console-logger.ts'
export type { TaskName, TaskRef } from '../task-ref.ts'
/* Time: gantry/time has the same */
export {
  alwaysPeriod,
  between,
  type CycleOptions,
  type CycleUnit,
  cronPeriod,
  cycle,
  type DurationInput,
  type DurationParts,
  type DurationText,
  dated,
  future,
  grid,
  type Instant,
  type Interval,
  intersection,
  type MomentInput,
  neverPeriod,
  type PartLimits,
  Period,
  parseTime,
  partsOf,
  past,
  printDuration,
  type RelativeDay,
  relativeDay,
  type SpanLimits,
  span,
  union,
} from '../time/index.ts'
/* App */
export { App, type AppGroup, type AppOptions, createApp, type RunOptions } from './app.ts'
/* Earlier names */
export {
  type FarRun,
  type GuardedStore,
  type GuardListener,
  type GuardOptions,
  guardStore,
  near,
  type SlotInput,
  type SlotInputs,
  type SlotLimit,
  type SlotType,
  type SlotValue,
  type SlotValues,
  toDurationMs,
  toErrorData,
} from './earlier-names.ts'
export { createGroup, Group, type GroupOptions, type GroupTask } from './group.ts'
