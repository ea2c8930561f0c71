/** Responses from answers and problems, with the headers common to all. */
import type { Answer } from '../api/route.ts'
import type { Problem } from '../contract/problem.ts'

/** Headers of all responses: no caching, framing, type sniffing, indexing or reading by pages of another origin. */
const common: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
}

/** The response of an answer; a page of a list links to the next one. */
export function toResponse(answer: Answer, request: Request): Response {
  if (answer instanceof Response) return withCommon(answer)
  const { status = 200, body, headers } = answer
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      ...common,
      'content-type': 'application/json; charset=utf-8',
      ...linkTo(body, request),
      ...headers,
    },
  })
}

/** The response of a problem. */
export function toProblemResponse(problem: Problem): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      ...common,
      'content-type': 'application/problem+json; charset=utf-8',
      ...problem.more.headers,
    },
  })
}

/** Adds the common headers that a response does not set itself. */
export function withCommon(response: Response): Response {
  for (const [name, value] of Object.entries(common))
    if (!response.headers.has(name)) response.headers.set(name, value)
  return response
}

function linkTo(body: unknown, request: Request): Record<string, string> {
  const cursor = (body as { nextCursor?: unknown } | null)?.nextCursor
  if (typeof cursor !== 'string') return {}
  const query = new URL(request.url).searchParams
  query.set('cursor', cursor)
  // Relative to the request URL, so that it is valid at any mount path and behind any proxy.
  return { link: `<?${query}>; rel="next"` }
}
