/** Answers on their way out: JSON, problems, and the headers that every one of them carries. */

import type { Answer } from '../api/route.ts'
import type { Problem } from '../contract/problem.ts'

/** Nothing here is a page, may be kept, framed, guessed at or read by a page of another origin. */
const common: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
}

/** The response of an answer; a page with a next one says where that is. */
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

/** The response with the headers that every one carries, where it has none of its own. */
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
  // Relative to what was asked, so that it holds at any mount path and behind any proxy.
  return { link: `<?${query}>; rel="next"` }
}
