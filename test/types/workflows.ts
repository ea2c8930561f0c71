/** Types of tasks whose work is actor logic: outputs and events are inferred from it. */
import { createApp, returnOf, type Task, workflow } from 'gantry'
import { createMachine, fromPromise, setup } from 'xstate'

const order = setup({
  types: {
    context: {} as { n: number },
    events: {} as { type: 'approve'; by: string } | { type: 'reject' },
    input: {} as { order: number },
    output: {} as { by: string },
  },
}).createMachine({ context: { n: 0 } })

const app = createApp()
const task = app.task('order', 'daily', order)
const typed: Task<{ by: string }, { type: 'approve'; by: string } | { type: 'reject' }> = task
const by: string | undefined = typed.lastValue?.by
void task.send({ type: 'approve', by: by ?? '' })
void task.run().send({ type: 'reject' })
// @ts-expect-error: the machine has no such event
void task.send({ type: 'approved' })
// @ts-expect-error: the event has a member `by`
void task.run().send({ type: 'approve' })

const wrapped = app.task('wrapped', false, { priority: 1 }, workflow(order, { input: () => ({ order: 1 }) }))
void wrapped.send({ type: 'reject' })
// @ts-expect-error: the input of the machine is another one
workflow(order, { input: () => ({ order: 'one' }) })

const answer = app.task(
  'answer',
  false,
  fromPromise(async () => 42),
)
const value: number | undefined = answer.lastValue
app.task('next', false, { args: { value: returnOf(answer) } }, ({ value }) => value + 1)
app.task('plain', false, createMachine({}))
void value
