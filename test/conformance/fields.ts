/** Fields of the fact files: of rows, and of the classes in their trees. */
import { checkFields, Unsupported } from './unsupported.ts'

/** Fields of any row that do not affect the result. */
const common = [
  ...['id', 'name', 'source', 'expected', 'error', 'suspect', 'suspect_reason', 'intended'],
  ...['upstream_xfail', 'boundary', 'edge', 'order_dependent', 'order_stable', 'expected_cache'],
]

const resolved = ['start_us', 'end_us', 'past_us', 'future_us', 'near_us', 'far_us', 'expr']
const spec = ['period', 'type', 'args', ...resolved]

const rows: Readonly<Record<string, readonly string[]>> = {
  'time-contains': [...spec, 'datetime', 'timezone'],
  'time-roll': [...spec, 'datetime', 'timezone', 'op'],
  'time-construct': [...spec, 'op'],
  durations: ['duration', 'expected_us'],
  'task-executable': ['condition', 'api', 'tree', 'task', 'logs', 'now', 'timezone'],
  parse: ['statement', 'kind'],
  sessions: [
    ...['start', 'step', 'cycles', 'tasks', 'config', 'history', 'session_run'],
    ...['shut_cond', 'shut_cond_tree'],
  ],
}

const cycle = ['start', 'end', 'time_point', 'starting', 'right_closed', 'step']
const history = ['task', 'period', 'compare']
const dependence = ['depend_task', 'task']

/** Classes of periods and conditions, with their arguments. */
const classes: Readonly<Record<string, readonly string[]>> = {
  TimeOfSecond: cycle,
  TimeOfMinute: cycle,
  TimeOfHour: cycle,
  TimeOfDay: cycle,
  TimeOfWeek: cycle,
  TimeOfMonth: cycle,
  TimeOfYear: cycle,
  All: ['periods', 'conditions'],
  Any: ['periods', 'conditions'],
  '&': ['periods'],
  '|': ['periods'],
  Cron: ['minute', 'hour', 'day_of_month', 'month', 'day_of_week'],
  TimeDelta: ['past', 'future', 'reference'],
  TimeSpanDelta: ['near', 'far', 'reference'],
  StaticInterval: ['start', 'end'],
  RelativeDay: ['day', 'start_time', 'end_time'],
  always: [],
  never: [],
  Not: ['condition'],
  AlwaysTrue: [],
  AlwaysFalse: [],
  IsPeriod: ['period'],
  TaskStarted: history,
  TaskSucceeded: history,
  TaskFailed: history,
  TaskFinished: history,
  TaskTerminated: history,
  TaskInacted: history,
  TaskRunning: history,
  TaskExecutable: ['task', 'period', 'retries'],
  TaskRunnable: ['task', 'period'],
  DependSuccess: dependence,
  DependFailure: dependence,
  DependFinish: dependence,
  Retry: ['n'],
  SchedulerStarted: ['period'],
  SchedulerCycles: ['compare'],
  IsEnv: ['env'],
  ParamExists: ['keys', 'values'],
  FailingCondition: [],
}

/** Throws {@link Unsupported} if the row has unknown fields, or its trees have unknown classes or arguments. */
export function checkRow(file: string, row: object): void {
  checkFields(row, `a row of ${file}`, [...common, ...(rows[file] ?? [])])
  const { expected, intended, ...asked } = row as Readonly<Record<string, unknown>>
  checkClasses(asked)
  checkClasses(expected)
  checkClasses(intended)
}

function checkClasses(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const { type, args } = value as { readonly type?: unknown; readonly args?: unknown }
  if (typeof type === 'string' && typeof args === 'object' && args !== null) {
    const known = classes[type]
    if (known === undefined) throw new Unsupported(`class ${type}`)
    checkFields(args, type, known)
  }
  for (const part of Object.values(value)) checkClasses(part)
}
