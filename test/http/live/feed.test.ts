import { describe, expect, test } from '@jest/globals'
import { createApp, type News } from 'gantry'
import { TestClock } from 'gantry/testing'
import { Feed } from '../../../src/http/live/feed.ts'
import { coalesce, FeedRing, latestProgress } from '../../../src/http/live/feed-ring.ts'
import { silent } from '../../support/silent.ts'

const started = (task: string, n: number): News => ({
  type: 'run.started',
  task,
  runId: `${n}`,
  at: n,
  trigger: 'manual',
})
const progress = (runId: string, n: number): News => ({
  type: 'run.progress',
  task: 't',
  runId,
  at: n,
  progress: n / 100,
})
const ringOf = (news: readonly News[], size = 1_000): FeedRing => {
  const ring = new FeedRing(size)
  for (const each of news) ring.add(each)
  return ring
}

describe('FeedRing', () => {
  test('since() returns the news from a number on, or null if some is no longer kept or the number is unknown', () => {
    const ring = ringOf(
      [1, 2, 3, 4, 5].map((n) => started('a', n)),
      3,
    )
    expect(ring.since(3)!.map(({ id }) => id)).toEqual([3, 4, 5])
    expect(ring.since(6)).toEqual([])
    expect([ring.since(2), ring.since(7), ring.since(Number.NaN)]).toEqual([null, null, null])
    ring.interrupt()
    expect(ring.since(6)).toBeNull()
  })

  test('coalesce() keeps of each task the newest of each kind, in order; warnings stay', () => {
    const warning: News = { type: 'session.warning', at: 0, kind: 'log', message: 'm', task: 'a' }
    const news = [started('a', 1), warning, started('b', 2), started('a', 3), warning]
    expect(coalesce(ringOf(news).since(1)!).map(({ id }) => id)).toEqual([2, 3, 4, 5])
  })

  test('latestProgress() keeps of each run the newest', () => {
    const news = [progress('x', 1), progress('y', 1), started('a', 1), progress('x', 2)]
    expect(latestProgress(ringOf(news).since(1)!).map(({ id }) => id)).toEqual([2, 3, 4])
  })
})

describe('Feed', () => {
  const make = async (tasks: number) => {
    const clock = new TestClock()
    const app = createApp({ clock, logger: silent })
    for (let n = 0; n < tasks; n++) app.task(`t${n}`, false, () => {})
    await app.start()
    const feed = new Feed(app.session, { keptEvents: 2_000, streams: 64, copy: (value) => value })
    const news = (count: number) => {
      for (let n = 0; n < count; n++)
        app.session.send({ type: n % 2 === 0 ? 'task.disable' : 'task.enable', task: `t${n % tasks}` })
    }
    return { clock, app, feed, news }
  }
  const nobody = { lastEventId: null, tasks: null, watch: [] }
  const textOf = async (reader: ReadableStreamDefaultReader<Uint8Array>) =>
    new TextDecoder().decode((await reader.read()).value)
  const count = (text: string, name: string) => text.split(`event: ${name}\n`).length - 1

  test('more than 256 news at once are coalesced per task', async () => {
    const { clock, feed, news } = await make(10)
    const reader = feed.open(nobody).getReader()
    expect(await textOf(reader)).toContain('event: hello')
    news(1_000)
    await clock.advance(100)
    expect(count(await textOf(reader), 'task.changed')).toBe(10)
    feed.close()
  })

  test('news of too many tasks at once causes a reset', async () => {
    const { clock, feed, news } = await make(600)
    const reader = feed.open(nobody).getReader()
    await textOf(reader)
    news(600)
    await clock.advance(100)
    expect(await textOf(reader)).toContain('event: reset')
    feed.close()
  })

  test('a client that does not read costs a bounded queue, and receives a reset when it reads again', async () => {
    const { clock, feed, news } = await make(100)
    const reader = feed.open(nobody).getReader()
    await textOf(reader)
    // The client stops reading here.
    for (let round = 0; round < 60; round++) {
      news(250)
      await clock.advance(600)
    }
    const texts: string[] = []
    let text = ''
    do {
      text = await textOf(reader)
      texts.push(text)
      await clock.advance(600)
    } while (!text.includes('event: reset'))
    // At most the content of the stream and one further write have waited.
    expect(texts.slice(0, -1).join('').length).toBeLessThan(65_536 + 40_000)
    feed.close()
  })

  test('the feed does not listen before the first client, nor a minute after the last one', async () => {
    const { clock, app, feed } = await make(1)
    expect(feed.isListening).toBe(false)
    const stream = feed.open(nobody)
    expect([feed.isListening, feed.clients]).toEqual([true, 1])
    await stream.cancel()
    expect([feed.isListening, feed.clients]).toEqual([true, 0])
    await clock.advance('61 seconds')
    expect(feed.isListening).toBe(false)
    feed.open(nobody)
    app.session.shutDown()
    await app.session.stopped
    expect(feed.clients).toBe(1)
    feed.close()
  })

  test('a heartbeat is sent every 15 seconds', async () => {
    const { clock, feed } = await make(1)
    const reader = feed.open(nobody).getReader()
    await textOf(reader)
    await clock.advance('16 seconds')
    expect(await textOf(reader)).toBe(':\n\n')
    feed.close()
  })
})
