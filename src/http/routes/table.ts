/** Table of all routes, in the order of the document. Tests cover every route in it. */
import type { Route } from '../api/route.ts'
import { eventRoutes } from './events.ts'
import { forecastRoutes } from './forecast.ts'
import { logRoutes } from './logs.ts'
import { nextStartRoutes } from './next-starts.ts'
import { parameterRoutes } from './parameters.ts'
import { runRoutes } from './runs.ts'
import { serviceRoutes } from './service.ts'
import { sessionRoutes } from './session.ts'
import { taskActionRoutes } from './task-actions.ts'
import { taskRoutes } from './tasks.ts'
import { workflowRoutes } from './workflows.ts'

/** Path prefix of all routes, below the mount path. */
export const prefix = '/api/v1'

/** All routes. */
export const routes: readonly Route[] = [
  ...sessionRoutes,
  ...parameterRoutes,
  ...taskRoutes,
  ...taskActionRoutes,
  ...runRoutes,
  ...workflowRoutes,
  ...forecastRoutes,
  ...nextStartRoutes,
  ...logRoutes,
  ...eventRoutes,
  ...serviceRoutes,
]
