import { afterEach, describe, expect, test } from '@jest/globals'
import { createApp } from 'gantry'
import { createHttp } from 'gantry/http'
import { type Served, serve, tokens } from '../../support/http/server.ts'
import { silent } from '../../support/silent.ts'

let served: Served
afterEach(() => served?.close())

describe('the session', () => {
  test('GET /session gives the state, the zone, and whether the log is durable', async () => {
    served = await serve((app) => void app.task('a', false, () => {}))
    const { body } = await served.ask('GET', '/session')
    expect(body).toMatchObject({
      state: 'running',
      timezone: 'Europe/Helsinki',
      tasks: 1,
      runs: 0,
      readOnly: false,
    })
    expect(body.store).toEqual({ kind: 'memory', durable: false })
    expect((await served.ask('GET', '/session', { token: tokens.readToken })).body.readOnly).toBe(true)
  })

  test('POST hold, resume, restart and shut_down send the commands of those names', async () => {
    served = await serve()
    const { session } = served.app
    expect((await served.ask('POST', '/session/hold')).body.state).toBe('held')
    expect((await served.ask('GET', '/readyz', { token: null })).body.status).toBe('held')
    expect((await served.ask('POST', '/session/resume')).body.state).toBe('running')
    const restarted = new Promise((resolve) => session.on('session.started', resolve))
    expect((await served.ask('POST', '/session/restart')).status).toBe(202)
    await restarted
    expect((await served.ask('POST', '/session/shut_down', { body: { force: true } })).status).toBe(202)
    await session.stopped
    expect((await served.ask('GET', '/session')).body.state).toBe('stopped')
    expect((await served.ask('GET', '/readyz', { token: null })).body).toMatchObject({
      status: 503,
      code: 'not-ready',
    })
  })

  test('PATCH /session/config changes the allowed options, GET shows them without code', async () => {
    served = await serve(undefined, undefined, { timeout: '2 minutes' })
    expect((await served.ask('GET', '/session/config')).body).toEqual({
      timezone: 'Europe/Helsinki',
      timeout: '2 minutes',
    })
    const patched = await served.ask('PATCH', '/session/config', { body: { relaunchDelay: 250 } })
    expect(patched.body.relaunchDelay).toBe(250)
    expect(served.app.session.options.relaunchDelay).toBe(250)
    const refused = await served.ask('PATCH', '/session/config', { body: { timezone: 'Mars' } })
    expect(refused.body).toMatchObject({ status: 422, code: 'refused' })
    for (const forbidden of ['store', 'clock', 'inspect', 'logger', 'handleSignals', 'onError'])
      expect((await served.ask('PATCH', '/session/config', { body: { [forbidden]: 'x' } })).status).toBe(422)
  })

  test('a session that was never started answers, with or without a known log', async () => {
    const app = createApp({ logger: silent })
    const http = createHttp(app.session, { auth: 'none' })
    const response = await http.fetch(new Request('http://localhost/api/v1/session'))
    expect(await response.json()).toMatchObject({ state: 'stopped', startedAt: null })
    await http.close()
  })
})

