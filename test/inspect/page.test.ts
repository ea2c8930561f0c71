import { runInNewContext } from 'node:vm'
import { expect, test } from '@jest/globals'
import { bridgePage } from '../../src/inspect/page.ts'

interface Socket {
  readonly address: string
  isOpen: boolean
  onmessage(message: { data: string }): void
}

/** Runs the page's script in a minimal browser. */
function openBridge(inspector: string) {
  const posted: [message: unknown, origin: string][] = []
  const sockets: Socket[] = []
  const framed = { postMessage: (message: unknown, origin: string) => posted.push([message, origin]) }
  const frame = { contentWindow: framed, src: '' }
  let listener = (_message: { source: unknown; data: unknown }): void => {}
  const script = /<script type="module">(.*)<\/script>/s.exec(bridgePage(inspector))![1]!
  runInNewContext(script, {
    URL,
    JSON,
    document: { querySelector: () => frame },
    location: { host: '127.0.0.1:8080', pathname: '/t0ken' },
    addEventListener: (_type: string, listen: typeof listener) => {
      listener = listen
    },
    WebSocket: class implements Socket {
      isOpen = true
      onmessage = () => {}
      constructor(readonly address: string) {
        sockets.push(this)
      }
      close() {
        this.isOpen = false
      }
    },
  })
  return {
    frame,
    framed,
    posted,
    sockets,
    hear: (source: unknown, data: unknown) => listener({ source, data }),
  }
}

test('bridgePage frames the inspector, connects when it is ready, and passes messages to it alone', () => {
  const bridge = openBridge('https://stately.ai/inspect')
  expect(bridge.frame.src).toBe('https://stately.ai/inspect')
  bridge.hear({}, { type: '@statelyai.connected' })
  bridge.hear(bridge.framed, null)
  expect(bridge.sockets).toEqual([])
  bridge.hear(bridge.framed, { type: '@statelyai.connected' })
  expect(bridge.sockets.map(({ address }) => address)).toEqual(['ws://127.0.0.1:8080/t0ken'])
  bridge.sockets[0]!.onmessage({ data: '{"type":"@xstate.actor"}' })
  expect(bridge.posted).toEqual([[{ type: '@xstate.actor' }, 'https://stately.ai']])
})

test('bridgePage reconnects when the inspector is loaded again, so that it receives all actors', () => {
  const bridge = openBridge('https://stately.ai/inspect')
  bridge.hear(bridge.framed, { type: '@statelyai.connected' })
  bridge.hear(bridge.framed, { type: '@statelyai.connected' })
  expect(bridge.sockets.map(({ isOpen }) => isOpen)).toEqual([false, true])
})
