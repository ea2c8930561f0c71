/** The run log: records by Rocketry's query names, and notes. */
import { z } from 'zod'
import type { LogQuery } from '../../index.ts'
import { toRecordData } from '../data.ts'
import { logQuery, nameParams, pageQuery, taskQuery, toPage } from '../inputs.ts'
import { type Route, route } from '../route.ts'
import { noteSchema, pageOf, recordSchema } from '../schemas.ts'
import type { Shared } from '../shared.ts'

const recordPage = pageOf('RecordPage', recordSchema)
const taskLogQuery = z.strictObject(logQuery)
const logsQuery = z.strictObject({ ...logQuery, task: taskQuery })
/** What a session keeps of itself holds params as they are, and is nobody's to read from afar; lines belong to their run. */
const shownNotes = ['missed', 'late', 'audit', 'heartbeat'] as const
const notesQuery = z.strictObject({
  limit: pageQuery.limit,
  task: z.string().optional(),
  note: z.enum(shownNotes).optional(),
})

export const logRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/logs',
    name: 'listRecords',
    summary: 'Records of the run log, newest first, a page at a time.',
    permission: 'read',
    query: logsQuery,
    answers: { 200: { description: 'A page of records.', schema: recordPage } },
    problems: [503],
    handle: async ({ shared, query }) => ({ body: await page(shared, query, query.task) }),
  }),
  // The second path is Rocketry's.
  ...(['/tasks/{name}/logs', '/task/{name}/logs'] as const).map((path, i) =>
    route({
      method: 'GET',
      path,
      name: i === 0 ? 'listTaskRecords' : 'listTaskRecordsAsThere',
      summary: 'Records of one task, newest first, also of one that was removed.',
      permission: 'read',
      params: nameParams,
      query: taskLogQuery,
      answers: { 200: { description: 'A page of records.', schema: recordPage } },
      problems: [503],
      handle: async ({ shared, params, query }) => ({ body: await page(shared, query, [params.name]) }),
    }),
  ),
  route({
    method: 'GET',
    path: '/notes',
    name: 'listNotes',
    summary: 'What the log keeps beside runs, newest first: missed periods, late starts, who changed what.',
    permission: 'read',
    query: notesQuery,
    answers: { 200: { description: 'The newest notes.', schema: pageOf('NotePage', noteSchema) } },
    problems: [503],
    async handle({ shared, query }) {
      const { size } = toPage(query, shared.settings.limits.pageSize)
      const { task, note } = query
      const notes = await shared.session.log.notes({
        limit: size,
        ...(task === undefined ? {} : { task }),
        note: note ?? shownNotes,
      })
      const items = notes.slice(0, size).map(({ data, ...rest }) => ({
        ...rest,
        ...(data === undefined ? {} : { data: shared.brief(data) }),
      }))
      return { body: { items, nextCursor: null } }
    },
  }),
]

async function page(
  { session, settings, brief }: Shared,
  query: z.infer<typeof taskLogQuery>,
  tasks: readonly string[] | undefined,
) {
  const { size, before } = toPage(query, settings.limits.pageSize)
  const found = await session.log.query({
    ...spanOf(query, session.clock.now()),
    // One more than asked for tells whether there is another page.
    limit: size + 1,
    ...(tasks === undefined ? {} : { task: tasks }),
    ...(query.action === undefined ? {} : { action: query.action }),
    ...(query.run === undefined ? {} : { runId: query.run }),
    ...(query.error === undefined ? {} : { error: query.error }),
    ...(before === undefined ? {} : { before }),
  })
  const items = found.slice(0, size)
  return {
    items: items.map((record) => toRecordData(record, brief)),
    nextCursor: found.length > size ? String(items.at(-1)!.seq) : null,
  }
}

function spanOf(query: z.infer<typeof taskLogQuery>, now: number): LogQuery {
  if (query.past !== undefined) return { since: now - query.past * 1_000 }
  const { min_created: min, max_created: max } = query
  return {
    ...(min === undefined ? {} : { since: min * 1_000 }),
    // Its last second is whole, as there: `until` is before.
    ...(max === undefined ? {} : { until: max * 1_000 + 1 }),
  }
}
