/** Events, both ways: news as it happens, and commands as they are sent in the program. */
import { z } from 'zod'
import type { Command } from '../../app/index.ts'
import { type Route, route } from '../api/route.ts'
import { paramsSchema, sessionUpdateSchema, taskQuery, taskUpdateSchema } from '../contract/inputs.ts'
import { asked } from '../contract/problem.ts'
import { named, okSchema } from '../contract/schemas.ts'
import { parseWatched } from '../live/actor-feed.ts'
import { checkTimeRange } from '../request/time-range.ts'
import { checkTemplate } from './tasks.ts'

const task = z.string()
const instant = z.union([z.number(), z.string()])

/** The commands, as the session takes them. `task.create` names a template: work is code, and no code comes this way. */
export const commandSchema = named(
  'Command',
  z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('task.run'),
      task,
      params: paramsSchema.optional(),
      key: z.string().optional(),
    }),
    z.strictObject({ type: z.literal('task.backfill'), task, from: instant, to: instant }),
    z.strictObject({ type: z.literal('task.terminate'), task, runId: z.string().optional() }),
    z.strictObject({ type: z.literal('task.disable'), task }),
    z.strictObject({ type: z.literal('task.enable'), task }),
    z.strictObject({ type: z.literal('task.update'), task, options: taskUpdateSchema }),
    z.strictObject({
      type: z.literal('task.create'),
      task: z.string().min(1),
      template: z.string(),
      start: z.union([z.string(), z.boolean()]).optional(),
      options: taskUpdateSchema.omit({ start: true }).extend({ params: paramsSchema.optional() }).optional(),
    }),
    z.strictObject({ type: z.literal('task.remove'), task }),
    z.strictObject({ type: z.literal('param.set'), name: z.string().min(1), value: z.unknown() }),
    z.strictObject({ type: z.literal('param.unset'), name: z.string().min(1) }),
    z.strictObject({
      type: z.literal('session.run'),
      tasks: z.array(task),
      obeyConditions: z.boolean().optional(),
    }),
    z.strictObject({ type: z.literal('session.update'), options: sessionUpdateSchema }),
    z.strictObject({ type: z.literal('session.shutDown'), force: z.boolean().optional() }),
    z.strictObject({ type: z.literal('session.restart') }),
    z.strictObject({ type: z.literal('session.hold') }),
    z.strictObject({ type: z.literal('session.resume') }),
  ]),
)

export const eventRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/events',
    name: 'followEvents',
    summary: "The session's news as it happens (server-sent events).",
    permission: 'read',
    query: z.strictObject({
      task: taskQuery,
      watch: z
        .array(z.string())
        .max(32)
        .optional()
        .describe(
          "Also what happens to an actor: 'session', or 'task:‹name›' with its runs. More than once.",
        ),
    }),
    headers: { 'Last-Event-ID': 'The id of the last event that was seen: what came after it is told first.' },
    answers: {
      200: {
        description:
          'Each event is named as the news is (`run.started`, ...) and holds it as JSON. `hello` comes first, or `reset`: look at everything again. `actor` is of the watched one; `dropped` counts what it did too fast.',
        type: 'text/event-stream',
      },
    },
    problems: [404, 503],
    async handle({ shared, query, request, view }) {
      const headers = {
        'content-type': 'text/event-stream; charset=utf-8',
        // Proxies and compressing middleware would else keep what is small until there is more of it.
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      }
      if (request.method === 'HEAD') return new Response(null, { headers })
      for (const text of query.watch ?? []) {
        const watched = parseWatched(text)
        if (watched !== null && 'task' in watched && !(await view.mayRead(watched.task)))
          throw view.notFound(watched.task)
      }
      const stream = shared.feed.open({
        view,
        lastEventId: request.headers.get('last-event-id'),
        tasks: query.task === undefined ? null : new Set(query.task),
        watch: query.watch ?? [],
      })
      return new Response(stream, { headers })
    },
  }),
  route({
    method: 'POST',
    path: '/events',
    name: 'sendCommand',
    summary: 'Sends a command: whatever the other routes do, this can do.',
    permission: 'command',
    body: commandSchema,
    answers: { 202: { description: 'It has been sent.', schema: okSchema } },
    problems: [404, 409, 422],
    command: (_, body) => body as Command,
    handle({ shared, body }) {
      if (body.type === 'task.create') checkTemplate(shared.session, body.template)
      if (body.type === 'task.backfill') checkTimeRange(shared.session.task(body.task), body)
      asked(() => shared.session.send(body as Command))
      return { status: 202, body: { status: 'sent' } }
    },
  }),
]