describe('parameters', () => {
  test('GET, PUT and DELETE read, set and remove', async () => {
    served = await serve((app) => app.params({ stage: 'dev', apiKey: 'k', 'db-password': 'p' }))
    expect((await served.ask('GET', '/session/parameters')).body.items).toEqual([
      { name: 'stage', value: 'dev' },
      { name: 'apiKey', value: '(redacted)' },
      { name: 'db-password', value: '(redacted)' },
    ])
    const put = await served.ask('PUT', '/session/parameters/stage', {
      body: { value: { name: 'prod', token: 't' } },
    })
    expect(put.body).toEqual({ name: 'stage', value: { name: 'prod', token: '(redacted)' } })
    expect(served.app.session.params.get('stage')).toEqual({ name: 'prod', token: 't' })
    expect((await served.ask('DELETE', '/session/parameters/stage')).status).toBe(200)
    expect(served.app.session.params.has('stage')).toBe(false)
    expect((await served.ask('GET', '/session/parameters/apikey')).body).toMatchObject({
      status: 404,
      near: ['apiKey'],
    })
  })

  test('values of any kind are sent as plain data', async () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle
    served = await serve((app) =>
      app.params({
        circle,
        big: 10n,
        map: new Map([['a', new Set([1])]]),
        call: () => {},
        date: new Date(0),
        nothing: undefined,
      }),
    )
    const { body } = await served.ask('GET', '/session/parameters')
    const values = Object.fromEntries(
      body.items.map((item: { name: string; value: unknown }) => [item.name, item.value]),
    )
    expect(values).toMatchObject({
      circle: { self: '(circular)' },
      big: '10n',
      map: { a: [1] },
      date: '1970-01-01T00:00:00.000Z',
    })
    expect(values.nothing).toBeNull()
  })
})

describe('the log', () => {
  const three = async () => {
    served = await serve((app) => {
      app.task('ok', false, () => ({ rows: 3 }))
      app.task('bad', false, () => Promise.reject(new RangeError('too far')))
    })
    for (const name of ['ok', 'bad', 'ok']) await served.app.session.task(name).run()
  }

  test("GET /logs accepts Rocketry's names: repeated action and task, past, min_created, max_created, limit", async () => {
    await three()
    const names = async (query: string) => {
      const { body } = await served.ask('GET', `/logs?${query}`)
      return body.items.map((record: { task: string; action: string }) => `${record.task} ${record.action}`)
    }
    expect(await names('limit=2')).toEqual(['ok success', 'ok run'])
    expect(await names('action=success&action=fail')).toEqual(['ok success', 'bad fail', 'ok success'])
    expect(await names('task=bad')).toEqual(['bad fail', 'bad run'])
    expect(await names('past=3600&action=fail')).toEqual(['bad fail'])
    expect(await names('max_created=1')).toEqual([])
    expect(await names('min_created=4000000000')).toEqual([])
    expect(await names('error=too')).toEqual(['bad fail'])
    const typo = await served.ask('GET', '/logs?acton=run')
    expect(typo.body).toMatchObject({ status: 400, code: 'query' })
    expect(typo.body.detail).toContain("Did you mean 'action'?")
  })

  test('the cursor of a page leads to the next one, and no record appears twice', async () => {
    await three()
    const seen: number[] = []
    let path: string | null = '/logs?limit=2'
    while (path !== null) {
      const { body, headers }: Awaited<ReturnType<Served['ask']>> = await served.ask('GET', path)
      seen.push(...body.items.map((record: { seq: number }) => record.seq))
      const link: string | null = headers.get('link')
      path = link === null ? null : `/logs${/<(.*)>/.exec(link)![1]}`
    }
    expect(new Set(seen).size).toBe(6)
    expect(seen).toEqual([...seen].sort((a, b) => b - a))
  })

  test('GET /task/{name}/logs and /tasks/{name}/logs are the records of one task', async () => {
    await three()
    for (const path of ['/task/bad/logs', '/tasks/bad/logs'])
      expect((await served.ask('GET', `${path}?action=fail`)).body.items).toMatchObject([
        { task: 'bad', error: { name: 'RangeError', message: 'too far' } },
      ])
  })

  test('GET /runs gives runs, GET /runs/{id} one with its stack, GET /runs/{id}/logs its log lines', async () => {
    served = await serve(
      (app) =>
        void app.task('talks', false, (_, run) => {
          run.log.info('hello %s', 'world')
          run.log.warn({ rows: 2 })
          throw new Error('at last')
        }),
    )
    const { runId } = await served.app.session.task('talks').run()
    expect((await served.ask('GET', '/runs?state=fail&task=talks')).body.items[0].error).toEqual({
      name: 'Error',
      message: 'at last',
    })
    const run = await served.ask('GET', `/runs/${runId}`)
    expect(run.body).toMatchObject({ state: 'fail', trigger: 'manual', runId })
    expect(run.body.error.stack).toContain('at last')
    const { body } = await served.ask('GET', `/runs/${runId}/logs`)
    expect(
      body.items.map(({ level, message }: { level: string; message: string }) => [level, message]),
    ).toEqual([
      ['info', 'hello world'],
      ['warn', '{ rows: 2 }'],
    ])
    expect((await served.ask('GET', '/runs/none')).body.code).toBe('run-not-found')
  })

  test('every change leaves an audit note with the caller; reading leaves none', async () => {
    served = await serve((app) => void app.task('a', false, () => {}))
    await served.ask('GET', '/tasks')
    await served.ask('POST', '/tasks/a/disable')
    await served.ask('POST', '/events', { body: { type: 'task.enable', task: 'a' } })
    await served.ask('POST', '/session/hold')
    await served.ask('POST', '/session/hold', { token: tokens.readToken })
    const { body } = await served.ask('GET', '/notes?note=audit')
    expect(
      body.items.map(({ message, task }: { message: string; task?: string }) => [message, task]),
    ).toEqual([
      ['session.hold', undefined],
      ['task.enable', 'a'],
      ['task.disable', 'a'],
    ])
    expect(body.items[0].data).toEqual({ permission: 'session.hold', who: 'token', address: '127.0.0.1' })
  })
})

