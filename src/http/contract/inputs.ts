/** The shapes of what comes in that more than one route takes. */
import { z } from 'zod'
import { fromSegment } from './path-names.ts'
import { actionNames, named } from './schemas.ts'

/** A name in a path. */
export const nameParams = z.object({ name: z.string().min(1).transform(fromSegment) })
/** A run's id in a path. */
export const runParams = z.object({ runId: z.string().min(1).transform(fromSegment) })

/** No body, or an empty object. */
export const noBody = z.strictObject({}).optional()

const seconds = z.coerce.number().min(0)
const cursor = z
  .string()
  .regex(/^\d{1,15}$/)
  .describe('`nextCursor` of the page before.')
const limit = z.coerce.number().int().min(1).max(100_000).optional().describe('Items of a page; default 50.')

/** What every list takes. */
export const pageQuery = { limit, cursor: cursor.optional() }

/** The limit of items of one task. */
export const perTask = z.coerce.number().int().min(1).max(1_000).optional()

/** Rocketry's names, and what they lack. */
export const logQuery = {
  ...pageQuery,
  action: z.array(z.enum(actionNames)).optional().describe('Only these; may be given more than once.'),
  min_created: seconds.optional().describe('At or after this, epoch seconds.'),
  max_created: seconds.optional().describe('At or before this, epoch seconds.'),
  past: seconds.optional().describe('Of the past so many seconds; wins over the two others.'),
  run: z.string().optional().describe('Of this run.'),
  error: z.string().optional().describe('Where the error says this.'),
}

/** The tasks of a query. */
export const taskQuery = z
  .array(z.string())
  .optional()
  .describe('Only of these; may be given more than once.')

const duration = z.union([z.number().min(0), z.string()]).describe("Milliseconds, or text: '10 minutes'.")
const timeout = z.union([duration, z.literal('never')])

/** What may change of a task. No code, no path, no URL; a start is a statement of the language. */
export const taskUpdateSchema = named(
  'TaskUpdate',
  z.strictObject({
    start: z.union([z.string(), z.boolean()]).optional().describe("A statement: 'daily after 07:00'."),
    end: z.union([z.string(), z.boolean()]).optional(),
    description: z.string().optional(),
    priority: z.number().optional(),
    disabled: z.boolean().optional(),
    timeout: timeout.optional(),
    multilaunch: z.union([z.boolean(), z.number().int().min(1)]).optional(),
    timezone: z.string().optional(),
  }),
)

/** What may change of a session while it lives. */
export const sessionUpdateSchema = named(
  'SessionUpdate',
  z.strictObject({
    timezone: z.string().optional(),
    execution: z.enum(['async', 'main', 'thread', 'process', 'command']).optional(),
    timeout: timeout.optional(),
    relaunchDelay: duration.optional(),
    multilaunch: z.union([z.boolean(), z.number().int().min(1)]).optional(),
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

/** What a page asks of the log. */
export function toPage(
  query: { readonly limit?: number | undefined; readonly cursor?: string | undefined },
  most: number,
) {
  const size = Math.min(query.limit ?? 50, most)
  return { size, before: query.cursor === undefined ? undefined : Number(query.cursor) }
}
