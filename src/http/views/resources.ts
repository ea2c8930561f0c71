/** Response data of tasks, records and runs. Fields are listed one by one, so that no new field is sent by accident. */
import type { RunRecord, Session, Task } from '../../app/index.ts'
import { withoutStack } from '../contract/redact.ts'

type Copy = (value: unknown, key?: string) => unknown

/** A task as response data. */
export function toTaskData(task: Task) {
  const json = task.toJSON()
  return {
    name: json.name,
    description: json.description ?? null,
    start: json.start,
    end: json.end ?? null,
    priority: json.priority,
    disabled: json.disabled,
    execution: json.execution,
    timeoutMs: json.timeoutMs,
    status: json.status,
    state: json.state,
    isRunning: json.isRunning,
    lastRun: json.lastRun,
    lastSuccess: json.lastSuccess,
    lastFail: json.lastFail,
    lastTerminate: json.lastTerminate,
    lastInaction: json.lastInaction,
    lastCrash: json.lastCrash,
    runs: task.runs.map(({ id, startedAt, progress }) => ({
      runId: id,
      startedAt: startedAt.toISO(),
      progress,
    })),
  }
}

/** The fields that records and runs have in common. */
function toFields(record: RunRecord, copy: Copy, withStack: boolean) {
  const { task, runId, at, start, end, runtimeMs, trigger, dueAt, period, reason, omitted } = record
  const { params, error, value } = record
  const plain = { task, runId, at, start, end, runtimeMs, trigger, dueAt, period, reason, omitted }
  return {
    ...plain,
    params: params === undefined ? undefined : copy(params),
    error: error === undefined || withStack ? error : withoutStack(error),
    value: value === undefined ? undefined : copy(value, 'value'),
  }
}

/** A record as response data. */
export function toRecordData(record: RunRecord, copy: Copy) {
  return { seq: record.seq, action: record.action, ...toFields(record, copy, false) }
}

/** An ended run, from its end record; `start` is its `run` record, which has the params. */
export function toRunData(end: RunRecord, start: RunRecord | undefined, copy: Copy, withStack = false) {
  const before = start === undefined ? {} : defined(toFields(start, copy, withStack))
  return { state: end.action, progress: null, ...before, ...defined(toFields(end, copy, withStack)) }
}

/** A live run, with its `run` record if the log has it already. */
export function toLiveRunData(
  session: Session,
  run: ReturnType<Session['runs']>[number],
  record: RunRecord | undefined,
  copy: Copy,
) {
  const startedAt = run.startedAt.toMillis()
  const known = record === undefined ? {} : defined(toFields(record, copy, false))
  const task = session.has(run.task) ? session.task(run.task) : null
  const progress = task?.runs.find(({ id }) => id === run.id)?.progress ?? null
  return {
    state: 'running',
    progress,
    task: run.task,
    runId: run.id,
    at: startedAt,
    start: startedAt,
    ...known,
  }
}

/** A copy without undefined fields, which would otherwise overwrite known values. */
function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>
}
