/** Routes of the workflows of runs: events to a live run, and the recorded steps of a run. */
import { z } from 'zod'
import { type Route, route } from '../api/route.ts'
import { pageQuery, runParams, toPage } from '../contract/inputs.ts'
import { asked } from '../contract/problem.ts'
import { named, pageOf } from '../contract/schemas.ts'
import { workflowStepSchema } from '../contract/workflow-schemas.ts'
import { readShown } from '../views/paging.ts'
import { liveRun, notFound, runData } from './runs.ts'

const sentSchema = named(
  'SentEvent',
  z.object({
    status: z
      .enum(['accepted', 'taken'])
      .describe('`accepted` by a machine at rest, or `taken` in order by other logic or within a step.'),
  }),
)

export const workflowRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/runs/{runId}/events',
    name: 'sendRunEvent',
    summary: 'Sends an event to the workflow of a live run.',
    permission: 'run.send',
    params: runParams,
    body: named('WorkflowEvent', z.looseObject({ type: z.string().min(1) })),
    answers: { 202: { description: 'The workflow has the event.', schema: sentSchema } },
    problems: [404, 409, 422],
    taskOf: ({ runId }, view) => liveRun(view, runId)?.task ?? null,
    command: ({ runId }, event, task) =>
      task === null ? undefined : { type: 'run.send', task, runId, event },
    async handle({ view, params: { runId }, body }) {
      const run = liveRun(view, runId)
      if (run === undefined || !view.has(run.task)) throw notFound(runId, 'is live')
      return { status: 202, body: { status: await asked(() => view.task(run.task).send(body, runId)) } }
    },
  }),
  route({
    method: 'GET',
    path: '/runs/{runId}/steps',
    name: 'listRunSteps',
    summary:
      'The recorded steps of the workflow of a run: the newest page first, in order of time within a page.',
    permission: 'read',
    params: runParams,
    query: z.strictObject(pageQuery),
    answers: {
      200: {
        description:
          'Steps; `nextCursor` selects earlier ones. `limit` counts notes: steps of one turn share a note.',
        schema: pageOf('WorkflowStepPage', workflowStepSchema),
      },
    },
    problems: [404, 503],
    async handle({ shared, view, params: { runId }, query }) {
      const { size, before } = toPage(query, shared.settings.limits.pageSize)
      const task = (await runData(shared, view, runId)).task!
      const found = await readShown(view, size + 1, before, (limit, older) =>
        shared.session.log.notes({
          note: 'steps',
          task,
          runId,
          limit,
          ...(older === undefined ? {} : { before: older }),
        }),
      )
      const notes = found.slice(0, size)
      return {
        body: {
          items: [...notes]
            .reverse()
            .flatMap(({ data }) => (Array.isArray(data) ? data.map((step) => shared.brief(step)) : [])),
          nextCursor: found.length > size ? String(notes.at(-1)!.seq) : null,
        },
      }
    },
  }),
]
