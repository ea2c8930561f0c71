/** The addresses that the inspectors print, opened in a real browser: they work, and the token in them is not leaked. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createXStateInspector } from 'gantry-xstate-inspect'
import type { Browser } from 'playwright-core'
import { createStatelyInspector } from '../../src/inspect/index.ts'
import { findBrowser, launch } from '../support/dashboard/browser.ts'
import { createFleet } from '../support/inspect/fleet.ts'

const executable = await findBrowser()
if (executable === null)
  throw new Error('The pages need a browser: npm ci installs one, or CHROMIUM names it.')

/** Sets the page's title to the type of an event that arrived. */
const shown = (type: string) => `document.title = 'received ' + ${type}`
const pages: Record<string, string> = {
  // What the inspector of Stately does in its frame.
  '/frame': `addEventListener('message', ({ data }) => { ${shown('data.type')}; fetch('/received?' + data.type) })
    parent.postMessage({ type: '@statelyai.connected' }, '*')`,
  // What the inspector of XState 4 does with its address.
  '/viz': `const [protocol, ...rest] = new URLSearchParams(location.search).get('server').split('://')
    const socket = new WebSocket(protocol + '://' + rest.join('://'))
    socket.onopen = () => socket.send(JSON.stringify({ type: 'xstate.inspecting' }))
    socket.onmessage = ({ data }) => { ${shown('JSON.parse(data).type')} }`,
  // A page of another program, which may even know the address.
  '/other': `const socket = new WebSocket(decodeURIComponent(location.search.slice(1)))
    socket.onopen = () => { document.title = 'let in' }
    socket.onerror = () => { document.title = 'refused' }`,
}

let browser: Browser
let server: Server
let origin: string
const asked: { readonly url: string; readonly referer: string | undefined }[] = []
let received = (_: string): void => {}

beforeAll(async () => {
  browser = await launch(executable)
  server = createServer(({ url = '', headers }, response) => {
    asked.push({ url, referer: headers.referer })
    const [path = '', query = ''] = url.split('?')
    if (path === '/received') received(query)
    const script = pages[path] ?? ''
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<script>${script}</script>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}, 60_000)
afterAll(async () => {
  await browser.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** Opens an address and resolves to the first title that the page sets. */
async function titleAt(url: string): Promise<string> {
  const page = await browser.newPage()
  await page.goto(url)
  for (;;) {
    const title = await page.title()
    if (title !== '') return title
  }
}

test('createStatelyInspector: its url works in a browser, and its frame does not receive the token', async () => {
  const inspector = await createStatelyInspector({ port: 0, page: `${origin}/frame` })
  createFleet(['report'], inspector.inspect)
  const first = new Promise<string>((resolve) => {
    received = resolve
  })
  const page = await browser.newPage()
  await page.goto(inspector.url)
  expect(await first).toBe('@xstate.actor')
  const token = new URL(inspector.url).pathname.slice(1)
  expect(token.length).toBeGreaterThanOrEqual(32)
  expect(asked.map(({ url }) => url)).toContain('/frame')
  for (const { url, referer } of asked) {
    expect(url).not.toContain(token)
    expect(String(referer)).not.toContain(token)
  }
  expect(await titleAt(`${origin}/other?${encodeURIComponent(inspector.address)}`)).toBe('refused')
  await inspector.close()
}, 60_000)

test('createXStateInspector: its url works in a browser, and pages of other origins are refused', async () => {
  const inspector = await createXStateInspector({ port: 0, page: `${origin}/viz` })
  createFleet(['report'], inspector.inspect)
  expect(await titleAt(inspector.url)).toBe('received service.register')
  const other = origin.replace('127.0.0.1', 'localhost')
  expect(await titleAt(`${other}/other?${encodeURIComponent(inspector.address)}`)).toBe('refused')
  await inspector.close()
}, 60_000)
