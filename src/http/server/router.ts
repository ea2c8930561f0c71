/** Request router: each check may answer with a problem, and the handler runs only after all checks pass. */
import { randomUUID } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { getPath } from 'hono/utils/url'
import { type Command, TaskNotFoundError } from '../../app/index.ts'
import { audit } from '../api/audit.ts'
import { changesOf } from '../api/audit-changes.ts'
import type { Shared } from '../api/context.ts'
import { checkPermission, checkRole, checkTouches, viewOf } from '../api/permission.ts'
import { type Answer, isMutation, type Route } from '../api/route.ts'
import { type Action, touchesOf } from '../api/touched-tasks.ts'
import { logLine } from '../contract/log-line.ts'
import { Problem, toProblem } from '../contract/problem.ts'
import type { Who } from '../options.ts'
import { toProblemResponse, toResponse, withCommon } from '../request/answer.ts'
import { readJson } from '../request/body.ts'
import { checkHost, checkMutation } from '../request/request-guard.ts'
import { readQuery, validate } from '../request/validate.ts'
import { prefix } from '../routes/table.ts'
import type { Authenticator } from '../security/auth.ts'
import { View } from '../security/caller-view.ts'
import { createPages } from './dashboard-files.ts'

/** Facts about the client's connection. */
export interface Connection {
  /** The client's address; `unknown` if it is not given. */
  readonly address: string
}

/** The parts of the router. */
export interface RouterParts {
  readonly shared: Shared
  readonly routes: readonly Route[]
  readonly auth: Authenticator
}

type HonoContext = Context<{ Bindings: Connection }>

const anonymous: Who = Object.freeze({ name: 'anonymous', access: 'read' })

/** Creates the function that answers requests. It never rejects. */
export function createRouter(
  parts: RouterParts,
): (request: Request, connection: Connection) => Promise<Response> {
  const { shared, routes } = parts
  const { basePath, limits } = shared.settings
  // Served without a token, since the page contains no data: it requests everything with the token.
  const pages = shared.settings.dashboard ? createPages() : null
  const app = new Hono<{ Bindings: Connection }>({
    getPath: (request) => stripBase(getPath(request), basePath),
  })
  for (const each of routes)
    app.on(each.method, toHonoPath(each.path), (context) => serve(each, context, parts))
  for (const path of new Set(routes.map((each) => each.path)))
    app.all(toHonoPath(path), (context) => refuseMethod(path, context, parts))
  app.notFound((context) => refusePath(context, parts))
  app.onError((error, context) => failed(error, context.req.raw, shared))
  return async (request, connection) => {
    try {
      const { pathname, search } = new URL(request.url)
      if (pathname.length + search.length > limits.urlLength)
        throw new Problem(414, 'url', `Cannot accept a URL longer than ${limits.urlLength} characters.`)
      checkHost(request, shared.settings)
      if (pages === null || (request.method !== 'GET' && request.method !== 'HEAD'))
        return await app.fetch(request, connection)
      const path = stripBase(pathname, basePath)
      if (path.startsWith(`${prefix}/`)) return await app.fetch(request, connection)
      return withCommon(await pages(request, path))
    } catch (error) {
      return failed(error, request, shared)
    }
  }
}

async function serve(route: Route, context: HonoContext, { shared, auth }: RouterParts): Promise<Response> {
  const request = context.req.raw
  const { settings, session } = shared
  if (isMutation(route)) checkMutation(request, settings)
  const isPublic = route.permission === 'public'
  const who = isPublic ? anonymous : await auth.identify(request, context.env.address)
  const params =
    route.params === undefined ? undefined : validate(route.params, context.req.param(), 'params')
  checkRole(who, route.permission, settings)
  const view = isPublic ? new View(session, null) : await viewOf(who, request, session, settings).open()
  try {
    const named = taskOf(route, params, view)
    const isHidden = named !== null && !(await view.mayRead(named))
    if (!isHidden)
      await checkPermission(who, { permission: route.permission, task: named }, request, settings)
    const query = readCheckedQuery(route, request)
    const body = await readCheckedBody(route, request, settings.limits.bodyBytes)
    if (isHidden && route.isOfHistory !== true) throw view.notFound(named)
    const command = route.command?.(params, body, named)
    const action =
      route.permission === 'command' ? actionOf(command!) : { permission: route.permission, task: named }
    const isOfBody = route.permission === 'command'
    if (command !== undefined) await checkCommand(command, action, isOfBody, { who, request, view, shared })
    const changes = command === undefined ? [] : changesOf(shared, command)
    const call = { shared, params, query, body, who, view, request, root: rootOf(route.path) }
    const answer = await route.handle(call)
    if (isMutation(route))
      audit(shared, { ...action, ...changes, who: who.name, address: context.env.address })
    return toResponse(await shownTo(view, answer), request)
  } catch (error) {
    throw await hideIn(error, view)
  }
}

