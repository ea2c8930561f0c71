/** Workflows in a session: outcomes, events, time, and their actors. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { CommandRefusedError, createMemoryStore, runOf, type Session, skipRun, workflow } from 'gantry'
import { Observable } from 'rxjs'
import {
  type AnyActorRef,
  assign,
  type EventObject,
  fromCallback,
  fromObservable,
  fromPromise,
  fromTransition,
  setup,
} from 'xstate'
import { durableStore } from '../support/durable-store.ts'
import { gate, setUp, tearDown } from '../support/session.ts'

afterEach(tearDown)

/** An order that waits for a person, then for three days, and ends. */
const orderMachine = setup({
  types: {
    context: {} as { order: number; by: string | null },
    events: {} as { type: 'approve'; by: string } | { type: 'reject' },
    input: {} as { order?: number },
    output: {} as { by: string | null },
  },
}).createMachine({
  id: 'order',
  context: ({ input }) => ({ order: input.order ?? 0, by: null }),
  output: ({ context }) => ({ by: context.by }),
  initial: 'awaiting approval',
  states: {
    'awaiting approval': {
      on: {
        approve: { target: 'cooling off', actions: assign({ by: ({ event }) => event.by }) },
        reject: 'rejected',
      },
    },
    'cooling off': { after: { [3 * 86_400_000]: 'done' } },
    rejected: { type: 'final', tags: 'inaction' },
    done: { type: 'final' },
  },
})

describe('a machine as work', () => {
  test('waits for an event and for a delay by the session clock; its output is the value', async () => {
    const { app, clock, session } = setUp()
    const task = app.task('order', false, orderMachine)
    await app.start()
    const run = task.run({ order: 7 })
    await clock.settled()
    expect(task.state).toBe('running')
    const [live] = task.runs
    expect(live?.workflow).toMatchObject({ state: 'awaiting approval', accepts: ['approve', 'reject'] })
    expect(await task.send({ type: 'approve', by: 'Ada' })).toBe('accepted')
    expect(task.runs[0]?.workflow?.state).toBe('cooling off')
    await clock.advance('2 days 23 hours')
    expect(task.state).toBe('running')
    await clock.advance('1 hour')
    expect(await run).toMatchObject({ action: 'success', value: { by: 'Ada' } })
    expect(task.lastValue).toEqual({ by: 'Ada' })
    expect(session.runs()).toEqual([])
  })

  test('a final state with the tag inaction ends the run so', async () => {
    const { app, clock } = setUp()
    const task = app.task('order', false, orderMachine)
    await app.start()
    const run = task.run()
    await clock.settled()
    await run.send({ type: 'reject' })
    expect(await run).toMatchObject({ action: 'inaction' })
  })

  test('an event that the state does not accept is refused with what it accepts', async () => {
    const { app, clock, session } = setUp()
    const task = app.task('order', false, orderMachine)
    await app.start()
    await expect(task.send({ type: 'reject' })).rejects.toThrow(
      "Cannot send an event to task 'order' as a run must be live.",
    )
    const run = task.run()
    await clock.settled()
    const refused = await task.send({ type: 'pay' } as never).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(CommandRefusedError)
    expect(refused).toMatchObject({ state: 'awaiting approval', accepts: ['approve', 'reject'] })
    expect(() => session.send({ type: 'run.send', task: 'order', event: { type: 'pay' } })).toThrow(
      CommandRefusedError,
    )
    await expect(task.send({ type: 'xstate.stop' } as never)).rejects.toThrow('events of XState itself')
    await expect(task.send('approve' as never)).rejects.toThrow('an event must be an object with a type')
    session.send({ type: 'run.send', task: 'order', runId: run.id, event: { type: 'reject' } } as never)
    expect(await run).toMatchObject({ action: 'inaction' })
  })

  test('a termination stops the workflow and its actors', async () => {
    const { app, clock } = setUp()
    let aborted = false
    const machine = setup({
      actors: {
        wait: fromPromise<void>(
          ({ signal }) =>
            new Promise((_, reject) => {
              signal.addEventListener('abort', () => {
                aborted = true
                reject(signal.reason)
              })
            }),
        ),
      },
    }).createMachine({
      initial: 'waiting',
      states: { waiting: { invoke: { src: 'wait', onDone: 'done' } }, done: { type: 'final' } },
    })
    const task = app.task('wait', false, machine)
    await app.start()
    const run = task.run()
    await clock.settled()
    task.terminate()
    expect(await run).toMatchObject({ action: 'terminate', reason: 'asked' })
    expect(aborted).toBe(true)
  })

  test('an action that throws fails the run', async () => {
    const { app } = setUp()
    const machine = setup({
      actions: {
        burst: () => {
          throw new Error('burst')
        },
      },
    }).createMachine({ initial: 'a', states: { a: { entry: 'burst' } } })
    const task = app.task('burst', false, machine)
    await app.start()
    expect(await task.run()).toMatchObject({ action: 'fail', error: { message: 'burst' } })
  })

  test('its implementations reach the run and the key of their step', async () => {
    const { app, clock } = setUp()
    const keys: string[] = []
    const outputOf = ({ event }: { event: unknown }): unknown => (event as { output: unknown }).output
    const machine = setup({
      actors: {
        step: fromPromise(async ({ self }) => {
          const run = runOf(self)
          keys.push(run.step.key)
          run.progress(0.5, 'half')
          run.log.info('a line')
          return run.params.day
        }),
      },
      guards: { isAgain: ({ context }) => (context as { n: number }).n < 2 },
    }).createMachine({
      context: { n: 0 },
      initial: 'work',
      states: {
        work: {
          invoke: {
            src: 'step',
            id: 'step',
            onDone: [
              { guard: 'isAgain', target: 'again', actions: assign({ n: ({ context }) => context.n + 1 }) },
              { target: 'done' },
            ],
          },
        },
        again: { always: 'work' },
        done: { type: 'final', output: outputOf },
      },
      output: outputOf,
    })
    const task = app.task('keys', false, machine)
    await app.start()
    const run = task.run({ day: '2026-11-24' })
    await clock.settled()
    expect(await run).toMatchObject({ action: 'success', value: '2026-11-24' })
    expect(keys).toEqual([`${run.id}/step#1`, `${run.id}/step#2`, `${run.id}/step#3`])
    expect(() => runOf(task.actor)).toThrow('must be an actor of a workflow')
  })

  test('the actor tree is session, task, run, workflow, invoked actor', async () => {
    const { app, clock } = setUp()
    const open = gate()
    const machine = setup({ actors: { wait: fromPromise(() => open.promise) } }).createMachine({
      id: 'parent',
      initial: 'a',
      states: { a: { invoke: { id: 'child', src: 'wait', onDone: 'b' } }, b: { type: 'final' } },
    })
    const task = app.task('tree', false, machine)
    const seen: string[] = []
    await app.start()
    app.session.actor.system.inspect((event) => {
      if (event.type !== '@xstate.snapshot') return
      const ids: string[] = []
      for (let at = event.actorRef as AnyActorRef | undefined; at !== undefined; at = at._parent)
        ids.unshift(at.id.replace(/^x:\d+$/, 'run'))
      seen.push(ids.join(' '))
    })
    const run = task.run()
    await clock.settled()
    open.open()
    await run
    expect(seen).toContain('session tree#0 run parent child')
  })
})

