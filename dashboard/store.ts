/** What the page knows of the session: loaded once, kept right by events, loaded again where events were missed. */
import { batch, computed, signal } from '@preact/signals'
import { ask, askAll, type Page, query, type Session, type Task } from './api.ts'
import type { ServerEvent } from './events.ts'
import { shareEvents } from './shared-events.ts'

/** What the session is doing; null before the first answer. */
export const session = signal<Session | null>(null)
/** Tasks by name. A change of one is a new map: what shows them compares the tasks in it. */
export const tasks = signal<ReadonlyMap<string, Task>>(new Map())
/** Whether all tasks have been loaded once. */
export const isLoaded = signal(false)
/** What went wrong the last time the server was asked for something; null if nothing did. */
export const failure = signal<string | null>(null)
/** The server's now, epoch ms, a second exact: for what counts up on the page. */
export const now = signal(Date.now())
/** Goes up whenever the history of runs has changed. */
export const historyVersion = signal(0)
/** What the session warned of last: a held loop, a log that cannot be written; null if of nothing. */
export const warning = signal<{ readonly text: string; readonly at: number } | null>(null)
/** Runs' lines and news for whoever shows them at the moment. */
export const listeners = new Set<(event: ServerEvent) => void>()

export const zone = computed(() => session.value?.timezone ?? 'UTC')
export const isReadOnly = computed(() => session.value?.readOnly ?? true)
export const taskList = computed(() => [...tasks.value.values()].sort((a, b) => (a.name < b.name ? -1 : 1)))

let clockOffset = 0
const dirty = new Set<string>()
let refreshTimer = 0

/** Starts to follow. */
export function follow(): void {
  setInterval(() => {
    now.value = Date.now() + clockOffset
  }, 1_000)
  shareEvents(take)
}

/** Loads everything anew. */
export async function loadAll(): Promise<void> {
  try {
    await loadSession()
    const loaded = new Map<string, Task>()
    await askAll<Task>('/tasks?limit=500', (items) => {
      for (const task of items) loaded.set(task.name, task)
      // The first pages are shown while the others come.
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

/** What the news itself says is shown at once; the rest is asked for, many tasks at a time. */
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

/** Puts a task as the server has it, or as it soon will. */
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
    // An address has its limit; the others come next.
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
    // The connection's own state says so, and everything is loaded again when it is back.
  }
  refreshTimer = dirty.size > 0 ? setTimeout(() => void refresh(), 400) : 0
}
