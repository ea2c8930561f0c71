/**
 * Permissions per task: no answer of any route in the table reveals a task that the caller may not read, and no request affects it. A
 * new route is covered as soon as it is in the table.
 */
import { afterEach, describe, expect, test } from '@jest/globals'
import { type App, createApp, returnOf, type Session } from 'gantry'
import { type Attempt, createHttp, type Http } from 'gantry/http'
import { isMutation, type Route } from '../../../src/http/api/route.ts'
import { prefix, routes } from '../../../src/http/routes/table.ts'
import { contract, tokens } from '../../support/http/server.ts'
import { silent } from '../../support/silent.ts'

/** A task whose description, values and errors contain its name, so that one search finds them all. */
const hidden = 'vault'
const absent = 'nobody'

interface Program {
  readonly app: App
  readonly session: Session
  readonly http: Http
  readonly runIds: { readonly ended: string; readonly live: string }
  readonly asked: Attempt[]
  stream(): Promise<string>
}

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const logOf = async (session: Session) =>
  JSON.stringify([
    await session.log.query({ task: hidden }),
    session.has(hidden) ? session.task(hidden).toJSON() : null,
  ])

async function start(policy: (attempt: Attempt) => boolean | Promise<boolean>): Promise<Program> {
  const app = createApp({
    logger: silent,
    relaunchDelay: 0,
    pools: { shared: { limit: 1 } },
    templates: { copy: { work: () => {}, start: `after task '${hidden}' succeeded` } },
    shutCondition: `task '${hidden}' has failed more than 100 times`,
  })
  app.param('stage', 'dev')
  app.task(
    hidden,
    "after task 'open' succeeded",
    { description: `desc of ${hidden}`, pool: 'shared', multilaunch: true },
    async (_, run) => {
      run.log.info(`line of ${hidden}`)
      run.progress(0.5)
      if (run.params.fail === true) throw new Error(`error of ${hidden}`)
      if (run.params.wait === true)
        await new Promise((_, reject) =>
          run.signal.addEventListener('abort', () => reject(run.signal.reason)),
        )
      return `value of ${hidden}`
    },
  )
  app.task(
    'open',
    `after task '${hidden}' succeeded | task '${hidden}' is running & daily`,
    { args: { from: returnOf(hidden) }, pool: 'shared' },
    () => 1,
  )
  app.task(
    'asks',
    `after tasks '${hidden}', 'open' succeeded`,
    {
      end: `task '${hidden}' is running`,
    },
    () => {},
  )
  const session = await app.start()
  // Its error names the hidden task: there is no return yet.
  await session.task('open').run()
  const { runId: ended } = await session.task(hidden).run({ fail: true })
  await session.task(hidden).run()
  await session.log.note({ message: 'task.run', task: hidden, data: { task: hidden } })
  await session.log.note({ message: 'session.run', data: { tasks: ['open', hidden] } })
  const asked: Attempt[] = []
  const http = createHttp(session, {
    auth: tokens,
    authorize: (attempt) => {
      asked.push(attempt)
      return policy(attempt)
    },
  })
  const started = new Promise<string>((resolve) =>
    session.on('run.started', ({ task, runId }) => task === hidden && resolve(runId)),
  )
  void session.task(hidden).run({ wait: true })
  const live = await started
  closers.push(async () => {
    await http.close()
    session.shutDown({ force: true })
    await session.stopped.catch(() => {})
  })
  return { app, session, http, runIds: { ended, live }, asked, stream: () => read(http) }
}

/** Follows all events that a client may follow, until the session has stopped. */
async function read(http: Http): Promise<string> {
  const response = await request(http, 'GET', '/events?watch=session&watch=task:open&watch=actors')
  let text = ''
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    text += part
    if (text.includes('event: session.stopped')) break
  }
  return text
}

