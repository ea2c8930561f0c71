import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { createApp } from 'gantry'
import { createStatelyInspector } from 'gantry/inspect'
import { createXStateInspector } from 'gantry-xstate-inspect'
import type { InspectionEvent } from 'xstate'
import { topOf } from '../support/inspect/fleet.ts'
import { type Message, openPage, type Page } from '../support/inspect/page.ts'
import { silent } from '../support/silent.ts'

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

/** An app with one task whose runs wait to be ended, and one that fails. */
async function startApp(inspect: NonNullable<Parameters<typeof createApp>[0]>['inspect']) {
  let end = (): void => {}
  const app = createApp({ ...(inspect && { inspect }), relaunchDelay: 0, logger: silent })
  const report = app.task('report', false, async () => {
    await new Promise<void>((resolve) => {
      end = resolve
    })
    return 1
  })
  app.task('flaky', false, () => {
    throw new Error('no')
  })
  const session = await app.start()
  ended.push(async () => {
    end()
    session.shutDown({ force: true })
    await session.stopped
  })
  return { app, session, report, endRun: () => end() }
}

async function look(address: string): Promise<Page> {
  const page = await openPage(address)
  ended.push(() => page.leave())
  return page
}

const changes = (values: readonly unknown[]) => values.filter((value, i) => value !== values[i - 1])

/** Readers of the messages of each inspector, in a common form. */
const inspectors = {
  'gantry/inspect': {
    create: () => createStatelyInspector({ port: 0 }),
    hello: undefined,
    isActor: ({ type }: Message) => type === '@xstate.actor',
    isState: ({ type }: Message) => type === '@xstate.snapshot',
    nameOf: ({ name }: Message): string => name,
    parentOf: ({ parentId }: Message): string | undefined => parentId,
    stateOf: ({ snapshot }: Message) => snapshot.value,
    eventOf: ({ event }: Message): string => event.type,
  },
  'gantry-xstate-inspect': {
    create: () => createXStateInspector({ port: 0 }),
    hello: { type: 'xstate.inspecting' },
    isActor: ({ type, id }: Message) => type === 'service.register' && id !== undefined,
    isState: ({ type }: Message) => type === 'service.state',
    nameOf: ({ id }: Message): string => id,
    parentOf: ({ parent }: Message): string | undefined => parent,
    stateOf: ({ state }: Message) => JSON.parse(state).value,
    eventOf: ({ state }: Message): string => JSON.parse(state)._event.name,
  },
}

describe.each(Object.keys(inspectors) as (keyof typeof inspectors)[])('a session in %s', (kind) => {
  const { create, hello, isActor, isState, nameOf, parentOf, stateOf, eventOf } = inspectors[kind]
  const isTask = (name: string) => (message: Message) => isActor(message) && nameOf(message).startsWith(name)

  async function open() {
    const inspector = await create()
    ended.push(() => inspector.close())
    const started = await startApp(inspector.inspect)
    const page = await look(inspector.address)
    if (hello) page.say(hello)
    return { ...started, inspector, page }
  }

  function statesOf(page: Page, task: Message) {
    const received = page.heard.filter((message) => isState(message) && message.sessionId === task.sessionId)
    return changes([task, ...received].map((message) => topOf(stateOf(message))))
  }

  test('registers the session, which is running, and its tasks as its children', async () => {
    const { page } = await open()
    const session = await page.hears(isTask('session'))
    const report = await page.hears(isTask('report'))
    await page.hears(isTask('flaky'))
    expect(stateOf(session)).toEqual({ running: 'active' })
    expect(parentOf(session)).toBeUndefined()
    expect(parentOf(report)).toBe(session.sessionId)
    expect(stateOf(report)).toEqual({ idle: 'resting' })
  })

  test('shows idle → running → idle of a task that succeeds', async () => {
    const { page, report, endRun } = await open()
    const actor = await page.hears(isTask('report'))
    const run = report.run()
    await run.started
    endRun()
    await expect(run).resolves.toMatchObject({ action: 'success', value: 1 })
    await page.hears(
      (message) =>
        isState(message) && message.sessionId === actor.sessionId && eventOf(message) === 'run.ended',
    )
    expect(statesOf(page, actor)).toEqual(['idle', 'running', 'idle'])
  })

  test('shows idle → running → failed of a task that fails', async () => {
    const { page, session } = await open()
    const actor = await page.hears(isTask('flaky'))
    await session.task('flaky').run()
    await page.hears(
      (message) =>
        isState(message) && message.sessionId === actor.sessionId && eventOf(message) === 'run.ended',
    )
    expect(statesOf(page, actor)).toEqual(['idle', 'running', 'failed'])
  })

  test('shows a task that is created and removed while a page is connected', async () => {
    const { page, session } = await open()
    await page.hears(isTask('flaky'))
    session.createTask('late', false, () => {})
    const actor = await page.hears(isTask('late'))
    await session.removeTask('late')
    await page.hears(
      (message) =>
        isState(message) && message.sessionId === actor.sessionId && stateOf(message) === 'removed',
    )
  })

  test('does not affect the session when it is closed during a run', async () => {
    const { page, report, endRun, inspector } = await open()
    const run = report.run()
    await run.started
    await inspector.close()
    await page.gone
    endRun()
    await expect(run).resolves.toMatchObject({ action: 'success' })
  })
})

