/**
 * Routes as data. The router, the validation, the permission checks, the OpenAPI document and the security tests all use the same table
 * of routes.
 */
import type { z } from 'zod'
import type { Command } from '../../app/index.ts'
import type { Who } from '../options.ts'
import type { View } from '../security/caller-view.ts'
import type { Shared } from './context.ts'

/** The required permission: none, reading, or one command. `command` stands for the type of the command in the body. */
export type Permission = 'public' | 'read' | 'command' | Command['type']

/** HTTP methods of routes; only GET changes nothing. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A request that has passed all checks, with its parsed input. */
export interface Call<P, Q, B> {
  readonly shared: Shared
  readonly params: P
  readonly query: Q
  readonly body: B
  readonly who: Who
  /** The session as the caller may see it; handlers read tasks only through this. */
  readonly view: View
  readonly request: Request
  /** Relative path to the API root, for links. */
  readonly root: string
}

/** Result of a handler: JSON with a status (default 200), or a complete response. */
export type Answer =
  | {
      readonly status?: number
      readonly body: unknown
      readonly headers?: Readonly<Record<string, string>>
    }
  | Response

/** Description of the response of one status. */
export interface AnswerShape {
  readonly description: string
  /** Schema of a JSON body. */
  readonly schema?: z.ZodType
  /** Content type. Default `application/json`. */
  readonly type?: string
}

/** A route as its module defines it. */
export interface RouteSpec<P, Q, B> {
  readonly method: Method
  /** Path below the prefix, such as `/tasks/{name}/run`. */
  readonly path: string
  /** Operation id in the document, such as `runTask`. */
  readonly name: string
  /** Summary in the document, one line. */
  readonly summary: string
  readonly permission: Permission
  readonly params?: z.ZodType<P>
  readonly query?: z.ZodType<Q>
  readonly body?: z.ZodType<B>
  /** Request headers that are read, with their descriptions. */
  readonly headers?: Readonly<Record<string, string>>
  readonly answers: Readonly<Record<number, AnswerShape>>
  /** Problem statuses of this route, in addition to those of every route. */
  readonly problems?: readonly number[]
  /** True if the route also answers for removed tasks, of which the log has records. */
  readonly isOfHistory?: boolean
  /** The affected task, if the path does not name it; null if the caller sees none. */
  taskOf?(params: P, view: View): string | null
  /**
   * The equivalent command, from which further permissions and the audit note are derived; undefined if there is no task for it.
   *
   * @param task - The affected task.
   */
  command?(params: P, body: B, task: string | null): Command | undefined
  handle(call: Call<P, Q, B>): Answer | Promise<Answer>
}

/** A route in the table, with erased types. */
export type Route = Omit<
  RouteSpec<never, never, never>,
  'handle' | 'params' | 'query' | 'body' | 'taskOf' | 'command'
> & {
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  taskOf?(params: unknown, view: View): string | null
  command?(params: unknown, body: unknown, task: string | null): Command | undefined
  handle(call: Call<unknown, unknown, unknown>): Answer | Promise<Answer>
}

/** Defines a route with typed parameters. */
export function route<P = undefined, Q = undefined, B = undefined>(spec: RouteSpec<P, Q, B>): Route {
  return Object.freeze(spec) as unknown as Route
}

/** True if a route changes something. */
export function isMutation(each: Pick<Route, 'permission'>): boolean {
  return each.permission !== 'public' && each.permission !== 'read'
}
