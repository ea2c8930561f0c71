/** What will run if nothing but time happens. */
import { z } from 'zod'
import type { Forecast, Session } from '../../index.ts'
import { asked, Problem } from '../problem.ts'
import { type Route, route } from '../route.ts'
import { named, triggerSchema } from '../schemas.ts'

const maxAheadMs = 32 * 86_400_000
const time = z.string().describe("ISO 8601 with offset, in the task's zone.")

const forecastSchema = named(
  'Forecast',
  z.object({
    from: time,
    until: time.describe('How far it was played.'),
    isComplete: z.boolean().describe('Whether it was played as far as was asked for.'),
    stopsAt: time.nullable(),
    runs: z.array(
      z.object({
        task: z.string(),
        at: time,
        dueAt: time.nullable(),
        runtimeMs: z.number().nullable().describe('Null: it does not end by itself.'),
        trigger: triggerSchema,
        because: z.string(),
      }),
    ),
    assumed: z.array(z.object({ task: z.string().nullable(), statement: z.string(), value: z.boolean() })),
    notForecastable: z.array(
      z.object({ task: z.string().nullable(), statement: z.string(), reason: z.string() }),
    ),
  }),
)

export const forecastRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/forecast',
    name: 'getForecast',
    summary: 'What will run if nothing but time happens, up to 32 days ahead.',
    permission: 'read',
    query: z.strictObject({
      until: z.string().optional().describe('ISO 8601; default: 24 hours from now.'),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
    }),
    answers: { 200: { description: 'The forecast, and what was assumed for it.', schema: forecastSchema } },
    problems: [422],
    async handle({ shared: { session }, query: { until, limit } }) {
      if (until !== undefined) checkAhead(until, session)
      const forecast = await oneAtATime(session, () =>
        asked(() => session.forecast({ limit, ...(until === undefined ? {} : { until }) })),
      )
      return { body: forecastData(forecast) }
    },
  }),
]

/** Playing ahead takes the processor: who asks a hundred times waits a hundred times as long, and tasks start between. */
const last = new WeakMap<Session, Promise<unknown>>()

function oneAtATime<T>(session: Session, make: () => Promise<T>): Promise<T> {
  const next = (last.get(session) ?? Promise.resolve()).then(make, make)
  last.set(
    session,
    next.catch(() => {}),
  )
  return next
}

function checkAhead(until: string, session: Session): void {
  const at = Date.parse(until)
  if (Number.isNaN(at))
    throw new Problem(
      422,
      'refused',
      `Cannot look ahead to that as it must be ISO 8601: '${until.slice(0, 100)}'`,
    )
  if (at - session.clock.now() > maxAheadMs)
    throw new Problem(422, 'refused', 'Cannot look that far ahead as it may be 32 days at most.')
}

function forecastData({ from, until, isComplete, stopsAt, runs, assumed, notForecastable }: Forecast) {
  return {
    from: from.toISO(),
    until: until.toISO(),
    isComplete,
    stopsAt: stopsAt?.toISO() ?? null,
    runs: runs.map(({ task, at, dueAt, runtimeMs, trigger, because }) => ({
      task,
      at: at.toISO(),
      dueAt: dueAt?.toISO() ?? null,
      runtimeMs: Number.isFinite(runtimeMs) ? runtimeMs : null,
      trigger,
      because,
    })),
    assumed: assumed.map(({ task, statement, value }) => ({ task, statement, value })),
    notForecastable: notForecastable.map(({ task, statement, reason }) => ({ task, statement, reason })),
  }
}
