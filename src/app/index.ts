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
  type ArgContext,
  type ArgOptions,
  type ArgSpecs,
  type ArgsOf,
  arg,
  cli,
  env,
  isArg,
  loggerArg,
  optionsArg,
  param,
  returnOf,
  secret,
  sessionArg,
  signalArg,
  taskArg,
} from '../args/index.ts'
/* Clock */
export { type Clock, type ClockJump, createSystemClock } from '../clock/clock.ts'
/* Conditions */
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
  type PredicateFunction,
  paramExists,
  paramIs,
  parse,
  type RetryOptions,
  retry,
  running,
  type SlotInput,
  type SlotInputs,
  type SlotType,
  type SlotValue,
  type SlotValues,
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
/* Words that are nearly right */
export { near } from '../errors/suggest.ts'
export type { ArgStyle } from '../executors/command-line.ts'
export type { ExecutionContext, ExecutionHandle, Executor, SlotLimit } from '../executors/executor.ts'
export type { OnUncaught } from '../executors/inline/uncaught-errors.ts'
export type { FarRun } from '../executors/run-facts.ts'
/* Executors and ready work */
export { code } from '../executors/work/code-work.ts'
export { type CommandOptions, command } from '../executors/work/command-work.ts'
export { moduleArg } from '../executors/work/module-arg.ts'
export { type ModuleWork, type ModuleWorkOptions, moduleWork } from '../executors/work/module-work.ts'
export { restartWork, shutDownWork } from '../executors/work/session-work.ts'
/* Run log */
export {
  type CsvStoreOptions,
  createCsvStore,
  createJsonlStore,
  createMemoryStore,
  createRedactor,
  createSqliteStore,
  type GuardedStore,
  type GuardListener,
  type GuardOptions,
  guardStore,
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
  type Retention,
  type RunRecord,
  redacted,
  type SqliteDriver,
  type SqliteLibrary,
  type SqliteStatement,
  type SqliteStoreOptions,
  type Store,
  type StoreHealth,
  soundsSecret,
  toErrorData,
  type ValueSerializer,
  type WhenDown,
} from '../log/index.ts'
export type {
  Assumption,
  Forecast,
  ForecastOptions,
  NotForecastable,
  PlannedRun,
} from '../session/api/forecast.ts'
export type { Context, Hook, HookAfter, HookKind, HookResult, SurroundingHook } from '../session/api/hooks.ts'
/* Session */
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
/* Time */
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
  toDurationMs,
  union,
} from '../time/index.ts'
/* Options of companions */
export { checkOptions } from '../values/check-options.ts'
/* App */
export { App, type AppGroup, type AppOptions, createApp, type RunOptions } from './app.ts'
export { createGroup, Group, type GroupOptions, type GroupTask } from './group.ts'
