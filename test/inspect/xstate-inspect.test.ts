import { createRequire } from 'node:module'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import {
  createXStateInspector,
  type XStateInspector,
  type XStateInspectorOptions,
} from 'gantry-xstate-inspect'
import { assign, createActor, createMachine, fromPromise } from 'xstate'
import { createFleet, topOf } from '../support/inspect/fleet.ts'
import { type Message, openPage, type Page } from '../support/inspect/page.ts'

// The inspector's own parser, with its XState 4: its page cannot show anything that this cannot parse.
const theirs = createRequire(new URL('../../packages/xstate-inspect/package.json', import.meta.url))
const { parseReceiverEvent } = theirs('@xstate/inspect/lib/utils.js') as {
  parseReceiverEvent(message: Message): Message
}

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item.close()
})

async function open(options: XStateInspectorOptions = {}): Promise<XStateInspector> {
  const inspector = await createXStateInspector({ port: 0, ...options })
  opened.push(inspector)
  return inspector
}

async function look(inspector: XStateInspector): Promise<Page> {
  const page = await openPage(inspector.address)
  opened.push({ close: () => page.leave() })
  page.say({ type: 'xstate.inspecting' })
  return page
}

const registers = (id: string) => (message: Message) =>
  message.type === 'service.register' && message.id === id
const value = (message: Message) => topOf(JSON.parse(message.state).value)
const isIn = (sessionId: string, state: string) => (message: Message) =>
  message.type === 'service.state' && message.sessionId === sessionId && value(message) === state

function sends(target: string, event: object): Message {
  const data = event as { type: string }
  const wrapped = { name: data.type, data, $$type: 'scxml', type: 'external', origin: target }
  return { type: 'xstate.event', event: JSON.stringify(wrapped), service: target }
}

