/**
 * A route, as data: the router, the checks of what comes in, the permission, the OpenAPI document and the security tests are all
 * made from the same table of these.
 */
import type { z } from 'zod'
import type { Command } from '../../app/index.ts'
import type { Who } from '../options.ts'
import type { View } from '../security/caller-view.ts'
import type { Shared } from './context.ts'

/** What one must be allowed to do: nothing, to look, or one command. `command` is whichever command the body holds. */
export type Permission = 'public' | 'read' | 'command' | Command['type']

/** The methods that change nothing are GET. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A request that was let in and read. */
export interface Call<P, Q, B> {
  readonly shared: Shared
  readonly params: P
  readonly query: Q
  readonly body: B
  readonly who: Who
  /** The session as the caller may see it: what is read of tasks is read through this. */
  readonly view: View
  readonly request: Request
  /** The host and mount path under which the interface was reached, for links: `/gantry/api/v1`. */
  readonly root: string
}

/** What comes back: JSON with a status (default 200), or a response of its own kind. */
export type Answer =
  | {
      readonly status?: number
      readonly body: unknown
      readonly headers?: Readonly<Record<string, string>>
    }
  | Response

/** What an answer of one status holds. */
export interface AnswerShape {
  readonly description: string
  /** Of a JSON body. */
  readonly schema?: z.ZodType
  /** Default `application/json`. */
  readonly type?: string
}

/** A route as it is written. */
export interface RouteSpec<P, Q, B> {
  readonly method: Method
  /** Below the prefix: `/tasks/{name}/run`. */
  readonly path: string
  /** The operation's name in the document: `runTask`. */
  readonly name: string
  /** One line in the document. */
  readonly summary: string
  readonly permission: Permission
  readonly params?: z.ZodType<P>
  readonly query?: z.ZodType<Q>
  readonly body?: z.ZodType<B>
  /** Headers that are read, and what they say. */
  readonly headers?: Readonly<Record<string, string>>
  readonly answers: Readonly<Record<number, AnswerShape>>
  /** Problems that this route tells of beside those that any may. */
  readonly problems?: readonly number[]
  /** True if it answers for a task that does not exist: the log has records of removed tasks. */
  readonly isOfHistory?: boolean
  /** The task that it is about, where the path does not name it; null if there is none for the caller. */
  taskOf?(params: P, view: View): string | null
  /** The command that it comes to: what else is asked for, and what the audit note tells, is read from that. */
  command?(params: P, body: B): Command
  handle(call: Call<P, Q, B>): Answer | Promise<Answer>
}

/** A route as the table holds it. */
export type Route = Omit<
  RouteSpec<never, never, never>,
  'handle' | 'params' | 'query' | 'body' | 'taskOf' | 'command'
> & {
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  taskOf?(params: unknown, view: View): string | null
  command?(params: unknown, body: unknown): Command
  handle(call: Call<unknown, unknown, unknown>): Answer | Promise<Answer>
}

/** Writes a route down with what its parameters are known to be. */
export function route<P = undefined, Q = undefined, B = undefined>(spec: RouteSpec<P, Q, B>): Route {
  return Object.freeze(spec) as unknown as Route
}

/** Whether a route changes something. */
export function isMutation(each: Pick<Route, 'permission'>): boolean {
  return each.permission !== 'public' && each.permission !== 'read'
}
