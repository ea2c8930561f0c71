import { afterEach, describe, expect, test } from '@jest/globals'
import { TestClock } from 'gantry/testing'
import { type Served, serve } from '../../support/http/server.ts'

let served: Served
afterEach(() => served.close())

const start = async (): Promise<void> => {
  served = await serve(
    (app) => {
      app.task('often', 'every 10 seconds', () => {})
      app.task('daily', 'daily at 02:30', () => {})
      app.task('seldom', 'monthly on 1st', () => {})
      app.task('after daily', "after task 'daily' succeeded", () => {})
      app.task('manual', false, () => {})
      app.task('never', 'daily before 08:00 & daily after 20:00', () => {})
      app.task('off', 'hourly', { disabled: true }, () => {})
    },
    {},
    { clock: new TestClock({ at: '2026-11-24T12:00:05', zone: 'Europe/Helsinki' }) },
  )
}

const read = async (query = '') => {
  const { items } = (await served.ask('GET', `/next_starts${query}`)).body
  return Object.fromEntries(
    items.map(({ task, at, why, after }: { task: string; at: string; why: string; after: string[] }) => [
      task,
      at ?? [why, ...after].join(' '),
    ]),
  )
}

describe('GET /next_starts', () => {
  test('gives the next start of each task, even if another one starts often', async () => {
    await start()
    const { often, ...others } = await read()
    expect(others).toEqual({
      daily: '2026-11-25T02:30:00.000+02:00',
      seldom: '2026-12-01T00:00:00.000+02:00',
      'after daily': 'waits daily',
      manual: 'manual',
      never: 'never',
      off: 'disabled',
    })
    expect(often).toMatch(/^2026-11-24T12:00|now/)
    expect(Object.keys(await read('?task=daily&task=nobody'))).toEqual(['daily'])
  })

  test('gives no time while the session is held or stopped', async () => {
    await start()
    served.app.session.hold()
    expect(await read()).toMatchObject({
      often: 'held',
      daily: 'held',
      'after daily': 'held',
      manual: 'manual',
    })
    served.app.session.resume()
    expect(await read('?task=daily')).toEqual({ daily: '2026-11-25T02:30:00.000+02:00' })
    served.app.session.shutDown()
    await served.app.session.stopped
    expect(await read('?task=daily')).toEqual({ daily: 'stopped' })
  })
})

describe('GET /forecast', () => {
  test('perTask= leaves room for other tasks, and names those with more runs', async () => {
    await start()
    const { body } = await served.ask('GET', '/forecast?perTask=2&until=2026-11-24T14:00:00%2B02:00')
    const counts = new Map<string, number>()
    for (const { task } of body.runs) counts.set(task, (counts.get(task) ?? 0) + 1)
    expect(counts.get('often')).toBe(2)
    expect(body.cut).toEqual(['often'])
    expect(body.isComplete).toBe(true)
  })
})
