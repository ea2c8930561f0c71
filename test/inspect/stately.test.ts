import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect'
import { createActor, createMachine, fromPromise } from 'xstate'
import {
  createStatelyInspector,
  type StatelyInspector,
  type StatelyInspectorOptions,
} from '../../src/inspect/index.ts'
import { createFleet, topOf } from '../support/inspect/fleet.ts'
import { type Message, openPage, type Page } from '../support/inspect/page.ts'

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item.close()
})

async function open(options: StatelyInspectorOptions = {}): Promise<StatelyInspector> {
  const inspector = await createStatelyInspector({ port: 0, ...options })
  opened.push(inspector)
  return inspector
}

async function look(inspector: StatelyInspector): Promise<Page> {
  const page = await openPage(inspector.address)
  opened.push({ close: () => page.leave() })
  return page
}

const registers = (name: string) => (message: Message) =>
  message.type === '@xstate.actor' && message.name === name
const isIn = (sessionId: string, value: string) => (message: Message) =>
  message.type === '@xstate.snapshot' &&
  message.sessionId === sessionId &&
  topOf(message.snapshot.value) === value

describe('createStatelyInspector: messages to the page', () => {
  test('it registers the session and its tasks as a tree', async () => {
    const inspector = await open()
    const { session } = createFleet(['fetch', 'report'], inspector.inspect)
    const page = await look(inspector)
    const root = await page.hears(registers('session'))
    const report = await page.hears(registers('report'))
    expect(root).toMatchObject({ sessionId: session.sessionId, snapshot: { value: 'stopped' } })
    expect(report).toMatchObject({ parentId: session.sessionId, rootId: session.sessionId })
    const definition = JSON.parse(report.definition)
    expect(definition).toMatchObject({ id: 'task', initial: 'idle' })
    expect(definition.states.idle.description).toBe('No run is live; the last one did not fail.')
    expect(definition.states.removed.entry).toBe('release')
  })

  test.each([
    ['success', 'idle'],
    ['fail', 'failed'],
  ] as const)('it reports idle → running → (%s) %s of a task', async (outcome, end) => {
    const inspector = await open()
    const fleet = createFleet(['report'], inspector.inspect)
    const page = await look(inspector)
    const { sessionId, snapshot } = await page.hears(registers('report'))
    fleet.run('report')
    fleet.end('report', outcome)
    await page.hears(({ type, event }) => type === '@xstate.snapshot' && event.type === 'run.ended')
    const received = page.heard.filter(
      ({ type, sessionId: id }) => type === '@xstate.snapshot' && id === sessionId,
    )
    const states = [snapshot, ...received.map((message) => message.snapshot)].map(({ value }) => topOf(value))
    expect(states.filter((item, i) => item !== states[i - 1])).toEqual(['idle', 'running', end])
    const events = page.heard.filter(({ type }) => type === '@xstate.event').map(({ event }) => event.type)
    expect(events).toEqual(expect.arrayContaining(['task.run', 'run.ordered', 'run.ended']))
  })

  test("the library's own receiver accepts the messages", async () => {
    const inspector = await open()
    createFleet(['report'], inspector.inspect)
    const receiver = createWebSocketReceiver({ server: inspector.address })
    const seen = await new Promise<StatelyInspectionEvent>((resolve) =>
      receiver.subscribe((event) => {
        if (event.type === '@xstate.actor' && event.name === 'report') resolve(event)
      }),
    )
    expect(seen._version).toMatch(/^\d+\.\d+/)
  })

  test('a page that connects after a thousand tasks receives all of them, in their current state', async () => {
    const names = Array.from({ length: 999 }, (_, i) => `task-${i}`)
    const inspector = await open()
    const fleet = createFleet(names, inspector.inspect)
    fleet.run('task-7')
    const page = await look(inspector)
    await page.hears(registers('task-998'))
    expect(page.heard.filter(({ type }) => type === '@xstate.actor')).toHaveLength(1_000)
    expect(topOf(page.heard.find(registers('task-7'))!.snapshot.value)).toBe('running')
  })

  test('a page that connects late causes no repetition for other pages', async () => {
    const inspector = await open()
    const fleet = createFleet(['report'], inspector.inspect)
    const early = await look(inspector)
    const { sessionId } = await early.hears(registers('report'))
    const late = await look(inspector)
    await late.hears(registers('report'))
    fleet.run('report')
    await early.hears(isIn(sessionId, 'running'))
    expect(early.heard.filter(registers('report'))).toHaveLength(1)
  })

  test('a page that is behind receives the latest state of each actor, and then events again', async () => {
    const inspector = await open()
    const fleet = createFleet(['busy'], inspector.inspect)
    const page = await look(inspector)
    const { sessionId } = await page.hears(registers('busy'))
    for (let i = 0; i < 5_000; i++) {
      fleet.run('busy')
      fleet.end('busy', 'success')
    }
    fleet.run('busy')
    fleet.end('busy', 'fail')
    await page.hears(isIn(sessionId, 'failed'))
    expect(page.heard.length).toBeLessThan(2_000)
    const before = page.heard.length
    fleet.task('busy').send({ type: 'task.disable' })
    await page.hears(({ type, event }) => type === '@xstate.event' && event.type === 'task.disable')
    expect(page.heard.slice(before)[0]?.type).toBe('@xstate.event')
  })

  test('the end of an actor is reported, also after a failure, and the actor does not return', async () => {
    const inspector = await open()
    const root = createActor(createMachine({ on: { 'xstate.error.actor.*': {} } }), {
      inspect: inspector.inspect,
    }).start()
    let fail = (_error: Error): void => {}
    const never = new Promise((_resolve, reject) => {
      fail = reject
    })
    const failing = createActor(
      fromPromise(() => never),
      { id: 'failing', parent: root },
    )
    failing.start()
    const page = await look(inspector)
    const { sessionId } = await page.hears(registers('failing'))
    fail(new Error('no'))
    await page.hears(
      ({ type, sessionId: id, snapshot }) =>
        type === '@xstate.snapshot' && id === sessionId && snapshot.status === 'error',
    )
    failing.send({ type: 'ping' } as never)
    const late = await look(inspector)
    await late.hears(({ type }) => type === '@xstate.actor')
    expect(late.heard.filter(registers('failing'))).toEqual([])
  })

  test('replacer hides members of contexts and events', async () => {
    const inspector = await open({ replacer: (key, item) => (key === 'token' ? '…' : item) })
    const machine = createMachine({
      context: { token: 's3cret' },
      on: { set: {} },
      meta: { token: 's3cret' },
    })
    const actor = createActor(machine, { id: 'vault', inspect: inspector.inspect }).start()
    const page = await look(inspector)
    await page.hears(registers('vault'))
    actor.send({ type: 'set', token: 's3cret' })
    await page.hears(({ type, event }) => type === '@xstate.snapshot' && event.type === 'set')
    expect(JSON.stringify(page.heard)).not.toContain('s3cret')
  })
})

