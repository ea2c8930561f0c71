/** The single route of commands: plain events to the session actor, which alone decides. */
import { afterEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Command, CommandRefusedError, createMemoryStore, type RunRecord } from 'gantry'
import type { AnyActorRef } from 'xstate'
import { type CommandType, commandTypes } from '../../../machines/commands.ts'
import { type Control, commandsIn, controls, startDesk, type WatchedDesk } from '../../support/controls.ts'
import { checkProperty } from '../../support/property.ts'
import { setUp, tearDown, warningsIn } from '../../support/session.ts'

afterEach(tearDown)

/** Every command with its method, including `task.create`. */
const methods: readonly Control[] = [
  ...controls,
  {
    type: 'task.create',
    command: { type: 'task.create', task: 'made', template: 'hourly' },
    method: ({ session }) => session.createTask('made', 'hourly', () => {}),
    effect: ({ session }) => session.has('made'),
    expected: true,
  },
]

/** Makes the machine of an actor ignore one type of event; returns the undo. */
function swallow({ logic }: AnyActorRef & { readonly logic?: unknown }, type: string): () => void {
  const machine = logic as { transition(snapshot: unknown, event: { type: string }, scope: unknown): unknown }
  const { transition } = machine
  machine.transition = function (snapshot, event, scope) {
    return event.type === type ? snapshot : transition.call(this, snapshot, event, scope)
  }
  return () => {
    machine.transition = transition
  }
}

/** The error that a call throws or rejects with. */
async function failureOf(act: () => unknown): Promise<unknown> {
  try {
    await act()
  } catch (error) {
    return error
  }
  return null
}

async function failsWithout(desk: WatchedDesk, control: Control, actor: AnyActorRef): Promise<void> {
  const before = control.effect(desk)
  const undo = swallow(actor, control.type)
  expect(await failureOf(() => control.method(desk))).toBeInstanceOf(CommandRefusedError)
  await desk.clock.settled()
  expect(control.effect(desk)).toEqual(before)
  undo()
}

describe('a method acts only through the machines', () => {
  test('the table has every command', () => {
    expect(new Set(methods.map(({ type }) => type))).toEqual(new Set(commandTypes))
  })

  test.each(methods)('$type fails and changes nothing if the session actor ignores it', async (control) => {
    const desk = await startDesk(control.before)
    await failsWithout(desk, control, desk.session.actor)
  })

  const ofTasks = methods.filter(({ type }) => type.startsWith('task.') && type !== 'task.create')
  test.each(ofTasks)('$type fails and changes nothing if the task actor ignores it', async (control) => {
    const desk = await startDesk(control.before)
    await failsWithout(desk, control, desk.session.task('quick').actor)
  })

  test.each(['queued', 'live'])('the handle of a %s run terminates it with a command', async (place) => {
    const desk = await startDesk(undefined)
    const { session, clock } = desk
    const first = session.task('slow').run()
    const second = session.task('slow').run()
    await clock.settled()
    const handle = place === 'live' ? first : second
    const undo = swallow(session.task('slow').actor, 'task.terminate')
    expect(() => handle.terminate()).toThrow(CommandRefusedError)
    undo()
    handle.terminate()
    const sent = desk.seen.filter(({ event }) => event.type === 'task.terminate').map(({ event }) => event)
    expect(sent.length).toBeGreaterThan(0)
    for (const event of sent) expect(event).toMatchObject({ task: 'slow', runId: handle.id })
    await clock.settled()
    expect((await handle).action).toBe('terminate')
    expect(session.runs().map(({ id }) => id)).toEqual([place === 'live' ? second.id : first.id])
  })

  test('send() throws if the session actor ignores the command', async () => {
    const desk = await startDesk(undefined)
    swallow(desk.session.actor, 'task.run')
    expect(() => desk.session.send({ type: 'task.run', task: 'quick' })).toThrow(CommandRefusedError)
  })
})

describe('events of commands', () => {
  test.each(controls)(
    'are equal by method and by send(): $type',
    async ({ type, command, method, before }) => {
      const byMethod = await startDesk(before)
      method(byMethod)
      const bySend = await startDesk(before)
      bySend.session.send(command)
      await byMethod.clock.settled()
      await bySend.clock.settled()
      const events = commandsIn(bySend.seen, type)
      expect(events).not.toEqual([])
      expect(commandsIn(byMethod.seen, type)).toEqual(events)
    },
  )

  test.each(methods)('are plain JSON: $type', async ({ type, method, before }) => {
    const desk = await startDesk(before)
    method(desk)
    await desk.clock.settled()
    const events = desk.seen.map(({ event }) => event).filter((event) => event.type === type)
    expect(events).not.toEqual([])
    expect(JSON.parse(JSON.stringify(events))).toEqual(events)
  })

  test('have a key for a value without a JSON form, and only the same process accepts it', async () => {
    const desk = await startDesk(undefined)
    const { session, clock } = desk
    const value = new Map([['a', 1]])
    session.params.set('live', value)
    expect(session.params.get('live')).toBe(value)
    await session.task('quick').run({ n: value, m: 1 })
    expect(session.task('quick').lastValue).toBe(value)
    await clock.settled()
    const [set, run] = ['param.set', 'task.run'].map(
      (type) => desk.seen.find(({ event }) => event.type === type)!.event,
    )
    expect(set).toMatchObject({ type: 'param.set', name: 'live', ref: expect.any(String) })
    expect(set).not.toHaveProperty('value')
    expect(run).toMatchObject({ params: { m: 1 }, ref: expect.any(String) })
    for (const event of [set, run])
      expect(() => session.send(JSON.parse(JSON.stringify(event)))).toThrow(
        /this process must have the values/,
      )
  })
})

