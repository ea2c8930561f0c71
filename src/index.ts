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
export { App, createApp } from './app/app.ts'
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
  Condition,
  type CustomCondition,
  condition,
  crashed,
  cron,
  crontime,
  daily,
  type Explanation,
  every,
  type Facts,
  failed,
  finished,
  hourly,
  inacted,
  isCondition,
  minutely,
  monthly,
  never,
  not,
  onEach,
  paramExists,
  paramIs,
  parse,
  type RetryOptions,
  retry,
  running,
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
  weekly,
  yearly,
} from './conditions/index.ts'
/* Errors */
export * from './errors.ts'
/* Executors */
export type { ExecutionContext, ExecutionHandle, Executor } from './executors/executor.ts'
/* Run log */
export {
  createJsonlStore,
  createMemoryStore,
  type LogEntry,
  type LogQuery,
  type Note,
  type Retention,
  type RunRecord,
  type Store,
} from './log/index.ts'
/* Session */
export type {
  Context,
  Execution,
  Hook,
  HookKind,
  HookResult,
  Logger,
  NewsListener,
  OnError,
  Params,
  Reason,
  Run,
  RunHandle,
  RunOutcome,
  Session,
  SessionOptions,
  SessionState,
  StandardSchema,
  Start,
  Task,
  TaskExplanation,
  TaskJson,
  TaskLink,
  TaskOptions,
  TaskUpdate,
  Work,
} from './session/contract.ts'
export type { TaskName, TaskRef } from './task-ref.ts'
/* Time */
export { type DurationInput, type Instant, type Interval, Period, toDurationMs } from './time/index.ts'
