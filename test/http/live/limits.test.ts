/** Limits on what is kept and sent. */
import { afterEach, expect, test } from '@jest/globals'
import { RunLineBuffer } from '../../../src/http/live/run-lines.ts'
import { type Served, serve } from '../../support/http/server.ts'

let served: Served
afterEach(() => served.close())

test('the newest lines of a run that logs endlessly are kept, with the number of dropped ones', async () => {
  served = await serve((app) => {
    app.task('many', false, (_, run) => {
      for (let n = 0; n < 5_000; n++) run.log.info('line %d', n)
    })
    app.task('long', false, (_, run) => {
      for (let n = 0; n < 200; n++) run.log.info('%s %d', 'x'.repeat(8_000), n)
    })
  })
  for (const name of ['many', 'long']) {
    const { runId } = await served.app.session.task(name).run()
    const { body, text } = await served.ask('GET', `/runs/${runId}/logs`)
    expect(body.items.length).toBeLessThanOrEqual(1_000)
    expect(text.length).toBeLessThan(400_000)
    expect(body.items.length + body.dropped).toBe(name === 'many' ? 5_000 : 200)
    expect(body.items.at(-1).message).toMatch(/(4999|199)$/)
  }
})

test('memory keeps the lines of the newest runs only', async () => {
  served = await serve((app) => void app.task('a', false, (_, run) => run.log.info('here')))
  const lines = new RunLineBuffer(served.app.session, { runLines: 10, runsWithLines: 2 })
  const ids: string[] = []
  for (let n = 0; n < 3; n++) ids.push((await served.app.session.task('a').run()).runId)
  expect(ids.map((id) => lines.of('a', id).lines.length)).toEqual([0, 1, 1])
  lines.close()
})

test('a large return value is shortened, and more so in lists', async () => {
  const rows = Array.from({ length: 10_000 }, (_, n) => ({ n, text: 'y'.repeat(50) }))
  served = await serve((app) => void app.task('a', false, () => rows.slice(0, 500)))
  const { runId } = await served.app.session.task('a').run()
  const whole = (await served.ask('GET', `/runs/${runId}`)).text
  const list = (await served.ask('GET', '/runs')).text
  expect(whole.length).toBeLessThan(100_000)
  expect(list.length).toBeLessThan(10_000)
  expect(list).toContain('more)')
})

test('a page is no larger than the limit, even if the request asks for more', async () => {
  served = await serve(
    (app) => {
      for (let n = 0; n < 20; n++) app.task(`t${n}`, false, () => {})
    },
    { limits: { pageSize: 7 } },
  )
  expect((await served.ask('GET', '/tasks?limit=1000')).body.items).toHaveLength(7)
})
