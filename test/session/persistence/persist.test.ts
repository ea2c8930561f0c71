/** Changes at run time outlive the process with `persist: true`. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type App, createApp, type SessionOptions, SetupError } from 'gantry'
import { TestClock } from 'gantry/testing'
import { silent } from '../../support/silent.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-persist-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const done: string[] = []
const templates = {
  ping: {
    description: 'pings',
    work: (args: { url?: string }) => void done.push(`ping ${args.url}`),
    start: 'every 1 hour',
  },
}

/** Simulates one process: the same program on each call, with the same file. */
async function life(
  act: (app: App, clock: TestClock) => unknown,
  options: SessionOptions & { readonly kind?: string } = {},
) {
  const { kind = 'jsonl', ...given } = options
  const clock = new TestClock({ at: '2026-11-24T12:00', zone: 'UTC' })
  const app = createApp({
    clock,
    timezone: 'UTC',
    logger: silent,
    store: `${kind}:${join(folder, `log.${kind}`)}`,
    persist: true,
    params: { stage: 'dev' },
    templates: templates as never,
    ...given,
  })
  const said: string[] = []
  app.session.on('session.warning', ({ message }) => said.push(message))
  app.task('report', 'daily', { priority: 1 }, () => {})
  app.task('manual', false, (_, run) => void done.push(`manual ${run.id} ${JSON.stringify(run.params)}`))
  await app.start()
  await act(app, clock)
  app.session.shutDown({ force: true })
  await app.session.stopped
  return said
}

describe.each(['jsonl', 'sqlite'])('with a %s store', (kind) => {
  test('params, disabled tasks, updates and tasks of templates are restored', async () => {
    await life(
      ({ session }) => {
        session.params.set('stage', 'prod')
        session.params.set('big', { n: [1, 2] })
        session.task('report').update({ start: 'daily after 18:00', priority: 7, timeout: '1 minute' })
        session.task('manual').disable()
        session.createFrom('ping', 'ping a', { params: { url: 'a' } })
        session.send({ type: 'task.create', task: 'ping b', template: 'ping', options: { priority: 2 } })
        session.createFrom('ping', 'ping gone')
        void session.removeTask('ping gone')
      },
      { kind },
    )
    const check = ({ session }: App) => {
      expect(session.params.toJSON()).toEqual({ stage: 'prod', big: { n: [1, 2] } })
      const report = session.task('report').toJSON()
      expect([report.start, report.priority, report.timeoutMs]).toEqual(['daily after 18:00', 7, 60_000])
      expect(session.task('manual').disabled).toBe(true)
      expect(session.tasks().map(({ name }) => name)).toEqual(['report', 'manual', 'ping a', 'ping b'])
      expect(session.task('ping b').priority).toBe(2)
      expect(session.task('ping a').description).toBe('pings')
    }
    await life(check, { kind })
    // A third process: restored changes are kept although the second process made no change.
    await life(check, { kind })
  })
})

test('queued manual runs start once in the next process, in order, with their ids and params', async () => {
  done.length = 0
  let ids: string[] = []
  await life(async ({ session }, clock) => {
    session.hold()
    await clock.settled()
    ids = [{ n: 1 }, { n: 2 }].map((params) => session.task('manual').run(params).id)
    session.task('manual').run({ n: 3 }).terminate()
  })
  expect(done).toEqual([])
  await life((_, clock) => clock.advance('1 second'))
  expect(done).toEqual([`manual ${ids[0]} {"n":1}`, `manual ${ids[1]} {"n":2}`])
  await life((_, clock) => clock.advance('1 second'))
  expect(done).toHaveLength(2)
})

test('a queued run with a param that cannot be stored is lost with a warning, and never starts without the param', async () => {
  done.length = 0
  const said = await life(async ({ session }, clock) => {
    session.hold()
    await clock.settled()
    session.task('manual').run({ n: 1, callback: () => {} })
    session.task('manual').run({ n: 2 })
  })
  expect(said).toEqual([
    expect.stringMatching(
      /^The waiting run '.*' of task 'manual' is lost at a restart, as its param 'callback' cannot be kept: /,
    ),
  ])
  await life((_, clock) => clock.advance('1 second'))
  expect(done).toEqual([expect.stringContaining('{"n":2}')])
})

test.each(['jsonl', 'sqlite'])(
  'a queued run with a param that is too large is lost with a warning, and an error that is too large is truncated (%s)',
  async (kind) => {
    done.length = 0
    const said = await life(
      async (app, clock) => {
        const failing = app.task('fails', false, () => {
          throw new Error('x'.repeat(1_000_000))
        })
        await Promise.allSettled([failing.run(), clock.advance('1 second')])
        app.session.hold()
        await clock.settled()
        app.session.task('manual').run({ text: 'x'.repeat(1_000_000) })
        app.session.task('manual').run({ text: 'small' })
      },
      { kind },
    )
    expect(
      said.filter((line) => /^The waiting run .* its param 'text' cannot be kept/.test(line)),
    ).toHaveLength(1)
    await life(
      async ({ session }, clock) => {
        const [record] = await session.log.query({ task: 'fails', action: 'fail' })
        expect(record!.error!.message).toMatch(/^x{8191}…$/)
        await clock.advance('1 second')
      },
      { kind },
    )
    expect(done).toEqual([expect.stringContaining('{"text":"small"}')])
  },
)

test('params are restored unmasked, and notes show them only in a query by name', async () => {
  await life(({ session }) => session.params.set('password', 'hunter2'))
  await life(async ({ session }) => {
    expect(session.params.get('password')).toBe('hunter2')
    expect(JSON.stringify(await session.log.notes())).not.toContain('hunter2')
    expect(JSON.stringify(await session.log.notes({ note: 'state' }))).toContain('hunter2')
  })
})

test('stored changes of a task are kept until the task is created', async () => {
  await life(({ session }) => {
    session.createTask('late', false, () => {}).disable()
  })
  await life(() => {})
  await life(({ session }) => {
    expect(session.createTask('late', false, () => {}).disabled).toBe(true)
  })
})

test('a param or option that cannot be stored is a warning', async () => {
  const said = await life(async ({ session }, clock) => {
    session.params.set('open', () => {})
    await clock.settled()
    session.task('report').update({ runId: () => 'x' })
    await clock.settled()
  })
  expect(said).toEqual([
    expect.stringMatching(/^The param 'open' cannot be kept: /),
    expect.stringMatching(/^The option of task 'report', 'runId' cannot be kept: /),
  ])
})

test('without persist nothing is restored, and persist with a memory store is refused', async () => {
  await life(({ session }) => session.params.set('stage', 'prod'), { persist: false })
  await life(({ session }) => expect(session.params.get('stage')).toBe('dev'))
  const app = createApp({ persist: true, logger: silent })
  await expect(app.start()).rejects.toThrow(SetupError)
  await expect(app.session.stopped).rejects.toThrow(/as its store must outlive the process: 'memory'/)
})

test('an unknown template is an error with the nearest name', async () => {
  await life(({ session }) => {
    expect(() => session.createFrom('pign', 'x')).toThrow(/'pign'. Did you mean 'ping'\?/)
    expect(() => session.send({ type: 'task.create', task: 'x', template: 'pign' })).toThrow(RangeError)
  })
})