describe('createXStateInspector: messages to the page', () => {
  test('it registers the session and its tasks as a tree', async () => {
    const inspector = await open()
    const { session } = createFleet(['fetch', 'report'], inspector.inspect)
    const page = await look(inspector)
    const root = await page.hears(registers('session'))
    const report = await page.hears(registers('report'))
    expect(root.sessionId).toBe(session.sessionId)
    expect(root.parent).toBeUndefined()
    expect(report.parent).toBe(session.sessionId)
    expect(value(root)).toBe('stopped')
    expect(JSON.parse(report.machine)).toMatchObject({ id: 'report', initial: 'idle' })
    expect(page.heard.filter(registers('fetch'))).toHaveLength(1)
  })

  test('it registers a task that is added while a page is connected, parents before children', async () => {
    const inspector = await open()
    const fleet = createFleet([], inspector.inspect)
    const page = await look(inspector)
    await page.hears(registers('session'))
    fleet.add('late')
    await page.hears(registers('late'))
    expect(page.heard.findIndex(registers('session'))).toBeLessThan(page.heard.findIndex(registers('late')))
  })

  test.each([
    ['success', 'idle'],
    ['fail', 'failed'],
  ] as const)('it reports idle → running → (%s) %s of a task', async (outcome, end) => {
    const inspector = await open()
    const fleet = createFleet(['report'], inspector.inspect)
    const page = await look(inspector)
    const { sessionId, state } = await page.hears(registers('report'))
    fleet.run('report')
    fleet.end('report', outcome)
    await page.hears((message) => message.type === 'service.state' && eventOf(message) === 'run.ended')
    const received = page.heard.filter(
      ({ type, sessionId: id }) => type === 'service.state' && id === sessionId,
    )
    const states = [topOf(JSON.parse(state).value), ...received.map(value)]
    expect(states.filter((item, i) => item !== states[i - 1])).toEqual(['idle', 'running', end])
    expect(page.heard.filter(({ type }) => type === 'service.event').map(eventType)).toEqual(
      expect.arrayContaining(['task.run', 'run.ordered', 'run.ended']),
    )
  })

  test("the inspector's own parser accepts every message", async () => {
    const inspector = await open()
    const fleet = createFleet(['report'], inspector.inspect)
    createActor(
      fromPromise(async () => 1),
      { parent: fleet.session },
    ).start()
    const page = await look(inspector)
    const { sessionId } = await page.hears(registers('report'))
    fleet.run('report')
    fleet.end('report', 'fail')
    fleet.task('report').send({ type: 'task.remove' })
    await page.hears(({ type, sessionId: id }) => type === 'service.stop' && id === sessionId)
    const read = page.heard.map(parseReceiverEvent)
    const { machine, state } = read.find(({ type, id }) => type === 'service.register' && id === 'report')!
    expect(machine.resolveState(state).matches('idle')).toBe(true)
    expect(machine.events).toEqual(expect.arrayContaining(['task.run', 'capacity.freed']))
    const last = read
      .filter(({ type, sessionId: id }) => type === 'service.state' && id === sessionId)
      .at(-1)!
    expect(machine.resolveState(last.state).matches('removed')).toBe(true)
  })

  test('an actor without a name has the name of its machine', async () => {
    const inspector = await open()
    const actor = createActor(createMachine({ id: 'nameless' }), { inspect: inspector.inspect }).start()
    const page = await look(inspector)
    const { sessionId } = await page.hears(registers('nameless'))
    expect(sessionId).toBe(actor.sessionId)
  })

  test('a page that connects late receives the current states, and other pages receive nothing again', async () => {
    const inspector = await open()
    const fleet = createFleet(['report'], inspector.inspect)
    const early = await look(inspector)
    await early.hears(registers('report'))
    fleet.run('report')
    const late = await look(inspector)
    const seen = await late.hears(registers('report'))
    expect(value(seen)).toBe('running')
    fleet.end('report', 'success')
    await early.hears(isIn(seen.sessionId, 'idle'))
    expect(early.heard.filter(registers('report'))).toHaveLength(1)
  })

  test('a page that is behind receives the latest state of each actor, and then events again', async () => {
    const inspector = await open()
    const fleet = createFleet(['busy'], inspector.inspect)
    const page = await look(inspector)
    const { sessionId } = await page.hears(registers('busy'))
    page.socket.pause()
    for (let i = 0; i < 6_000; i++) {
      fleet.run('busy')
      fleet.end('busy', 'success')
    }
    fleet.run('busy')
    fleet.end('busy', 'fail')
    page.socket.resume()
    await page.hears(isIn(sessionId, 'failed'))
    expect(page.heard.length).toBeLessThan(24_000)
    const before = page.heard.length
    fleet.task('busy').send({ type: 'task.disable' })
    await page.hears((message) => message.type === 'service.event' && eventType(message) === 'task.disable')
    expect(page.heard[before]?.type).toBe('service.event')
  })

  test('an actor that failed is reported as stopped, and does not return', async () => {
    const inspector = await open()
    const parent = createMachine({ id: 'parent', on: { 'xstate.error.actor.*': {} } })
    const root = createActor(parent, { inspect: inspector.inspect }).start()
    const failing = createMachine({
      id: 'failing',
      on: {
        fail: {
          actions: () => {
            throw new Error('no')
          },
        },
      },
    })
    const child = createActor(failing, { id: 'child', parent: root })
    child.start()
    const page = await look(inspector)
    const { sessionId } = await page.hears(registers('child'))
    child.send({ type: 'fail' })
    await page.hears(({ type, sessionId: id }) => type === 'service.stop' && id === sessionId)
    child.send({ type: 'fail' })
    root.send({ type: 'ping' })
    await page.hears((message) => message.type === 'service.event' && eventType(message) === 'ping')
    expect(page.heard.filter(registers('child'))).toHaveLength(1)
  })

  test('actors beyond maxActors are left out with one warning', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
    try {
      const inspector = await open({ maxActors: 2 })
      createFleet(['one', 'two', 'three'], inspector.inspect)
      const page = await look(inspector)
      await page.hears(registers('one'))
      expect(page.heard.filter(({ type }) => type === 'service.register')).toHaveLength(2)
      expect(warn).toHaveBeenCalledTimes(1)
    } finally {
      warn.mockRestore()
    }
  })

  test('replacer hides members of contexts and events', async () => {
    const inspector = await open({ replacer: (key, item) => (key === 'token' ? '…' : item) })
    const machine = createMachine({
      context: { token: 's3cret' },
      meta: { token: 's3cret' },
      on: { set: { actions: assign({ token: ({ event }) => event.token }) } },
    })
    const actor = createActor(machine, { id: 'vault', inspect: inspector.inspect }).start()
    const page = await look(inspector)
    await page.hears(registers('vault'))
    actor.send({ type: 'set', token: 's3cret' })
    await page.hears((message) => message.type === 'service.state' && eventOf(message) === 'set')
    expect(JSON.stringify(page.heard)).not.toContain('s3cret')
  })
})

