import { afterEach, describe, expect, test } from '@jest/globals'
import { type App, createApp } from 'gantry'
import { TestClock } from 'gantry/testing'
import { type AnyActorRef, createActor, createMachine, fromPromise, sendParent } from 'xstate'
import { Feed } from '../../../src/http/live/feed.ts'
import { type Follower, follow, type SeenEvent } from '../../support/http/follow.ts'
import { type Served, serve } from '../../support/http/server.ts'
import { silent } from '../../support/silent.ts'

let served: Served
const followers: Follower[] = []
afterEach(async () => {
  for (const each of followers.splice(0)) each.leave()
  await served?.close()
})

const open = async (query: string): Promise<Follower> => {
  const follower = await follow(served.url, query)
  followers.push(follower)
  await follower.until(({ name }) => name === 'hello')
  return follower
}
const isEvent = ({ name, data }: SeenEvent, type: string): boolean =>
  name === 'actor' && data.kind === 'event' && data.event.type === type
const fill = (app: App): void => void app.task('a', false, () => 1)

describe('GET /events?watch=actors', () => {
  test('sends each event with its sender and receiver, and the state after it', async () => {
    served = await serve(fill)
    const follower = await open('?watch=actors')
    await served.app.session.task('a').run({ n: 1, password: 'p' })
    const ended = await follower.until((each) => isEvent(each, 'run.ended'))
    await follower.until(({ data }) => data.kind === 'snapshot' && data.n === ended.data.n)
    const news = follower.seen.filter(({ name }) => name === 'actor').map(({ data }) => data)
    const shown = news
      .filter(({ kind }) => kind === 'event')
      .map(({ n, from, to, event }) => {
        const after = news.find((each) => each.kind === 'snapshot' && each.n === n)
        return [from?.role ?? null, event.type, to.role, to.task, JSON.stringify(after?.value)]
      })
    expect(shown).toEqual([
      [null, 'task.run', 'session', null, '{"running":"active"}'],
      ['session', 'task.run', 'task', 'a', '{"idle":"resting"}'],
      [null, 'run.requested', 'task', 'a', '{"idle":"ready"}'],
      [null, 'capacity.freed', 'task', 'a', '{"running":"resting"}'],
      ['task', 'xstate.init', 'run', 'a', '"starting"'],
      [null, 'run.began', 'run', 'a', '"running"'],
      [null, 'run.settled', 'run', 'a', '"ended"'],
      [null, 'run.ended', 'task', 'a', '{"idle":"resting"}'],
    ])
    expect(news[1].to.path).toEqual(['session', 'task:a'])
    expect(JSON.stringify(news)).toContain('(redacted)')
    expect(JSON.stringify(news)).not.toContain('"p"')
  })

  test('shows actors below a run, those that they invoke, and their end', async () => {
    served = await serve((app) => {
      const flow = createMachine({
        invoke: {
          src: fromPromise(async () => 3),
          id: 'fetch',
          onDone: { actions: sendParent({ type: 'x' }) },
        },
      })
      let runActor: AnyActorRef
      app.session.actor.system.inspect(({ type, actorRef }) => {
        if (
          type === '@xstate.actor' &&
          (actorRef as unknown as { logic: { id?: string } }).logic.id === 'run'
        )
          runActor = actorRef as AnyActorRef
      })
      app.task('flows', false, async (_, run) => {
        createActor(flow, { parent: runActor, id: 'flow' }).start()
        await new Promise((resolve) => run.signal.addEventListener('abort', resolve))
      })
    })
    const follower = await open('?watch=actors')
    void served.app.session.task('flows').run()
    const done = await follower.until((each) => isEvent(each, 'xstate.done.actor.fetch'))
    expect(done.data.from).toMatchObject({ id: 'fetch', role: 'actor', task: 'flows' })
    expect(done.data.to).toMatchObject({ id: 'flow', role: 'actor', task: 'flows' })
    expect(done.data.from.path.slice(0, -1)).toEqual(done.data.to.path)
    expect(done.data.to.path).toHaveLength(4)
    served.app.session.task('flows').terminate()
    served.app.session.shutDown()
    const stop = await follower.until(
      ({ data }) => data.to?.role === 'run' && data.event?.type === 'xstate.stop',
    )
    expect(stop.data.from.role).toBe('task')
  })

  test('the actor system is inspected once for all clients, and only while there are any', async () => {
    served = await serve(fill)
    const { system } = served.app.session.actor
    let watching = 0
    const { inspect } = system
    system.inspect = (observer) => {
      watching += 1
      const { unsubscribe } = inspect.call(system, observer)
      return {
        unsubscribe() {
          watching -= 1
          unsubscribe()
        },
      }
    }
    await open('?watch=actors')
    await open('?watch=actors')
    expect(watching).toBe(1)
    await served.http.close()
    expect(watching).toBe(0)
  })
})

