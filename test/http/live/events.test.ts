import { afterEach, describe, expect, test } from '@jest/globals'
import type { App } from 'gantry'
import { type Follower, follow } from '../../support/http/follow.ts'
import { type Served, serve } from '../../support/http/server.ts'

let served: Served
const followers: Follower[] = []
afterEach(async () => {
  for (const each of followers.splice(0)) each.leave()
  await served.close()
})

const open = async (query?: string, headers?: Record<string, string>): Promise<Follower> => {
  const follower = await follow(served.url, query, headers)
  followers.push(follower)
  return follower
}

const fill = (app: App): void => {
  app.task('a', false, ({ n = 0 }: { n?: number }) => ({ n, password: 'p' }))
  app.task('b', false, () => Promise.reject(new Error('no')))
}
const names = (follower: Follower) => follower.seen.map(({ name }) => name)

describe('GET /events', () => {
  test('sends named and numbered events, with secrets hidden and without stacks', async () => {
    served = await serve(fill)
    const follower = await open()
    expect(follower.response.headers.get('content-type')).toContain('text/event-stream')
    expect(follower.response.headers.get('cache-control')).toBe('no-cache, no-transform')
    expect(follower.response.headers.get('x-accel-buffering')).toBe('no')
    await served.app.session.task('a').run()
    await served.app.session.task('b').run()
    const failed = await follower.until(({ name, data }) => name === 'run.ended' && data.task === 'b')
    expect(failed.data.error).toEqual({ name: 'Error', message: 'no' })
    expect(names(follower).slice(0, 4)).toEqual(['hello', 'run.queued', 'run.started', 'run.ended'])
    expect(follower.seen[3]!.data.value).toEqual({ n: 0, password: '(redacted)' })
    const numbers = follower.seen.map(({ id }) => Number(id!.split('-')[1]))
    expect(numbers).toEqual(numbers.map((_, i) => numbers[0]! + i))
  })

  test('task= leaves out events of other tasks', async () => {
    served = await serve(fill)
    const follower = await open('?task=b')
    await served.app.session.task('a').run()
    await served.app.session.task('b').run()
    await follower.until(({ name }) => name === 'run.ended')
    expect(new Set(follower.seen.slice(1).map(({ data }) => data.task))).toEqual(new Set(['b']))
  })

  test('a client that reconnects with Last-Event-ID receives the missed events', async () => {
    served = await serve(fill)
    const first = await open()
    await served.app.session.task('a').run()
    const { id } = await first.until(({ name }) => name === 'run.started')
    await first.until(({ name }) => name === 'run.ended')
    first.leave()
    await served.app.session.task('b').run()
    const second = await open('', { 'last-event-id': id! })
    await second.until(({ data }) => data.task === 'b' && data.action === 'fail')
    expect(names(second)).toEqual(['hello', 'run.ended', 'run.queued', 'run.started', 'run.ended'])
  })

  test('a client that reconnects receives only the latest progress of each run', async () => {
    served = await serve((app) => {
      app.task('steps', false, (_, run) => {
        for (let i = 0; i <= 10; i++) run.progress(i / 10)
      })
    })
    const first = await open()
    const { id } = await first.until(({ name }) => name === 'hello')
    first.leave()
    await served.app.session.task('steps').run()
    const second = await open('', { 'last-event-id': id! })
    await second.until(({ name }) => name === 'run.ended')
    const progress = second.seen.filter(({ name }) => name === 'run.progress')
    expect(progress.map(({ data }) => data.progress)).toEqual([1])
  })

  test.each(['of another process', 'too old', 'nonsense'])(
    'a client that reconnects with an id that is %s receives a reset',
    async (which) => {
      served = await serve(fill, { limits: { keptEvents: 4 } })
      const first = await open()
      const { id } = await first.until(({ name }) => name === 'hello')
      for (let i = 0; i < 3; i++) await served.app.session.task('a').run()
      const given = { 'of another process': 'ffffffff-1', 'too old': id!, nonsense: 'x'.repeat(500) }[which]!
      const second = await open('', { 'last-event-id': given })
      await second.until(({ name }) => name === 'reset')
      expect(names(second)[0]).toBe('reset')
    },
  )

  test('only the newest progress is sent, followed by the end', async () => {
    served = await serve((app) => {
      app.task('steps', false, (_, run) => {
        for (let i = 0; i <= 100; i++) run.progress(i / 100)
      })
    })
    const follower = await open()
    await follower.until(({ name }) => name === 'hello')
    await served.app.session.task('steps').run()
    await follower.until(({ name }) => name === 'run.ended')
    const progress = follower.seen.filter(({ name }) => name === 'run.progress')
    expect(progress.length).toBeLessThan(5)
    expect(progress.at(-1)!.data.progress).toBe(1)
  })

  test('the number of streams is limited; a client that disconnects frees one', async () => {
    served = await serve(fill, { limits: { streams: 1 } })
    const first = await open()
    expect((await served.ask('GET', '/events')).body).toMatchObject({ status: 503, code: 'too-many-streams' })
    first.leave()
    // The server detects it slightly later.
    let status = 503
    while (status === 503) {
      const next = await open()
      status = next.response.status
    }
    expect(status).toBe(200)
  })

  test('an invalid watch= is a problem and opens no stream', async () => {
    served = await serve(fill)
    expect((await served.ask('GET', '/events?watch=aa:b')).body.code).toBe('watch')
    expect((await served.ask('GET', '/events?watch=task:c')).status).toBe(404)
  })

  test('HEAD opens no stream', async () => {
    served = await serve(fill, { limits: { streams: 1 } })
    for (let i = 0; i < 3; i++) expect((await served.ask('HEAD', '/events')).status).toBe(200)
  })
})

