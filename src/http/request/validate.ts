/** Validation of path, query and body against the schemas of a route. */
import { z } from 'zod'
import { near } from '../../app/internal/index.ts'
import { Problem, type ProblemDetail, quoted } from '../contract/problem.ts'

/**
 * The value, parsed by its schema.
 *
 * @param what - `body`, `query` or `params`.
 * @throws Problem 400 for path and query, 422 for the body, with a pointer to each invalid value
 */
export function validate(schema: z.ZodType, value: unknown, what: 'body' | 'query' | 'params'): unknown {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const names = schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
  const errors = result.error.issues.flatMap((issue) => detailsOf(issue, names))
  const first = errors[0]!
  throw new Problem(
    what === 'body' ? 422 : 400,
    what === 'body' ? 'body' : 'query',
    `Cannot accept the ${what} as it is invalid: ${first.pointer === '' ? '' : `${first.pointer}: `}${first.detail}`,
    { errors },
  )
}

function detailsOf(issue: z.core.$ZodIssue, names: readonly string[]): ProblemDetail[] {
  const pointer = issue.path.map((step) => `/${pointerStep(String(step))}`).join('')
  if (issue.code !== 'unrecognized_keys') return [{ pointer, detail: issue.message }]
  return issue.keys.map((key) => {
    const meant = near(key, names)
    const hint = meant.length === 0 ? '' : ` Did you mean ${quoted(meant)}?`
    return { pointer: `${pointer}/${pointerStep(key)}`, detail: `This name is not known here.${hint}` }
  })
}

function pointerStep(step: string): string {
  return step.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')
}

/**
 * The query as an object for its schema: a list where the schema has a list, otherwise one text.
 *
 * @throws Problem 400 for a name that is repeated although it may be given only once
 */
export function readQuery(query: URLSearchParams, schema: z.ZodType): Record<string, unknown> {
  const shape = schema instanceof z.ZodObject ? (schema.shape as Record<string, z.ZodType>) : {}
  const read: Record<string, unknown> = Object.create(null)
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name)
    if (isList(shape[name])) read[name] = values
    else if (values.length === 1) read[name] = values[0]
    else
      throw new Problem(
        400,
        'query',
        `Cannot accept the query as '${name.slice(0, 100)}' may be given only once.`,
      )
  }
  return read
}

/** True if a query parameter may be repeated. */
export function isList(schema: z.ZodType | undefined): boolean {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return isList(schema.unwrap() as z.ZodType)
  return schema instanceof z.ZodArray
}
