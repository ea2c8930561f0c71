/** Settings of a session and of tasks: checked options, with durations in milliseconds. */

import { showValue } from '../../errors/show-value.ts'
import type { OnUncaught } from '../../executors/inline/uncaught-errors.ts'
import { checkZone, systemZone } from '../../time/zone/zone.ts'
import type { SessionOptions } from '../api/session.ts'
import type { OnError } from '../api/session-options.ts'
import type { Execution, TaskOptions } from '../api/task-options.ts'
import { toDuration, toTimeout } from './durations.ts'
import { type PoolSetting, toPools } from './pools.ts'
import { checkOneName, renamedSessionOptions, renamedTaskOptions } from './renamed.ts'
import {
  aBoolean,
  aCount,
  aFunction,
  aNumber,
  anObject,
  anything,
  aString,
  type Check,
  checkKeys,
  oneOf,
  withMethods,
} from './validators.ts'

/** Kinds of failure that the option `onError` covers. */
export type FailureKind = 'condition' | 'setup' | 'hook' | 'log' | 'neverHolds'

/** The checked options of a session, with defaults, and durations in ms. */
export interface Settings {
  readonly timezone: string
  readonly execution: Execution
  /** The default timeout of runs; Infinity: no limit. */
  readonly timeoutMs: number
  readonly relaunchDelayMs: number
  /** The maximum number of live runs of one task. */
  readonly concurrency: number
  readonly maxProcesses: number
  readonly maxThreads: number
  readonly pools: ReadonlyMap<string, PoolSetting>
  readonly pollEveryMs: number
  readonly onError: Readonly<Record<FailureKind, OnError>>
  readonly onUncaught: OnUncaught
  readonly onTaskExists: 'raise' | 'ignore' | 'replace' | 'rename'
  readonly handleSignals: boolean | undefined
  readonly drainTimeoutMs: number
  readonly lateAfterMs: number
}

const executions: readonly string[] = ['async', 'main', 'thread', 'process', 'command', 'workflow']

/** Accepts a kind of execution. */
export const anExecution: Check = oneOf(...executions)

const aDuration: Check = (value, name) => {
  toDuration(value, name)
}

const aTimeout: Check = (value, name) => {
  toTimeout(value, name)
}

const aLaunchLimit: Check = (value, name) => {
  if (typeof value !== 'boolean') aCount(1)(value, name)
}

const anOnError: Check = (value, name) => {
  if (typeof value === 'string') return oneOf('log', 'raise')(value, name)
  anObject(value, name)
  const one = oneOf('log', 'raise')
  checkKeys(value, { condition: one, setup: one, hook: one, log: one, neverHolds: one }, `'${name}'`)
}

const aZone: Check = (value) => {
  checkZone(value as string)
}

const aRetention =
  (limits: Readonly<Record<string, Check>>): Check =>
  (value) =>
    checkKeys(value, limits, 'the limits of a retention')

const theLog: Check = (value) =>
  checkKeys(
    value,
    {
      whenDown: oneOf('pause', 'buffer'),
      retention: aRetention({ maxAge: aDuration, maxRecords: aCount(1), maxTotal: aCount(1) }),
      maxValueSize: aCount(1),
      linesPerRun: aCount(0),
      serializer: withMethods('toJson', 'fromJson'),
      redact: (redact, name) => {
        if (redact !== false) anObject(redact, name)
      },
    },
    "'log'",
  )

const theTemplates: Check = (value, name) => {
  anObject(value, name)
  for (const [key, template] of Object.entries(value as Record<string, unknown>)) {
    const what = `the template '${key}'`
    checkKeys(template, { description: aString, work: anything, start: anything, options: anObject }, what)
    const { work, options } = template as { work?: unknown; options?: TaskOptions }
    if (typeof work !== 'function' && (typeof work !== 'object' || work === null))
      throw new TypeError(`Cannot read ${what} as its work must be a function: ${showValue(work)}`)
    if (options !== undefined) checkTaskOptions(options)
  }
}

const sessionChecks: Readonly<Record<keyof SessionOptions, Check>> = {
  timezone: aZone,
  execution: anExecution,
  timeout: aTimeout,
  relaunchDelay: aDuration,
  concurrency: aLaunchLimit,
  multilaunch: aLaunchLimit,
  shutCondition: anything,
  restarting: oneOf('recall', 'relaunch', 'replace'),
  instantShutdown: aBoolean,
  maxProcesses: aCount(1),
  maxThreads: aCount(1),
  pools: (value, name) => {
    anObject(value, name)
    toPools(value as NonNullable<SessionOptions['pools']>)
  },
  store: anything,
  log: theLog,
  params: anObject,
  templates: theTemplates,
  persist: aBoolean,
  pollEvery: aDuration,
  onError: anOnError,
  onUncaught: oneOf('exit', 'fail'),
  onTaskExists: oneOf('raise', 'ignore', 'replace', 'rename'),
  inspect: (value, name) => {
    if (typeof value !== 'function') withMethods('next')(value, name)
  },
  clock: withMethods('now', 'monotonic', 'callAt', 'callAfter', 'defer', 'sleep', 'onJump', 'keep'),
  logger: (value, name) => {
    if (value !== false) withMethods('debug', 'info', 'warn', 'error')(value, name)
  },
  handleSignals: aBoolean,
  drainTimeout: aTimeout,
  lateAfter: aDuration,
}

