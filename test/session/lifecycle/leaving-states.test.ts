/** States of a start and a stop that are left early, and commands while the store is being closed. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { createMemoryStore, SessionStoppedError, type Store } from 'gantry'
import { type AnyActorRef, createActor, createMachine, sendTo } from 'xstate'
import { durableStore } from '../../support/durable-store.ts'
import { gate, runsIn, setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

/** A stopping session whose store is closed when the test opens `closed`. */
async function releasing() {
  const closed = gate()
  const store: Store = { ...durableStore(createMemoryStore(), () => {}), close: () => closed.promise }
  const desk = setUp({ store })
  await desk.app.start()
  desk.session.shutDown()
  await desk.clock.settled()
  return { ...desk, closed }
}

describe('while the store is being closed', () => {
  test('the session is stopping, and stopped only afterwards', async () => {
    const { session, news, closed, clock } = await releasing()
    expect(session.state).toBe('stopping')
    expect(session.actor.getSnapshot().value).toEqual({ stopping: 'releasing' })
    expect(news.at(-1)?.type).not.toBe('session.stopped')
    closed.open()
    await clock.settled()
    expect([session.state, news.at(-1)?.type]).toEqual(['stopped', 'session.stopped'])
  })

  test('a start is deferred until `stopped` has settled, and a second start is refused', async () => {
    const { app, session, news, closed, clock } = await releasing()
    const { stopped } = session
    const started = app.start()
    await clock.settled()
    await expect(app.start()).rejects.toThrow(/must be stopped: stopping/)
    closed.open()
    await stopped
    await started
    expect(session.state).toBe('running')
    expect(news.map(({ type }) => type).filter((type) => type.startsWith('session.st'))).toEqual([
      'session.started',
      'session.stopped',
      'session.started',
    ])
  })

  test('shutDown() cancels a deferred start', async () => {
    const { app, session, closed, clock } = await releasing()
    const started = app.start()
    await clock.settled()
    session.shutDown()
    await started
    closed.open()
    await session.stopped
    expect(session.state).toBe('stopped')
  })

  test('hold() applies to the next start', async () => {
    const { app, session, closed } = await releasing()
    session.hold()
    closed.open()
    await session.stopped
    await app.start()
    expect(session.state).toBe('held')
  })

  test('session.run() runs its tasks once the store is closed', async () => {
    const { app, session, closed, clock } = await releasing()
    app.task('a', false, () => 1)
    const outcomes = session.run('a')
    await clock.settled()
    closed.open()
    expect(await outcomes).toMatchObject({ a: { action: 'success' } })
    await session.stopped
  })
})

test('a start-up hook whose session is stopped gets an aborted signal; no later hook begins', async () => {
  const { app, session } = setUp()
  const began = gate<AbortSignal>()
  const results: unknown[] = []
  let isBegun = false
  app.hook('startup', async ({ signal }) => {
    began.open(signal)
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return ({ error }) => void results.push(error)
  })
  app.hook('startup', () => {
    isBegun = true
  })
  const started = app.start()
  const signal = await began.promise
  expect(signal.aborted).toBe(false)
  session.shutDown()
  await started
  await session.stopped
  expect([signal.aborted, isBegun]).toEqual([true, false])
  expect(results).toEqual([expect.any(SessionStoppedError)])
})

test('shutDown() during a start takes precedence over a pending restart', async () => {
  const { app, session, clock } = setUp()
  const opened = gate()
  app.setup(() => opened.promise)
  const started = app.start()
  await clock.settled()
  session.restart()
  session.shutDown()
  await clock.settled()
  opened.open()
  await started
  expect(session.state).toBe('stopped')
})

test('a failed start takes precedence over a pending restart', async () => {
  const { app, session } = setUp({ onError: { setup: 'raise' } })
  let starts = 0
  app.setup(() => {
    starts += 1
    session.restart()
    throw new Error('no database')
  })
  await expect(app.run()).rejects.toThrow('no database')
  expect([session.state, starts]).toEqual(['stopped', 1])
})

test('a later start that is stopped before it opens the log runs and records its shut-down tasks', async () => {
  const kept = createMemoryStore()
  let isOpen = false
  const store: Store = {
    ...durableStore(kept, (entries) => {
      if (!isOpen) throw new Error('closed')
      return kept.append(entries)
    }),
    load: () => {
      isOpen = true
      return kept.load()
    },
    close: () => {
      isOpen = false
    },
  }
  const { app, session, clock, news } = setUp({ store })
  app.task('down', false, { onShutdown: true }, () => {})
  app.setup(() => {
    if (news.some(({ type }) => type === 'session.stopped')) session.shutDown()
  })
  await app.start()
  session.shutDown()
  await session.stopped
  await app.start()
  await clock.settled()
  expect(session.state).toBe('stopped')
  expect(runsIn(news)).toEqual(['down started', 'down success', 'down started', 'down success'])
  expect((await kept.query({ task: 'down', action: 'success' })).length).toBe(2)
  expect(isOpen).toBe(false)
})

test('forged events about the end of an invoked actor are refused or ignored', async () => {
  const { app, session, clock } = setUp()
  const opened = gate()
  app.setup(() => opened.promise)
  const started = app.start()
  await clock.settled()
  const ends = ['done', 'error'].map((kind) => ({
    type: `xstate.${kind}.actor.startupHooks`,
    actorId: 'startupHooks',
    output: undefined,
    error: new Error('made up'),
  }))
  for (const end of ends) {
    const forger = createMachine({
      entry: sendTo(
        () => session.actor as AnyActorRef,
        () => end,
      ),
    })
    createActor(forger).start()
    expect(() => session.actor.send(end as never)).toThrow(TypeError)
  }
  const [child] = Object.values(session.actor.getSnapshot().children)
  const resolve = { type: 'xstate.promise.resolve', data: undefined }
  expect(() => (child as { send(event: object): void }).send(resolve)).toThrow(/takes no events/)
  await clock.settled()
  expect(session.actor.getSnapshot().value).toEqual({ starting: 'hooks' })
  opened.open()
  await started
  expect(session.state).toBe('running')
})

test('a store that is being opened when the session stops is closed before `stopped`', async () => {
  const opened = gate<Store>()
  let closes = 0
  const store: Store = {
    ...durableStore(createMemoryStore(), () => {}),
    close: () => {
      closes += 1
    },
  }
  const { app, session, clock } = setUp({ store: () => opened.promise })
  const started = app.start()
  await clock.settled()
  expect(session.actor.getSnapshot().value).toEqual({ starting: 'restoring' })
  session.shutDown()
  await clock.settled()
  expect(session.state).toBe('stopping')
  opened.open(store)
  await started
  await session.stopped
  expect(closes).toBe(1)
})

test('a later start that is stopped before it opens the log does not close the store again', async () => {
  let closes = 0
  const close = (): void => {
    closes += 1
  }
  const { app, session } = setUp({ store: { ...durableStore(createMemoryStore(), () => {}), close } })
  app.setup(() => {
    if (closes > 0) session.shutDown()
  })
  await app.start()
  session.shutDown()
  await session.stopped
  await app.start()
  await session.stopped
  expect([session.state, closes]).toEqual(['stopped', 1])
})
