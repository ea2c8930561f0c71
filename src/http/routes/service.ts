/** Service routes: health, readiness, metrics and the API document. */
import { z } from 'zod'
import { type Route, route } from '../api/route.ts'
import { Problem } from '../contract/problem.ts'
import { named, okSchema } from '../contract/schemas.ts'

export const serviceRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/healthz',
    name: 'isAlive',
    summary: 'Liveness of the process. Needs no token.',
    permission: 'public',
    answers: { 200: { description: 'The process is alive.', schema: okSchema } },
    handle: () => ({ body: { status: 'ok' } }),
  }),
  route({
    method: 'GET',
    path: '/readyz',
    name: 'isReady',
    summary: 'Readiness of the session, also while it is held. Needs no token.',
    permission: 'public',
    answers: { 200: { description: 'The session is running or held.', schema: okSchema } },
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
    summary: 'Metrics for Prometheus.',
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