describe('limits of watch=actors', () => {
  const events = 10_000

  const flood = async (clients: number, tasks: ReadonlySet<string> | null = null) => {
    const clock = new TestClock()
    const app = createApp({ clock, logger: silent })
    app.task('t', false, () => {})
    await app.start()
    let copies = 0
    const copy = (value: unknown) => {
      copies += 1
      return value === undefined
        ? null
        : JSON.parse(JSON.stringify(value, (key, each) => (key === 'facts' ? {} : each)))
    }
    const feed = new Feed(app.session, { keptEvents: 2_000, streams: 64, copy })
    const watch = { lastEventId: null, tasks, watch: ['actors'] }
    const readers = Array.from({ length: clients }, () => feed.open(watch).getReader())
    const textOf = async (at: number) => new TextDecoder().decode((await readers[at]!.read()).value)
    for (let i = 0; i < clients; i++) await textOf(i)
    // One event to the session, one to the task.
    for (let n = 0; n < events / 2; n++)
      app.session.send({ type: n % 2 === 0 ? 'task.disable' : 'task.enable', task: 't' })
    await clock.advance(100)
    return { feed, clock, app, textOf, copies: () => copies }
  }
  const sentIn = (text: string) => text.split('"kind":"event"').length - 1
  const droppedIn = (text: string) =>
    [...text.matchAll(/event: dropped\ndata: (.*)\n/g)].map(([, data]) => JSON.parse(data!))

  test('ten thousand events at once: some are sent, the others are neither copied nor forgotten', async () => {
    const { feed, textOf, copies } = await flood(1)
    const text = await textOf(0)
    const [dropped] = droppedIn(text)
    expect(sentIn(text)).toBeGreaterThan(50)
    expect(sentIn(text)).toBeLessThan(200)
    expect(dropped).toEqual({ count: events - sentIn(text), watched: 'actors' })
    expect(copies()).toBeLessThan(600)
    // Each sent event is followed by the state after it.
    expect(text.split('"kind":"snapshot"').length - 1).toBe(sentIn(text))
    feed.close()
  })

  test('of twenty thousand events a second, a client that reads at once receives some five hundred', async () => {
    const { feed, clock, app, textOf } = await flood(1, new Set(['other']))
    await textOf(0)
    let sent = 0
    let dropped = 0
    for (let round = 0; round < 20; round++) {
      for (let n = 0; n < 500; n++)
        app.session.send({ type: n % 2 === 0 ? 'task.disable' : 'task.enable', task: 't' })
      await clock.advance(50)
      const text = await textOf(0)
      sent += sentIn(text)
      dropped += droppedIn(text).reduce((sum, { count }) => sum + count, 0)
    }
    expect(sent).toBeGreaterThan(400)
    expect(sent).toBeLessThan(600)
    expect(sent + dropped).toBe(20 * 1_000)
    feed.close()
  })

  test('the budget refills with time', async () => {
    const { feed, clock, app, textOf } = await flood(1)
    await textOf(0)
    await clock.advance('1 second')
    app.session.send({ type: 'task.disable', task: 't' })
    await clock.advance(100)
    const text = await textOf(0)
    expect([sentIn(text), droppedIn(text)]).toEqual([2, []])
    feed.close()
  })

  test('further clients cost no copies', async () => {
    const { feed, textOf, copies } = await flood(20)
    expect(copies()).toBeLessThan(600)
    const texts = await Promise.all([textOf(0), textOf(19)])
    expect(sentIn(texts[0])).toBe(sentIn(texts[1]))
    feed.close()
  })
})
