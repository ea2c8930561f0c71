import { afterEach, describe, expect, test } from '@jest/globals'
import type { App } from 'gantry'
import { type Served, serve } from '../../support/http/server.ts'

let served: Served
afterEach(() => served.close())

const twoTasks = (app: App): void => {
  app.task('fetch', false, { description: 'gets prices', args: { shop: 'a' } }, ({ shop }) => [shop, 1])
  app.task('report', "after task 'fetch' succeeded", (_, run) => {
    run.log.info('rows: %d', 2)
    run.progress(1)
  })
}

describe('reading', () => {
  test('GET /tasks gives pages by name, a search and a state', async () => {
    served = await serve((app) => {
      for (const name of ['c', 'a', 'b']) app.task(name, false, () => {})
      app.task('broken', false, { description: 'Fails always' }, () => Promise.reject(new Error('no')))
    })
    const first = await served.ask('GET', '/tasks?limit=2')
    expect(first.body.items.map((task: { name: string }) => task.name)).toEqual(['a', 'b'])
    expect(first.headers.get('link')).toBe('<?limit=2&cursor=b>; rel="next"')
    const second = await served.ask('GET', `/tasks?limit=2&cursor=${first.body.nextCursor}`)
    expect(second.body).toMatchObject({ items: [{ name: 'broken' }, { name: 'c' }], nextCursor: null })
    await served.app.session.task('broken').run()
    expect((await served.ask('GET', '/tasks?state=failed')).body.items).toHaveLength(1)
    expect((await served.ask('GET', '/tasks?search=FAILS')).body.items).toMatchObject([
      { name: 'broken', status: 'fail' },
    ])
  })

  test('GET /tasks/{name} of an unknown name is 404 with similar names', async () => {
    served = await serve(twoTasks)
    const { status, body } = await served.ask('GET', '/tasks/reprot')
    expect({ status, ...body }).toMatchObject({ status: 404, code: 'task-not-found', near: ['report'] })
    expect(body.hint).toBe("Did you mean 'report'?")
  })

  test('GET /tasks/{name}/explain?at= is the explanation of that instant', async () => {
    served = await serve((app) => void app.task('late', 'daily after 23:59', () => {}))
    const { app } = served
    const task = app.session.task('late')
    const now = app.session.now()
    const at = now.toMillis()
    const then = await task.explainAt(at)
    const { status, body } = await served.ask('GET', `/tasks/late/explain?at=${at}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      task: 'late',
      at,
      isDue: then.isDue,
      sentence: then.sentence,
      text: String(then),
    })
    const iso = encodeURIComponent(now.toISO()!)
    expect((await served.ask('GET', `/tasks/late/explain?at=${iso}`)).body.at).toBe(at)
    const future = await served.ask('GET', `/tasks/late/explain?at=${at + 86_400_000}`)
    expect(future.status).toBe(422)
    expect(future.body.detail).toContain('at a future instant')
    expect((await served.ask('GET', '/tasks/late/explain?at=soon')).status).toBe(422)
    expect((await served.ask('GET', '/tasks/late/explain')).status).toBeGreaterThanOrEqual(400)
    expect((await served.ask('GET', '/tasks/lat/explain?at=1')).status).toBe(404)
  })

  test('GET /tasks/{name}/why, next_runs and machine agree with the task', async () => {
    served = await serve((app) => void app.task('late', 'daily after 23:59 & ~true', () => {}))
    const task = served.app.session.task('late')
    const why = await served.ask('GET', '/tasks/late/why')
    expect(why.body.sentence).toBe(task.explain().sentence)
    expect(why.body.condition.statement).toBe(String(task.start))
    expect((await served.ask('GET', '/tasks/late/next_runs?limit=2')).body.items).toEqual([])
    const machine = await served.ask('GET', '/tasks/late/machine')
    expect(machine.body).toMatchObject({
      active: ['task', 'task.idle', 'task.idle.resting'],
      value: { idle: 'resting' },
      context: { name: 'late' },
    })
    expect(machine.body.definition.states.map(({ key }: { key: string }) => key)).toEqual([
      'idle',
      'running',
      'failed',
      'removed',
    ])
  })

  test('GET /graph gives the links between tasks', async () => {
    served = await serve(twoTasks)
    expect((await served.ask('GET', '/graph')).body).toEqual({
      tasks: ['fetch', 'report'],
      links: [{ from: 'fetch', to: 'report', kind: 'after' }],
    })
  })

  test('GET /graph marks absent tasks', async () => {
    served = await serve((app) => void app.task('report', "after task 'fetch' succeeded", () => {}))
    expect((await served.ask('GET', '/graph')).body.links).toEqual([
      { from: 'fetch', to: 'report', kind: 'after', isAbsent: true },
    ])
  })
})

describe('running', () => {
  test('POST run answers 202 with the run id, and Location leads to the run', async () => {
    served = await serve(twoTasks)
    const { status, body, headers } = await served.ask('POST', '/tasks/fetch/run', {
      body: { params: { shop: 'b' } },
    })
    expect(status).toBe(202)
    const location = new URL(headers.get('location')!, `${served.url}/api/v1/tasks/fetch/run`)
    expect(location.pathname).toBe(`/api/v1/runs/${body.runId}`)
    await until(async () => (await served.ask('GET', `/runs/${body.runId}`)).body.state !== 'running')
    const run = await served.ask('GET', `/runs/${body.runId}`)
    expect(run.body).toMatchObject({
      state: 'success',
      trigger: 'manual',
      params: { shop: 'b' },
      value: ['b', 1],
    })
  })

  test('POST run?wait= answers 200 with the outcome, and 202 after the given time', async () => {
    served = await serve((app) => {
      app.task('quick', false, () => 42)
      app.task('slow', false, (_, run) => run.session.clock.sleep(60_000, { signal: run.signal }))
    })
    expect((await served.ask('POST', '/tasks/quick/run?wait=20')).body).toMatchObject({
      action: 'success',
      value: 42,
    })
    expect((await served.ask('POST', '/tasks/slow/run?wait=0.05')).status).toBe(202)
  })

  test('POST run with an Idempotency-Key starts one run; other params under the key are refused', async () => {
    let runs = 0
    served = await serve((app) => void app.task('once', false, () => ++runs))
    const headers = { 'idempotency-key': 'k1' }
    const first = await served.ask('POST', '/tasks/once/run?wait=10', { headers })
    const again = await served.ask('POST', '/tasks/once/run?wait=10', { headers })
    expect(again.body.runId).toBe(first.body.runId)
    expect(runs).toBe(1)
    const other = await served.ask('POST', '/tasks/once/run', { headers, body: { params: { n: 1 } } })
    expect(other.body).toMatchObject({ status: 422, code: 'key-reused' })
  })

  test('POST run of params that the schema refuses is 422, sync and async', async () => {
    const schemaOf = (validate: (value: unknown) => never) => ({
      '~standard': { version: 1 as const, vendor: 'test', validate },
    })
    const issues = { issues: [{ message: 'must be a shop', path: ['shop'] }] }
    served = await serve((app) => {
      app.task('sync', false, { schema: schemaOf(() => issues as never) }, () => {})
      app.task('async', false, { schema: schemaOf((() => Promise.resolve(issues)) as never) }, () => {})
    })
    for (const name of ['sync', 'async']) {
      const { body } = await served.ask('POST', `/tasks/${name}/run`)
      expect(body).toMatchObject({ status: 422, code: 'params' })
      expect(body.detail).toContain('must be a shop')
    }
  })

  test('POST terminate ends a live run; without one it is 409', async () => {
    served = await serve((app) => {
      app.task('slow', false, (_, run) => run.session.clock.sleep(60_000, { signal: run.signal }))
    })
    expect((await served.ask('POST', '/tasks/slow/terminate')).body).toMatchObject({
      status: 409,
      code: 'not-running',
    })
    const handle = served.app.session.task('slow').run()
    await handle.started
    expect((await served.ask('GET', '/runs')).body.items).toMatchObject([
      { runId: handle.id, state: 'running' },
    ])
    expect((await served.ask('POST', `/runs/${handle.id}/terminate`)).status).toBe(202)
    expect((await handle).action).toBe('terminate')
    expect((await served.ask('POST', `/runs/${handle.id}/terminate`)).status).toBe(404)
  })
})

describe('time', () => {
  test('POST backfill queues a run for each period of a time range, up to a limit', async () => {
    const periods: string[] = []
    served = await serve((app) => {
      app.task('daily', 'daily', (_, run) => void periods.push(run.period?.start.toISODate() ?? ''))
      app.task('second', 'secondly', { disabled: true }, () => {})
    })
    const fill = (task: string, from: string, to: string) =>
      served.ask('POST', `/tasks/${task}/backfill`, { body: { from, to } })
    const { status, body } = await fill('daily', '2026-11-01', '2026-11-04')
    expect([status, body.runIds.length]).toEqual([202, 3])
    await until(async () => (await served.ask('GET', `/runs?task=daily`)).body.items.length >= 4)
    expect(periods).toEqual(expect.arrayContaining(['2026-11-01', '2026-11-02', '2026-11-03']))
    expect((await fill('second', '1970-01-01', '2026-01-01')).body.code).toBe('time-range')
    expect((await fill('daily', 'x', 'y')).body.code).toBe('time-range')
    const event = { type: 'task.backfill', task: 'second', from: 0, to: 1e12 }
    expect((await served.ask('POST', '/events', { body: event })).body.code).toBe('time-range')
  })

  test('GET /forecast simulates a month at most', async () => {
    served = await serve((app) => {
      // Three hours ahead, regardless of the present time: today's period must not have begun.
      const hour = app.session.now().plus({ hours: 3 }).toFormat('HH:00')
      app.task('first', `daily at ${hour}`, () => {})
      app.task('then', "after task 'first' succeeded", () => {})
    })
    const ahead = new Date(served.app.session.clock.now() + 3 * 86_400_000).toISOString()
    const { body } = await served.ask('GET', `/forecast?until=${ahead}&limit=4`)
    expect(body.runs.map(({ task }: { task: string }) => task)).toEqual(['first', 'then', 'first', 'then'])
    expect((await served.ask('GET', '/forecast?until=2100-01-01T00:00:00Z')).status).toBe(422)
    expect((await served.ask('GET', '/forecast?until=soon')).status).toBe(422)
  })
})

describe('changing', () => {
  test('POST disable and enable change the task', async () => {
    served = await serve(twoTasks)
    expect((await served.ask('POST', '/tasks/fetch/disable')).body.disabled).toBe(true)
    expect(served.app.session.task('fetch').disabled).toBe(true)
    expect((await served.ask('POST', '/tasks/fetch/enable')).body.disabled).toBe(false)
  })

  test('PATCH changes the allowed options, and names invalid ones', async () => {
    served = await serve(twoTasks)
    const patch = (body: unknown) => served.ask('PATCH', '/tasks/fetch', { body })
    expect((await patch({ start: 'hourly', priority: 3, timeout: '5 minutes' })).body).toMatchObject({
      start: 'hourly',
      priority: 3,
      timeoutMs: 300_000,
    })
    const word = await patch({ start: 'dayly' })
    expect(word.body).toMatchObject({ status: 422, code: 'statement', near: ['daily'] })
    expect((await patch({ prioritty: 1 })).body.errors[0].detail).toContain("Did you mean 'priority'?")
    expect((await patch({ timezone: 'Mars/Olympus' })).body).toMatchObject({ status: 422, code: 'refused' })
    for (const forbidden of ['runId', 'args', 'schema', 'execution', 'onShutdown'])
      expect((await patch({ [forbidden]: 'x' })).status).toBe(422)
  })

  test('POST /tasks creates a task from a template, DELETE removes it', async () => {
    const seen: unknown[] = []
    const work = ((args: unknown) => void seen.push(args)) as never
    served = await serve(
      () => {},
      {},
      {
        templates: { copy: { description: 'copies', options: { args: { from: 'nowhere' } }, work } },
      },
    )
    expect((await served.ask('GET', '/templates')).body.items).toEqual([
      { name: 'copy', description: 'copies', start: 'false' },
    ])
    const made = await served.ask('POST', '/tasks', {
      body: { template: 'copy', name: 'a/b', params: { from: 'here' } },
    })
    expect(made.status).toBe(201)
    expect(made.headers.get('location')).toBe('./tasks/a%2Fb')
    expect((await served.ask('POST', '/tasks/a%2Fb/run?wait=10')).body.action).toBe('success')
    expect(seen).toEqual([{ from: 'here' }])
    expect((await served.ask('POST', '/tasks', { body: { template: 'copy', name: 'a/b' } })).status).toBe(409)
    expect(
      (await served.ask('POST', '/tasks', { body: { template: 'cpoy', name: 'c' } })).body,
    ).toMatchObject({
      status: 404,
      near: ['copy'],
    })
    const event = {
      type: 'task.create',
      task: 'by event',
      template: 'copy',
      options: { params: { from: 'there' } },
    }
    expect((await served.ask('POST', '/events', { body: event })).status).toBe(202)
    await served.app.session.task('by event').run()
    expect(seen[1]).toEqual({ from: 'there' })
    expect((await served.ask('POST', '/events', { body: event })).status).toBe(409)
    expect((await served.ask('POST', '/events', { body: { ...event, template: 'cpoy' } })).status).toBe(404)
    expect((await served.ask('DELETE', '/tasks/a%2Fb')).status).toBe(202)
    expect(served.app.session.has('a/b')).toBe(false)
  })
})

/** Repeats a request until it matches, since HTTP has no other way to wait. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}
