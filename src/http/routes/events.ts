/** Routes of the event stream and of commands. */
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

/** The commands of the session. `task.create` names a template, since work is code, and requests carry no code. */
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
    z.strictObject({
      type: z.literal('run.send'),
      task,
      runId: z.string().optional(),
      event: z.looseObject({ type: z.string() }),
    }),
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
    summary: 'Live events of the session (server-sent events).',
    permission: 'read',
    query: z.strictObject({
      task: taskQuery,
      watch: z
        .array(z.string())
        .max(32)
        .optional()
        .describe(
          "Adds events and snapshots of an actor: 'session', 'task:‹name›' with its runs, or 'actors' for all, with their senders. May be repeated.",
        ),
    }),
    headers: { 'Last-Event-ID': 'The id of the last event that was received; later events are sent first.' },
    answers: {
      200: {
        description:
          'Each event has the name of the session event (`run.started`, …) and its data as JSON. The first event is `hello`, or `reset`, after which the client must load the state again. `actor` concerns a watched actor; `dropped` counts events of it that were left out (`watched` says of which).',
        type: 'text/event-stream',
      },
    },
    problems: [404, 503],
    async handle({ shared, query, request, view }) {
      const headers = {
        'content-type': 'text/event-stream; charset=utf-8',
        // Keeps proxies and compression middleware from buffering small events.
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
    summary: 'Sends a command. Every change of the other routes is available as a command.',
    permission: 'command',
    body: commandSchema,
    answers: { 202: { description: 'The command was sent.', schema: okSchema } },
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
