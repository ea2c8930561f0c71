/** Named schemas of responses, the components of the OpenAPI document. */
import { z } from 'zod'

/** Registry of the named schemas. */
export const components = z.registry<{ readonly id: string }>()

/** Registers a schema under a name in the document. */
export function named<S extends z.ZodType>(id: string, schema: S): S {
  components.add(schema as never, { id })
  return schema
}

const instant = z.number().describe('Epoch ms.')
const dated = z.string().nullable().describe("ISO 8601 with offset, in the task's zone.")
const anything = z.unknown()

export const actionNames = ['run', 'success', 'fail', 'terminate', 'inaction', 'crash'] as const
export const outcomeNames = ['success', 'fail', 'terminate', 'inaction', 'crash'] as const
export const triggerSchema = z.enum(['condition', 'manual', 'startup', 'shutdown', 'retry', 'catch-up'])

export const errorSchema = named(
  'Error',
  z.object({
    name: z.string(),
    message: z.string(),
    code: z.string().optional(),
    stack: z.string().optional(),
  }),
)

export const problemSchema = named(
  'Problem',
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    detail: z.string(),
    code: z.string().describe('Stable; compare this.'),
    hint: z.string().optional(),
    near: z.array(z.string()).optional().describe('Similar names, nearest first.'),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  }),
)

export const taskSchema = named(
  'Task',
  z.object({
    name: z.string(),
    description: z.string().nullable(),
    start: z.string().describe('The start condition as a statement.'),
    end: z.string().nullable(),
    priority: z.number(),
    disabled: z.boolean(),
    execution: z.string(),
    timeoutMs: z.number().nullable().describe('Null: no limit.'),
    status: z
      .enum(actionNames)
      .nullable()
      .describe('The last action in the run log; null if the task has never run.'),
    state: z.string().describe('idle, running or failed.'),
    isRunning: z.boolean(),
    lastRun: dated,
    lastSuccess: dated,
    lastFail: dated,
    lastTerminate: dated,
    lastInaction: dated,
    lastCrash: dated,
    runs: z
      .array(z.object({ runId: z.string(), startedAt: z.string(), progress: z.number().nullable() }))
      .describe('Live runs.'),
  }),
)

const recordFields = {
  task: z.string(),
  runId: z.string(),
  at: instant,
  start: instant.optional(),
  end: instant.optional(),
  runtimeMs: z.number().optional(),
  trigger: triggerSchema.optional(),
  dueAt: instant.optional(),
  period: z.object({ start: instant, end: instant }).optional(),
  params: z.record(z.string(), anything).optional(),
  error: errorSchema.optional(),
  reason: z.string().optional(),
  value: anything.optional(),
  omitted: z.string().optional(),
}

export const recordSchema = named(
  'Record',
  z.object({ seq: z.number(), action: z.enum(actionNames), ...recordFields }),
)

export const noteSchema = named(
  'Note',
  z.object({
    seq: z.number(),
    note: z.string(),
    at: instant,
    task: z.string().optional(),
    runId: z.string().optional(),
    message: z.string().optional(),
    data: anything.optional(),
  }),
)

export const runSchema = named(
  'Run',
  z.object({
    state: z.enum(['running', ...outcomeNames]),
    progress: z.number().nullable().describe('From 0 to 1; null if the run reported none.'),
    ...recordFields,
  }),
)

export const lineSchema = named(
  'Line',
  z.object({ at: instant, level: z.enum(['debug', 'info', 'warn', 'error']), message: z.string() }),
)

export const acceptedRunSchema = named(
  'AcceptedRun',
  z.object({ runId: z.string(), task: z.string(), isRepeated: z.boolean() }),
)

export const endedRunSchema = named(
  'EndedRun',
  z.object({
    runId: z.string(),
    task: z.string(),
    action: z.enum(outcomeNames),
    value: anything.optional(),
    error: errorSchema.optional(),
    reason: z.string().optional(),
  }),
)

/** A condition explained: a tree. */
interface ExplanationShape {
  readonly kind: string
  readonly statement: string
  readonly holds: boolean
  readonly sentence: string
  readonly evidence: Record<string, unknown>
  readonly changesAt: number | null
  readonly children: ExplanationShape[]
}

const explanationSchema: z.ZodType<ExplanationShape> = named(
  'Explanation',
  z.object({
    kind: z.string(),
    statement: z.string(),
    holds: z.boolean(),
    sentence: z.string(),
    evidence: z.record(z.string(), anything),
    changesAt: instant
      .nullable()
      .describe('Next instant at which time alone can change the result, epoch ms.'),
    get children() {
      return z.array(explanationSchema)
    },
  }),
)

const reasonSchema = z.object({ kind: z.string(), sentence: z.string(), until: instant.nullable() })

export const whySchema = named(
  'Why',
  z.object({
    task: z.string(),
    at: instant,
    isDue: z.boolean(),
    sentence: z.string(),
    never: z
      .string()
      .nullable()
      .describe('Why the condition can never hold; null if it can, or if that is unknown.'),
    blockers: z
      .array(reasonSchema)
      .describe('Everything that prevents the launch; remove the first one first.'),
    reasons: z.array(reasonSchema).describe('The blockers other than the condition.'),
    nextAt: instant.nullable().describe('The next run by time alone, epoch ms; null if there is none.'),
    warnings: z.array(z.string()).describe('Problems that a run will meet when it starts.'),
    condition: explanationSchema,
    text: z.string().describe('The explanation as text.'),
  }),
)

