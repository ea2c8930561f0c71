/** Client of server-sent events with `fetch`, like the dashboard. */
import { tokens } from './server.ts'

export interface SeenEvent {
  readonly id: string | null
  readonly name: string
  // biome-ignore lint/suspicious/noExplicitAny: tests inspect any event
  readonly data: any
}

export interface Follower {
  readonly response: Response
  readonly seen: SeenEvent[]
  /** Resolves with the first event, from the beginning, that passes the test. */
  until(isSo: (event: SeenEvent) => boolean): Promise<SeenEvent>
  /** Stops reading and closes the connection. */
  leave(): void
}

/** Opens a stream and starts reading. */
export async function follow(
  url: string,
  query = '',
  headers: Readonly<Record<string, string>> = {},
): Promise<Follower> {
  const abort = new AbortController()
  const response = await fetch(`${url}/api/v1/events${query}`, {
    headers: { authorization: `Bearer ${tokens.token}`, ...headers },
    signal: abort.signal,
  })
  const seen: SeenEvent[] = []
  const waiting = new Set<() => void>()
  void read()
  return {
    response,
    seen,
    until: (isSo) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = seen.find(isSo)
          if (found !== undefined) resolve(found)
          else if (abort.signal.aborted) reject(new Error('the stream ended before that'))
          else return
          waiting.delete(look)
        }
        waiting.add(look)
        look()
      }),
    leave: () => abort.abort(),
  }

  async function read(): Promise<void> {
    let rest = ''
    try {
      for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
        const blocks = (rest + part).split('\n\n')
        rest = blocks.pop()!
        for (const block of blocks) take(block)
        for (const look of [...waiting]) look()
      }
    } catch {
      // Closed by this client or by the server.
    }
    abort.abort()
    for (const look of [...waiting]) look()
  }

  function take(block: string): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null
    const data = field('data')
    if (data !== null)
      seen.push({ id: field('id'), name: field('event') ?? 'message', data: JSON.parse(data) })
  }
}
