/** Events sent to the actors from outside: commands are carried out, all others are refused, and the session keeps working. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { type AnyActorRef, assign, createActor, createMachine, type InspectionEvent, sendTo } from 'xstate'
import { type Desk, goesOn, lasting, setUp, tearDown, warningsIn } from '../../support/session.ts'

afterEach(tearDown)

const hostile = (): never => {
  throw new Error('hostile')
}

/** Values that are not a command of any actor. */
const noEvents: readonly [string, unknown][] = [
  ['null', null],
  ['undefined', undefined],
  ['a number', 5],
  ['text', 'task.run'],
  ['a list', [{ type: 'session.hold' }]],
  ['a function', () => {}],
  ['nothing in it', {}],
  ['nothing in it, without a prototype', Object.create(null)],
  ['an empty type', { type: '' }],
  ['the wildcard', { type: '*' }],
  ['a partial wildcard', { type: 'task.*' }],
  ['a type that is no text', { type: 5 }],
  ['a type that is an object', { type: { toString: () => 'session.hold' } }],
  ['a type on a far prototype', Object.create({ type: 'xstate.stop' })],
  [
    'a type that throws',
    {
      get type() {
        return hostile()
      },
    },
  ],
  [
    'a member that throws',
    {
      type: 'session.hold',
      get force() {
        return hostile()
      },
    },
  ],
  ['a proxy that throws', new Proxy({}, { get: hostile, ownKeys: hostile, has: hostile })],
  ['a frozen one', Object.freeze({ type: 'xstate.stop' })],
  ['a huge type', { type: 'task.run'.repeat(100_000) }],
  [
    'huge',
    { type: 'task.run', ...Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`k${n}`, n])) },
  ],
  ['a name of Object.prototype', { type: 'constructor' }],
  ...[
    'xstate.stop',
    'xstate.init',
    'xstate.error',
    'xstate.error.actor.a#0',
    'xstate.done.actor.a#0',
    'xstate.done.state.task',
    'xstate.after.1.task',
    'xstate.snapshot.a#0',
    'xstate.promise.resolve',
    'session.start',
    'session.ready',
    'session.failed',
    'session.drained',
    'task.restored',
    'condition.changed',
    'dependency.changed',
    'run.requested',
    'run.ordered',
    'delay.passed',
    'facts.changed',
    'capacity.freed',
    'run.ended',
    'run.start',
    'run.began',
    'run.settled',
    'run.graceOver',
    'run.close',
    'run.progressed',
    'run.logged',
    'actors.stop',
    'actor.failed',
    'run.started',
    'task.added',
  ].map((type): [string, unknown] => [
    type,
    { type, actorId: 'a#0', actors: [], runId: 'x', outcome: 'fail' },
  ]),
]

const actorsOf: Record<string, (desk: Desk) => AnyActorRef> = {
  'the session': ({ session }) => session.actor,
  'a task': ({ session }) => session.task('a').actor,
  'a run': ({ session }) => runActors.get(session.actor.sessionId)!,
}
const runActors = new Map<string, AnyActorRef>()

/** A session with a live run of task `a`; inspection finds the actor of the run, as in other programs. */
async function setUpRunning(): Promise<Desk> {
  const desk = setUp({
    inspect: ({ type, actorRef, rootId }: InspectionEvent) => {
      const actor = actorRef as AnyActorRef
      if (type === '@xstate.event' && actor._parent?._parent !== undefined) runActors.set(rootId, actor)
    },
  })
  desk.app.task('a', false, lasting(desk.clock))
  await desk.app.start()
  desk.session.task('a').run()
  await desk.clock.settled()
  expect(desk.session.task('a').isRunning).toBe(true)
  return desk
}

/** Checks that the session keeps working, and that its stop leaves no timer. */
async function isWell(desk: Desk): Promise<void> {
  const { session, clock } = desk
  expect(session.task('a').runs).toHaveLength(1)
  await goesOn(desk)
  session.shutDown({ force: true })
  await clock.settled()
  await session.stopped
  expect(session.state).toBe('stopped')
  expect(clock.untilNextMs).toBe(Number.POSITIVE_INFINITY)
}