describe('createStatelyInspector: it never affects the session', () => {
  test('a context that throws when read is shown as unreadable', async () => {
    const inspector = await open()
    const odd = {
      get secret(): string {
        throw new Error('not for you')
      },
      big: 1n,
    }
    const machine = createMachine({ context: () => ({ odd }), on: { go: {} } })
    const actor = createActor(machine, { id: 'odd', inspect: inspector.inspect }).start()
    const page = await look(inspector)
    const { snapshot } = await page.hears(registers('odd'))
    actor.send({ type: 'go' })
    expect(snapshot.context.odd).toEqual({ secret: '(unreadable)', big: '1n' })
    expect(actor.getSnapshot().status).toBe('active')
  })

  test('its own failure is reported to onError and not to the actors', async () => {
    const onError = jest.fn()
    const inspector = await open({ onError })
    const broken = {
      sessionId: 'x:broken',
      send: () => {},
      getSnapshot: (): never => {
        throw new Error('no snapshot')
      },
    }
    const event = { type: 'go' }
    expect(() =>
      inspector.inspect.next({
        type: '@xstate.event',
        actorRef: broken,
        rootId: 'x:0',
        event,
        sourceRef: undefined,
      }),
    ).not.toThrow()
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ message: 'no snapshot' }))
  })

  test('messages from a page are ignored, and one that is too large ends only that connection', async () => {
    const inspector = await open()
    const fleet = createFleet(['report'], inspector.inspect)
    const page = await look(inspector)
    const loud = await look(inspector)
    const { sessionId } = await page.hears(registers('report'))
    page.say({ type: '@xstate.event', sessionId, event: { type: 'task.run' } })
    page.say('{')
    loud.say('x'.repeat(10_000))
    await loud.gone
    fleet.run('report')
    await page.hears(isIn(sessionId, 'running'))
  })
})

