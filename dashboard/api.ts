/** Client of the HTTP API. All URLs are relative to the page, so that it works at any mount path. */
import { signal } from '@preact/signals'
import type { z } from 'zod'
import type * as schemas from '../src/http/contract/schemas.ts'

export type Task = z.infer<typeof schemas.taskSchema>
export type Session = z.infer<typeof schemas.sessionSchema>
export type Run = z.infer<typeof schemas.runSchema>
export type RunRecord = z.infer<typeof schemas.recordSchema>
export type Note = z.infer<typeof schemas.noteSchema>
export type Line = z.infer<typeof schemas.lineSchema>
export type Why = z.infer<typeof schemas.whySchema>
export type Past = z.infer<typeof schemas.pastSchema>
export type PastPart = NonNullable<Past['condition']>
export type Link = z.infer<typeof schemas.linkSchema>
export type NextStart = z.infer<typeof schemas.nextStartSchema>
export type Template = z.infer<typeof schemas.templateSchema>
export type Problem = z.infer<typeof schemas.problemSchema>

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
}

const key = 'gantry token'

/** The token; null if there is none yet. */
export const token = signal<string | null>(takeToken())
/** True while the server requires a token that the page does not have. */
export const isLocked = signal(false)

/** Moves the token from the link's fragment to this tab's storage: it reaches no server, and the visible URL does not contain it. */
function takeToken(): string | null {
  const found = /^#token=([\w.~+/=-]+)$/.exec(location.hash)?.[1]
  if (found !== undefined) {
    sessionStorage.setItem(key, found)
    history.replaceState(null, '', `${location.pathname}${location.search}#/`)
  }
  return sessionStorage.getItem(key)
}

/** Replaces the token. */
export function setToken(value: string): void {
  sessionStorage.setItem(key, value)
  token.value = value
  isLocked.value = false
}

/** An error response of the server. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Partial<Problem>,
  ) {
    super(problem.detail ?? `The server answered ${status}.`)
  }
}

/** Sends a request. Throws an {@link ApiError} for an error response, and the error of `fetch` if there is no response. */
export async function ask<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await fetch(`api/v1${path}`, {
    method,
    headers: { ...auth(), ...(method === 'GET' ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  })
  if (response.status === 401) isLocked.value = true
  if (response.ok) return (await response.json()) as T
  throw new ApiError(response.status, await response.json().catch(() => ({})))
}

/** The authorization header. */
export function auth(): Record<string, string> {
  return token.value === null ? {} : { authorization: `Bearer ${token.value}` }
}

/** Loads all items of a list page by page, and passes each page to `take`. */
export async function askAll<T>(path: string, take: (items: readonly T[]) => void): Promise<void> {
  let cursor: string | null = ''
  while (cursor !== null) {
    const next: Page<T> = await ask<Page<T>>(
      'GET',
      cursor === '' ? path : `${path}&cursor=${encodeURIComponent(cursor)}`,
    )
    take(next.items)
    cursor = next.nextCursor
  }
}

/** A name as a path segment; names of dots only are prefixed, since URL parsers resolve them as path steps. */
export function segment(name: string): string {
  return encodeURIComponent(name === '.' || name === '..' || name.startsWith('~') ? `~${name}` : name)
}

/** A query string of the values that are given. */
export function query(
  values: Readonly<Record<string, string | number | readonly string[] | undefined>>,
): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(values))
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined && each !== '') search.append(name, String(each))
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}
