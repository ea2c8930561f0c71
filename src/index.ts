/** Gantry: an embeddable, inspectable task scheduler. The one door; what is not here is private. */

/* Words of the protocol */
export type {
  Action,
  Command,
  ErrorData,
  News,
  NewsType,
  Outcome,
  ParamValues,
  RunTrigger,
} from '../machines/protocol.ts'
/* App */
export { App, type AppGroup, createApp } from './app/app.ts'
export { createGroup, Group, type GroupOptions, type GroupTask } from './app/group.ts'
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
} from './args/index.ts'
/* Clock */
export { type Clock, type ClockJump, createSystemClock } from './clock.ts'
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
  type CustomCondition,
  condition,
  crashed,
  cron,
  crontime,
  daily,
  type EveryOptions,
  type Explanation,
  every,
  type Facts,
  failed,
  finished,
  from,
  hourly,
  inacted,
  isCondition,
  minutely,
  missed,
  monthly,
  never,
  not,
  once,
  onEach,
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
  weekly,
  yearly,
} from './conditions/index.ts'
/* Errors */
export * from './errors.ts'
/* Executors and ready work */
export { code } from './executors/code-work.ts'
export type { ArgStyle } from './executors/command-line.ts'
export { type CommandOptions, command } from './executors/command-work.ts'
export type { ExecutionContext, ExecutionHandle, Executor, SlotLimit } from './executors/executor.ts'
export type { FarRun } from './executors/far-run.ts'
export { type ModuleWork, type ModuleWorkOptions, moduleWork } from './executors/module-work.ts'
export { restartWork, shutDownWork } from './executors/near-work.ts'
/* Run log */
export {
  createJsonlStore,
  createMemoryStore,
  type LogEntry,
  type LogQuery,
  type Note,
  type NoteQuery,
  type Retention,
  type RunRecord,
  type Store,
  toErrorData,
} from './log/index.ts'
/* Words that are nearly right */
export { near } from './near.ts'
/* Session */
export type {
  CheckedStart,
  Context,
  Execution,
  Hook,
  HookAfter,
  HookKind,
  HookResult,
  Logger,
  NewsListener,
  OnError,
  Params,
  PoolOptions,
  Reason,
  Run,
  RunHandle,
  RunOutcome,
  Session,
  SessionOptions,
  SessionState,
  StandardSchema,
  Start,
  SurroundingHook,
  Task,
  TaskExplanation,
  TaskJson,
  TaskLink,
  TaskOptions,
  TaskTemplate,
  TaskUpdate,
  Work,
} from './session/contract.ts'
export type {
  Assumption,
  Forecast,
  ForecastOptions,
  NotForecastable,
  PlannedRun,
} from './session/forecast-types.ts'
export type { TaskName, TaskRef } from './task-ref.ts'
/* Time */
export {
  between,
  cronPeriod,
  cycle,
  type DurationInput,
  future,
  type Instant,
  type Interval,
  intersection,
  Period,
  parseTime,
  past,
  relativeDay,
  span,
  toDurationMs,
  union,
} from './time/index.ts'
