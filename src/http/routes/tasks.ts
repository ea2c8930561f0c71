/** Routes of tasks: list, create from a template, read, update, remove, explain. */
import { z } from 'zod'
import type { Session, TaskUpdate } from '../../app/index.ts'
import { near } from '../../app/internal/index.ts'
import type { Shared } from '../api/context.ts'
import { type Route, route } from '../api/route.ts'
import { nameParams, pageQuery, paramsSchema, taskUpdateSchema } from '../contract/inputs.ts'
import { toSegment } from '../contract/path-names.ts'
import { asked, askedLater, Problem, quoted } from '../contract/problem.ts'
import {
  machineSchema,
  named,
  pageOf,
  pastSchema,
  taskSchema,
  templateSchema,
  whySchema,
} from '../contract/schemas.ts'
import type { View } from '../security/caller-view.ts'
import { toPastData, toWhyData } from '../views/explanation.ts'
import { toMachineData } from '../views/machine-definition.ts'
import { toTaskData } from '../views/resources.ts'

const tasksQuery = z.strictObject({
  limit: pageQuery.limit,
  cursor: z.string().optional().describe('`nextCursor` of the previous page.'),
  name: z.array(z.string()).optional().describe('Only these tasks; may be repeated.'),
  search: z.string().optional().describe('Part of the name or description, case-insensitive.'),
  state: z.enum(['idle', 'running', 'failed']).optional(),
})

