/** All routes, in the order of the document. A route that is not here does not exist, and one that is here is tested. */
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

/** Where they all are, below the mount path. */
export const prefix = '/api/v1'

/** The table. */
export const routes: readonly Route[] = [
  ...sessionRoutes,
  ...parameterRoutes,
  ...taskRoutes,
  ...taskActionRoutes,
  ...runRoutes,
  ...forecastRoutes,
  ...nextStartRoutes,
  ...logRoutes,
  ...eventRoutes,
  ...serviceRoutes,
]
