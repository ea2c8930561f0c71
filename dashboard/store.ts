/** Client-side state of the session: loaded once, updated by events, loaded again after missed events. */
import { batch, computed, signal } from '@preact/signals'
import { ask, askAll, type Page, query, type Session, type Task } from './api.ts'
import type { ServerEvent } from './events.ts'
import { shareEvents } from './shared-events.ts'

/** The session; null before the first response. */
export const session = signal<Session | null>(null)
/** Tasks by name. Each change makes a new map, so that components can compare tasks. */
export const tasks = signal<ReadonlyMap<string, Task>>(new Map())
/** True once all tasks have been loaded. */
export const isLoaded = signal(false)
/** Error of the last load; null if it succeeded. */
export const failure = signal<string | null>(null)
/** The server's time, epoch ms, updated every second. */
export const now = signal(Date.now())
/** Version of the run history; increases with each change. */
export const historyVersion = signal(0)
/** The last warning of the session; null if there was none. */
export const warning = signal<{ readonly text: string; readonly at: number } | null>(null)
/** Listeners of the components that show events. */
export const listeners = new Set<(event: ServerEvent) => void>()

export const zone = computed(() => session.value?.timezone ?? 'UTC')
export const isReadOnly = computed(() => session.value?.readOnly ?? true)
export const taskList = computed(() => [...tasks.value.values()].sort((a, b) => (a.name < b.name ? -1 : 1)))

let clockOffset = 0
const dirty = new Set<string>()
let refreshTimer = 0

/** Starts the clock and the event stream. */
export function follow(): void {
  setInterval(() => {
    now.value = Date.now() + clockOffset
  }, 1_000)
  shareEvents(take)
}

/** Loads everything again. */
export async function loadAll(): Promise<void> {
  try {
    await loadSession()
    const loaded = new Map<string, Task>()
    await askAll<Task>('/tasks?limit=500', (items) => {
      for (const task of items) loaded.set(task.name, task)
      // The first pages are shown while others load.
      if (!isLoaded.value) tasks.value = new Map(loaded)
    })
    batch(() => {
      tasks.value = loaded
      isLoaded.value = true
      failure.value = null
      historyVersion.value += 1
    })
  } catch (error) {
    failure.value = (error as Error).message
  }
}

export async function loadSession(): Promise<void> {
  const loaded = await ask<Session>('GET', '/session')
  clockOffset = new Date(loaded.now).getTime() - Date.now()
  session.value = loaded
}

function take(event: ServerEvent): void {
  for (const listener of listeners) listener(event)
  const { name, data } = event
  if (name === 'reset' || (name === 'hello' && data.isResumed !== true)) return void loadAll()
  if (name === 'joined' && !isLoaded.value) return void loadAll()
  if (name === 'session.warning') warning.value = { text: String(data.message), at: Number(data.at) }
  if (name.startsWith('session.')) void loadSession().catch(() => {})
  if (typeof data.task !== 'string') return
  if (name === 'task.removed') return drop(data.task)
  patch(data.task, event)
  if (name !== 'run.progress' && name !== 'run.logged') refreshLater(data.task)
  if (name === 'run.ended' || name === 'run.started') historyVersion.value += 1
}

function drop(name: string): void {
  const left = new Map(tasks.value)
  left.delete(name)
  tasks.value = left
}

/** Applies the data of an event at once; other fields are loaded later, for many tasks at a time. */
function patch(name: string, { name: type, data }: ServerEvent): void {
  const task = tasks.value.get(name)
  if (task === undefined) return
  const runId = String(data.runId)
  const others = task.runs.filter((run) => run.runId !== runId)
  if (type === 'run.started') {
    const startedAt = new Date(Number(data.at)).toISOString()
    put({
      ...task,
      state: 'running',
      isRunning: true,
      status: 'run',
      lastRun: startedAt,
      runs: [...others, { runId, startedAt, progress: null }],
    })
  } else if (type === 'run.ended') {
    const action = data.action as NonNullable<Task['status']>
    const state = others.length > 0 ? 'running' : action === 'fail' || action === 'crash' ? 'failed' : 'idle'
    put({ ...task, state, isRunning: others.length > 0, status: action, runs: others })
  } else if (type === 'run.progress') {
    const progress = Number(data.progress)
    put({ ...task, runs: task.runs.map((run) => (run.runId === runId ? { ...run, progress } : run)) })
  }
}

/** Replaces a task. */
export function put(task: Task): void {
  tasks.value = new Map(tasks.value).set(task.name, task)
}

function refreshLater(name: string): void {
  dirty.add(name)
  if (refreshTimer === 0) refreshTimer = setTimeout(() => void refresh(), 400)
}

async function refresh(): Promise<void> {
  const names: string[] = []
  let size = 0
  for (const name of dirty) {
    size += encodeURIComponent(name).length + 6
    // URLs are limited in length; the other tasks follow in the next request.
    if (names.length > 0 && size > 3_000) break
    names.push(name)
    dirty.delete(name)
  }
  try {
    const { items } = await ask<Page<Task>>('GET', `/tasks${query({ limit: 500, name: names })}`)
    batch(() => {
      for (const task of items) put(task)
    })
  } catch {
    // The connection state shows the failure, and everything is loaded again after a reconnect.
  }
  refreshTimer = dirty.size > 0 ? setTimeout(() => void refresh(), 400) : 0
}