describe('CommandRefusedError', () => {
  test.each<[string, CommandType, (desk: WatchedDesk) => unknown]>([
    ['restart of a stopping session', 'session.restart', ({ session }) => session.restart()],
    ['hold of a stopping session', 'session.hold', ({ session }) => session.hold()],
  ])('for %s', async (_, command, method) => {
    const desk = await startDesk(({ session }) => session.task('slow').run())
    desk.session.shutDown()
    const error = (await failureOf(() => method(desk))) as CommandRefusedError
    expect(error).toBeInstanceOf(CommandRefusedError)
    expect(error).toMatchObject({ code: 'GANTRY_COMMAND_REFUSED', command, state: 'stopping' })
    expect(error.accepts).toContain('session.shutDown')
    expect(error.accepts).not.toContain(command)
    expect(error.message).toContain(`'${command}'`)
  })

  test('of a deferred command is a warning, as its caller has returned', async () => {
    const desk = await startDesk(undefined)
    const { session, clock, news } = desk
    // A command that is sent within a step of the session is deferred to the end of that step.
    session.on('session.held', () => {
      session.shutDown({ force: true })
      session.restart()
    })
    session.hold()
    await clock.settled()
    expect(warningsIn(news)).toContain('command')
  })

  test('is not thrown for a repeated command that changes nothing', async () => {
    const { session } = await startDesk(undefined)
    session.hold()
    session.hold()
    expect(session.state).toBe('held')
    session.resume()
    session.resume()
    session.shutDown()
    session.shutDown()
    await session.stopped
    session.shutDown()
    session.hold()
    session.resume()
    expect(session.state).toBe('stopped')
  })
})

/** Commands that are accepted in every state of a session. */
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ type: fc.constant('task.run' as const), task: fc.constantFrom('a', 'b', 'c') }),
  fc.record({
    type: fc.constantFrom('task.terminate' as const, 'task.disable' as const, 'task.enable' as const),
    task: fc.constantFrom('a', 'b', 'c'),
  }),
  fc.record({ type: fc.constant('param.set' as const), name: fc.constant('p'), value: fc.integer() }),
  fc.record({ type: fc.constantFrom('session.hold' as const, 'session.resume' as const) }),
  fc.record({ type: fc.constant('session.run' as const), tasks: fc.constant(['a', 'b']) }),
  fc.record({
    type: fc.constant('task.update' as const),
    task: fc.constant('a'),
    options: fc.record({
      priority: fc.integer({ min: 0, max: 3 }),
      start: fc.constantFrom('every 1 hour', 'daily'),
    }),
  }),
  fc.record({
    type: fc.constant('task.backfill' as const),
    task: fc.constant('b'),
    from: fc.constant('2026-11-22'),
    to: fc.constant('2026-11-24T12:00'),
  }),
)

const steps = fc.array(fc.record({ command: anyCommand, afterMs: fc.integer({ min: 0, max: 7_200_000 }) }), {
  minLength: 1,
  maxLength: 25,
})

/** Defines the same app on each call, and records the commands of its session actor with their times. */
function app(recorded: { at: number; event: string }[]) {
  const store = createMemoryStore()
  const desk = setUp({
    store,
    pools: { few: 1 },
    inspect: (event) => {
      const actorRef = event.actorRef as AnyActorRef
      if (event.type !== '@xstate.event' || actorRef.id !== 'session') return
      if ((commandTypes as readonly string[]).includes(event.event.type))
        recorded.push({ at: desk.clock.now(), event: JSON.stringify(event.event) })
    },
  })
  desk.app.task('a', 'every 3 hours', { pool: 'few' }, () => 1)
  desk.app.task('b', 'daily at 03:00', { pool: 'few' }, async () => {
    await Promise.resolve()
    throw new Error('b')
  })
  desk.app.task('c', "after task 'a'", () => {})
  return desk
}

const withoutIds = (records: readonly RunRecord[]): unknown[] =>
  records.map(({ runId: _, ...record }) => JSON.parse(JSON.stringify(record)))

test('recorded commands that are replayed in another session produce the same log', async () => {
  let count = 0
  await checkProperty(
    fc.asyncProperty(steps, async (given) => {
      const recorded: { at: number; event: string }[] = []
      const first = app(recorded)
      await first.app.start()
      // The definitions of tasks contain functions, so each program adds its own tasks.
      recorded.length = 0
      for (const { command, afterMs } of given) {
        first.session.send(command)
        if (afterMs > 0) await first.clock.advance(afterMs)
      }
      await first.clock.settled()
      const end = first.clock.now()
      const second = app([])
      await second.app.start()
      for (const { at, event } of recorded) {
        // Even an advance by 0 ms launches tasks that are ready.
        if (at > second.clock.now()) await second.clock.advance(at - second.clock.now())
        const { request: _, ...command } = JSON.parse(event)
        second.session.send(command)
      }
      await second.clock.advance(end - second.clock.now())
      await second.clock.settled()
      const logs = await Promise.all(
        [first, second].map(({ session }) => session.log.query({ limit: 10_000 })),
      )
      count += logs[0]!.length
      expect(withoutIds(logs[1]!)).toEqual(withoutIds(logs[0]!))
      await tearDown()
    }),
    { runs: 30 },
  )
  expect(count).toBeGreaterThan(100)
}, 120_000)
