/** Asking the session. Every address is relative to the page, so that it works wherever the page is mounted. */
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
export type Explanation = Why['condition']
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

/** The token; null where there is none yet. */
export const token = signal<string | null>(takeToken())
/** Whether the server wants a token that it does not have. */
export const isLocked = signal(false)

/** From the link's fragment into this tab's memory: no server sees it, and the address that people copy is without it. */
function takeToken(): string | null {
  const found = /^#token=([\w.~+/=-]+)$/.exec(location.hash)?.[1]
  if (found !== undefined) {
    sessionStorage.setItem(key, found)
    history.replaceState(null, '', `${location.pathname}${location.search}#/`)
  }
  return sessionStorage.getItem(key)
}

/** Uses another token from here on. */
export function setToken(value: string): void {
  sessionStorage.setItem(key, value)
  token.value = value
  isLocked.value = false
}

/** What the server answered instead. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Partial<Problem>,
  ) {
    super(problem.detail ?? `The server answered ${status}.`)
  }
}

/** Asks; throws an {@link ApiError} for a problem, and what `fetch` throws when nobody answers. */
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

/** The header that says who asks. */
export function auth(): Record<string, string> {
  return token.value === null ? {} : { authorization: `Bearer ${token.value}` }
}

/** All items of a list, page by page; each page is told as it comes. */
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

/** A name as a segment of a path; dots alone would be taken for steps, so they get a sign before them. */
export function segment(name: string): string {
  return encodeURIComponent(name === '.' || name === '..' || name.startsWith('~') ? `~${name}` : name)
}

/** A query of what is given. */
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
