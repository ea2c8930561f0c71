/** Routes of the run log: records, with Rocketry's query names, and notes. */
import { z } from 'zod'
import type { LogQuery, Note, RunRecord } from '../../app/index.ts'
import type { Shared } from '../api/context.ts'
import { type Route, route } from '../api/route.ts'
import { logQuery, nameParams, pageQuery, taskQuery, toPage } from '../contract/inputs.ts'
import { noteSchema, pageOf, recordSchema } from '../contract/schemas.ts'
import type { View } from '../security/caller-view.ts'
import { readShown } from '../views/paging.ts'
import { toRecordData } from '../views/resources.ts'

const recordPage = pageOf('RecordPage', recordSchema)
const taskLogQuery = z.strictObject(logQuery)
const logsQuery = z.strictObject({ ...logQuery, task: taskQuery })
/** Kinds of notes that are shown. Saved state contains unmasked params and is not exposed; lines are shown with their run. */
const shownNotes = ['missed', 'late', 'audit', 'heartbeat'] as const
const notesQuery = z.strictObject({
  ...pageQuery,
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
    handle: async ({ shared, view, query }) => ({ body: await page(shared, view, query, query.task) }),
  }),
  // The second path is Rocketry's.
  ...(['/tasks/{name}/logs', '/task/{name}/logs'] as const).map((path, i) =>
    route({
      method: 'GET',
      path,
      name: i === 0 ? 'listTaskRecords' : 'listTaskRecordsAsThere',
      summary: 'Records of one task, newest first, also of a removed task.',
      permission: 'read',
      params: nameParams,
      query: taskLogQuery,
      answers: { 200: { description: 'A page of records.', schema: recordPage } },
      problems: [503],
      isOfHistory: true,
      handle: async ({ shared, view, params, query }) => ({
        body: await page(shared, view, query, [params.name]),
      }),
    }),
  ),
  route({
    method: 'GET',
    path: '/notes',
    name: 'listNotes',
    summary:
      'Notes of the log, newest first, a page at a time: missed periods, late starts, changes with their author.',
    permission: 'read',
    query: notesQuery,
    answers: { 200: { description: 'A page of notes.', schema: pageOf('NotePage', noteSchema) } },
    problems: [503],
    async handle({ shared, view, query }) {
      const { size, before } = toPage(query, shared.settings.limits.pageSize)
      const { task, note } = query
      const read = async (limit: number, older: number | undefined): Promise<readonly Note[]> => {
        const notes = await shared.session.log.notes({
          limit,
          ...(older === undefined ? {} : { before: older }),
          ...(task === undefined ? {} : { task }),
          note: note ?? shownNotes,
        })
        await view.learn(notes.flatMap(tasksIn))
        // A store that ignores `before` returns the newest again: no next page is better than an endless one.
        return older === undefined ? notes : notes.filter(({ seq }) => seq < older)
      }
      // Leaves out notes of commands about a hidden task. One additional note shows whether there is another page.
      const isWanted = (each: Note): boolean => !tasksIn(each).some((name) => view.hides(name))
      const found = await readShown(view, size + 1, before, read, isWanted)
      const items = found.slice(0, size)
      return {
        body: {
          items: items.map(({ data, ...rest }) => ({
            ...rest,
            ...(data === undefined ? {} : { data: shared.brief(data) }),
          })),
          nextCursor: found.length > size ? String(items.at(-1)!.seq) : null,
        },
      }
    },
  }),
]

function tasksIn({ data }: Note): readonly string[] {
  const tasks = (data as { tasks?: unknown } | null | undefined)?.tasks
  return Array.isArray(tasks) ? tasks.map(String) : []
}

async function page(
  { session, settings, brief }: Shared,
  view: View,
  query: z.infer<typeof taskLogQuery>,
  tasks: readonly string[] | undefined,
) {
  const { size, before } = toPage(query, settings.limits.pageSize)
  const wanted: LogQuery = {
    ...spanOf(query, session.clock.now()),
    ...(tasks === undefined ? {} : { task: tasks }),
    ...(query.action === undefined ? {} : { action: query.action }),
    ...(query.run === undefined ? {} : { runId: query.run }),
    ...(query.error === undefined ? {} : { error: query.error }),
  }
  // Searches the masked text, since a search would otherwise reveal hidden names.
  const isFound = ({ error }: RunRecord): boolean =>
    view.isWhole || query.error === undefined || view.shown(error?.message ?? '').includes(query.error)
  const read = async (limit: number, older: number | undefined) => {
    const records = await session.log.query({
      ...wanted,
      limit,
      ...(older === undefined ? {} : { before: older }),
    })
    if (query.error !== undefined)
      await view.learn(view.undecidedIn(records.map(({ error }) => error?.message)))
    return records
  }
  // One additional record shows whether there is another page.
  const found = await readShown(view, size + 1, before, read, isFound)
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
    // Includes the last second, as Rocketry does: `until` is exclusive.
    ...(max === undefined ? {} : { until: max * 1_000 + 1 }),
  }
}