describe('createXStateInspector: messages from the page', () => {
  test("the page's event starts a task, and is reported once", async () => {
    const inspector = await open()
    const fleet = createFleet(['report'], inspector.inspect)
    const page = await look(inspector)
    const { sessionId } = await page.hears(registers('report'))
    page.say(sends(sessionId, { type: 'task.run', params: { day: 1 } }))
    await page.hears(isIn(sessionId, 'running'))
    expect(fleet.task('report').getSnapshot().matches('running')).toBe(true)
    const received = page.heard.filter((message) => message.type === 'service.event')
    expect(received.map(eventType).filter((type) => type === 'task.run')).toHaveLength(1)
  })

  test.each([
    ['text that is not JSON', () => '{'],
    ['JSON that is not an object', () => 'null'],
    ["XState's own events", (id: string) => JSON.stringify(sends(id, { type: 'xstate.stop' }))],
    ['an event without a type', (id: string) => JSON.stringify(sends(id, {}))],
    ['an event that is not JSON', () => JSON.stringify({ type: 'xstate.event', event: '{' })],
    ['an event for an unknown actor', () => JSON.stringify(sends('x:none', { type: 'task.run' }))],
    ["the inspector's own messages", () => JSON.stringify({ type: 'disconnect' })],
    ['a forged report', () => JSON.stringify({ type: 'service.stop', sessionId: 'x:0' })],
  ])('%s is ignored and ends nothing', async (_what, say) => {
    const inspector = await open()
    const fleet = createFleet(['report'], inspector.inspect)
    const page = await look(inspector)
    const { sessionId } = await page.hears(registers('report'))
    const before = page.heard.length
    page.say(say(sessionId))
    page.say(sends(sessionId, { type: 'task.run' }))
    await page.hears(isIn(sessionId, 'running'))
    expect(eventType(page.heard[before]!)).toBe('task.run')
    expect(fleet.task('report').getSnapshot().status).toBe('active')
  })

  test('a page that sends no WebSocket frames, or too much, is disconnected alone', async () => {
    const inspector = await open()
    createFleet(['report'], inspector.inspect)
    const page = await look(inspector)
    const broken = await look(inspector)
    broken.say('x'.repeat(2_000_000))
    await broken.gone
    await page.hears(registers('report'))
  })

  test.each([
    ['the page of the inspector', { origin: 'https://stately.ai' }, true],
    ['a page of this machine', { origin: 'http://localhost:3000' }, false],
    ['a page of almost that origin', { origin: 'https://stately.ai.example.com' }, false],
    ['that page without encryption', { origin: 'http://stately.ai' }, false],
    ['a program', {}, true],
    ['a page from elsewhere', { origin: 'https://example.com' }, false],
    ['a page with an opaque origin', { origin: 'null' }, false],
    ['a foreign name that points here', { host: 'example.com:8888' }, false],
  ])('with the token, %s: %j is accepted: %s', async (_who, headers, isIn) => {
    const inspector = await open()
    const visit = openPage(inspector.address, headers as Record<string, string>)
    if (isIn) await expect(visit.then((page) => page.leave())).resolves.toBeUndefined()
    else await expect(visit).rejects.toThrow('401')
  })

  test.each(['', '/', '/x', `/${'A'.repeat(32)}`])('without the token, %j opens nothing', async (path) => {
    const inspector = await open()
    const at = `ws://${new URL(inspector.address).host}${path}`
    await expect(openPage(at)).rejects.toThrow('401')
    await expect(openPage(at, { origin: 'https://stately.ai' })).rejects.toThrow('401')
  })

  test('a page of another origin is accepted if it is configured', async () => {
    const inspector = await open({ page: 'http://localhost:3000/viz' })
    await (await openPage(inspector.address, { origin: 'http://localhost:3000' })).leave()
    await expect(openPage(inspector.address, { origin: 'https://stately.ai' })).rejects.toThrow('401')
  })
})

