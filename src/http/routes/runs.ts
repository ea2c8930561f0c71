/** Runs: those that live, those that ended, one of them with the lines it wrote. */
import { z } from 'zod'
import type { LogQuery, RunRecord } from '../../index.ts'
import { toLiveRunData, toRunData } from '../data.ts'
import { noBody, pageQuery, runParams, taskQuery, toPage } from '../inputs.ts'
import { Problem } from '../problem.ts'
import { type Route, route } from '../route.ts'
import type { RunLine } from '../run-lines.ts'
import { lineSchema, named, okSchema, outcomeNames, pageOf, runSchema } from '../schemas.ts'
import type { Shared } from '../shared.ts'

const runsQuery = z.strictObject({
  ...pageQuery,
  task: taskQuery,
  state: z
    .array(z.enum(['running', ...outcomeNames]))
    .optional()
    .describe('Only these; may be given more than once.'),
  since: z.coerce.number().optional().describe('Ended at or after this, epoch ms; of runs that live all.'),
  until: z.coerce.number().optional().describe('Ended before this, epoch ms; then without those that live.'),
})

export const runRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/runs',
    name: 'listRuns',
    summary: 'Runs: those that live (on the first page), then those that ended, newest first.',
    permission: 'read',
    query: runsQuery,
    answers: { 200: { description: 'A page of runs.', schema: pageOf('RunPage', runSchema) } },
    problems: [503],
    handle: async ({ shared, query }) => ({ body: await runPage(shared, query) }),
  }),
  route({
    method: 'GET',
    path: '/runs/{runId}',
    name: 'getRun',
    summary: 'One run, with params, return value and error.',
    permission: 'read',
    params: runParams,
    answers: { 200: { description: 'The run.', schema: runSchema } },
    problems: [404, 503],
    handle: async ({ shared, params }) => ({ body: await runData(shared, params.runId) }),
  }),
  route({
    method: 'GET',
    path: '/runs/{runId}/logs',
    name: 'listRunLines',
    summary: 'The lines that a run wrote, as far as memory or the log has them.',
    permission: 'read',
    params: runParams,
    answers: {
      200: {
        description: 'Lines, oldest first.',
        schema: named('Lines', z.object({ items: z.array(lineSchema), dropped: z.number() })),
      },
    },
    problems: [404, 503],
    async handle({ shared, params }) {
      await runData(shared, params.runId)
      const { lines, dropped } = shared.lines.of(params.runId)
      const items = lines.length > 0 ? lines : await keptLines(shared, params.runId)
      return { body: { items, dropped } }
    },
  }),
  route({
    method: 'POST',
    path: '/runs/{runId}/terminate',
    name: 'terminateRun',
    summary: 'Tells one run to end.',
    permission: 'task.terminate',
    params: runParams,
    body: noBody,
    answers: { 202: { description: 'It has been told.', schema: okSchema } },
    problems: [404],
    handle({ shared, params: { runId } }) {
      const run = shared.session.runs().find(({ id }) => id === runId)
      if (run === undefined || !shared.session.has(run.task)) throw notFound(runId, 'lives')
      shared.session.task(run.task).terminate(runId)
      return { status: 202, body: { status: 'terminating' } }
    },
  }),
]

async function runPage({ session, settings, brief }: Shared, query: z.infer<typeof runsQuery>) {
  const { size, before } = toPage(query, settings.limits.pageSize)
  const states = query.state ?? ['running', ...outcomeNames]
  const live =
    before === undefined && query.until === undefined && states.includes('running') ? session.runs() : []
  const wanted = live.filter(({ task }) => query.task === undefined || query.task.includes(task))
  const outcomes = states.filter((state) => state !== 'running')
  const ended = await endedRuns(outcomes)
  const items = ended.slice(0, size)
  return {
    items: [
      ...wanted.slice(0, size).map((run) => toLiveRunData(session, run, undefined, brief)),
      ...items.map((record) => toRunData(record, undefined, brief)),
    ],
    nextCursor: ended.length > size ? String(items.at(-1)!.seq) : null,
  }

  async function endedRuns(action: NonNullable<LogQuery['action']>): Promise<readonly RunRecord[]> {
    if (action.length === 0) return []
    return session.log.query({
      action,
      limit: size + 1,
      ...(query.task === undefined ? {} : { task: query.task }),
      ...(query.since === undefined ? {} : { since: query.since }),
      ...(query.until === undefined ? {} : { until: query.until }),
      ...(before === undefined ? {} : { before }),
    })
  }
}

async function runData({ session, copy }: Shared, runId: string) {
  // A run id of the program's own making may come again: the newest two are one run.
  const records = await session.log.query({ runId, limit: 2 })
  const [newest, older] = records
  const live = session.runs().find(({ id }) => id === runId)
  if (live !== undefined) return toLiveRunData(session, live, newest, copy)
  if (newest === undefined) throw notFound(runId, 'is in the log')
  if (newest.action !== 'run')
    return toRunData(newest, older?.action === 'run' ? older : undefined, copy, true)
  // Its end is being written at this moment, or its process died and the session has not started since.
  return { ...toRunData(newest, undefined, copy), state: 'running' }
}

/** Lines that the log keeps: those of runs from before this process, and of runs that memory has let go. */
async function keptLines({ session, settings }: Shared, runId: string): Promise<RunLine[]> {
  const notes = await session.log.notes({ note: 'lines', runId, limit: settings.limits.runLines })
  return [...notes]
    .reverse()
    .flatMap(({ data }) => (Array.isArray(data) ? (data as RunLine[]) : []))
    .map(({ at, level, message }) => ({ at, level, message }))
}

function notFound(runId: string, what: string): Problem {
  return new Problem(404, 'run-not-found', `Cannot find the run '${runId}' as no run of that id ${what}.`)
}
