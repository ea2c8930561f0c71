/** Routes that control a task: run, backfill, terminate, enable and disable. */
import { z } from 'zod'
import type { RunHandle, RunOutcome, Task } from '../../app/index.ts'
import { toErrorData } from '../../app/internal/index.ts'
import type { Shared } from '../api/context.ts'
import { type Call, type Route, route } from '../api/route.ts'
import { nameParams, noBody, paramsSchema } from '../contract/inputs.ts'
import { toSegment } from '../contract/path-names.ts'
import { asked, Problem } from '../contract/problem.ts'
import { withoutStack } from '../contract/redact.ts'
import { acceptedRunSchema, endedRunSchema, named, taskSchema } from '../contract/schemas.ts'
import { checkTimeRange } from '../request/time-range.ts'
import { toTaskData } from '../views/resources.ts'

const runBody = named('RunRequest', z.strictObject({ params: paramsSchema.optional() }))
const terminateBody = named('TerminateRequest', z.strictObject({ runId: z.string().optional() }))
const instant = z.union([z.number(), z.string()]).describe("Epoch ms, or ISO 8601 in the task's zone.")
const waitQuery = z.strictObject({
  wait: z.coerce
    .number()
    .min(0)
    .optional()
    .describe('Seconds to wait for the outcome; afterwards the response is 202.'),
})

export const taskActionRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/tasks/{name}/run',
    name: 'runTask',
    summary: 'Queues a run, regardless of the condition and even if the task is disabled.',
    permission: 'task.run',
    params: nameParams,
    query: waitQuery,
    body: runBody.optional(),
    headers: { 'Idempotency-Key': 'A repeated key within ten minutes refers to the same run.' },
    answers: {
      200: { description: 'The outcome of the run.', schema: endedRunSchema },
      202: { description: 'The run is queued; `Location` is its URL.', schema: acceptedRunSchema },
    },
    problems: [404, 409, 422],
    handle: runTask,
  }),
  route({
    method: 'POST',
    path: '/tasks/{name}/backfill',
    name: 'backfillTask',
    summary: 'Queues a run for each period that ended within a time range.',
    permission: 'task.backfill',
    params: nameParams,
    body: named('TimeRange', z.strictObject({ from: instant, to: instant })),
    answers: {
      202: {
        description: 'The runs are queued.',
        schema: named('AcceptedRuns', z.object({ runIds: z.array(z.string()) })),
      },
    },
    problems: [404, 409, 422],
    handle({ view, params, body }) {
      const task = view.task(params.name)
      checkTimeRange(task, body)
      const handles = asked(() => task.backfill(body))
      return { status: 202, body: { runIds: handles.map(({ id }) => id) } }
    },
  }),
  route({
    method: 'POST',
    path: '/tasks/{name}/terminate',
    name: 'terminateTask',
    summary: 'Terminates one live run, or all live and queued runs.',
    permission: 'task.terminate',
    params: nameParams,
    body: terminateBody.optional(),
    answers: { 202: { description: 'The runs were asked to terminate.', schema: taskSchema } },
    problems: [404, 409],
    command: ({ name }, body) => ({
      type: 'task.terminate',
      task: name,
      ...(body?.runId === undefined ? {} : { runId: body.runId }),
    }),
    handle({ view, params, body }) {
      const task = view.task(params.name)
      const runId = body?.runId
      if (!task.isRunning || (runId !== undefined && !task.runs.some(({ id }) => id === runId)))
        throw new Problem(
          409,
          'not-running',
          `Cannot terminate a run of task '${task.name}' as ${runId === undefined ? 'no run' : 'that run'} is ${runId === undefined ? '' : 'not '}live.`,
        )
      task.terminate(runId)
      return { status: 202, body: toTaskData(task) }
    },
  }),
  ...(['enable', 'disable'] as const).map((verb) =>
    route({
      method: 'POST',
      path: `/tasks/{name}/${verb}`,
      name: `${verb}Task`,
      summary:
        verb === 'enable'
          ? 'Lets the condition launch runs again.'
          : 'Stops the condition from launching runs.',
      permission: `task.${verb}`,
      params: nameParams,
      body: noBody,
      answers: { 200: { description: 'The task as it is now.', schema: taskSchema } },
      problems: [404],
      handle({ view, params }) {
        const task = view.task(params.name)
        task[verb]()
        return { body: toTaskData(task) }
      },
    }),
  ),
]

type RunCall = Call<{ name: string }, z.infer<typeof waitQuery>, z.infer<typeof runBody> | undefined>

async function runTask({ shared, view, params, query, body, request, root }: RunCall) {
  const task = view.task(params.name)
  const { handle, isRepeated } = startRun(shared, task, body?.params, request.headers.get('idempotency-key'))
  const waitMs = Math.min((query.wait ?? 0) * 1_000, shared.settings.limits.waitMs)
  const outcome = await outcomeWithin(handle, waitMs, shared, request.signal)
  if (outcome !== null) return { status: 200, body: outcomeData(task.name, outcome, shared) }
  return {
    status: 202,
    body: { runId: handle.id, task: task.name, isRepeated },
    headers: { location: `${root}/runs/${toSegment(handle.id)}` },
  }
}

function startRun(
  shared: Shared,
  task: Task,
  params: z.infer<typeof paramsSchema> | undefined,
  key: string | null,
) {
  const start = (): RunHandle => asked(() => task.run(params))
  return key === null
    ? { handle: start(), isRepeated: false }
    : shared.keys.once(task.name, key, params, start)
}

/** The outcome, or null if it does not arrive in time. A run that is refused at once rejects in any case. */
async function outcomeWithin(
  handle: RunHandle,
  waitMs: number,
  { session }: Shared,
  signal: AbortSignal,
): Promise<RunOutcome | null> {
  const over = new AbortController()
  const stopWaiting = (): void => over.abort()
  signal.addEventListener('abort', stopWaiting, { once: true })
  // At least one turn of the event loop, in which a schema may refuse the params.
  const pause = session.clock.sleep(waitMs, { signal: over.signal }).then(
    () => null,
    () => null,
  )
  try {
    return waitMs === 0
      ? await Promise.race([refusal(handle), nextTurn(session.clock)])
      : await Promise.race([handle, pause])
  } finally {
    signal.removeEventListener('abort', stopWaiting)
    over.abort()
  }
}

/** Rejects if the run is refused, and otherwise resolves to null. */
async function refusal(handle: RunHandle): Promise<null> {
  await handle
  return null
}

function nextTurn(clock: { defer(call: () => void): void }): Promise<null> {
  return new Promise((resolve) => clock.defer(() => resolve(null)))
}

function outcomeData(task: string, outcome: RunOutcome, shared: Shared) {
  const { runId, action, value, error, reason } = outcome
  const shown = error === undefined ? undefined : withoutStack(toErrorData(error))
  return {
    runId,
    task,
    action,
    value: value === undefined ? undefined : shared.copy(value, 'value'),
    error: shown,
    reason,
  }
}
