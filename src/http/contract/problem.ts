/** Problem details (RFC 9457): `application/problem+json` with a stable code and an optional hint. */
import { isGantryError } from '../../app/index.ts'

/** One fault in a request. */
export interface ProblemDetail {
  /** JSON pointer into the body, or the name of a query parameter. */
  readonly pointer: string
  readonly detail: string
}

/** Optional fields of a problem. */
export interface ProblemMore {
  /** The remedy. */
  readonly hint?: string
  /** Similar names, nearest first. */
  readonly near?: readonly string[]
  readonly errors?: readonly ProblemDetail[]
  readonly headers?: Readonly<Record<string, string>>
}

/** A problem to be sent to the client. `detail` must contain no stack and no path of this machine. */
export class Problem extends Error {
  override readonly name = 'Problem'
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly more: ProblemMore = {},
  ) {
    super(detail)
  }

  /** The body of the response. */
  toJSON(): Record<string, unknown> {
    const { hint, near, errors } = this.more
    return {
      type: `urn:gantry:problem:${this.code}`,
      title: titles[this.status] ?? 'Problem',
      status: this.status,
      detail: this.message,
      code: this.code,
      ...(hint === undefined ? {} : { hint }),
      ...(near === undefined || near.length === 0 ? {} : { near }),
      ...(errors === undefined ? {} : { errors }),
    }
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Content too large',
  414: 'URI too long',
  415: 'Unsupported media type',
  421: 'Misdirected request',
  422: 'Unprocessable content',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Unavailable',
}

/** Status and code of each session error that a client can act on. */
const known: Readonly<Record<string, readonly [status: number, code: string]>> = {
  GANTRY_TASK_NOT_FOUND: [404, 'task-not-found'],
  GANTRY_TASK_EXISTS: [409, 'task-exists'],
  GANTRY_STATEMENT: [422, 'statement'],
  GANTRY_ARG: [422, 'params'],
  GANTRY_SETUP: [409, 'setup'],
  GANTRY_SESSION_STOPPED: [409, 'session-stopped'],
  GANTRY_COMMAND_REFUSED: [409, 'command-refused'],
  GANTRY_RUN_LOG: [503, 'run-log'],
}

/** The problem for an error of the session; null for an error that a client cannot act on. */
export function toProblem(error: unknown): Problem | null {
  if (error instanceof Problem) return error
  const about = isGantryError(error) ? known[error.code] : undefined
  if (about === undefined) return null
  const { near, message } = error as { near?: unknown; message: string }
  const names = Array.isArray(near) ? near.map(String) : []
  return new Problem(
    about[0],
    about[1],
    message,
    names.length === 0 ? {} : { near: names, hint: `Did you mean ${quoted(names)}?` },
  )
}

/**
 * Calls a function with input from the request: its built-in errors then concern the request, not this program.
 *
 * @throws Problem 422 for a `TypeError`, `RangeError` or `SyntaxError`.
 */
export function asked<T>(act: () => T): T {
  try {
    return act()
  } catch (error) {
    const isAboutValue =
      error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError
    if (isAboutValue && !isGantryError(error)) throw new Problem(422, 'refused', error.message)
    throw error
  }
}

/** As {@link asked}, for a function that returns a promise. */
export async function askedLater<T>(act: () => Promise<T>): Promise<T> {
  const settled = await act().then(
    (value) => () => value,
    (error: unknown) => () => {
      throw error
    },
  )
  return asked(settled)
}

/** Names in quotes, with "or" between them. */
export function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(' or ')
}
