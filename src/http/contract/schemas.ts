/** The shapes of what is sent. Each is named, so that the document and those who read it have one word for it. */
import { z } from 'zod'

/** The named schemas: components of the OpenAPI document. */
export const components = z.registry<{ readonly id: string }>()

/** Gives a schema its name in the document. */
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
    near: z.array(z.string()).optional().describe('Names that were perhaps meant, nearest first.'),
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
    timeoutMs: z.number().nullable().describe('Null: a run may last for ever.'),
    status: z.enum(actionNames).nullable().describe('The last action of the run log; null if it never ran.'),
    state: z.string().describe('The state of its actor: idle, running or failed.'),
    isRunning: z.boolean(),
    lastRun: dated,
    lastSuccess: dated,
    lastFail: dated,
    lastTerminate: dated,
    lastInaction: dated,
    lastCrash: dated,
    runs: z
      .array(z.object({ runId: z.string(), startedAt: z.string(), progress: z.number().nullable() }))
      .describe('Runs that live.'),
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
    progress: z.number().nullable().describe('From 0 to 1; null where the run told of none.'),
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
    changesAt: instant.nullable().describe('When time alone can next change it, epoch ms.'),
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
      .describe('Why its condition can never hold; null if it can, or nobody can tell.'),
    blockers: z
      .array(reasonSchema)
      .describe('What stands between the task and its launch; the first is the one to lift first.'),
    reasons: z.array(reasonSchema).describe('The blockers beside the condition.'),
    nextAt: instant.nullable().describe('The next run by time alone, epoch ms; null where there is none.'),
    warnings: z.array(z.string()).describe('What will go wrong with a run that starts.'),
    condition: explanationSchema,
    text: z.string().describe('The same, as text to read.'),
  }),
)

interface StateShape {
  readonly id: string
  readonly states: StateShape[]
}

export const machineStateSchema: z.ZodType<StateShape> = named(
  'MachineState',
  z.object({
    id: z.string(),
    key: z.string(),
    type: z.string(),
    description: z.string().nullable(),
    initial: z.string().nullable(),
    entry: z.array(z.string()),
    exit: z.array(z.string()),
    transitions: z.array(
      z.object({
        event: z.string(),
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
    active: z.array(z.string()).describe('Ids of the states that are active.'),
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
    runs: z.number().describe('Runs that live.'),
    warnings: z.record(z.string(), z.number()),
    store: z.object({ kind: z.string(), durable: z.boolean() }).nullable(),
    log: z
      .object({ state: z.enum(['ok', 'degraded']), reason: z.string().optional(), waiting: z.number() })
      .describe('Whether the store can write, and how many entries wait for it.'),
    readOnly: z.boolean().describe('Whether the one who asks can change anything.'),
    who: z.string(),
  }),
)

export const parameterSchema = named('Parameter', z.object({ name: z.string(), value: anything }))

export const templateSchema = named(
  'Template',
  z.object({
    name: z.string(),
    description: z.string().nullable(),
    start: z.string().describe('The start of a task that is made without one.'),
  }),
)

const whys = ['time', 'now', 'held', 'stopped', 'disabled', 'by hand', 'never', 'waits'] as const

export const nextStartSchema = named(
  'NextStart',
  z.object({
    task: z.string(),
    at: z
      .string()
      .nullable()
      .describe("ISO 8601 with offset, in the task's zone; null where nobody can say."),
    after: z.array(z.string()).describe('With `waits`: the tasks that it waits for.'),
    why: z
      .enum(whys)
      .describe(
        '`time` has an instant. `now`: it is due. `held` and `stopped`: the session starts nothing. `never`: its condition can never hold. `waits`: for something else than time.',
      ),
  }),
)

export const linkSchema = named(
  'Link',
  z.object({
    from: z.string(),
    to: z.string(),
    kind: z.string(),
    isAbsent: z.literal(true).optional().describe('Nothing of the name `from` is in the session.'),
  }),
)

export const okSchema = named('Ok', z.object({ status: z.string() }))

/** A page of items, newest first or in the order of names; `nextCursor` asks for the next one. */
export function pageOf(id: string, item: z.ZodType) {
  return named(
    id,
    z.object({
      items: z.array(item),
      nextCursor: z.string().nullable().describe('Given as `cursor`, the next page; null on the last.'),
    }),
  )
}
