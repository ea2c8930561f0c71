/** Input schemas shared by several routes. */
import { z } from 'zod'
import { fromSegment } from './path-names.ts'
import { actionNames, named } from './schemas.ts'

/** Path params with a name. */
export const nameParams = z.object({ name: z.string().min(1).transform(fromSegment) })
/** Path params with a run id. */
export const runParams = z.object({ runId: z.string().min(1).transform(fromSegment) })

/** No body, or an empty object. */
export const noBody = z.strictObject({}).optional()

const seconds = z.coerce.number().min(0)
const cursor = z
  .string()
  .regex(/^\d{1,15}$/)
  .describe('`nextCursor` of the previous page.')
const limit = z.coerce.number().int().min(1).max(100_000).optional().describe('Items per page; default 50.')

/** Query parameters of every list. */
export const pageQuery = { limit, cursor: cursor.optional() }

/** Query parameter that limits the items per task. */
export const perTask = z.coerce.number().int().min(1).max(1_000).optional()

/** Query parameters of the run log: Rocketry's names and additional ones. */
export const logQuery = {
  ...pageQuery,
  action: z.array(z.enum(actionNames)).optional().describe('Only these actions; may be repeated.'),
  min_created: seconds.optional().describe('Records at or after this time, epoch seconds.'),
  max_created: seconds.optional().describe('Records at or before this time, epoch seconds.'),
  past: seconds.optional().describe('Records of the past seconds; overrides the other two.'),
  run: z.string().optional().describe('Records of this run.'),
  error: z.string().optional().describe('Records whose error message contains this text.'),
}

/** Query parameter that selects tasks. */
export const taskQuery = z.array(z.string()).optional().describe('Only these tasks; may be repeated.')

const duration = z
  .union([z.number().min(0), z.string()])
  .describe("Milliseconds, or text such as '10 minutes'.")
const liveRuns = z
  .union([z.boolean(), z.number().int().min(1)])
  .describe('Live runs per task: a number, `true` (no limit) or `false` (one).')
const timeout = z.union([duration, z.literal('never')])

/** Changes of a task. They contain no code, path or URL; a start is a statement. */
export const taskUpdateSchema = named(
  'TaskUpdate',
  z.strictObject({
    start: z.union([z.string(), z.boolean()]).optional().describe("A statement such as 'daily after 07:00'."),
    end: z.union([z.string(), z.boolean()]).optional(),
    description: z.string().optional(),
    priority: z.number().optional(),
    disabled: z.boolean().optional(),
    timeout: timeout.optional(),
    concurrency: liveRuns.optional(),
    multilaunch: liveRuns.optional().describe('The earlier name of `concurrency`.'),
    misfireGrace: duration.optional(),
    terminateGrace: duration.optional(),
    timezone: z.string().optional(),
  }),
)

/** Changes of a running session. */
export const sessionUpdateSchema = named(
  'SessionUpdate',
  z.strictObject({
    timezone: z.string().optional(),
    execution: z.enum(['async', 'main', 'thread', 'process', 'command', 'workflow']).optional(),
    timeout: timeout.optional(),
    relaunchDelay: duration.optional(),
    concurrency: liveRuns.optional(),
    multilaunch: liveRuns.optional().describe('The earlier name of `concurrency`.'),
    shutCondition: z.union([z.string(), z.boolean()]).optional(),
    restarting: z.enum(['recall', 'relaunch', 'replace']).optional(),
    instantShutdown: z.boolean().optional(),
    maxProcesses: z.number().int().min(1).optional(),
    maxThreads: z.number().int().min(1).optional(),
    pollEvery: duration.optional(),
    onTaskExists: z.enum(['raise', 'ignore', 'replace', 'rename']).optional(),
    drainTimeout: timeout.optional(),
    lateAfter: duration.optional(),
  }),
)

/** Values for a run or a param, by name. */
export const paramsSchema = z.record(z.string(), z.unknown())

/** Page size and position of a log query. @param most - The maximum page size. */
export function toPage(
  query: { readonly limit?: number | undefined; readonly cursor?: string | undefined },
  most: number,
) {
  const size = Math.min(query.limit ?? 50, most)
  return { size, before: query.cursor === undefined ? undefined : Number(query.cursor) }
}
