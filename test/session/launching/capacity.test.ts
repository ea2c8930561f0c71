/** Pools: the limit of live runs, the rate of starts, and the order of waiting tasks. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { afterSuccess, any, type News, type PoolOptions } from 'gantry'
import { gate, setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

const startsIn = (news: readonly News[]): string[] =>
  news.flatMap((each) => (each.type === 'run.started' ? [each.task] : []))

describe('a pool with a limit', () => {
  test('allows that many live runs over all of its tasks; the others wait by priority, then by age', async () => {
    const { app, clock } = setUp({ pools: { db: 2 } })
    const started: string[] = []
    const gates: Array<() => void> = []
    let most = 0
    let live = 0
    const work = (name: string) => async () => {
      started.push(name)
      most = Math.max(most, ++live)
      const { promise, open } = gate()
      gates.push(open)
      await promise
      live -= 1
    }
    for (const [name, priority] of [
      ['a', 0],
      ['b', 0],
      ['c', 0],
      ['d', 0],
      ['e', 5],
    ] as const)
      app.task(name, 'daily', { pool: 'db', priority }, work(name))
    await app.start()
    await clock.settled()
    expect(started).toEqual(['e', 'a'])
    expect(app.session.task('b').explain().sentence).toBe(
      "all 2 slots of pool 'db' are in use by 'e', 'a': it waits for one of them to end",
    )
    while (gates.length > 0) {
      gates.shift()!()
      await clock.settled()
    }
    expect(started).toEqual(['e', 'a', 'b', 'c', 'd'])
    expect(most).toBe(2)
  })

  test('counts manual runs, and a terminated run frees its capacity', async () => {
    const { app, clock } = setUp({ pools: { db: 1 } })
    const slow = app.task('slow', false, { pool: 'db' }, (_, run) =>
      clock.sleep(3_600_000, { signal: run.signal }),
    )
    const next = app.task('next', false, { pool: 'db' }, () => 'ran')
    await app.start()
    const first = slow.run()
    await first.started
    const second = next.run()
    await clock.settled()
    expect(next.isRunning).toBe(true)
    expect(next.runs).toEqual([])
    first.terminate()
    expect(await second).toMatchObject({ action: 'success', value: 'ran' })
  })

  test('a task that is removed while it waits does not block the tasks behind it', async () => {
    const { app, clock, session } = setUp({ pools: { db: 1 } })
    const { promise, open } = gate()
    app.task('holds', 'daily', { pool: 'db', priority: 1 }, () => promise)
    app.task('gone', 'daily', { pool: 'db' }, () => {})
    const last = app.task('last', 'daily', { pool: 'db' }, () => {})
    await app.start()
    await clock.settled()
    await session.removeTask('gone')
    open()
    await clock.settled()
    expect(last.status).toBe('success')
  })

  test('a waiting task launches before tasks that become due when capacity is freed', async () => {
    const { app, clock, news } = setUp({ pools: { db: 1 } })
    const work = () => clock.sleep(60_000)
    const ping = app.task('ping', any('daily', afterSuccess('pong')), { pool: 'db', priority: 1 }, work)
    app.task('pong', afterSuccess(ping), { pool: 'db' }, work)
    app.task('waits', 'daily', { pool: 'db' }, work)
    ping.update({ priority: 0 })
    await app.start()
    await clock.advance('150 seconds')
    expect(startsIn(news)).toEqual(['ping', 'waits', 'pong'])
  })

  test('a waiting task keeps its place over a hold and main work, and explain() names the task ahead of it', async () => {
    const { app, session, clock, news } = setUp({ pools: { db: 1 } })
    app.task('holds', 'daily', { pool: 'db', priority: 1 }, () => clock.sleep(60_000))
    const second = app.task('second', "param 'second' exists", { pool: 'db' }, () =>
      session.params.unset('second'),
    )
    app.task('first', 'daily', { pool: 'db' }, () => clock.sleep(1))
    const main = app.task('main', false, { execution: 'main' }, () => clock.sleep(120_000))
    await app.start()
    await clock.advance('10 seconds')
    session.params.set('second', true)
    await clock.advance('10 seconds')
    main.run()
    session.hold()
    session.resume()
    await clock.advance('60 seconds')
    expect(second.explain().blockers.map(({ kind, sentence }) => `${kind}: ${sentence}`)).toEqual([
      "main: main work is running ('main'): nothing else launches until it ends",
      "slot: 'first' is ahead of it in the line for pool 'db'",
    ])
    await clock.advance('61 seconds')
    expect(startsIn(news)).toEqual(['holds', 'main', 'first', 'second'])
  })

  test('a waiting task that may not launch does not block the tasks behind it', async () => {
    const { app, clock, session, news } = setUp({ pools: { db: 1 } })
    const { promise, open } = gate()
    app.task('holds', 'daily', { pool: 'db', priority: 1 }, () => promise)
    const off = app.task('off', 'daily', { pool: 'db' }, () => {})
    app.task('unset', "param 'go' exists", { pool: 'db' }, () => {})
    app.task('last', 'daily', { pool: 'db', priority: -1 }, () => {})
    session.params.set('go', true)
    await app.start()
    await clock.settled()
    off.disable()
    session.params.unset('go')
    await clock.settled()
    open()
    await clock.settled()
    expect(startsIn(news)).toEqual(['holds', 'last'])
  })

  test('a raised limit applies at once to a running session', async () => {
    const { app, clock, session } = setUp({ pools: { db: 1 } })
    const { promise, open } = gate()
    for (const name of ['a', 'b', 'c']) app.task(name, 'daily', { pool: 'db' }, () => promise)
    await app.start()
    await clock.settled()
    expect(session.runs()).toHaveLength(1)
    session.update({ pools: { db: 3 } })
    await clock.settled()
    expect(session.runs()).toHaveLength(3)
    open()
  })

  test('limits start-up tasks', async () => {
    const { app, clock } = setUp({ pools: { db: 1 } })
    let most = 0
    let live = 0
    for (const name of ['a', 'b', 'c'])
      app.task(name, false, { pool: 'db', onStartup: true }, async () => {
        most = Math.max(most, ++live)
        await clock.sleep(0)
        live -= 1
      })
    const starting = app.start()
    await clock.advance('1 second')
    await starting
    expect(most).toBe(1)
  })
})

test('a rate limits the starts in every interval of its length', async () => {
  const { app, clock } = setUp({ pools: { api: { rate: { starts: 2, per: '1 minute' } } } })
  const at: number[] = []
  for (let n = 0; n < 5; n++) app.task(`t${n}`, 'daily', { pool: 'api' }, () => void at.push(clock.now()))
  await app.start()
  const begin = clock.now()
  await clock.settled()
  const waiting = app.session.task('t2').explain()
  expect(waiting.reasons[0]).toEqual({
    kind: 'slot',
    sentence: "pool 'api' has used all 2 of its starts per 1 minute: the next start is allowed at 12:01",
    until: begin + 60_000,
  })
  await clock.advance('5 minutes')
  expect(at.map((each) => each - begin)).toEqual([0, 0, 60_000, 60_000, 120_000])
})

describe('a rate and long runs', () => {
  const starts = async (pools: Record<string, PoolOptions>): Promise<string[]> => {
    const { app, clock } = setUp({ pools })
    const begin = clock.now()
    const at: string[] = []
    for (const pool of Object.keys(pools))
      for (let n = 0; n < 3; n++)
        app.task(`${pool} ${n}`, 'daily', { pool, timeout: 'never' }, (_, { task }) => {
          at.push(`${task.name} ${(clock.now() - begin) / 60_000}`)
          return clock.sleep(10 * 60 * 60_000)
        })
    await app.start()
    await clock.advance('3 hours')
    return at
  }

  test('the next start does not wait for the end of a run', async () => {
    expect(await starts({ api: { rate: { starts: 1, per: '1 minute' } } })).toEqual([
      'api 0 0',
      'api 1 1',
      'api 2 2',
    ])
  })

  test('the rate of one pool does not delay the starts of another', async () => {
    const slow = { rate: { starts: 1, per: '1 hour' } } as const
    const fast = { rate: { starts: 1, per: '1 minute' } } as const
    expect(await starts({ slow, fast })).toEqual([
      'slow 0 0',
      'fast 0 0',
      'fast 1 1',
      'fast 2 2',
      'slow 1 60',
      'slow 2 120',
    ])
  })
})

describe('invalid pools', () => {
  test('an unknown pool is refused with the nearest name', () => {
    const { app } = setUp({ pools: { db: 1 } })
    expect(() => app.task('a', 'daily', { pool: 'bd' }, () => {})).toThrow(
      "Cannot put task 'a' into a pool as the session must have it: 'bd'. Did you mean 'db'?",
    )
  })

  test.each([
    [{ db: 0 }, /'pools.db' as it must be at least 1: 0/],
    [{ db: { limt: 3 } }, /'limt' is not one of them. Did you mean 'limit'/],
    [{ db: { rate: { starts: 1, per: 'never' } } }, /'pools.db.rate.per' as it must be a duration/],
    [{ db: { rate: { per: '1 minute' } } }, /'pools.db.rate.starts' as it must be a whole number/],
  ])('%j is refused', (pools, message) => {
    expect(() => setUp({ pools: pools as never })).toThrow(message)
  })
})

describe('overlap of manual runs', () => {
  const make = (overlap: 'wait' | 'skip' | 'replace') => {
    const desk = setUp()
    const { promise, open } = gate()
    let runs = 0
    const task = desk.app.task('t', false, { overlap, graceMs: 0 }, async (_, run) => {
      runs += 1
      await Promise.race([promise, new Promise((resolve) => run.signal.addEventListener('abort', resolve))])
      run.signal.throwIfAborted()
      return runs
    })
    return { ...desk, task, open, runs: () => runs }
  }

  test('wait: the runs follow one another', async () => {
    const { app, task, open, runs } = make('wait')
    await app.start()
    const both = [task.run(), task.run()]
    open()
    expect((await Promise.all(both)).map(({ action }) => action)).toEqual(['success', 'success'])
    expect(runs()).toBe(2)
  })

  test('skip: the second run ends as inaction at once and leaves no record', async () => {
    const { app, task, open, runs } = make('skip')
    await app.start()
    const first = task.run()
    await first.started
    expect(await task.run()).toMatchObject({ action: 'inaction', reason: expect.stringMatching(/^skipped/) })
    open()
    await first
    expect(runs()).toBe(1)
    expect(await task.log.query()).toHaveLength(2)
  })

  test('replace: the live run and the queued run are terminated, and the newest runs', async () => {
    const { app, task, open } = make('replace')
    await app.start()
    const first = task.run()
    await first.started
    const second = task.run()
    const third = task.run()
    expect(await first).toMatchObject({ action: 'terminate', reason: 'replaced' })
    expect(await second).toMatchObject({ action: 'terminate' })
    open()
    expect(await third).toMatchObject({ action: 'success' })
  })
})
