/** Route of the forecast. */
import { z } from 'zod'
import type { Forecast, PlannedRun, Session } from '../../app/index.ts'
import { type Route, route } from '../api/route.ts'
import { perTask } from '../contract/inputs.ts'
import { asked, Problem } from '../contract/problem.ts'
import { named, triggerSchema } from '../contract/schemas.ts'
import type { View } from '../security/caller-view.ts'

const maxAheadMs = 32 * 86_400_000
/** Maximum number of simulated runs if a request shows only some runs of each task. */
const maxSimulated = 2_000
const time = z.string().describe("ISO 8601 with offset, in the task's zone.")

const forecastSchema = named(
  'Forecast',
  z.object({
    from: time,
    until: time.describe('End of the simulated time.'),
    isComplete: z.boolean().describe('True if the simulation reached the requested time.'),
    stopsAt: time.nullable(),
    runs: z.array(
      z.object({
        task: z.string(),
        at: time,
        dueAt: time.nullable(),
        runtimeMs: z.number().nullable().describe('Null: the run does not end by itself.'),
        trigger: triggerSchema,
        because: z.string(),
      }),
    ),
    cut: z.array(z.string()).describe('With `perTask`: tasks with more runs than are listed.'),
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
    summary: 'Upcoming runs if nothing but time changes, up to 32 days ahead.',
    permission: 'read',
    query: z.strictObject({
      until: z.string().optional().describe('ISO 8601; default: 24 hours from now.'),
      limit: z.coerce.number().int().min(1).max(1_000).default(100).describe('Total number of runs.'),
      perTask: perTask.describe('Runs per task; `limit` is then the number of tasks.'),
    }),
    answers: { 200: { description: 'The forecast and its assumptions.', schema: forecastSchema } },
    problems: [422],
    async handle({ shared: { session }, view, query, request: { signal } }) {
      if (query.until !== undefined) checkAhead(query.until, session)
      // Simulates more than requested, so that hidden entries do not displace visible ones.
      const isAll = view.isWhole && query.perTask === undefined
      const options = {
        limit: isAll ? query.limit : maxSimulated,
        signal,
        ...(query.until === undefined ? {} : { until: query.until }),
      }
      const forecast = await oneAtATime(session, () => asked(() => session.forecast(options)))
      return { body: await forecastData(forecast, query, view) }
    },
  }),
]

/** Forecasts in progress. A simulation is CPU-bound, so requests wait for each other, and tasks start in between. */
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
      `Cannot forecast up to that time as it must be ISO 8601: '${until.slice(0, 100)}'`,
    )
  if (at - session.clock.now() > maxAheadMs)
    throw new Problem(422, 'refused', 'Cannot forecast up to that time as it may be 32 days ahead at most.')
}

interface Wanted {
  readonly limit: number
  readonly perTask?: number | undefined
}

async function forecastData(forecast: Forecast, wanted: Wanted, view: View) {
  const { from, until, isComplete, stopsAt } = forecast
  const ofTask = ({ task }: { readonly task: string | null }): string | null => task
  const runs = await view.only(forecast.runs, ofTask)
  const { shown, cut } =
    wanted.perTask === undefined
      ? { shown: runs.slice(0, wanted.limit), cut: [] }
      : firstOfEach(runs, wanted.perTask, wanted.limit)
  const isCutShort = wanted.perTask === undefined && shown.length < runs.length
  return {
    from: from.toISO(),
    until: isCutShort ? shown.at(-1)!.at.toISO() : until.toISO(),
    isComplete: isComplete && !isCutShort,
    stopsAt: stopsAt?.toISO() ?? null,
    runs: shown.map(toRun),
    cut,
    assumed: (await view.only(forecast.assumed, ofTask)).map(({ task, statement, value }) => ({
      task,
      statement,
      value,
    })),
    notForecastable: (await view.only(forecast.notForecastable, ofTask)).map(
      ({ task, statement, reason }) => ({ task, statement, reason }),
    ),
  }
}

function toRun({ task, at, dueAt, runtimeMs, trigger, because }: PlannedRun) {
  return {
    task,
    at: at.toISO(),
    dueAt: dueAt?.toISO() ?? null,
    runtimeMs: Number.isFinite(runtimeMs) ? runtimeMs : null,
    trigger,
    because,
  }
}

/** The first runs of each of the tasks that start first; `cut` names the tasks with more runs. */
function firstOfEach(runs: readonly PlannedRun[], perTask: number, tasks: number) {
  const counts = new Map<string, number>()
  const shown = runs.filter(({ task }) => {
    if (!counts.has(task) && counts.size >= tasks) return false
    const count = (counts.get(task) ?? 0) + 1
    counts.set(task, count)
    return count <= perTask
  })
  return { shown, cut: [...counts].filter(([, count]) => count > perTask).map(([task]) => task) }
}
