/** What programs around it ask: is it alive, is it ready, how much does it do, what can be asked. */
import { z } from 'zod'
import { type Route, route } from '../api/route.ts'
import { Problem } from '../contract/problem.ts'
import { named, okSchema } from '../contract/schemas.ts'

export const serviceRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/healthz',
    name: 'isAlive',
    summary: 'Whether the process answers. Open to everyone.',
    permission: 'public',
    answers: { 200: { description: 'It does.', schema: okSchema } },
    handle: () => ({ body: { status: 'ok' } }),
  }),
  route({
    method: 'GET',
    path: '/readyz',
    name: 'isReady',
    summary: 'Whether the session runs (also when it is held). Open to everyone.',
    permission: 'public',
    answers: { 200: { description: 'It does.', schema: okSchema } },
    problems: [503],
    handle({ shared: { session } }) {
      const { state } = session
      if (state === 'running' || state === 'held') return { body: { status: state } }
      throw new Problem(503, 'not-ready', `Cannot run tasks as the session is not running: ${state}`)
    },
  }),
  route({
    method: 'GET',
    path: '/metrics',
    name: 'getMetrics',
    summary: 'Numbers for Prometheus.',
    permission: 'read',
    answers: { 200: { description: 'The text format, version 0.0.4.', type: 'text/plain' } },
    handle: async ({ shared, view }) =>
      new Response(await shared.metrics.print(view), {
        headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      }),
  }),
  route({
    method: 'GET',
    path: '/openapi.json',
    name: 'getDocument',
    summary: 'This document.',
    permission: 'read',
    answers: {
      200: { description: 'OpenAPI 3.1.', schema: named('Document', z.looseObject({ openapi: z.string() })) },
    },
    handle: ({ shared }) => ({ body: shared.document() }),
  }),
]
