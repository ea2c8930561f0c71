/** Custom conditions that are evaluated in a thread. */
import { afterEach, beforeAll, expect, test } from '@jest/globals'
import { createApp, every, moduleWork } from '../../../src/index.ts'
import { readTypeScript } from '../../support/executors/far.ts'

const file = new URL('../../support/is-over.mjs', import.meta.url)
type IsOver = { isOver(values: { n: number; limit: number }): boolean; breaks(values: object): boolean }

let app: ReturnType<typeof createApp>
const lines: string[] = []
const logger = {
  debug: () => {},
  info: (...data: unknown[]) => void lines.push(data.join(' ')),
  warn: (...data: unknown[]) => void lines.push(data.join(' ')),
  error: () => {},
}

beforeAll(readTypeScript)
afterEach(async () => {
  app.session.shutDown({ force: true })
  await app.session.stopped
})

test('execution: thread runs module work there, with its args and an isolated run', async () => {
  app = createApp({ logger })
  const isOver = app.condition(
    '{n:number} is over {limit:number}',
    { execution: 'thread', validFor: '1 hour' },
    moduleWork<IsOver, 'isOver'>(file, 'isOver'),
  )
  const ran: string[] = []
  const done = new Promise<void>((resolve) => {
    app.task('yes', isOver({ n: 3, limit: 2 }).and(every('1 hour')), () => {
      ran.push('yes')
      resolve()
    })
  })
  app.task('no', '1 is over 2 & every 1 hour', () => void ran.push('no'))
  await app.start()
  await done
  expect(ran).toEqual(['yes'])
  expect(lines).toContain('asked by yes, near: false')
})

test('execution: thread that throws is false and reported with the statement of the condition', async () => {
  app = createApp({ logger })
  const breaks = app.condition(
    'it breaks',
    { execution: 'thread' },
    moduleWork<IsOver, 'breaks'>(file, 'breaks'),
  )
  app.task('never', breaks, () => {})
  // A thread that starts slowly is reported as late first.
  const warning = new Promise<unknown>((resolve) =>
    app.session.on('session.warning', (news) => news.message.includes('failed') && resolve(news)),
  )
  await app.start()
  expect(await warning).toMatchObject({
    kind: 'condition',
    message: "Condition 'it breaks' failed; it counts as false.",
  })
})
