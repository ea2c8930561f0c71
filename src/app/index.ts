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
export type { Clock, ClockJump } from '../clock/clock.ts'
export { createSystemClock } from '../clock/system-clock.ts'
/* Errors */
export * from '../errors/error-codes.ts'
export * from '../errors/errors.ts'
export * from '../errors/skip-run.ts'
export * from '../errors/statement-error.ts'
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
/* Session */
export { type ArgContext, arg, loggerArg, optionsArg, sessionArg, taskArg } from '../session/api/args.ts'
export type {
  Blocker,
  PastExplanation,
  PastPart,
  Reason,
  TaskExplanation,
} from '../session/api/explanation.ts'
export type {
  Assumption,
  Forecast,
  ForecastOptions,
  NotForecastable,
  PlannedRun,
} from '../session/api/forecast.ts'
export type { Context, Hook, HookAfter, HookKind, HookResult, SurroundingHook } from '../session/api/hooks.ts'
export type { PastMoment, PastTask } from '../session/api/past.ts'
export type { Run, Session, SessionOptions, TaskTemplate, Work } from '../session/api/session.ts'
export type { Logger, LogOptions, OnError, PoolOptions } from '../session/api/session-options.ts'
export type {
  NewsListener,
  Params,
  SessionRunLog,
  SessionState,
  TaskLink,
} from '../session/api/session-parts.ts'
export type {
  RunHandle,
  RunOutcome,
  SentAs,
  Task,
  TaskJson,
  TaskState,
  WorkflowView,
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
/* Workflows */
export { runOf, type WorkflowRun } from '../session/workflows/run-of.ts'
export type { TaskName, TaskRef } from '../task-ref.ts'
export type { WorkflowStep } from '../workflow/run-of.ts'
export {
  type Workflow,
  type WorkflowInputSource,
  type WorkflowOptions,
  workflow,
} from '../workflow/workflow.ts'
/* App */
export { App, type AppGroup, type AppOptions, createApp } from './app.ts'
export type { RunOptions } from './begin.ts'
/* Conditions: as `gantry/conditions` */
export * from './conditions/index.ts'
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
/* Run log: as `gantry/log` */
export * from './log/index.ts'
/* Time: as `gantry/time` */
export * from './time/index.ts'
