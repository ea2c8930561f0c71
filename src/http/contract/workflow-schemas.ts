/** Schemas of workflows: the workflow of a live run, and the steps that a run has recorded. */
import { z } from 'zod'
import { machineStateSchema, named, runSchema } from './schemas.ts'

const instant = z.number().describe('Epoch ms.')

export const workflowSchema = named(
  'Workflow',
  z.object({
    state: z.string().nullable().describe('The state as text; null for logic other than a machine.'),
    value: z.unknown().describe("XState's state value; null for logic other than a machine."),
    since: z.record(z.string(), instant).describe('Since when each active state is active, by its path.'),
    accepts: z.array(z.string()).describe('Types of the events that the state accepts; `*` stands for any.'),
    context: z.unknown().describe('The context; long values are shortened.'),
    machine: machineStateSchema
      .nullable()
      .describe(
        'The machine, to be drawn; null for other logic, and for machines with more than 500 states.',
      ),
  }),
)

export const runDetailSchema = named(
  'RunDetail',
  runSchema.extend({
    workflow: workflowSchema
      .nullable()
      .describe('The workflow of a live run; null for other work, and for ended runs.'),
  }),
)

export const workflowStepSchema = named(
  'WorkflowStep',
  z.object({
    at: instant,
    event: z.looseObject({ type: z.string() }).optional(),
    from: z.unknown().optional().describe('The state value before; null for the first step.'),
    to: z.unknown().optional(),
    ms: z.number().optional().describe('The time in the state before, ms.'),
    context: z.unknown().optional().describe('The context after the step; long values are shortened.'),
    omitted: z.string().optional().describe('The reason why later steps are not recorded.'),
  }),
)