export const taskRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/tasks',
    name: 'listTasks',
    summary: 'Tasks in the order of their names, a page at a time.',
    permission: 'read',
    query: tasksQuery,
    answers: { 200: { description: 'A page of tasks.', schema: pageOf('TaskPage', taskSchema) } },
    handle: async ({ shared, view, query }) => ({ body: await taskPage(shared, view, query) }),
  }),
  route({
    method: 'POST',
    path: '/tasks',
    name: 'createTask',
    summary: 'Creates a task from a template of the session.',
    permission: 'task.create',
    body: named(
      'NewTask',
      taskUpdateSchema.extend({
        template: z.string(),
        name: z.string().min(1),
        params: paramsSchema.optional().describe('Values for the args, by name.'),
      }),
    ),
    answers: { 201: { description: 'The task.', schema: taskSchema } },
    problems: [404, 409, 422],
    command: (_, { name, template, ...options }) => ({ type: 'task.create', task: name, template, options }),
    handle({ shared, body, root }) {
      const { template, name, ...given } = body
      const { session } = shared
      checkTemplate(session, template)
      const task = asked(() => session.createFrom(template, name, given as TaskUpdate))
      return {
        status: 201,
        body: toTaskData(task),
        headers: { location: `${root}/tasks/${toSegment(task.name)}` },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/templates',
    name: 'listTemplates',
    summary: 'Templates for new tasks.',
    permission: 'read',
    answers: {
      200: {
        description: 'The templates.',
        schema: named('Templates', z.object({ items: z.array(templateSchema) })),
      },
    },
    handle: ({ shared }) => ({
      body: {
        items: [...shared.session.templates].map(([name, { description, start }]) => ({
          name,
          description: description ?? null,
          start: String(start ?? false),
        })),
      },
    }),
  }),
  route({
    method: 'GET',
    path: '/tasks/{name}',
    name: 'getTask',
    summary: 'One task.',
    permission: 'read',
    params: nameParams,
    answers: { 200: { description: 'The task.', schema: taskSchema } },
    problems: [404],
    handle: ({ view, params }) => ({ body: toTaskData(view.task(params.name)) }),
  }),
  route({
    method: 'PATCH',
    path: '/tasks/{name}',
    name: 'updateTask',
    summary: 'Changes the start condition and options of a task.',
    permission: 'task.update',
    params: nameParams,
    body: taskUpdateSchema,
    answers: { 200: { description: 'The changed task.', schema: taskSchema } },
    problems: [404, 422],
    command: ({ name }, options) => ({ type: 'task.update', task: name, options }),
    handle({ view, params, body }) {
      const task = view.task(params.name)
      asked(() => task.update(body as TaskUpdate))
      return { body: toTaskData(task) }
    },
  }),
  route({
    method: 'DELETE',
    path: '/tasks/{name}',
    name: 'removeTask',
    summary: 'Removes a task and terminates its live runs.',
    permission: 'task.remove',
    params: nameParams,
    answers: { 202: { description: 'The task before its removal.', schema: taskSchema } },
    problems: [404],
    handle({ shared, view, params }) {
      const before = toTaskData(view.task(params.name))
      // The name is free at once; the end of live runs is not awaited.
      shared.session.removeTask(params.name).catch(() => {})
      return { status: 202, body: before }
    },
  }),
  route({
    method: 'GET',
    path: '/tasks/{name}/why',
    name: 'explainTask',
    summary: 'Why the task is, or is not, running.',
    permission: 'read',
    params: nameParams,
    answers: { 200: { description: 'The explanation.', schema: whySchema } },
    problems: [404],
    handle: ({ shared, view, params }) => ({
      body: toWhyData(view.task(params.name), shared.session.now().zoneName ?? 'UTC', view, shared.copy),
    }),
  }),
  route({
    method: 'GET',
    path: '/tasks/{name}/explain',
    name: 'explainTaskAt',
    summary: 'Why the task was, or was not, started at a past instant.',
    permission: 'read',
    params: nameParams,
    query: z.strictObject({
      at: z
        .string()
        .min(1)
        .describe("Epoch ms, or ISO 8601; without an offset in the task's zone. Not in the future."),
    }),
    answers: { 200: { description: 'The explanation, as far as the log tells.', schema: pastSchema } },
    problems: [404, 422, 503],
    handle: async ({ shared, view, params, query }) => {
      const task = view.task(params.name)
      const at = /^-?\d+$/.test(query.at) ? Number(query.at) : query.at
      const explanation = await askedLater(() => task.explainAt(at))
      // It may name tasks that were removed since.
      await view.learn(view.undecidedIn(explanation))
      return { body: toPastData(explanation, view, shared.copy) }
    },
  }),
  route({
    method: 'GET',
    path: '/tasks/{name}/next_runs',
    name: 'listNextRuns',
    summary: 'The next starts of the task, as far as time alone decides.',
    permission: 'read',
    params: nameParams,
    query: z.strictObject({ limit: z.coerce.number().int().min(1).max(100).default(5) }),
    answers: {
      200: {
        description: "ISO 8601 with offset, in the task's zone.",
        schema: named('NextRuns', z.object({ items: z.array(z.string()) })),
      },
    },
    problems: [404],
    handle: ({ view, params, query }) => ({
      body: {
        items: view
          .task(params.name)
          .nextRuns(query.limit)
          .map((at) => at.toISO()),
      },
    }),
  }),
  route({
    method: 'GET',
    path: '/tasks/{name}/machine',
    name: 'getTaskMachine',
    summary: "The task's state chart and its present state.",
    permission: 'read',
    params: nameParams,
    answers: { 200: { description: 'The machine.', schema: machineSchema } },
    problems: [404],
    handle: ({ shared, view, params }) => ({
      body: toMachineData(view.task(params.name).actor, (value) => shared.copy(value)),
    }),
  }),
]

async function taskPage({ settings }: Shared, view: View, query: z.infer<typeof tasksQuery>) {
  const size = Math.min(query.limit ?? 50, settings.limits.pageSize)
  const part = query.search?.toLowerCase()
  if (part !== undefined)
    await view.learn(view.undecidedIn(view.tasks().map(({ description }) => description)))
  // By name, so that a page continues where the previous one ended even if tasks were added or removed.
  const wanted = view
    .tasks()
    .filter((task) => query.cursor === undefined || task.name > query.cursor)
    .filter((task) => query.name === undefined || query.name.includes(task.name))
    .filter(
      (task) =>
        part === undefined ||
        // Searches the masked text, since a search would otherwise reveal hidden names.
        `${task.name}\n${view.shown(task.description ?? '')}`.toLowerCase().includes(part),
    )
    .filter((task) => query.state === undefined || task.state === query.state)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const items = wanted.slice(0, size)
  return {
    items: items.map(toTaskData),
    nextCursor: wanted.length > size ? items[items.length - 1]!.name : null,
  }
}

/** Checks the name of a template. @throws Problem 404 for an unknown one */
export function checkTemplate({ templates }: Session, name: string): void {
  if (templates.has(name)) return
  const meant = near(name, templates.keys())
  throw new Problem(
    404,
    'template-not-found',
    `Cannot find the template '${name}' as the session has no template of that name.`,
    {
      near: meant,
      hint:
        meant.length === 0
          ? 'Templates are an option of the session: createApp({ templates: { ... } }).'
          : `Did you mean ${quoted(meant)}?`,
    },
  )
}