describe('createXStateInspector: it never affects the actors', () => {
  test('a context that throws when read is shown as unreadable', async () => {
    const inspector = await open()
    const context = {
      get secret(): string {
        throw new Error('not for you')
      },
      itself: undefined as unknown,
      big: 1n,
    }
    context.itself = context
    const machine = createMachine({ context: () => ({ odd: context }), on: { go: {} } })
    const actor = createActor(machine, { id: 'odd', inspect: inspector.inspect }).start()
    const page = await look(inspector)
    const { state } = await page.hears(registers('odd'))
    actor.send({ type: 'go' })
    expect(JSON.parse(state).context.odd).toEqual({ secret: '(unreadable)', itself: '(circular)', big: '1n' })
    expect(actor.getSnapshot().status).toBe('active')
  })

  test('its own failure is reported to onError, even to one that throws, and not to the actors', async () => {
    const onError = jest.fn((_error: unknown) => {
      throw new Error('neither')
    })
    const inspector = await open({ onError })
    const broken = {
      sessionId: 'x:broken',
      send: () => {},
      getSnapshot: (): never => {
        throw new Error('no snapshot')
      },
    }
    expect(() =>
      inspector.inspect.next({ type: '@xstate.event', actorRef: broken, event: { type: 'go' } }),
    ).not.toThrow()
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ message: 'no snapshot' }))
  })

  test('while no page is connected, contexts are not read', async () => {
    const inspector = await open()
    const read = jest.fn(() => 1)
    const data = Object.defineProperty({}, 'value', { get: read, enumerable: true })
    const machine = createMachine({ context: () => ({ data }), on: { go: {} } })
    const actor = createActor(machine, { id: 'quiet', inspect: inspector.inspect }).start()
    actor.send({ type: 'go' })
    expect(read).not.toHaveBeenCalled()
    const page = await look(inspector)
    await page.hears(registers('quiet'))
    expect(read).toHaveBeenCalled()
    await page.leave()
    // The server learns of the disconnection a little later than the page: the reads must end.
    let before: number
    do {
      await new Promise(setImmediate)
      before = read.mock.calls.length
      actor.send({ type: 'go' })
    } while (read.mock.calls.length > before)
  })
})

describe('createXStateInspector: close and options', () => {
  test('close releases the port, disconnects pages, and leaves an observer without effect', async () => {
    const inspector = await open()
    const fleet = createFleet(['report'], inspector.inspect)
    const page = await look(inspector)
    await page.hears(registers('report'))
    await inspector.close()
    await page.gone
    await inspector.close()
    fleet.run('report')
    expect(fleet.task('report').getSnapshot().matches('running')).toBe(true)
    const again = await open({ port: Number(new URL(inspector.address).port) })
    expect(new URL(again.address).host).toBe(new URL(inspector.address).host)
  })

  test('globalThis.__xstate__ is unchanged, while it is open and after', async () => {
    const global = globalThis as { __xstate__?: unknown }
    expect('__xstate__' in global).toBe(false)
    const inspector = await open()
    expect('__xstate__' in global).toBe(false)
    await inspector.close()
    const own = (global.__xstate__ = {})
    await (await open()).close()
    expect(global.__xstate__).toBe(own)
    delete global.__xstate__
  })

  test('two inspectors are independent, and one continues when the other is closed', async () => {
    const [first, second] = [await open(), await open()]
    const one = createFleet(['one'], first.inspect)
    createFleet(['two'], second.inspect)
    const page = await look(first)
    await second.close()
    const { sessionId } = await page.hears(registers('one'))
    one.run('one')
    await page.hears(isIn(sessionId, 'running'))
    expect(page.heard.filter(registers('two'))).toEqual([])
  })

  test('it listens on this machine only, and returns the address to open', async () => {
    const inspector = await open()
    expect(inspector.address).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/[\w-]{32}$/)
    expect(inspector.url).toBe(`https://stately.ai/viz?inspect&server=${inspector.address}`)
    const own = await open({ page: 'http://localhost:3000/viz', host: '::1' }).catch(() => undefined)
    if (own) expect(own.url).toBe(`http://localhost:3000/viz?server=${own.address}`)
  })

  test('a port in use is reported', async () => {
    const { address } = await open()
    const port = Number(new URL(address).port)
    await expect(open({ port })).rejects.toThrow(
      `Cannot open the inspector at 127.0.0.1:${port}: the port is taken.`,
    )
    await expect(open({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  test.each([
    [{ port: -1 }, RangeError],
    [{ port: 80.5 }, RangeError],
    [{ maxActors: 0 }, RangeError],
    [{ page: 'nowhere' }, TypeError],
    [{ prot: 1 } as object, TypeError],
  ])('options %j are refused', async (options, kind) => {
    await expect(createXStateInspector(options)).rejects.toThrow(kind)
  })
})

function eventType(message: Message): string {
  return JSON.parse(message.event).name
}

function eventOf(message: Message): string {
  return JSON.parse(message.state)._event.name
}