const request = (http: Http, method: string, path: string, body?: unknown) =>
  http.fetch(
    new Request(`http://localhost:4600${prefix}${path}`, {
      method,
      headers: { authorization: `Bearer ${tokens.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  )

interface Ask {
  readonly path: string
  readonly body?: unknown
}

/** Requests of a caller who knows or guesses a name or a run id. */
function asksOf(route: Route, name: string, { ended, live }: Program['runIds']): Ask[] {
  const names = route.path.includes('parameters') ? ['stage'] : [name, 'open', 'asks']
  const ids = route.path.includes('{runId}') ? [ended, live, 'no-run'] : ['no-run']
  const paths = (route.path.includes('{name}') ? names : [name]).flatMap((each) =>
    ids.map((runId) =>
      route.path
        .replace('{name}', encodeURIComponent(each))
        .replace('{runId}', name === absent && runId !== 'no-run' ? 'no-run' : runId)
        .replace('{kind}', 'task'),
    ),
  )
  const queries = route.query === undefined ? [''] : queriesOf(route, name)
  const bodies = bodiesOf(route.name, name)
  return paths.flatMap((path) =>
    queries.flatMap((query) => bodies.map((body) => ({ path: `${path}${query}`, body }))),
  )
}

function queriesOf(route: Route, name: string): string[] {
  const known = Object.keys((route.query as unknown as { shape: object }).shape)
  const given: Record<string, readonly string[]> = {
    task: [name, 'open'],
    name: [name],
    search: [name.slice(0, 4), 'desc'],
    watch: [`task:${name}`, 'actors'],
    error: [name],
    limit: ['1', '2'],
    perTask: ['3'],
    wait: ['0'],
    state: ['running'],
  }
  const fits = (route.path === '/tasks' || route.path === '/runs') && known.includes('state')
  return [
    '',
    ...known.flatMap((key) =>
      key === 'state' && !fits ? [] : (given[key] ?? []).map((value) => `?${key}=${value}`),
    ),
  ]
}

function bodiesOf(route: string, name: string): unknown[] {
  const statement = `after task '${name}' succeeded`
  const bodies: Record<string, unknown[]> = {
    createTask: [
      { template: 'copy', name: 'made' },
      { template: 'copy', name: 'made 2', start: statement },
    ],
    setParameter: [{ value: 1 }],
    backfillTask: [{ from: 0, to: 1 }],
    updateTask: [
      { description: 'x' },
      { start: statement },
      { end: statement },
      { start: "after task 'vaul' succeeded" },
    ],
    updateConfig: [{ relaunchDelay: 1 }, { shutCondition: statement }],
    sendRunEvent: [{ type: 'approve' }],
    sendCommand: [
      { type: 'task.run', task: name },
      { type: 'task.disable', task: name },
      { type: 'task.enable', task: name },
      { type: 'task.terminate', task: name },
      { type: 'task.remove', task: name },
      { type: 'task.backfill', task: name, from: 0, to: 1 },
      { type: 'task.update', task: name, options: { description: 'x' } },
      { type: 'task.update', task: 'open', options: { start: statement } },
      { type: 'task.create', task: 'more', template: 'copy', start: statement },
      { type: 'session.run', tasks: [name] },
      { type: 'session.run', tasks: ['open', name] },
      { type: 'session.update', options: { shutCondition: statement } },
    ],
  }
  return bodies[route] ?? [undefined]
}

/** The visible parts of an answer. */
async function seen(http: Http, route: Route, { path, body }: Ask) {
  const response = await request(http, route.method, path, body)
  const type = (response.headers.get('content-type') ?? '').split(';')[0]!
  const isStream = type === 'text/event-stream'
  if (isStream) await response.body?.cancel()
  const text = isStream ? '' : await response.text()
  if (!isStream)
    contract({ method: route.method, path: path.split('?')[0]!, status: response.status, type, text })
  return { status: response.status, headers: JSON.stringify([...response.headers]), text }
}

const mayAll = ({ task }: Attempt): boolean => task !== hidden
const stops = new Set(['shutDown', 'restartSession'])

describe('a task that the caller may not read', () => {
  test.each(
    routes
      .filter(({ name }) => !stops.has(name))
      .map((route) => [`${route.method} ${route.path}`, route] as const),
  )('%s', async (_, route) => {
    // One program for each name, so that requests for one do not affect the answers for the other.
    const program = await start(mayAll)
    const other = await start(mayAll)
    const before = await logOf(program.session)
    const streamed = program.stream()
    const asks = asksOf(route, hidden, program.runIds)
    const same = asksOf(route, absent, other.runIds)
    expect(asks.length).toBe(same.length)
    const told: string[] = []
    for (const [i, ask] of asks.entries()) {
      const got = await seen(program.http, route, ask)
      const isNamed =
        JSON.stringify(ask).includes(hidden) ||
        Object.values(program.runIds).some((id) => ask.path.includes(id))
      if (!isNamed && `${got.text}${got.headers}`.includes(hidden))
        told.push(`${ask.path} ${JSON.stringify(ask.body)}: ${got.text}${got.headers}`)
      if (!isNamed) continue
      // Nothing but what the caller sent, as for an unknown name.
      const isStatement = /after task/.test(JSON.stringify(ask.body) ?? '') && !ask.path.includes(hidden)
      const reply = await seen(other.http, route, same[i]!)
      if (isStatement) {
        if (got.text.includes(hidden)) told.push(`${ask.path} ${JSON.stringify(ask.body)}: ${got.text}`)
      } else if (toShape(got.text, hidden) !== toShape(reply.text, absent) || got.status !== reply.status)
        told.push(
          `${ask.path} ${JSON.stringify(ask.body)}: ${got.status} ${got.text}, not ${reply.status} ${reply.text}`,
        )
    }
    expect(told).toEqual([])
    expect(await logOf(program.session)).toBe(before)
    program.session.shutDown({ force: true })
    expect(await streamed).not.toContain(hidden)
  })

  /** Removes what differs between two programs: instants and ids. */
  const toShape = (text: string, name: string): string =>
    text
      .replaceAll(name, 'N')
      .replaceAll('no-run', '#')
      .replace(/\d{4}-\d\d-\d\dT[^"]+|[\da-f]{8}-[\da-f-]{27}|[\w-]{21,}|\b\d+(\.\d+)?\b/g, '#')

  test('the stream replays and continues without it; authorize is called for a task that is added later', async () => {
    const names: string[] = []
    const { session, http, asked } = await start(async ({ task }) => {
      await null
      return task !== hidden && task !== 'kept away'
    })
    const streamed = read(http)
    await request(http, 'GET', '/session')
    session.createTask('late', false, () => 1)
    session.createTask('kept away', false, () => 1)
    await session.task('late').run()
    await session.task('kept away').run()
    session.send({ type: 'session.run', tasks: ['kept away'] })
    session.send({ type: 'task.remove', task: 'kept away' })
    session.shutDown({ force: true })
    const text = await streamed
    expect(text).not.toContain(hidden)
    expect(text).not.toContain('kept away')
    expect(text).toContain('"task":"late"')
    names.push(...asked.map(({ task }) => String(task)))
    expect(names).toContain('kept away')
  })
})

describe('authorize is called for everything that a request affects', () => {
  const post = (http: Http, body: unknown) => request(http, 'POST', '/events', body)
  const asks = async (method: string, path: string, body: unknown): Promise<string[]> => {
    const { http, asked } = await start(() => true)
    asked.length = 0
    await request(http, method, path, body)
    return asked.map(({ permission, task }) => `${permission} ${task}`).filter((each) => !/^read /.test(each))
  }

  test('every task of session.run', async () => {
    expect(await asks('POST', '/events', { type: 'session.run', tasks: ['open', hidden] })).toEqual([
      'session.run null',
      'task.run open',
      `task.run ${hidden}`,
    ])
  })

  test('the task of a run that is terminated by its id', async () => {
    const { http, asked, runIds } = await start(() => true)
    await request(http, 'POST', `/runs/${runIds.live}/terminate`)
    expect(asked.map(({ permission, task }) => `${permission} ${task}`)).toContain(`task.terminate ${hidden}`)
  })

  test.each([{ shutCondition: true }, { instantShutdown: true }, { drainTimeout: 1 }])(
    'the shut-down, for options that come to one: %j',
    async (options) => {
      const expected = ['session.update null', 'session.shutDown null']
      expect(await asks('PATCH', '/session/config', options)).toEqual([expected[0], expected[1]])
      expect(await asks('POST', '/events', { type: 'session.update', options })).toEqual(expected)
      const { http, session } = await start(({ permission }) => permission !== 'session.shutDown')
      expect((await request(http, 'PATCH', '/session/config', options)).status).toBe(403)
      expect((await post(http, { type: 'session.update', options })).status).toBe(403)
      expect(session.state).toBe('running')
    },
  )

  test('the name of a task to be created', async () => {
    const { http, session } = await start(mayAll)
    for (const name of [hidden, 'more']) {
      const { status } = await request(http, 'POST', '/tasks', { template: 'copy', name, start: 'false' })
      expect([name, status]).toEqual([name, name === hidden ? 403 : 201])
    }
    await session.removeTask(hidden)
    expect((await request(http, 'POST', '/tasks', { template: 'copy', name: hidden })).status).toBe(403)
  })

  test('every mutation that affects more than its own task names its command', () => {
    const named = routes.filter(
      (route) => isMutation(route) && !/^\/tasks\/\{name\}\/|^\/session\/\w+$/.test(route.path),
    )
    const without = named.filter((route) => route.command === undefined).map(({ name }) => name)
    expect(without).toEqual(['removeTask', 'terminateRun'])
  })
})