describe('other logic as work', () => {
  test.each([
    ['fromPromise', fromPromise(async () => 42), { action: 'success', value: 42 }],
    [
      'a promise that skips',
      fromPromise(async () => skipRun('nothing new')),
      { action: 'inaction', reason: 'nothing new' },
    ],
    [
      'fromPromise that rejects',
      fromPromise(async () => Promise.reject(new Error('no'))),
      { action: 'fail' },
    ],
    [
      'fromObservable',
      fromObservable(
        () =>
          new Observable<number>((to) => {
            to.next(1)
            to.next(2)
            to.complete()
          }),
      ),
      { action: 'success' },
    ],
  ])('%s', async (_, logic, outcome) => {
    const { app } = setUp()
    const task = app.task('logic', false, logic as ReturnType<typeof fromPromise>)
    await app.start()
    expect(await task.run()).toMatchObject(outcome)
  })

  test('logic that is no machine takes each event', async () => {
    const { app, clock } = setUp()
    const received: EventObject[] = []
    const task = app.task(
      'callback',
      false,
      fromCallback(({ receive }) => void receive((event) => void received.push(event))),
    )
    await app.start()
    const run = task.run()
    await clock.settled()
    expect(await task.send({ type: 'any', n: 1 } as never)).toBe('taken')
    expect(received).toEqual([{ type: 'any', n: 1 }])
    run.terminate()
    expect(await run).toMatchObject({ action: 'terminate' })
  })

  test('a transition function counts its events', async () => {
    const { app, clock } = setUp()
    const task = app.task(
      'count',
      false,
      fromTransition((n: number) => n + 1, 0),
    )
    await app.start()
    const run = task.run()
    await clock.settled()
    expect(await task.send({ type: 'tick' })).toBe('taken')
    expect(task.runs[0]?.workflow?.actor.getSnapshot()).toMatchObject({ context: 1 })
    run.terminate()
    await run
  })
})

