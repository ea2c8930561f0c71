/** Routes of live and ended runs, and of their log lines. */
import { z } from 'zod'
import type { LogQuery, RunRecord, Session, Task } from '../../app/index.ts'
import type { Shared } from '../api/context.ts'
import { type Route, route } from '../api/route.ts'
import { noBody, pageQuery, perTask, runParams, taskQuery, toPage } from '../contract/inputs.ts'
import { Problem } from '../contract/problem.ts'
import { lineSchema, named, okSchema, outcomeNames, runSchema } from '../contract/schemas.ts'
import { runDetailSchema } from '../contract/workflow-schemas.ts'
import type { RunLine } from '../live/run-lines.ts'
import type { View } from '../security/caller-view.ts'
import { readShown } from '../views/paging.ts'
import { toLiveRunData, toRunData } from '../views/resources.ts'
import { fromCursor, readRunPage, toCursor } from '../views/run-pages.ts'
import { toWorkflowData } from '../views/workflow.ts'

/** Maximum number of tasks whose newest runs are read in one request. */
const maxTasks = 500

const runsQuery = z.strictObject({
  ...pageQuery,
  cursor: z.string().max(1_000).optional().describe('`nextCursor` of the previous page.'),
  perTask: perTask.describe(
    'Instead of pages, the newest runs of each present task, at most this many per task; `cut` names the tasks with more.',
  ),
  task: taskQuery,
  state: z
    .array(z.enum(['running', ...outcomeNames]))
    .optional()
    .describe('Only these states; may be repeated.'),
  since: z.coerce
    .number()
    .optional()
    .describe('Runs that ended at or after this time, epoch ms, and all live runs.'),
  until: z.coerce
    .number()
    .optional()
    .describe('Runs that ended before this time, epoch ms, without live runs.'),
})

const runPageSchema = named(
  'RunPage',
  z.object({
    items: z.array(runSchema),
    nextCursor: z.string().nullable().describe('The `cursor` of the next page; null on the last page.'),
    cut: z.array(z.string()).describe('With `perTask`: tasks with more runs than are listed.'),
  }),
)