async function checkCommand(
  command: Command,
  action: Action,
  /** True if the action was unknown, and so not authorized, before the body was read. */
  isOfBody: boolean,
  { who, request, view, shared }: { who: Who; request: Request; view: View; shared: Shared },
): Promise<void> {
  const { session, settings } = shared
  const isMade = command.type === 'task.create'
  if (action.task !== null && !isMade && !(await view.mayRead(action.task))) throw view.notFound(action.task)
  if (isOfBody) await checkPermission(who, action, request, settings)
  await checkTouches(who, touchesOf(session, command), view, request, settings)
}

/** The answer with all remaining hidden names masked. */
async function shownTo(view: View, answer: Answer): Promise<Answer> {
  return view.isWhole || answer instanceof Response
    ? answer
    : { ...answer, body: await view.shownAfterAsking(answer.body) }
}

async function hideIn(error: unknown, view: View): Promise<unknown> {
  if (!view.isWhole && error instanceof TaskNotFoundError) {
    // The caller sent the name; similar names may be hidden.
    await view.learn([error.task])
    return view.notFound(error.task)
  }
  const problem = view.isWhole ? null : toProblem(error)
  if (problem === null) return error
  const { status, code, message, more } = problem
  const { near = [], hint, errors, headers } = more
  await view.learn(near)
  const left = near.filter((name) => !view.hides(name))
  const shown = await view.shownAfterAsking({
    message,
    errors,
    hint: left.length < near.length ? undefined : hint,
  })
  return new Problem(status, code, shown.message, {
    ...(shown.hint === undefined ? {} : { hint: shown.hint }),
    ...(shown.errors === undefined ? {} : { errors: shown.errors }),
    ...(headers === undefined ? {} : { headers }),
    near: left,
  })
}

async function refuseMethod(
  path: string,
  context: HonoContext,
  { routes, auth }: RouterParts,
): Promise<Response> {
  const methods = routes.filter((each) => each.path === path).map(({ method }) => method)
  const isOpen = routes.some((each) => each.path === path && each.permission === 'public')
  if (!isOpen) await auth.identify(context.req.raw, context.env.address)
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', ')
  return toProblemResponse(
    new Problem(405, 'method', `Cannot do that here as the method must be one of ${allow}.`, {
      headers: { allow },
    }),
  )
}

/** Requires a token first, so that unknown callers cannot probe paths. */
async function refusePath(context: HonoContext, { auth }: RouterParts): Promise<Response> {
  await auth.identify(context.req.raw, context.env.address)
  return toProblemResponse(
    new Problem(404, 'path-not-found', 'Cannot find anything at that path.', {
      hint: `All paths are in ${prefix}/openapi.json, below the path where this is mounted.`,
    }),
  )
}

function failed(error: unknown, { signal }: Request, { session }: Shared): Response {
  const problem = toProblem(error)
  if (problem !== null) return toProblemResponse(problem)
  // Work that ended because its client disconnected is not a failure; no client reads the response.
  if (signal.aborted && error === signal.reason)
    return toProblemResponse(new Problem(503, 'client-gone', 'Cannot answer as the client has gone.'))
  // The message is logged only: an internal error may name files of this machine.
  const id = randomUUID()
  logLine(session, 'error', `A request failed (${id}).`, error)
  return toProblemResponse(
    new Problem(500, 'internal', `Cannot answer as something failed here; the log has it as ${id}.`),
  )
}

function readCheckedQuery(route: Route, request: Request): unknown {
  const { searchParams } = new URL(request.url)
  if (route.query !== undefined) return validate(route.query, readQuery(searchParams, route.query), 'query')
  const [first] = searchParams.keys()
  if (first === undefined) return undefined
  throw new Problem(400, 'query', `Cannot take '${first.slice(0, 100)}' as there is no query here.`)
}

async function readCheckedBody(route: Route, request: Request, maxBytes: number): Promise<unknown> {
  if (!isMutation(route)) return undefined
  const body = await readJson(request, maxBytes)
  if (route.body !== undefined) return validate(route.body, body, 'body')
  if (body === undefined) return undefined
  throw new Problem(422, 'body', 'Cannot accept a body as this route has none.')
}

function taskOf(route: Route, params: unknown, view: View): string | null {
  if (route.taskOf !== undefined) return route.taskOf(params, view)
  return /^\/tasks?\/\{name\}/.test(route.path) ? (params as { name: string }).name : null
}

function actionOf(command: Command) {
  return { permission: command.type, task: 'task' in command ? command.task : null }
}

/** Relative path from a route to the API root, valid at any mount path. */
function rootOf(path: string): string {
  return `.${'/..'.repeat(path.split('/').length - 2)}`
}

function toHonoPath(path: string): string {
  return prefix + path.replace(/\{(\w+)\}/g, ':$1')
}

/** Removes the mount path unless the surrounding server already has. */
function stripBase(path: string, basePath: string): string {
  return basePath !== '' && (path === basePath || path.startsWith(`${basePath}/`))
    ? path.slice(basePath.length)
    : path
}