describe('GET /events?watch=', () => {
  test('sends the events and states of the actors of a task and its runs', async () => {
    served = await serve(fill)
    const follower = await open('?watch=task:a')
    await follower.until(({ name }) => name === 'hello')
    await served.app.session.task('b').run()
    await served.app.session.task('a').run({ n: 1, token: 't' })
    await follower.until(
      ({ name, data }) =>
        name === 'actor' &&
        data.role === 'task' &&
        data.kind === 'snapshot' &&
        data.event.type === 'run.ended',
    )
    const actor = follower.seen.filter(({ name }) => name === 'actor').map(({ data }) => data)
    const task = actor.filter(({ role }) => role === 'task')
    expect(task.filter(({ kind }) => kind === 'event').map(({ event }) => event.type)).toEqual([
      'task.run',
      'run.requested',
      'capacity.freed',
      'run.ended',
    ])
    expect(task.filter(({ kind }) => kind === 'snapshot').map(({ value }) => value)).toContainEqual({
      running: 'resting',
    })
    expect(actor.some(({ role, event }) => role === 'run' && event.type === 'run.settled')).toBe(true)
    expect(JSON.stringify(actor)).not.toContain('"token":"t"')
    expect(JSON.stringify(actor)).not.toContain('"b"')
  })

  test('watch=session sends the events of the session', async () => {
    served = await serve(fill)
    const follower = await open('?watch=session')
    await follower.until(({ name }) => name === 'hello')
    served.app.session.hold()
    const held = await follower.until(({ name, data }) => name === 'actor' && data.kind === 'snapshot')
    expect(held.data).toMatchObject({
      role: 'session',
      event: { type: 'session.hold' },
      value: { running: 'held' },
    })
  })

  test('the actor system is inspected only while a client watches', async () => {
    served = await serve(fill)
    const { system } = served.app.session.actor
    let watching = 0
    const { inspect } = system
    system.inspect = (observer) => {
      watching += 1
      const subscription = inspect.call(system, observer)
      return {
        unsubscribe: () => {
          watching -= 1
          subscription.unsubscribe()
        },
      }
    }
    const plain = await open()
    await plain.until(({ name }) => name === 'hello')
    expect(watching).toBe(0)
    const watcher = await open('?watch=session')
    await watcher.until(({ name }) => name === 'hello')
    expect(watching).toBe(1)
    await served.http.close()
    expect(watching).toBe(0)
  })
})