const taskChecks: Readonly<Record<keyof TaskOptions, Check>> = {
  description: aString,
  priority: aNumber,
  disabled: aBoolean,
  execution: anExecution,
  timeout: aTimeout,
  end: anything,
  concurrency: aLaunchLimit,
  multilaunch: aLaunchLimit,
  args: anObject,
  params: anObject,
  onStartup: aBoolean,
  onShutdown: aBoolean,
  permanent: aBoolean,
  runId: aFunction,
  pool: aString,
  overlap: oneOf('wait', 'skip', 'replace'),
  onCrash: oneOf('fail', 'rerun', 'resume'),
  catchUp: oneOf('latest', 'all', 'none'),
  misfireGrace: aDuration,
  grace: aDuration,
  terminateGrace: aDuration,
  graceMs: (value, name) => {
    aNumber(value, name)
    toDuration(value, name)
  },
  retention: aRetention({ maxAge: aDuration, maxRecords: aCount(1) }),
  schema: (value, name) => {
    anObject(value, name)
    withMethods('validate')((value as { '~standard'?: unknown })['~standard'], `${name}['~standard']`)
  },
  timezone: aZone,
}

const useTimezone = "It is 'timezone', with an IANA name such as 'Europe/Berlin'."
const useRetry =
  "Retries are part of the start: daily.or(retry(3)), or 'daily | retry 3 times after 10 seconds'."
const useStart =
  "The start is the second argument of a task: app.task('name', 'cron 0 7 * * *', work), or 'every 10 minutes'."

/** Task options of other schedulers, with the replacement here. */
const insteadOfTaskOptions: Readonly<Record<string, string>> = {
  retries: useRetry,
  retry: useRetry,
  attempts: useRetry,
  maxRetries: useRetry,
  backoff: useRetry,
  tz: useTimezone,
  zone: useTimezone,
  maxConcurrency:
    "Use 'concurrency' for the number of live runs of this task, and 'pool' for a limit that tasks share.",
  cron: useStart,
  schedule: useStart,
  every: useStart,
  interval: useStart,
  start: useStart,
}

/** Session options of other schedulers, with the replacement here. */
const insteadOfSessionOptions: Readonly<Record<string, string>> = {
  tz: useTimezone,
  zone: useTimezone,
  retries: useRetry,
  retry: useRetry,
  maxConcurrency:
    "Use 'pools' for limits that tasks share, and 'maxThreads' and 'maxProcesses' for those of executions.",
}

/** Options that are fixed when the session is created: a later change would have no effect. */
const fixedWhileLiving = ['store', 'log', 'clock', 'inspect', 'persist'] as const

/** Checks options of a session; throws a `TypeError` or `RangeError` at the first problem. */
export function checkSessionOptions(options: SessionOptions): void {
  checkKeys(options, sessionChecks, 'options of a session', insteadOfSessionOptions, renamedSessionOptions)
  checkOneName(options, renamedSessionOptions)
}

/** Checks new options for an existing session. */
export function checkSessionUpdate(options: SessionOptions): void {
  checkSessionOptions(options)
  for (const name of fixedWhileLiving)
    if (name in options)
      throw new TypeError(
        `Cannot update '${name}' as it is fixed when the session is made: give it to createApp`,
      )
}

/** Checks options of a task; throws a `TypeError` or `RangeError` at the first problem. */
export function checkTaskOptions(options: TaskOptions): void {
  checkKeys(options, taskChecks, 'options of a task', insteadOfTaskOptions, renamedTaskOptions)
  checkOneName(options, renamedTaskOptions)
}

/** Settings from checked options. */
export function toSettings(options: SessionOptions): Settings {
  return {
    timezone: options.timezone === undefined ? systemZone() : checkZone(options.timezone),
    execution: options.execution ?? 'async',
    timeoutMs: toTimeout(options.timeout ?? { minutes: 30 }, 'timeout'),
    relaunchDelayMs: toDuration(options.relaunchDelay ?? 100, 'relaunchDelay'),
    concurrency: toLaunchLimit(options.concurrency ?? false),
    maxProcesses: options.maxProcesses ?? 4,
    maxThreads: options.maxThreads ?? 4,
    pools: toPools(options.pools ?? {}),
    pollEveryMs: toDuration(options.pollEvery ?? 1000, 'pollEvery'),
    onError: toOnError(options.onError ?? {}),
    onUncaught: options.onUncaught ?? 'exit',
    onTaskExists: options.onTaskExists ?? 'raise',
    handleSignals: options.handleSignals,
    drainTimeoutMs: toTimeout(options.drainTimeout ?? 'never', 'drainTimeout'),
    lateAfterMs: toDuration(options.lateAfter ?? 1000, 'lateAfter'),
  }
}

/** The maximum number of live runs: `true` is unlimited. */
export function toLaunchLimit(value: boolean | number): number {
  if (typeof value === 'number') return value
  return value ? Number.POSITIVE_INFINITY : 1
}

function toOnError(value: NonNullable<SessionOptions['onError']>): Record<FailureKind, OnError> {
  const given = typeof value === 'string' ? {} : value
  const all = typeof value === 'string' ? value : 'log'
  return {
    condition: given.condition ?? all,
    // A session that starts after a failed set-up would fail task by task: it must be an explicit choice.
    setup: given.setup ?? (typeof value === 'string' ? value : 'raise'),
    hook: given.hook ?? all,
    log: given.log ?? all,
    neverHolds: given.neverHolds ?? all,
  }
}
