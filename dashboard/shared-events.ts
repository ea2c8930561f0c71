/**
 * One event stream for all tabs. A browser opens at most six connections to a server, and a seventh tab would wait silently, so one tab
 * reads the events and passes them on. A lock decides which: when that tab closes, the next one gets the lock.
 */
import { effect, signal } from '@preact/signals'
import { token } from './api.ts'
import { type Connection, followEvents, type ServerEvent } from './events.ts'

type Message =
  | { readonly type: 'event'; readonly event: ServerEvent; readonly lastId: string | null }
  | { readonly type: 'connection'; readonly connection: Connection; readonly watched: readonly string[] }
  /** The actors that a tab watches. */
  | { readonly type: 'want'; readonly tab: string; readonly watch: readonly string[] }
  /** A tab has become the reader, and asks for the others' actors. */
  | { readonly type: 'leading' }
  | { readonly type: 'bye'; readonly tab: string }

/** State of the connection, in all tabs. */
export const connection = signal<Connection>('opening')
/** The actors that the stream watches at present. */
export const watched = signal<readonly string[]>([])

const tab = Math.random().toString(36).slice(2)
const wants = new Map<string, readonly string[]>([[tab, []]])
const own = new Map<string, number>()
let lastId: string | null = null
let channel: BroadcastChannel | null = null
let changeWatch = (): void => {}

/** Starts to deliver events. */
export function shareEvents(on: (event: ServerEvent) => void): void {
  effect(() => {
    // A different token may see different tasks, so tabs share only with tabs of the same token.
    void start(`gantry ${location.pathname} ${token.value ?? ''}`, on)
  })
}

/** Watches an actor until the returned function is called. */
export function watchActor(name: string): () => void {
  own.set(name, (own.get(name) ?? 0) + 1)
  announce()
  return () => {
    const left = (own.get(name) ?? 1) - 1
    if (left > 0) own.set(name, left)
    else own.delete(name)
    announce()
  }
}

function announce(): void {
  const watch = [...own.keys()]
  wants.set(tab, watch)
  broadcast({ type: 'want', tab, watch })
  changeWatch()
}

function broadcast(message: Message): void {
  channel?.postMessage(message)
}

async function start(name: string, on: (event: ServerEvent) => void): Promise<void> {
  channel?.close()
  const ours = new BroadcastChannel(name)
  channel = ours
  ours.onmessage = ({ data }: MessageEvent<Message>) => receive(data, on)
  addEventListener('pagehide', () => broadcast({ type: 'bye', tab }))
  announce()
  // Without locks (a page that is neither local nor encrypted) each tab reads for itself.
  if (navigator.locks === undefined) return lead(on, () => channel === ours)
  await navigator.locks.request(name, () => (channel === ours ? lead(on, () => channel === ours) : undefined))
}

function receive(message: Message, on: (event: ServerEvent) => void): void {
  if (message.type === 'event') {
    lastId = message.lastId
    take(message.event, on)
  } else if (message.type === 'connection') {
    connection.value = message.connection
    watched.value = message.watched
    // Earlier events are unknown to this tab.
    if (message.connection === 'open') on({ name: 'joined', data: {} })
  } else if (message.type === 'leading') announce()
  else {
    if (message.type === 'bye') wants.delete(message.tab)
    else {
      wants.set(message.tab, message.watch)
      // A new tab receives the present state.
      if (isLeading) broadcast({ type: 'connection', connection: connection.value, watched: watched.value })
    }
    changeWatch()
  }
}

/** Handles an event; the first one of a stream has the watched actors. */
function take(event: ServerEvent, on: (event: ServerEvent) => void): void {
  if (Array.isArray(event.data.watch)) watched.value = event.data.watch as string[]
  on(event)
}

let isLeading = false

/** Reads for all tabs until the token of this tab changes; the lock is held meanwhile. */
function lead(on: (event: ServerEvent) => void, isStill: () => boolean): Promise<void> {
  isLeading = true
  broadcast({ type: 'leading' })
  return new Promise((resolve) => {
    const follower = followEvents(
      () => ({ watch: [...new Set([...wants.values()].flat())].sort(), lastId }),
      (event, id) => {
        lastId = id ?? lastId
        take(event, on)
        broadcast({ type: 'event', event, lastId })
      },
    )
    let asked = ''
    changeWatch = () => {
      const wanted = JSON.stringify([...new Set([...wants.values()].flat())].sort())
      if (wanted !== asked) follower.reopen()
      asked = wanted
    }
    const stop = effect(() => {
      connection.value = follower.connection.value
      broadcast({ type: 'connection', connection: follower.connection.value, watched: watched.peek() })
    })
    const stopWatching = token.subscribe(() => {
      if (isStill()) return
      isLeading = false
      stop()
      follower.stop()
      queueMicrotask(() => stopWatching())
      resolve()
    })
  })
}