export const runRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/runs',
    name: 'listRuns',
    summary: 'Live runs, on the first page, then ended runs, newest first.',
    permission: 'read',
    query: runsQuery,
    answers: { 200: { description: 'A page of runs.', schema: runPageSchema } },
    problems: [503],
    handle: async ({ shared, view, query }) => ({
      body:
        query.perTask === undefined
          ? await runPage(shared, view, query)
          : await runsOfEach(shared, view, query, query.perTask),
    }),
  }),
  route({
    method: 'GET',
    path: '/runs/{runId}',
    name: 'getRun',
    summary: 'One run, with params, return value and error, and the workflow of a live run.',
    permission: 'read',
    params: runParams,
    answers: { 200: { description: 'The run.', schema: runDetailSchema } },
    problems: [404, 503],
    async handle({ shared, view, params: { runId } }) {
      const run = await runData(shared, view, runId)
      const task = run.task !== undefined && view.has(run.task) ? view.task(run.task) : null
      const workflow = task?.runs.find(({ id }) => id === runId)?.workflow ?? null
      return {
        body: { ...run, workflow: workflow === null ? null : toWorkflowData(workflow, shared.copy) },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/runs/{runId}/logs',
    name: 'listRunLines',
    summary: 'The log lines of a run, as far as memory or the log has them.',
    permission: 'read',
    params: runParams,
    answers: {
      200: {
        description: 'Lines, oldest first.',
        schema: named('Lines', z.object({ items: z.array(lineSchema), dropped: z.number() })),
      },
    },
    problems: [404, 503],
    async handle({ shared, view, params }) {
      const run = await runData(shared, view, params.runId)
      const task = run.task!
      const { lines, dropped } = shared.lines.of(task, params.runId)
      const items = lines.length > 0 ? lines : await keptLines(shared, task, params.runId)
      return { body: { items, dropped } }
    },
  }),
  route({
    method: 'POST',
    path: '/runs/{runId}/terminate',
    name: 'terminateRun',
    summary: 'Terminates one run.',
    permission: 'task.terminate',
    params: runParams,
    body: noBody,
    answers: { 202: { description: 'The run was asked to terminate.', schema: okSchema } },
    problems: [404],
    taskOf: ({ runId }, view) => liveRun(view, runId)?.task ?? null,
    handle({ view, params: { runId } }) {
      const run = liveRun(view, runId)
      if (run === undefined || !view.has(run.task)) throw notFound(runId, 'is live')
      view.task(run.task).terminate(runId)
      return { status: 202, body: { status: 'terminating' } }
    },
  }),
]

/** The live run of an id, if the caller may see it. */
export function liveRun(view: View, runId: string) {
  return view.runs().find(({ id }) => id === runId)
}

type RunsQuery = z.infer<typeof runsQuery>

async function runPage({ session, settings, brief }: Shared, view: View, query: RunsQuery) {
  const { size } = toPage({ limit: query.limit }, settings.limits.pageSize)
  const place = query.cursor === undefined ? null : fromCursor(query.cursor)
  const { action, isWithLive, filter } = filterOf(query)
  if (isWithLive) await view.learn(session.runs().map(({ task }) => task))
  const isSelected = (task: string): boolean => query.task === undefined || query.task.includes(task)
  const { items, next } = await readRunPage(
    {
      top: async () => (await session.log.query({ limit: 1 }))[0]?.seq ?? 0,
      live: () => (isWithLive ? view.runs().filter(({ task }) => isSelected(task)) : []),
      ended: async (limit, { before, ...after }) =>
        action.length === 0
          ? []
          : readShown(view, limit, before, (count, older) =>
              session.log.query({
                ...filter,
                ...after,
                action,
                limit: count,
                ...(older === undefined ? {} : { before: older }),
              }),
            ),
    },
    size,
    place,
  )
  return {
    items: items.map((item) =>
      'live' in item
        ? toLiveRunData(session, item.live, undefined, brief)
        : toRunData(item.ended, undefined, brief),
    ),
    nextCursor: next === null ? null : toCursor(next),
    cut: [],
  }
}

/** The newest runs of each task. Tasks that never ran are not queried. */
async function runsOfEach({ session, brief }: Shared, view: View, query: RunsQuery, perTask: number) {
  const { action, isWithLive, filter } = filterOf(query)
  const isSelected = ({ name }: Task): boolean => query.task === undefined || query.task.includes(name)
  const tasks = view.tasks().filter((task) => isSelected(task) && task.status !== null)
  const live = isWithLive ? view.runs().filter(({ task }) => tasks.some(({ name }) => name === task)) : []
  const items: RunRecord[] = []
  const cut: string[] = []
  for (const { name } of tasks.slice(0, action.length === 0 ? 0 : maxTasks)) {
    const found = await session.log.query({ ...filter, task: name, action, limit: perTask + 1 })
    items.push(...found.slice(0, perTask))
    if (found.length > perTask) cut.push(name)
  }
  items.sort((a, b) => b.seq - a.seq)
  return {
    items: [
      ...live.map((run) => toLiveRunData(session, run, undefined, brief)),
      ...items.map((record) => toRunData(record, undefined, brief)),
    ],
    nextCursor: null,
    cut: [...cut, ...tasks.slice(maxTasks).map(({ name }) => name)],
  }
}

function filterOf({ state, task, since, until }: RunsQuery) {
  const states = state ?? ['running', ...outcomeNames]
  return {
    action: states.filter((each) => each !== 'running'),
    isWithLive: until === undefined && states.includes('running'),
    filter: {
      ...(task === undefined ? {} : { task }),
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
    } satisfies LogQuery,
  }
}

/** A run as response data, without its workflow. @throws Problem 404 */
export async function runData({ session, copy }: Shared, view: View, runId: string) {
  // Run ids made by the program may repeat, also in another task: the newest two records of one task belong to one run.
  const task = liveRun(view, runId)?.task ?? (await newestShown(session, view, runId))?.task
  if (task === undefined) throw notFound(runId, 'is in the log')
  const [newest, older] = await session.log.query({ task, runId, limit: 2 })
  const live = view.runs().find((run) => run.id === runId && run.task === task)
  if (live !== undefined) return toLiveRunData(session, live, newest, copy)
  if (newest === undefined) throw notFound(runId, 'is in the log')
  if (newest.action !== 'run')
    return toRunData(newest, older?.action === 'run' ? older : undefined, copy, true)
  // The end is being written at this moment, or the process died and the session has not started since.
  return { ...toRunData(newest, undefined, copy), state: 'running' }
}

/** The newest record of a run's id that the caller may see. */
async function newestShown(session: Session, view: View, runId: string): Promise<RunRecord | undefined> {
  const [newest] = await readShown(view, 1, undefined, (limit, before) =>
    session.log.query({ runId, limit, ...(before === undefined ? {} : { before }) }),
  )
  return newest
}

/** Lines in the log: of runs before this process, and of runs that memory no longer keeps. */
async function keptLines({ session, settings }: Shared, task: string, runId: string): Promise<RunLine[]> {
  const notes = await session.log.notes({ note: 'lines', task, runId, limit: settings.limits.runLines })
  return [...notes]
    .reverse()
    .flatMap(({ data }) => (Array.isArray(data) ? (data as RunLine[]) : []))
    .map(({ at, level, message }) => ({ at, level, message }))
}

/** The problem for a run that is not there. */
export function notFound(runId: string, what: string): Problem {
  return new Problem(404, 'run-not-found', `Cannot find the run '${runId}' as no run of that id ${what}.`)
}
