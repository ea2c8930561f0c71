/** What tasks returned outlives the process, as far as JSON can carry it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { createApp, returnOf } from 'gantry'
import { TestClock } from 'gantry/testing'
import { silent } from '../support/silent.ts'

let folder = ''
afterEach(() => rmSync(folder, { recursive: true }))

test('returnOf gives what the last success of an earlier process returned', async () => {
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
    // A bigint is not JSON: there is no value, and `or` stands in.
    expect(session.returns.has('odd')).toBe(false)
    expect((await session.run('odder')).odder).toMatchObject({ value: '0' })
  })
})