test('a command that the state refuses is a conflict that lists the accepted commands', async () => {
  served = await serve((app) => {
    app.task('a', false, { terminateGrace: '1 ms' }, () => new Promise(() => {}))
  })
  await served.app.session.task('a').run().started
  served.app.session.shutDown()
  for (const [path, body] of [['/session/restart'], ['/events', { type: 'session.hold' }]] as const) {
    const reply = await served.ask('POST', path, { body })
    expect(reply.status).toBe(409)
    expect(reply.body).toMatchObject({
      code: 'command-refused',
      detail: expect.stringMatching(/'stopping'\. It accepts .*session\.shutDown/),
    })
  }
})

test('POST /events accepts commands without code, and nothing else', async () => {
  served = await serve((app) => void app.task('a', false, () => {}))
  const send = async (body: unknown) => (await served.ask('POST', '/events', { body })).status
  expect(await send({ type: 'param.set', name: 'x', value: [1] })).toBe(202)
  expect(served.app.session.params.get('x')).toEqual([1])
  expect(await send({ type: 'task.update', task: 'a', options: { priority: 2 } })).toBe(202)
  expect(served.app.session.task('a').priority).toBe(2)
  expect(await send({ type: 'task.run', task: 'b' })).toBe(404)
  expect(await send({ type: 'task.create', task: 'b', definition: {} })).toBe(422)
  expect(await send({ type: 'session.failed' })).toBe(422)
  expect(await send({ type: 'task.update', task: 'a', options: { runId: 'x' } })).toBe(422)
  expect(await send(undefined)).toBe(422)
})

test('GET /metrics counts by task since the session started, including runs before the first request', async () => {
  served = await serve((app) => void app.task('a', false, () => {}))
  await served.app.session.task('a').run()
  // An interface that is created later reads earlier runs from the log.
  const late = createHttp(served.app.session, { auth: tokens })
  await served.app.session.task('a').run()
  const lateText = await (
    await late.fetch(
      new Request('http://localhost/api/v1/metrics', {
        headers: { authorization: `Bearer ${tokens.token}` },
      }),
    )
  ).text()
  await late.close()
  for (const text of [(await served.ask('GET', '/metrics')).text, lateText]) {
    expect(text).toContain('gantry_runs_started_total{task="a"} 2')
    expect(text).toContain('gantry_runs_ended_total{task="a",outcome="success"} 2')
    expect(text).toContain('gantry_run_duration_seconds_count{task="a"} 2')
    expect(text).toContain('gantry_session_state{state="running"} 1')
    for (const line of text.trim().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? \S+)$/)
  }
})
