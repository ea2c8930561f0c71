import { WebSocket } from 'ws'

/** A message from an inspector, as a page reads it. */
// biome-ignore lint/suspicious/noExplicitAny: the shape is what the tests are about.
export type Message = Record<string, any>

/** A page: a WebSocket client that keeps all messages. */
export interface Page {
  readonly socket: WebSocket
  readonly heard: Message[]
  /** Resolves with the first message that fits, past or future; rejects when the page is disconnected. */
  hears(fits: (message: Message) => boolean): Promise<Message>
  say(message: unknown): void
  /** Resolves when the connection has ended. */
  readonly gone: Promise<void>
  leave(): Promise<void>
}

/** Opens a page at an inspector; rejects if it is refused. */
export function openPage(address: string, headers: Record<string, string> = {}): Promise<Page> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address, { headers })
    const heard: Message[] = []
    const waiting = new Set<() => void>()
    let isGone = false
    const gone = new Promise<void>((left) => {
      socket.once('close', () => {
        isGone = true
        for (const look of waiting) look()
        left()
      })
    })
    socket.on('error', reject)
    socket.on('message', (data) => {
      heard.push(JSON.parse(String(data)))
      for (const look of waiting) look()
    })
    const hears: Page['hears'] = (fits) =>
      new Promise((found, lost) => {
        let next = 0
        const look = () => {
          let message: Message | undefined
          while (message === undefined && next < heard.length) {
            const item = heard[next++]!
            if (fits(item)) message = item
          }
          if (message === undefined && !isGone) return
          waiting.delete(look)
          if (message !== undefined) found(message)
          else lost(new Error(`The page was disconnected after these messages:\n${JSON.stringify(heard)}`))
        }
        waiting.add(look)
        look()
      })
    socket.once('open', () =>
      resolve({
        socket,
        heard,
        hears,
        gone,
        say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
        leave: () => {
          socket.close()
          return gone
        },
      }),
    )
  })
}
