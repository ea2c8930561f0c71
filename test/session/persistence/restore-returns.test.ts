/** Return values of tasks outlive the process if JSON can represent them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { createApp, returnOf } from 'gantry'
import { TestClock } from 'gantry/testing'
import { silent } from '../../support/silent.ts'

let folder = ''
afterEach(() => rmSync(folder, { recursive: true }))

test('returnOf() has the value of the last success of an earlier process', async () => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-returns-'))
  const clock = new TestClock({ at: '2026-11-24T12:00', zone: 'UTC' })
  const life = async (act: (app: ReturnType<typeof createApp>) => Promise<void>) => {
    const app = createApp({
      clock,
      timezone: 'UTC',
      logger: silent,
      store: `jsonl:${join(folder, 'log.jsonl')}`,
    })
    const source = app.task('source', false, () => ({ rows: [1, 2, 3] }))
    const odd = app.task('odd', false, () => 10n)
    app.task('sum', false, { args: { from: returnOf(source) } }, ({ from }) => from.rows.length)
    app.task('odder', false, { args: { from: returnOf(odd).or(0n) } }, ({ from }) => String(from))
    await app.start()
    await act(app)
    app.session.shutDown()
    await app.session.stopped
  }
  await life(async ({ session }) => {
    await session.run('source', 'odd')
  })
  await life(async ({ session }) => {
    expect(session.returns.get('source')).toEqual({ rows: [1, 2, 3] })
    expect(session.task('source').lastValue).toEqual({ rows: [1, 2, 3] })
    expect((await session.run('sum')).sum).toMatchObject({ action: 'success', value: 3 })
    // A bigint has no JSON form: there is no value, so `or` applies.
    expect(session.returns.has('odd')).toBe(false)
    expect((await session.run('odder')).odder).toMatchObject({ value: '0' })
  })
})

test('a return that is not stored is a warning once per task, and an error with the reason after a restart', async () => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-returns-'))
  const odd: Readonly<Record<string, () => unknown>> = {
    large: () => 'x'.repeat(70_000),
    huge: () => Array.from({ length: 200_000 }, (_, i) => i),
    bigint: () => 1n,
    function: () => () => {},
    map: () => new Map([[1, 2]]),
    circle: () => {
      const self: Record<string, unknown> = {}
      self.self = self
      return self
    },
  }
  const told: string[] = []
  const life = async (act: (app: ReturnType<typeof createApp>) => Promise<void>) => {
    const app = createApp({ timezone: 'UTC', logger: silent, store: `sqlite:${join(folder, 'log.db')}` })
    app.session.on(
      'session.warning',
      (news) => void (news.type === 'session.warning' && told.push(news.message)),
    )
    for (const [name, work] of Object.entries(odd)) {
      app.task(name, false, work)
      app.task(`after ${name}`, false, { args: { from: returnOf(name) } }, () => {})
    }
    await app.start()
    await act(app)
    app.session.shutDown()
    await app.session.stopped
  }
  await life(async ({ session }) => {
    for (let n = 0; n < 2; n++) await session.run(...Object.keys(odd))
    const [record] = await session.log.query({ task: 'large', action: 'success', limit: 1 })
    expect(record?.omitted).toBe('value: it has about 70002 characters of JSON, and maxValueSize is 65536')
  })
  expect(told).toHaveLength(Object.keys(odd).length)
  const of = (name: string) => told.find((message) => message.includes(`task '${name}'`))
  expect(of('large')).toMatch(
    /it has about 70002 characters of JSON, and maxValueSize is 65536\. Raise it with/,
  )
  expect(of('huge')).toMatch(/it has more than \d+ characters/)
  expect(of('bigint')).toMatch(/a bigint is not JSON\. Make it JSON/)
  await life(async ({ session }) => {
    for (const name of Object.keys(odd)) {
      const outcome = (await session.run(`after ${name}`))[`after ${name}`]
      expect(String(outcome?.error)).toMatch(
        /the run succeeded, but its return was not stored, as .*(JSON|maxValueSize)/,
      )
    }
    await session.run('large')
    expect((await session.run('after large'))['after large']).toMatchObject({ action: 'success' })
  })
})
