/** Workflows over HTTP: the workflow of a run, events to it, and its recorded steps. */
import { afterEach, expect, test } from '@jest/globals'
import { assign, fromCallback, setup } from 'xstate'
import { type Served, serve } from '../../support/http/server.ts'

let served: Served
afterEach(() => served.close())

const order = setup({
  types: {
    context: {} as { by: string | null; password: string; near: string },
    events: {} as { type: 'approve'; by: string } | { type: 'finish' },
  },
}).createMachine({
  id: 'order',
  context: { by: null, password: 'hunter2', near: "after task 'vault'" },
  initial: 'waiting',
  states: {
    waiting: { on: { approve: { target: 'paid', actions: assign({ by: ({ event }) => event.by }) } } },
    paid: { on: { finish: 'done' } },
    done: { type: 'final' },
  },
})

async function start(): Promise<{ readonly id: string; readonly vault: string; readonly other: string }> {
  served = await serve(
    (app) => {
      app.task('order', false, order)
      app.task('vault', false, order)
      app.task(
        'plain',
        false,
        fromCallback(() => {}),
      )
    },
    { authorize: ({ task }) => task !== 'vault' },
  )
  const { session } = served.app
  const runs = ['order', 'vault', 'plain'].map((name) => session.task(name).run())
  await Promise.all(runs.map(({ started }) => started))
  const [id, vault, other] = runs.map((run) => run.id) as [string, string, string]
  return { id, vault, other }
}

test('a live run has its workflow: state, events, masked context and the machine to draw', async () => {
  const { id, other } = await start()
  const { workflow } = (await served.ask('GET', `/runs/${id}`)).body
  expect(workflow).toMatchObject({
    state: 'waiting',
    value: 'waiting',
    accepts: ['approve'],
    since: { waiting: expect.any(Number) },
    machine: { id: 'order', states: [{ key: 'waiting' }, { key: 'paid' }, { key: 'done' }] },
  })
  expect(workflow.context.by).toBeNull()
  expect(JSON.stringify(workflow.context)).not.toMatch(/hunter2|vault/)
  const plain = (await served.ask('GET', `/runs/${other}`)).body.workflow
  expect(plain).toMatchObject({ state: null, value: null, machine: null })
})

test('an event is accepted, taken or refused, and the audit names it', async () => {
  const { id, vault, other } = await start()
  const send = (run: string, body: unknown) => served.ask('POST', `/runs/${run}/events`, { body })
  const refused = await send(id, { type: 'finish' })
  expect([refused.status, refused.body.code]).toEqual([409, 'command-refused'])
  expect(refused.body.detail).toMatch(/state 'waiting' accepts 'approve'/)
  const accepted = await send(id, { type: 'approve', by: 'Ada', token: 'secret-1' })
  expect([accepted.status, accepted.body]).toEqual([202, { status: 'accepted' }])
  expect((await send(other, { type: 'any' })).body).toEqual({ status: 'taken' })
  for (const absent of [vault, 'none']) {
    const { status, body } = await send(absent, { type: 'approve', by: 'Eve' })
    expect([status, body.code]).toEqual([404, 'run-not-found'])
  }
  expect((await served.ask('POST', `/runs/${id}/events`, { body: { by: 'Ada' } })).status).toBe(422)
  const [, note] = await served.app.session.log.notes({ note: 'audit' })
  expect(note).toMatchObject({
    task: 'order',
    data: { permission: 'run.send', runId: id, event: { type: 'approve', by: 'Ada' } },
  })
  expect(JSON.stringify(note)).not.toContain('secret-1')
})

test('the steps of a live and of an ended run are pages without secrets and hidden names', async () => {
  const { id, vault } = await start()
  const steps = async (query = '') => (await served.ask('GET', `/runs/${id}/steps${query}`)).body
  const send = (body: unknown) => served.ask('POST', `/runs/${id}/events`, { body })
  await send({ type: 'approve', by: 'Ada' })
  expect((await steps()).items.map(({ to }: { to: unknown }) => to)).toEqual(['waiting', 'paid'])
  await send({ type: 'finish' })
  expect((await served.ask('GET', `/runs/${id}`)).body).toMatchObject({ state: 'success', workflow: null })
  const all = await steps()
  expect(all.nextCursor).toBeNull()
  expect(all.items[1]).toMatchObject({ event: { type: 'approve', by: 'Ada' }, from: 'waiting', to: 'paid' })
  expect(JSON.stringify(all)).not.toMatch(/hunter2|vault/)
  const newest = await steps('?limit=1')
  const earlier = await steps(`?limit=50&cursor=${newest.nextCursor}`)
  expect([...earlier.items, ...newest.items]).toEqual(all.items)
  expect((await served.ask('GET', `/runs/${vault}/steps`)).status).toBe(404)
})
