/** A program ends with its session, even with clients connected. */
import { spawn } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { follow } from '../../support/http/follow.ts'

const program = `
import { createApp } from './dist/src/index.js'
import { createHttp } from './dist/src/http/index.js'
const app = createApp({ logger: { debug() {}, info() {}, warn() {}, error() {} } })
app.task('a', 'every 1 second', () => {})
await app.start()
const { url } = await createHttp(app.session, { auth: { token: 'all-' + 'a'.repeat(40) } }).listen({ port: 0, print() {} })
console.log(url)
`

test('a session that is shut down over HTTP ends its process, with an event stream and idle connections open', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve([code, signal])))
  const url = await new Promise<string>((resolve) =>
    child.stdout.once('data', (data) => resolve(String(data).trim())),
  )
  const follower = await follow(url)
  await follower.until(({ name }) => name === 'hello')
  const response = await fetch(`${url}/api/v1/session/shut_down`, {
    method: 'POST',
    headers: { authorization: `Bearer all-${'a'.repeat(40)}`, 'content-type': 'application/json' },
  })
  expect(response.status).toBe(202)
  expect(await ended).toEqual([0, null])
})
