/** `app.start()` takes what `app.run()` takes. */
import { afterEach, expect, test } from '@jest/globals'
import type { AppOptions, RunOptions } from 'gantry'
import { setUp, tearDown } from '../support/session.ts'
import { silent } from '../support/silent.ts'

afterEach(tearDown)

/** An app, and a function that returns the link to its page, which the logger prints. */
function shown(options: AppOptions = {}) {
  const told: string[] = []
  const logger = { ...silent, info: (text: unknown) => void told.push(String(text)) }
  return { ...setUp({ logger, ...options }), link: () => /http:[^#]+/.exec(told.join('\n'))![0] }
}

test('with a dashboard, which closes when the session stops', async () => {
  const { app, session, link } = shown()
  await app.start({ dashboard: { port: 0 } })
  expect((await fetch(`${link()}api/v1/healthz`)).status).toBe(200)
  session.shutDown()
  await session.stopped
  await expect(fetch(link())).rejects.toThrow()
})

test('a start that fails closes the page again', async () => {
  const { app, link } = shown({ store: () => Promise.reject(new Error('no database')) })
  await expect(app.start({ dashboard: { port: 0 } })).rejects.toThrow('no database')
  await expect(fetch(link())).rejects.toThrow()
})

test.each([
  ['start', true, true],
  ['start', false, false],
  ['start', undefined, undefined],
  ['run', undefined, true],
  ['run', false, false],
] as const)('%s handles signals: %p is %p', async (door, handleSignals, is) => {
  const { app, session } = setUp()
  const started = new Promise((resolve) => session.on('session.started', resolve))
  const ended = app[door](handleSignals === undefined ? {} : { handleSignals })
  await started
  expect(session.options.handleSignals).toBe(is)
  session.shutDown()
  await ended
})

test.each(['start', 'run'] as const)('%s refuses unknown options', async (door) => {
  const { app } = setUp()
  await expect(app[door]({ dashbord: true } as RunOptions)).rejects.toThrow(
    `Cannot read options of app.${door}() as 'dashbord' is not one of them. Did you mean 'dashboard'?`,
  )
})