describe.each(Object.keys(actorsOf))('the actor of %s', (of) => {
  test('refuses every event that is not one of its commands, and the session keeps working', async () => {
    const desk = await setUpRunning()
    const actor = actorsOf[of]!(desk)
    const before = actor.getSnapshot()
    for (const [, event] of noEvents) {
      expect(() => actor.send(event)).toThrow(TypeError)
      expect(actor.getSnapshot()).toBe(before)
    }
    expect(warningsIn(desk.news)).toEqual([])
    await isWell(desk)
  })

  test('refuses them from a machine of another actor system, and the sender fails', async () => {
    const desk = await setUpRunning()
    const actor = actorsOf[of]!(desk)
    for (const type of ['xstate.stop', 'run.ended', 'nonsense', '*']) {
      const sender = createActor(createMachine({ on: { go: { actions: sendTo(actor, { type }) } } }))
      const failures: unknown[] = []
      sender.subscribe({ error: (error) => failures.push(error) })
      sender.start().send({ type: 'go' })
      expect(failures).toEqual([expect.any(TypeError)])
    }
    await isWell(desk)
  })

  test('ignores forged reports that a child failed or ended', async () => {
    const desk = await setUpRunning()
    const parent = actorsOf[of]!(desk)
    const fails = createMachine({ context: () => hostile() as never })
    const ends = createMachine({ initial: 'end', states: { end: { type: 'final' } } })
    for (const id of ['a#0', 'foreign', actorsOf['a run']!(desk).id])
      for (const logic of [fails, ends]) createActor(logic, { parent, id }).start()
    for (const id of ['a#0', actorsOf['a run']!(desk).id]) {
      const event = { type: `xstate.error.actor.${id}`, actorId: id, error: new Error('made up') }
      createActor(createMachine({ entry: sendTo(parent, event) })).start()
    }
    await desk.clock.settled()
    expect(desk.news.filter(({ type }) => type === 'task.crashed')).toEqual([])
    await isWell(desk)
  })

  test('refuses stop() and ignores start()', async () => {
    const desk = await setUpRunning()
    const actor = actorsOf[of]!(desk)
    expect(() => actor.stop()).toThrow(
      /^Cannot stop the actor of .* as only the session ends its actors\. To end it, /,
    )
    actor.start()
    expect(actor.getSnapshot().status).toBe('active')
    await isWell(desk)
    actor.start()
    expect(() => actor.stop()).toThrow(/Cannot stop/)
    expect(desk.clock.untilNextMs).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('commands sent to an actor', () => {
  test('a task actor accepts the commands of a task, without its name', async () => {
    const { app, session, clock } = setUp()
    const task = app.task('a', false, lasting(clock))
    await app.start()
    task.actor.send({ type: 'task.disable' })
    expect(task.disabled).toBe(true)
    task.actor.send({ type: 'task.enable', task: 'a' })
    expect(task.disabled).toBe(false)
    task.actor.send({ type: 'task.update', options: { priority: 3 } })
    expect(task.priority).toBe(3)
    task.actor.send({ type: 'task.run' })
    await clock.settled()
    expect(task.isRunning).toBe(true)
    task.actor.send({ type: 'task.terminate' })
    await clock.settled()
    expect(task.status).toBe('terminate')
    const { actor } = task
    actor.send({ type: 'task.remove' })
    expect(session.has('a')).toBe(false)
    expect(() => actor.send({ type: 'task.run' })).toThrow(/a/)
    session.createTask('a', false, () => {})
    expect(() => actor.send({ type: 'task.run' })).toThrow(/'a' was removed, and another task has its name/)
  })

  test.each([
    [{ type: 'task.run', task: 'b' }, /must name no other task: 'b'/],
    [{ type: 'task.run', param: {} }, /'param' is not one of them. Did you mean 'params'\?/],
    [{ type: 'task.run', params: 5 }, /'params'/],
    [{ type: 'task.updat', options: {} }, /must be one of .*'task\.updat'\. Did you mean 'task\.update'\?/],
    [{ type: 'task.update', options: { priorty: 1 } }, /priorty/],
    [{ type: 'task.create', task: 'c', work: () => {} }, /must be one of/],
    [{ type: 'session.shutDown' }, /must be one of/],
  ])('a task actor checks a command as session.send() does: %j', async (event, message) => {
    const { app, session } = setUp()
    app.task('a', false, () => {})
    app.task('b', false, () => {})
    expect(() => session.task('a').actor.send(event)).toThrow(message)
  })

  test('the session actor accepts every command, checked as session.send() does', async () => {
    const { app, session } = setUp()
    await app.start()
    session.actor.send({ type: 'session.hold' })
    expect(session.state).toBe('held')
    session.actor.send({ type: 'task.create', task: 'a', start: false, work: () => {} })
    expect(session.has('a')).toBe(true)
    expect(() => session.actor.send({ type: 'task.run', task: 'b' })).toThrow(/'b'/)
    expect(() => session.actor.send({ type: 'session.shutDown', forse: true })).toThrow(
      /Did you mean 'force'/,
    )
    expect(() => session.actor.send({ type: 'session.start' })).toThrow(/Did you mean 'session.restart'/)
  })

  test('a run actor accepts run.terminate only', async () => {
    const desk = await setUpRunning()
    const run = actorsOf['a run']!(desk)
    expect(() => run.send({ type: 'run.terminate', reason: 'timeout' })).toThrow(
      /reason must be 'asked': 'timeout'/,
    )
    expect(() => run.send({ type: 'run.terminat' })).toThrow(/Did you mean 'run.terminate'/)
    run.send({ type: 'run.terminate' })
    await desk.clock.settled()
    expect(desk.session.task('a').status).toBe('terminate')
    // The actor now waits for the next run, so there is nothing to end.
    run.send({ type: 'run.terminate' })
    await goesOn(desk)
  })

  test('an event that changes between two reads has the effect that was checked', async () => {
    const { app, session, clock } = setUp()
    app.task('a', false, () => {})
    await app.start()
    let reads = 0
    session.actor.send({
      get type() {
        reads += 1
        return reads === 1 ? 'session.hold' : 'xstate.stop'
      },
    })
    expect(session.state).toBe('held')
    session.resume()
    const params = new Proxy({}, { ownKeys: hostile, get: hostile })
    session.task('a').actor.send({ type: 'task.run', params })
    await goesOn({ session, clock })
  })

  test('a machine of the app can send a command to a task actor', async () => {
    const { app, session, clock } = setUp()
    app.task('a', false, () => 'ran')
    await app.start()
    const { actor } = session.task('a')
    createActor(
      createMachine({ context: () => ({}), entry: [assign({}), sendTo(actor, { type: 'task.run' })] }),
    ).start()
    await clock.settled()
    expect(session.task('a').lastValue).toBe('ran')
  })
})

describe('inspection', () => {
  /** Each kind of inspection event in which an inspector may do something. */
  const kinds = [
    '@xstate.actor',
    '@xstate.event',
    '@xstate.snapshot',
    '@xstate.microstep',
    '@xstate.action',
  ] as const
  const deeds: Record<string, (desk: Desk) => void> = {
    'removes the task': ({ session }) => session.has('a') && void session.removeTask('a'),
    'removes the task by its actor': ({ session }) =>
      session.has('a') && session.task('a').actor.send({ type: 'task.remove' }),
    'ends the run': ({ session }) => session.has('a') && session.task('a').terminate(),
    'shuts down': ({ session }) => session.shutDown({ force: true }),
    restarts: ({ session }) => session.restart(),
    'disables and enables': ({ session }) => {
      if (!session.has('a')) return
      session.task('a').disable()
      session.task('a').enable()
    },
    'sends nonsense': ({ session }) => session.actor.send(null as never),
    throws: hostile,
  }
  const ways = ['given as the option', 'of the actor system'] as const

  test.each(
    ways.flatMap((way) =>
      kinds.flatMap((kind) => Object.keys(deeds).map((deed) => [way, kind, deed] as const)),
    ),
  )('an inspector %s that, at %s, %s leaves no live run', async (way, kind, deed) => {
    let desk: Desk | undefined
    let deeds_ = 0
    const inspect = (event: InspectionEvent): void => {
      const { type } = event
      if (desk === undefined || type !== kind) return
      // Acts at every step of a run, up to a limit, since each act causes further steps.
      if (deeds_ >= 30) return
      deeds_ += 1
      deeds[deed]!(desk)
    }
    desk = setUp(way === 'given as the option' ? { inspect } : {})
    const { app, session, clock } = desk
    if (way === 'of the actor system') session.actor.system.inspect({ next: inspect })
    app.task('a', false, lasting(clock))
    await app.start().catch(() => {})
    if (session.has('a') && session.state === 'running') session.task('a').run()
    await clock.settled()
    session.shutDown({ force: true })
    session.shutDown({ force: true })
    for (let n = 0; session.state !== 'stopped' && n < 10; n++) await clock.advance('1 minute')
    expect(session.state).toBe('stopped')
    expect(session.runs()).toEqual([])
    expect(clock.untilNextMs).toBe(Number.POSITIVE_INFINITY)
  })
})