describe('the page of gantry-xstate-inspect', () => {
  test("starts a task by an event to the task's actor, with params, and by one to the session", async () => {
    const inspector = await createXStateInspector({ port: 0 })
    ended.push(() => inspector.close())
    const app = createApp({ inspect: inspector.inspect })
    const work = jest.fn()
    app.task('greet', false, { args: { name: 'nobody' } }, ({ name }) => {
      work(name)
    })
    const session = await app.start()
    ended.push(async () => {
      session.shutDown()
      await session.stopped
    })
    const page = await look(inspector.address)
    page.say({ type: 'xstate.inspecting' })
    const task = await page.hears(({ id }) => String(id).startsWith('greet'))
    const root = await page.hears(({ id }) => id === 'session')
    const say = (to: Message, data: { type: string } & Message) =>
      page.say({
        type: 'xstate.event',
        event: JSON.stringify({
          name: data.type,
          data,
          $$type: 'scxml',
          type: 'external',
          origin: to.sessionId,
        }),
        service: to.sessionId,
      })
    const ends = () => new Promise((resolve) => session.on('run.ended', resolve))
    let end = ends()
    say(task, { type: 'task.run', params: { name: 'task' } })
    await end
    end = ends()
    say(root, { type: 'task.run', task: 'greet', params: { name: 'session' } })
    await end
    expect(work.mock.calls).toEqual([['task'], ['session']])
    say(root, { type: 'session.hold' })
    await page.hears(
      (message) => message.type === 'service.state' && JSON.parse(message.state).value?.running === 'held',
    )
    expect(session.state).toBe('held')
  })

  test('cannot send an invalid command: it is reported, and the next command works', async () => {
    const refused: unknown[] = []
    const inspector = await createXStateInspector({ port: 0, onError: (error) => refused.push(error) })
    ended.push(() => inspector.close())
    const { session, report, endRun } = await startApp(inspector.inspect)
    const run = report.run()
    await run.started
    const page = await look(inspector.address)
    page.say({ type: 'xstate.inspecting' })
    const actors = [
      await page.hears(({ id }) => id === 'session'),
      await page.hears(({ id }) => String(id).startsWith('report')),
      await page.hears(({ id }) => id === 'run'),
    ]
    const say = (to: Message, data: unknown) =>
      page.say({
        type: 'xstate.event',
        event: JSON.stringify({ data, $$type: 'scxml', origin: to.sessionId }),
        service: to.sessionId,
      })
    // The inspector drops these; the actors refuse the others.
    const dropped = [null, 5, {}, { type: 7 }, { type: 'xstate.stop' }, { type: 'xstate.error.actor.x' }]
    const types = [
      '*',
      '',
      'session.failed',
      'run.ended',
      'run.settled',
      'actors.stop',
      'task.restored',
      'condition.changed',
      'capacity.freed',
      'tasks.run',
    ]
    for (const to of actors) {
      for (const data of dropped) say(to, data)
      for (const type of types)
        say(to, { type, actors: [], outcome: 'fail', settlement: { kind: 'returned' } })
    }
    say(actors[0]!, { type: 'session.hold' })
    await page.hears(
      (message) => message.type === 'service.state' && JSON.parse(message.state).value?.running === 'held',
    )
    expect(session.state).toBe('held')
    expect(refused).toHaveLength(types.length * actors.length)
    expect(refused).toEqual(refused.map(() => expect.any(TypeError)))
    expect(
      page.heard.filter((message) => message.type === 'service.event' && /session\.hold/.test(message.event)),
    ).toHaveLength(1)
    expect(report.runs).toHaveLength(1)
    endRun()
    await expect(run).resolves.toMatchObject({ action: 'success' })
  })
})

describe('createApp({ inspect })', () => {
  test('takes an observer or a function, which sees the whole tree', async () => {
    const seen: InspectionEvent[] = []
    const { report, endRun } = await startApp((event: InspectionEvent) => seen.push(event))
    const run = report.run()
    await run.started
    endRun()
    await run
    const ids = new Set(seen.map(({ actorRef }) => actorRef.sessionId))
    // The session, two tasks, and the run.
    expect(ids.size).toBeGreaterThanOrEqual(4)
  })

  test('an observer that throws does not stop the session', async () => {
    const { report, endRun, session } = await startApp({
      next: () => {
        throw new Error('observer')
      },
    })
    const run = report.run()
    await run.started
    endRun()
    await expect(run).resolves.toMatchObject({ action: 'success' })
    expect(session.state).toBe('running')
  })
})
