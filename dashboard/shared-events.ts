/**
 * One stream for all tabs. A browser opens six connections to a server and lets the seventh tab wait without a word; so one tab
 * reads the events and tells the others. Which one is decided by a lock: when that tab goes, the next one has it.
 */
import { effect, signal } from '@preact/signals'
import { token } from './api.ts'
import { type Connection, followEvents, type ServerEvent } from './events.ts'

type Message =
  | { readonly type: 'event'; readonly event: ServerEvent; readonly lastId: string | null }
  | { readonly type: 'connection'; readonly connection: Connection; readonly watched: readonly string[] }
  /** What a tab wants to have watched. */
  | { readonly type: 'want'; readonly tab: string; readonly watch: readonly string[] }
  /** A tab reads from here on, and asks what the others want. */
  | { readonly type: 'leading' }
  | { readonly type: 'bye'; readonly tab: string }

/** The state of the connection, whoever holds it. */
export const connection = signal<Connection>('opening')
/** The actors that are watched by now. */
export const watched = signal<readonly string[]>([])

const tab = Math.random().toString(36).slice(2)
const wants = new Map<string, readonly string[]>([[tab, []]])
const own = new Map<string, number>()
let lastId: string | null = null
let channel: BroadcastChannel | null = null
let changeWatch = (): void => {}

/** Tells events from here on. */
export function shareEvents(on: (event: ServerEvent) => void): void {
  effect(() => {
    // Who has another token sees other things: tabs share only with their like.
    void start(`gantry ${location.pathname} ${token.value ?? ''}`, on)
  })
}

/** Has an actor watched until undone. */
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
  tell({ type: 'want', tab, watch })
  changeWatch()
}

function tell(message: Message): void {
  channel?.postMessage(message)
}

async function start(name: string, on: (event: ServerEvent) => void): Promise<void> {
  channel?.close()
  const ours = new BroadcastChannel(name)
  channel = ours
  ours.onmessage = ({ data }: MessageEvent<Message>) => hear(data, on)
  addEventListener('pagehide', () => tell({ type: 'bye', tab }))
  announce()
  // Without locks (a page that is neither local nor encrypted) each tab reads for itself.
  if (navigator.locks === undefined) return lead(on, () => channel === ours)
  await navigator.locks.request(name, () => (channel === ours ? lead(on, () => channel === ours) : undefined))
}

function hear(message: Message, on: (event: ServerEvent) => void): void {
  if (message.type === 'event') {
    lastId = message.lastId
    take(message.event, on)
  } else if (message.type === 'connection') {
    connection.value = message.connection
    watched.value = message.watched
    // What came before this tab listened it has not been told.
    if (message.connection === 'open') on({ name: 'joined', data: {} })
  } else if (message.type === 'leading') announce()
  else {
    if (message.type === 'bye') wants.delete(message.tab)
    else {
      wants.set(message.tab, message.watch)
      // Whoever is new is told how things stand.
      if (isLeading) tell({ type: 'connection', connection: connection.value, watched: watched.value })
    }
    changeWatch()
  }
}

/** What a new stream says first tells what is watched in it. */
function take(event: ServerEvent, on: (event: ServerEvent) => void): void {
  if (Array.isArray(event.data.watch)) watched.value = event.data.watch as string[]
  on(event)
}

let isLeading = false

/** Reads for all, until this tab has another token; the lock is held as long. */
function lead(on: (event: ServerEvent) => void, isStill: () => boolean): Promise<void> {
  isLeading = true
  tell({ type: 'leading' })
  return new Promise((resolve) => {
    const follower = followEvents(
      () => ({ watch: [...new Set([...wants.values()].flat())].sort(), lastId }),
      (event, id) => {
        lastId = id ?? lastId
        take(event, on)
        tell({ type: 'event', event, lastId })
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
      tell({ type: 'connection', connection: follower.connection.value, watched: watched.peek() })
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
