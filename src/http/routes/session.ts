/** Routes of the session: state, config, control, machines and graph. */
import { z } from 'zod'
import { runMachine, sessionMachine, taskMachine } from '../../../machines/index.ts'
import type { SessionOptions } from '../../app/index.ts'
import { type Call, type Route, route } from '../api/route.ts'
import { noBody, sessionUpdateSchema } from '../contract/inputs.ts'
import { asked } from '../contract/problem.ts'
import { linkSchema, machineSchema, machineStateSchema, named, sessionSchema } from '../contract/schemas.ts'
import { toDefinition, toMachineData } from '../views/machine-definition.ts'

const configSchema = named('Config', z.record(z.string(), z.unknown()))
const graphSchema = named('Graph', z.object({ tasks: z.array(z.string()), links: z.array(linkSchema) }))

const machines = { session: sessionMachine, task: taskMachine, run: runMachine }

/** Names of the options that are shown: they contain neither code nor paths. */
const shownOptions = Object.keys(sessionUpdateSchema.shape) as (keyof typeof sessionUpdateSchema.shape)[]

export const sessionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/session',
    name: 'getSession',
    summary: 'State of the session.',
    permission: 'read',
    answers: { 200: { description: 'The session.', schema: sessionSchema } },
    handle: (call) => ({ body: sessionData(call) }),
  }),
  route({
    method: 'GET',
    path: '/session/config',
    name: 'getConfig',
    summary: 'The options that were set; others have their defaults.',
    permission: 'read',
    answers: { 200: { description: 'Options by name.', schema: configSchema } },
    handle: (call) => ({ body: configData(call) }),
  }),
  route({
    method: 'PATCH',
    path: '/session/config',
    name: 'updateConfig',
    summary: 'Changes options of the session.',
    permission: 'session.update',
    body: sessionUpdateSchema,
    answers: { 200: { description: 'The changed options.', schema: configSchema } },
    problems: [422],
    command: (_, options) => ({ type: 'session.update', options }),
    handle(call) {
      asked(() => call.shared.session.update(call.body as SessionOptions))
      return { body: configData(call) }
    },
  }),
  route({
    method: 'POST',
    path: '/session/shut_down',
    name: 'shutDown',
    summary: 'Shuts the session down; a second request, or `force`, cancels live runs.',
    permission: 'session.shutDown',
    body: z.strictObject({ force: z.boolean().optional() }).optional(),
    answers: { 202: { description: 'The shut-down has begun.', schema: sessionSchema } },
    handle(call) {
      call.shared.session.shutDown({ force: call.body?.force ?? false })
      return { status: 202, body: sessionData(call) }
    },
  }),
  ...(['restart', 'hold', 'resume'] as const).map((verb) =>
    route({
      method: 'POST',
      path: `/session/${verb}`,
      name: `${verb}Session`,
      summary: {
        restart: 'Restarts the session.',
        hold: 'Pauses launches.',
        resume: 'Continues launches.',
      }[verb],
      permission: `session.${verb}`,
      body: noBody,
      answers: { 202: { description: 'The command was sent.', schema: sessionSchema } },
      problems: [409],
      handle(call) {
        call.shared.session[verb]()
        return { status: 202, body: sessionData(call) }
      },
    }),
  ),
  route({
    method: 'GET',
    path: '/session/machine',
    name: 'getSessionMachine',
    summary: "The session's state chart and its present state.",
    permission: 'read',
    answers: { 200: { description: 'The machine.', schema: machineSchema } },
    handle: ({ shared }) => ({ body: toMachineData(shared.session.actor, (value) => shared.copy(value)) }),
  }),
  route({
    method: 'GET',
    path: '/machines/{kind}',
    name: 'getMachine',
    summary: 'The state chart of a session, task or run.',
    permission: 'read',
    params: z.object({ kind: z.enum(['session', 'task', 'run']) }),
    answers: { 200: { description: 'The definition.', schema: machineStateSchema } },
    handle: ({ params }) => ({ body: toDefinition(machines[params.kind]) }),
  }),
  route({
    method: 'GET',
    path: '/graph',
    name: 'getGraph',
    summary: 'Links between tasks that follow from their conditions and args.',
    permission: 'read',
    answers: { 200: { description: 'Names of tasks, and links.', schema: graphSchema } },
    async handle({ shared: { session }, view }) {
      const tasks = view.tasks().map(({ name }) => name)
      // The source of a param link is not a task, even if a task has the same name.
      const from = await view.only(session.graph(), (link) => (link.kind === 'param' ? null : link.from))
      const links = await view.only(from, ({ to }) => to)
      return {
        body: {
          tasks,
          links: links.map(({ from, to, kind, isAbsent }) => ({
            from,
            to,
            kind,
            ...(isAbsent ? { isAbsent } : {}),
          })),
        },
      }
    },
  }),
]

function sessionData({ shared, who, view }: Call<unknown, unknown, unknown>) {
  const { session, settings } = shared
  const now = session.now()
  const { health } = session.log
  return {
    state: session.state,
    startedAt: session.startedAt?.toISO() ?? null,
    now: now.toISO(),
    timezone: now.zoneName,
    cycles: session.cycles,
    tasks: view.tasks().length,
    runs: view.runs().length,
    warnings: { ...session.warnings },
    store: session.log.store,
    log: {
      state: health.state,
      waiting: health.waiting,
      ...(health.reason === undefined ? {} : { reason: health.reason.message }),
    },
    readOnly: settings.readOnly || who.access === 'read',
    who: who.name,
  }
}

function configData({ shared }: Call<unknown, unknown, unknown>) {
  const { options } = shared.session
  const given = shownOptions.filter((name) => options[name] !== undefined)
  return Object.fromEntries(
    given.map((name) => [
      name,
      name === 'shutCondition' ? String(options[name]) : shared.copy(options[name], name),
    ]),
  )
}
