/** A run from its start to its outcome: timeouts, end conditions, termination, grace, inaction, progress and late results. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { Inaction, inaction, type Run, RunTimeoutError, running, started } from 'gantry'
import { gate, lasting, runsIn, setUp, tearDown, warningsIn } from '../../support/session.ts'

afterEach(tearDown)

describe('timeout', () => {
  test.each([
    ['of the task', {}, { timeout: '1 minute' }, 60_000],
    ['of the session', { timeout: '2 minutes' }, {}, 120_000],
    ['of the task, which takes precedence', { timeout: '2 minutes' }, { timeout: '1 minute' }, 60_000],
  ] as const)(
    '%s: the signal aborts with a RunTimeoutError, and the run ends as terminate',
    async (_, session, task, ms) => {
      const desk = setUp(session)
      let reason: unknown
      const made = desk.app.task('a', false, task, async (_, run) => {
        await desk.clock.sleep(3_600_000, { signal: run.signal }).catch((error) => {
          reason = error
          throw error
        })
      })
      await desk.app.start()
      const handle = made.run()
      await desk.clock.advance(ms - 1)
      expect(made.isRunning).toBe(true)
      await desk.clock.advance(1)
      expect(await handle).toEqual({ runId: handle.id, action: 'terminate', reason: 'timeout' })
      expect(reason).toBeInstanceOf(RunTimeoutError)
      expect(reason).toMatchObject({ task: 'a', runId: handle.id, timeoutMs: ms })
      expect((reason as Error).message).toContain(`: ${ms} ms`)
    },
  )

  test('does not affect a run that ends in time, or the next run of its actor', async () => {
    const { app, clock } = setUp({ timeout: '1 minute' })
    const task = app.task('a', false, lasting(clock, 50_000))
    await app.start()
    const first = task.run()
    await clock.advance('50 seconds')
    const second = task.run()
    await clock.advance('50 seconds')
    expect([(await first).action, (await second).action]).toEqual(['success', 'success'])
  })
})

describe('an end condition', () => {
  test('terminates all live runs when it becomes true', async () => {
    const { app, session, clock } = setUp()
    const task = app.task('a', false, { multilaunch: true, end: "param 'enough' exists" }, lasting(clock))
    await app.start()
    const handles = [task.run(), task.run()]
    await clock.advance('10 seconds')
    expect(session.runs()).toHaveLength(2)
    session.params.set('enough', true)
    await clock.settled()
    for (const handle of handles)
      expect(await handle).toMatchObject({ action: 'terminate', reason: 'end condition' })
  })

  test('that is already true terminates a run at its start: explain() warns before, and the outcome and record have the reason', async () => {
    const { app, session, clock } = setUp({ params: { enough: true } })
    const task = app.task('a', false, { end: "param 'enough' exists" }, lasting(clock))
    await app.start()
    expect(task.explain().warnings).toEqual([
      "a run would be terminated as soon as it starts, as its end condition 'param 'enough' exists' holds already: param 'enough' is set",
    ])
    expect(String(task.explain())).toContain('! a run would be terminated as soon as it starts')
    const reason = "end condition held already: param 'enough' exists"
    expect(await task.run()).toMatchObject({ action: 'terminate', reason })
    expect(await session.log.query({ action: 'terminate' })).toMatchObject([{ reason }])
    session.params.unset('enough')
    expect(task.explain().warnings).toEqual([])
  })

  test('that becomes true by the start of its run, or fails, is a warning of explain()', async () => {
    const { app } = setUp()
    const own = app.task('own', false, { end: started.today }, () => {})
    const torn = app.condition('the line is torn', () => {
      throw new Error('no line')
    })
    const failing = app.task('failing', false, { end: torn }, () => {})
    const fine = app.task('fine', false, { end: running.moreThan('1 minute') }, () => {})
    await app.start()
    expect([own, failing, fine].map((task) => task.explain().warnings.length)).toEqual([1, 1, 0])
  })

  test('that is already true terminates further runs while earlier ones are still ending', async () => {
    const { app, clock } = setUp({ params: { enough: true } })
    const stubborn = { multilaunch: true, end: "param 'enough' exists" } as const
    const task = app.task('a', false, stubborn, () => clock.sleep(60_000))
    await app.start()
    const handles = [task.run(), task.run()]
    await clock.advance('1 second')
    const third = task.run()
    await clock.advance('10 seconds')
    for (const handle of [...handles, third])
      expect(await handle).toMatchObject({
        action: 'terminate',
        reason: "end condition held already: param 'enough' exists",
      })
  })

  test('is not evaluated after a run that ended within its launch', async () => {
    const { app, session, clock } = setUp()
    let asked = 0
    const isEnough = app.condition('it is enough', () => {
      asked += 1
      return false
    })
    const task = app.task('a', false, { end: isEnough }, () => {})
    await app.start()
    await task.run()
    asked = 0
    session.params.set('any', 1)
    await clock.advance('1 minute')
    expect(asked).toBe(0)
  })

  test('is evaluated only while a run is live', async () => {
    const { app, clock } = setUp()
    let asked = 0
    const end = app.condition(() => {
      asked += 1
      return false
    })
    const task = app.task('a', false, { end }, lasting(clock, 10_000))
    await app.start()
    await clock.advance('1 minute')
    expect(asked).toBe(0)
    void task.run()
    await clock.advance('10 seconds')
    expect(asked).toBeGreaterThan(5)
    asked = 0
    await clock.advance('1 minute')
    expect(asked).toBe(0)
  })
})

describe('task.terminate()', () => {
  test('ends live runs and removes queued ones', async () => {
    const { app, clock } = setUp()
    const task = app.task('a', false, { multilaunch: 2 }, lasting(clock))
    await app.start()
    const handles = [task.run(), task.run(), task.run()]
    await clock.settled()
    task.terminate()
    const outcomes = await Promise.all(handles)
    expect(outcomes.map(({ action }) => action)).toEqual(['terminate', 'terminate', 'terminate'])
    expect(await task.log.query({ action: 'run' })).toHaveLength(2)
  })

  test('with an id ends that run only', async () => {
    const { app, clock } = setUp()
    const task = app.task('a', false, { multilaunch: true }, lasting(clock))
    await app.start()
    const [first, second] = [task.run(), task.run()]
    await clock.settled()
    task.terminate(first.id)
    expect(await first).toMatchObject({ action: 'terminate', reason: 'asked' })
    expect(task.runs.map(({ id }) => id)).toEqual([second.id])
    expect(task.state).toBe('running')
  })

  test('has no effect if it is repeated, or has the id of a run that has ended', async () => {
    const { app, clock, news } = setUp()
    const task = app.task('a', false, lasting(clock))
    await app.start()
    const first = task.run()
    await clock.settled()
    task.terminate()
    task.terminate()
    await first
    const second = task.run()
    await clock.settled()
    task.terminate(first.id)
    await clock.settled()
    expect(task.runs.map(({ id }) => id)).toEqual([second.id])
    expect(runsIn(news)).toEqual(['a started', 'a terminate', 'a started'])
  })

  test('during the recording of a start prevents the work from beginning', async () => {
    const { createMemoryStore } = await import('../../../src/log/index.ts')
    const recorded = gate()
    const store = createMemoryStore()
    const append = store.append.bind(store)
    Object.assign(store, {
      append: (entries: Parameters<typeof append>[0]) => recorded.promise.then(() => append(entries)),
    })
    const { app, clock } = setUp({ store })
    let begun = false
    const task = app.task('a', false, () => {
      begun = true
    })
    await app.start()
    const handle = task.run()
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    expect(task.runs).toHaveLength(1)
    task.terminate()
    recorded.open()
    await clock.settled()
    expect((await handle).action).toBe('terminate')
    expect(begun).toBe(false)
  })
})

describe('a terminated run', () => {
  test.each<[string, (run: Run) => unknown, object]>([
    [
      'that rejects with the reason ends as terminate',
      (run) => Promise.reject(run.signal.reason),
      { action: 'terminate' },
    ],
    [
      'that rejects with another error ends as terminate',
      () => Promise.reject(new Error('torn')),
      { action: 'terminate' },
    ],
    ['that returns ends as success', () => 'saved', { action: 'success', value: 'saved' }],
    [
      'that returns inaction ends as inaction',
      () => inaction('no more'),
      { action: 'inaction', reason: 'no more' },
    ],
  ])('%s', async (_, end, outcome) => {
    const { app, clock } = setUp()
    const task = app.task('a', false, async (_, run) => {
      await clock.sleep(3_600_000, { signal: run.signal }).catch(() => {})
      return end(run)
    })
    await app.start()
    const handle = task.run()
    await clock.settled()
    task.terminate()
    expect(await handle).toMatchObject(outcome)
    expect((await task.log.query()).map(({ action }) => action)).toHaveLength(2)
  })

  test('is abandoned after its grace, by default 5 seconds, and its late result is dropped with a warning', async () => {
    const { app, session, clock, news } = setUp()
    const results = new Map([
      ['default', gate<string>()],
      ['own', gate<string>()],
    ])
    app.task('default', false, () => results.get('default')!.promise)
    app.task('own', false, { graceMs: 60_000 }, () => results.get('own')!.promise)
    await app.start()
    const handles = session.tasks().map((task) => task.run())
    await clock.settled()
    for (const task of session.tasks()) task.terminate()
    await clock.advance('4999 milliseconds')
    expect(session.runs()).toHaveLength(2)
    await clock.advance('1 millisecond')
    expect(session.runs().map(({ task }) => task)).toEqual(['own'])
    await clock.advance('1 minute')
    for (const handle of handles) expect(await handle).toMatchObject({ action: 'terminate', reason: 'asked' })
    for (const { open } of results.values()) open('late')
    await clock.settled()
    expect(warningsIn(news)).toEqual(['late-result', 'late-result'])
    expect(session.returns.has('default')).toBe(false)
    expect(runsIn(news)).toHaveLength(4)
  })

  test('with a late result does not affect the next run of its actor', async () => {
    const { app, clock, news } = setUp()
    const results = [gate<string>(), gate<string>()]
    let runs = 0
    const task = app.task('a', false, () => results[runs++]!.promise)
    await app.start()
    void task.run()
    await clock.settled()
    task.terminate()
    await clock.advance('5 seconds')
    const second = task.run()
    await clock.settled()
    results[0]!.open('late')
    await clock.settled()
    expect(task.runs.map(({ id }) => id)).toEqual([second.id])
    results[1]!.open('in time')
    expect(await second).toMatchObject({ action: 'success', value: 'in time' })
    expect(runsIn(news)).toEqual(['a started', 'a terminate', 'a started', 'a success'])
    expect(warningsIn(news)).toEqual(['late-result'])
  })
})

test.each<[string, () => unknown]>([
  [
    'thrown',
    () => {
      throw new Inaction('nothing new')
    },
  ],
  [
    'rejected',
    async () => {
      throw new Inaction('nothing new')
    },
  ],
  ['returned', () => inaction('nothing new')],
  ['returned by a promise', async () => inaction('nothing new')],
])('inaction that is %s is a separate outcome, without a failure or a value', async (_, work) => {
  const { app, session } = setUp()
  const task = app.task('a', false, work)
  await app.start()
  const handle = task.run()
  expect(await handle).toEqual({ runId: handle.id, action: 'inaction', reason: 'nothing new' })
  expect(task.state).toBe('idle')
  expect(task.lastInaction?.toMillis()).toBe(session.clock.now())
  expect([task.lastSuccess, task.lastFail, session.returns.has('a')]).toEqual([null, null, false])
  expect((await task.log.query({ action: 'inaction' }))[0]?.reason).toBe('nothing new')
})

describe('run.progress()', () => {
  test('is reported by an event and on the run, and ignored after the run has ended', async () => {
    const { app, clock, news } = setUp()
    const next = gate()
    let kept: Run | undefined
    const task = app.task('a', false, async (_, run) => {
      kept = run
      run.progress(0.5, 'half')
      await next.promise
    })
    await app.start()
    void task.run()
    await clock.settled()
    expect(task.runs[0]?.progress).toBe(0.5)
    next.open()
    await clock.settled()
    kept?.progress(0.9)
    const told = news.filter(({ type }) => type === 'run.progress')
    expect(told).toEqual([expect.objectContaining({ task: 'a', progress: 0.5, message: 'half' })])
  })

  test.each([-0.1, 1.1, Number.NaN, '1'])('refuses a value outside of 0 to 1: %p', async (fraction) => {
    const { app } = setUp()
    const task = app.task('a', false, (_, run) => run.progress(fraction as number))
    await app.start()
    expect(await task.run()).toMatchObject({ action: 'fail', error: expect.any(RangeError) })
  })
})

test('a run has its task, session, times, trigger and params', async () => {
  const { app, session, clock } = setUp()
  const seen: Run[] = []
  app.task('a', 'daily after 12:30', (_, run) => void seen.push(run))
  await app.start()
  await clock.advance('30 minutes')
  const handle = session.task('a').run({ n: 1 })
  await handle
  const at = (run: Run) => [run.dueAt?.toISO() ?? null, run.period?.start.toISODate() ?? null]
  expect(seen.map(({ trigger, params }) => [trigger, params])).toEqual([
    ['condition', {}],
    ['manual', { n: 1 }],
  ])
  expect(at(seen[0]!)).toEqual(['2026-11-24T12:30:00.000Z', '2026-11-24'])
  expect(at(seen[1]!)[0]).toBeNull()
  expect(seen[1]).toMatchObject({ id: handle.id, session, task: session.task('a') })
  expect(seen[1]?.startedAt.toMillis()).toBe(clock.now())
})