/** A condition explained at a past instant; `holds` is null where that is not known. */
interface PastPartShape extends Omit<ExplanationShape, 'holds' | 'children'> {
  readonly holds: boolean | null
  readonly children: PastPartShape[]
}

const pastPartSchema: z.ZodType<PastPartShape> = named(
  'PastPart',
  z.object({
    kind: z.string(),
    statement: z.string(),
    holds: z.boolean().nullable(),
    sentence: z.string(),
    evidence: z.record(z.string(), anything),
    changesAt: instant.nullable(),
    get children() {
      return z.array(pastPartSchema)
    },
  }),
)

export const pastSchema = named(
  'PastExplanation',
  z.object({
    task: z.string(),
    at: instant,
    isDue: z
      .boolean()
      .nullable()
      .describe('True if a run would have been launched; null if that is not known.'),
    sentence: z.string(),
    unknown: z.array(z.string()).describe('The facts that are not known, with the reasons.'),
    blockers: z.array(reasonSchema).describe('Everything that prevented the launch, as far as it is known.'),
    reasons: z.array(reasonSchema).describe('The blockers other than the condition.'),
    nextAt: instant.nullable().describe('The next run by time alone at that instant, epoch ms.'),
    warnings: z.array(z.string()),
    condition: pastPartSchema
      .nullable()
      .describe('Null if the session did not run, lacked the task, or that is not known.'),
    text: z.string().describe('The explanation as text.'),
  }),
)

export interface StateShape {
  readonly id: string
  readonly states: StateShape[]
}

export const machineStateSchema: z.ZodType<StateShape> = named(
  'MachineState',
  z.object({
    id: z.string(),
    key: z.string(),
    type: z.string(),
    history: z.enum(['shallow', 'deep']).nullable(),
    description: z.string().nullable(),
    initial: z.string().nullable(),
    invokes: z.array(z.string()),
    entry: z.array(z.string()),
    exit: z.array(z.string()),
    transitions: z.array(
      z.object({
        event: z.string(),
        label: z.string(),
        targets: z.array(z.string()),
        guard: z.string().nullable(),
        actions: z.array(z.string()),
        description: z.string().nullable(),
      }),
    ),
    get states() {
      return z.array(machineStateSchema)
    },
  }),
)

export const machineSchema = named(
  'Machine',
  z.object({
    definition: machineStateSchema,
    active: z.array(z.string()).describe('Ids of the active states.'),
    value: anything,
    context: anything,
  }),
)

export const sessionSchema = named(
  'Session',
  z.object({
    state: z.enum(['stopped', 'starting', 'running', 'held', 'stopping', 'restarting']),
    startedAt: z.string().nullable(),
    now: z.string(),
    timezone: z.string(),
    cycles: z.number(),
    tasks: z.number(),
    runs: z.number().describe('Number of live runs.'),
    warnings: z.record(z.string(), z.number()),
    store: z.object({ kind: z.string(), durable: z.boolean() }).nullable(),
    log: z
      .object({ state: z.enum(['ok', 'degraded']), reason: z.string().optional(), waiting: z.number() })
      .describe('Health of the store, and the number of entries that wait to be written.'),
    readOnly: z.boolean().describe('True if the caller cannot change anything.'),
    who: z.string(),
  }),
)

export const parameterSchema = named('Parameter', z.object({ name: z.string(), value: anything }))

export const templateSchema = named(
  'Template',
  z.object({
    name: z.string(),
    description: z.string().nullable(),
    start: z.string().describe('Default start condition of tasks made from the template.'),
  }),
)

const whys = ['time', 'now', 'held', 'stopped', 'disabled', 'manual', 'never', 'waits'] as const

export const nextStartSchema = named(
  'NextStart',
  z.object({
    task: z.string(),
    at: z.string().nullable().describe("ISO 8601 with offset, in the task's zone; null if unknown."),
    after: z.array(z.string()).describe('With `waits`: the tasks that are waited for.'),
    why: z
      .enum(whys)
      .describe(
        '`time`: `at` is known. `now`: the task is due. `held`, `stopped`: the session starts nothing. `disabled`. `manual`: the task has no start condition. `never`: the condition can never hold. `waits`: for something other than time.',
      ),
  }),
)

export const linkSchema = named(
  'Link',
  z.object({
    from: z.string(),
    to: z.string(),
    kind: z.string(),
    isAbsent: z.literal(true).optional().describe('The session has nothing named `from`.'),
  }),
)

export const okSchema = named('Ok', z.object({ status: z.string() }))

/** Schema of a page of items, newest first or in the order of names. */
export function pageOf(id: string, item: z.ZodType) {
  return named(
    id,
    z.object({
      items: z.array(item),
      nextCursor: z.string().nullable().describe('The `cursor` of the next page; null on the last page.'),
    }),
  )
}
