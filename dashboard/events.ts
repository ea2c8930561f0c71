/** Client of the event stream. It uses `fetch`, so that the token can be sent, and reconnects from the last event. */
import { batch, type ReadonlySignal, signal } from '@preact/signals'
import { auth, isLocked, query } from './api.ts'

/** A received event. */
export interface ServerEvent {
  readonly name: string
  readonly data: Record<string, unknown>
}

/** State of the connection; `lost` while the client retries. */
export type Connection = 'opening' | 'open' | 'lost'

/** An event stream that is kept open. */
export interface Follower {
  readonly connection: ReadonlySignal<Connection>
  /** Opens the stream again, after the watched actors changed. */
  reopen(): void
  stop(): void
}

const retryMs = 1_000
/** Longer than the server's heartbeat interval: a stream that is silent for this time is lost. */
const silenceMs = 40_000

/** Follows events until stopped. `want` is called each time the stream opens: actors to watch, and the id of the last event. */
export function followEvents(
  want: () => { readonly watch: readonly string[]; readonly lastId: string | null },
  on: (event: ServerEvent, id: string | null) => void,
): Follower {
  const connection = signal<Connection>('opening')
  let isStopped = false
  let isReopened = false
  let abort = new AbortController()
  let silence = 0
  void keepOpen()
  return {
    connection,
    reopen() {
      isReopened = true
      abort.abort()
    },
    stop() {
      isStopped = true
      abort.abort()
    },
  }

  async function keepOpen(): Promise<void> {
    while (!isStopped) {
      abort = new AbortController()
      isReopened = false
      try {
        await read()
      } catch {
        // Lost, stopped or reopened; the flags decide.
      }
      clearTimeout(silence)
      if (isStopped) return
      if (isReopened) continue
      connection.value = 'lost'
      await new Promise((resolve) => setTimeout(resolve, retryMs))
    }
  }

  async function read(): Promise<void> {
    const { watch, lastId } = want()
    const response = await fetch(`api/v1/events${query({ watch })}`, {
      headers: { ...auth(), ...(lastId === null ? {} : { 'last-event-id': lastId }) },
      signal: abort.signal,
    })
    if (response.status === 401) isLocked.value = true
    if (!response.ok || response.body === null) return
    connection.value = 'open'
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    for (;;) {
      clearTimeout(silence)
      silence = setTimeout(() => abort.abort(), silenceMs)
      const { done, value } = await reader.read()
      if (done) return
      const blocks = (rest + value).split('\n\n')
      rest = blocks.pop() ?? ''
      // Events that arrive together are rendered together.
      batch(() => {
        for (const block of blocks) take(block)
      })
    }
  }

  function take(block: string): void {
    let name = 'message'
    let data = ''
    let id: string | null = null
    for (const line of block.split('\n')) {
      if (line.startsWith('event: ')) name = line.slice(7)
      else if (line.startsWith('data: ')) data += line.slice(6)
      else if (line.startsWith('id: ')) id = line.slice(4)
    }
    if (data !== '') on({ name, data: JSON.parse(data) }, id)
  }
}