describe('over a durable store', () => {
  const open = (kept = createMemoryStore()) => durableStore(kept, (entries) => kept.append(entries))

  async function stop(session: Session, clock: { settled(): Promise<void> }): Promise<void> {
    session.shutDown()
    await clock.settled()
    await session.stopped
  }

  test('a shut-down suspends it, and the next process continues the same run', async () => {
    const kept = createMemoryStore()
    const first = setUp({ store: open(kept) })
    const task = first.app.task('order', false, orderMachine)
    await first.app.start()
    const run = task.run({ order: 7 })
    run.catch(() => {})
    await first.clock.settled()
    await task.send({ type: 'approve', by: 'Ada' })
    await first.clock.advance('1 day')
    await stop(first.session, first.clock)
    await expect(run).rejects.toThrow('the run is suspended')
    expect((await kept.query({})).map(({ action }) => action)).toEqual(['run'])

    const second = setUp({ store: open(kept) })
    await second.clock.advance('1 day')
    const again = second.app.task('order', false, orderMachine)
    await second.app.start()
    expect(again.runs.map(({ id, workflow }) => [id, workflow?.state])).toEqual([[run.id, 'cooling off']])
    expect(again.state).toBe('running')
    await second.clock.advance('1 day 23 hours 59 minutes')
    expect(again.state).toBe('running')
    await second.clock.advance('1 minute')
    expect(again.state).toBe('idle')
    expect(await kept.query({ oldestFirst: true })).toMatchObject([
      { action: 'run', runId: run.id },
      { action: 'success', runId: run.id, value: { by: 'Ada' } },
    ])
  })

  test('values that are not JSON fail the run with their path', async () => {
    const { app } = setUp({ store: open() })
    const task = app.task('bad', false, workflow(orderMachine, { input: () => ({ order: 1n }) as never }))
    await app.start()
    expect(await task.run()).toMatchObject({
      action: 'fail',
      error: { message: expect.stringContaining('a bigint at .snapshot.context.order is not JSON') },
    })
  })

  test('a later step begins when the state that entered it is durable, however long the step before it took', async () => {
    const kept = createMemoryStore()
    const writes: (() => void)[] = []
    let isHeld = false
    const store = durableStore(kept, (entries) => {
      kept.append(entries)
      return isHeld && entries.some((entry) => 'note' in entry && entry.note === 'workflow')
        ? new Promise((resolve) => void writes.push(resolve))
        : undefined
    })
    const { app, clock } = setUp({ store })
    const first = gate()
    let begun = 0
    const machine = setup({
      actors: { first: fromPromise(() => first.promise), second: fromPromise(async () => void ++begun) },
    }).createMachine({
      initial: 'a',
      states: {
        a: { invoke: { src: 'first', onDone: 'b' } },
        b: { invoke: { src: 'second', onDone: 'c' } },
        c: { type: 'final' },
      },
    })
    const task = app.task('gate', false, machine)
    await app.start()
    const run = task.run()
    // All writes are done: the recorder is at rest when the first step ends.
    await clock.settled()
    isHeld = true
    first.open()
    for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve))
    expect([writes.length, begun]).toEqual([1, 0])
    isHeld = false
    writes.shift()!()
    expect(await run).toMatchObject({ action: 'success' })
    expect(begun).toBe(1)
  })

  test('an invoked actor begins when the state that entered it is durable', async () => {
    const kept = createMemoryStore()
    const writes: (() => void)[] = []
    const store = durableStore(kept, (entries) => {
      kept.append(entries)
      return entries.some((entry) => 'note' in entry && entry.note === 'workflow')
        ? new Promise((resolve) => void writes.push(resolve))
        : undefined
    })
    const { app, clock } = setUp({ store })
    let begun = 0
    const machine = setup({ actors: { step: fromPromise(async () => void ++begun) } }).createMachine({
      initial: 'a',
      states: { a: { invoke: { src: 'step', onDone: 'b' } }, b: { type: 'final' } },
    })
    const task = app.task('gate', false, machine)
    await app.start()
    const run = task.run()
    for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve))
    expect([writes.length, begun]).toEqual([1, 0])
    writes.shift()!()
    expect(await run).toMatchObject({ action: 'success' })
    expect(begun).toBe(1)
    await clock.settled()
  })
})