describe('createStatelyInspector: the page, close and options', () => {
  test('url serves a page that frames the inspector', async () => {
    const inspector = await open({ page: 'http://localhost:3000/</script>?a="b"' })
    const response = await fetch(inspector.url)
    const text = await response.text()
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(text).toContain(String.raw`"http://localhost:3000/\u003c/script>?a=\"b\""`)
    expect(text.match(/<\/script>/g)).toHaveLength(1)
  })

  test.each([
    ['its own page', (at: string) => ({ origin: `http://${at}` }), true],
    ['a program', () => ({}), true],
    ['a page of another port of this machine', () => ({ origin: 'http://127.0.0.1:8080' }), false],
    ['a page of this machine by another name', () => ({ origin: 'http://localhost' }), false],
    ['a page from elsewhere', () => ({ origin: 'https://example.com' }), false],
    ['a page with an opaque origin', () => ({ origin: 'null' }), false],
    ['a foreign name that points here', () => ({ host: 'example.com' }), false],
  ])('with the token, %s is accepted or refused: %#', async (_who, headersAt, isIn) => {
    const inspector = await open()
    const headers: Record<string, string> = headersAt(new URL(inspector.url).host)
    const visit = openPage(inspector.address, headers)
    if (isIn) await expect(visit.then((page) => page.leave())).resolves.toBeUndefined()
    else await expect(visit).rejects.toThrow('401')
  })

  test.each(['', '/', '/x', `/${'A'.repeat(32)}`, '/%2e', '//'])(
    'without the token, %j opens nothing',
    async (path) => {
      const inspector = await open()
      const { host } = new URL(inspector.url)
      await expect(openPage(`ws://${host}${path}`)).rejects.toThrow('401')
      await expect(openPage(`ws://${host}${path}`, { origin: `http://${host}` })).rejects.toThrow('401')
      const response = await fetch(`http://${host}${path}`)
      expect([response.status, await response.text()]).toEqual([
        403,
        expect.stringContaining('it contains a token'),
      ])
    },
  )

  test('each inspector has a separate token, and its page does not leak it', async () => {
    const [one, two] = [await open(), await open()]
    const tokenOf = ({ url }: StatelyInspector) => new URL(url).pathname
    expect(tokenOf(one)).not.toBe(tokenOf(two))
    await expect(openPage(new URL(tokenOf(two), one.address).href)).rejects.toThrow('401')
    const { headers } = await fetch(one.url)
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('content-security-policy')).toBe("frame-ancestors 'none'")
  })

  test('it listens on this machine only', async () => {
    const inspector = await open()
    expect(inspector.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}$/)
    expect(inspector.address).toBe(inspector.url.replace('http', 'ws'))
  })

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
    const again = await open({ port: Number(new URL(inspector.url).port) })
    expect(new URL(again.url).host).toBe(new URL(inspector.url).host)
  })

  test('a port in use is a SetupError', async () => {
    const port = Number(new URL((await open()).url).port)
    await expect(open({ port })).rejects.toMatchObject({
      code: 'GANTRY_SETUP',
      message: `Cannot open the inspector at 127.0.0.1:${port}: the port is taken. Give another port (0 takes a free one).`,
    })
  })

  test.each([
    [{ port: 65_536 }, 'Cannot use port'],
    [{ maxActors: -1 }, 'Cannot use maxActors'],
    [{ page: 'nowhere' }, 'Cannot use page'],
    [
      { prot: 1 } as object,
      "Cannot read options of the inspector as 'prot' is not one of them. Did you mean 'port'?",
    ],
  ])('options %j are refused', async (options, message) => {
    await expect(createStatelyInspector(options)).rejects.toThrow(message)
  })

  test('without @statelyai/inspect it is a SetupError with the package to install', async () => {
    jest.resetModules()
    jest.unstable_mockModule('@statelyai/inspect', () => {
      throw new Error('Cannot find package')
    })
    const fresh = await import('../../src/inspect/index.ts')
    await expect(fresh.createStatelyInspector({ port: 0 })).rejects.toMatchObject({
      code: 'GANTRY_SETUP',
      message: expect.stringContaining('npm install --save-dev @statelyai/inspect'),
    })
  })
})
