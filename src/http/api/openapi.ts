/** Generator of the OpenAPI 3.1 document from the table of routes. */
import { z } from 'zod'
import { components, problemSchema } from '../contract/schemas.ts'
import type { Method, Route } from './route.ts'

type Json = Readonly<Record<string, unknown>>

const problemType = 'application/problem+json'

/** Problem statuses that any route may return. */
const anywhere = [400, 401, 403, 413, 414, 415, 421, 429, 500] as const

const texts: Readonly<Record<number, string>> = {
  400: 'The path, the query or the text of the body is invalid.',
  401: 'The token is missing or wrong.',
  403: 'The caller may not do this, or the request comes from a page of another origin.',
  404: 'Nothing has that name; `near` lists similar names.',
  405: 'The interface is read-only.',
  409: 'The present state does not allow the request.',
  413: 'The body is too long.',
  414: 'The URL is too long.',
  415: 'The body is not `application/json`.',
  421: 'The host name is not known to this server.',
  422: 'The body is well-formed but invalid.',
  429: 'Too many wrong tokens.',
  500: 'An internal error occurred.',
  503: 'The service is temporarily unavailable.',
}

/** Creates the document of a table. @param prefix - The prefix of all paths, below the mount path. */
export function toDocument(routes: readonly Route[], prefix: string): Json {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Gantry',
      version: '1',
      summary: 'Inspection and control of a session.',
      description:
        'Times named `at` and times in records are epoch milliseconds; times of tasks are ISO 8601 with offset. Names in paths are percent-encoded; `.`, `..` and names that begin with `~` are prefixed with `~`.',
    },
    // Relative to the document's URL: `‹mount path›/api/v1/openapi.json`.
    servers: [{ url: '.' }],
    security: [{ token: [] }],
    paths: pathsOf(routes),
    components: {
      schemas: componentSchemas(),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
    'x-prefix': prefix,
  }
}

function pathsOf(routes: readonly Route[]): Json {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route)
  return paths
}

function operationOf(route: Route): Json {
  return {
    operationId: route.name,
    summary: route.summary,
    tags: [route.path.split('/')[1]!],
    ...(route.permission === 'public' ? { security: [] } : {}),
    'x-permission': route.permission,
    parameters: [...pathParameters(route), ...queryParameters(route), ...headerParameters(route)],
    ...(route.body === undefined ? {} : { requestBody: bodyOf(route.body) }),
    responses: responsesOf(route),
  }
}

function pathParameters(route: Route): Json[] {
  return [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', minLength: 1 },
  }))
}

function queryParameters({ query }: Route): Json[] {
  if (query === undefined) return []
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: 'input' }) as {
    properties?: Record<string, Record<string, unknown>>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }))
}

function headerParameters({ headers = {} }: Route): Json[] {
  return Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header',
    description,
    required: false,
    schema: { type: 'string' },
  }))
}

function bodyOf(schema: z.ZodType): Json {
  const isOptional = schema instanceof z.ZodOptional
  const inner = isOptional ? (schema.unwrap() as z.ZodType) : schema
  return { required: !isOptional, content: { 'application/json': { schema: refOf(inner, 'input') } } }
}

function responsesOf(route: Route): Json {
  const responses: Record<string, unknown> = {}
  for (const [status, { description, schema, type = 'application/json' }] of Object.entries(route.answers))
    responses[status] = {
      description,
      content: { [type]: { schema: schema === undefined ? { type: 'string' } : refOf(schema, 'output') } },
    }
  for (const status of problemsOf(route))
    responses[String(status)] = {
      description: texts[status],
      content: { [problemType]: { schema: refOf(problemSchema, 'output') } },
    }
  return responses
}

function problemsOf(route: Route): number[] {
  const changes: Partial<Record<Method, readonly number[]>> = { GET: [] }
  const ofMutations = changes[route.method] ?? [405, 422]
  const all = [...anywhere, ...ofMutations, ...(route.problems ?? [])]
  return [...new Set(all)].sort((a, b) => a - b)
}

/** A reference to a named schema; an unnamed schema is inlined. */
function refOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const id = components.get(schema)?.id
  return id === undefined
    ? withoutMarks(z.toJSONSchema(schema, { io }))
    : { $ref: `#/components/schemas/${id}` }
}

function componentSchemas(): Json {
  const { schemas } = z.toJSONSchema(components, { uri: (id) => `#/components/schemas/${id}`, io: 'output' })
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, withoutMarks(schema)]))
}

/** A copy without the marks of a stand-alone schema document. */
function withoutMarks(schema: object): Json {
  const { $schema: _, $id: __, ...rest } = schema as Record<string, unknown>
  return rest
}
