/**
 * An order as a workflow: it waits for a person, then for three days. The session of this example is a child process that is killed
 * twice with SIGKILL while the order waits; started again, it continues the same run.
 *
 * The clock of each process is set to a day of the example, so the example does not take days. An application uses the real one.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createApp, runOf, workflow } from 'gantry'
import { TestClock } from 'gantry/testing'
import { assign, fromPromise, setup } from 'xstate'

const orderMachine = setup({
  types: {
    context: {} as { order: number; by: string },
    events: {} as { type: 'approve'; by: string } | { type: 'reject' },
    input: {} as { order: number },
    output: {} as string,
  },
  actors: {
    ship: fromPromise<void, { order: number }>(async ({ input, self }) => {
      // A shop would pass the key to the carrier: the step has the same key when it is begun again after a crash.
      console.log(`  ship order ${input.order}, step ${runOf(self).step.key.split('/')[1]}`)
    }),
  },
}).createMachine({
  id: 'order',
  context: ({ input }) => ({ order: input.order, by: 'no one' }),
  output: ({ context }) => `order ${context.order}, approved by ${context.by}`,
  initial: 'awaiting approval',
  states: {
    'awaiting approval': {
      on: {
        approve: { target: 'cooling off', actions: assign({ by: ({ event }) => event.by }) },
        reject: 'rejected',
      },
    },
    'cooling off': { after: { [3 * 86_400_000]: 'shipping' } },
    shipping: {
      invoke: {
        id: 'ship',
        src: 'ship',
        input: ({ context }) => ({ order: context.order }),
        onDone: 'shipped',
      },
    },
    shipped: { type: 'final' },
    rejected: { type: 'final', tags: 'inaction' },
  },
})

/** A process of the application, on a day of the example. */
async function serve(store: string, day: string): Promise<void> {
  const clock = new TestClock({ at: day })
  const app = createApp({ clock, store, logger: false })
  const task = app.task('order', false, workflow(orderMachine, { input: () => ({ order: 7 }) }))
  app.session.on('run.resumed', () => console.log('  the run continues'))
  app.session.on('run.ended', ({ action, runId }) => {
    console.log(`  run ${runId.slice(0, 8)}: ${action}, ${task.lastValue}`)
    app.session.shutDown()
  })
  await app.start()
  if (day === days[0]) await task.run().started
  if (day === days[1]) console.log(`  approve: ${await task.send({ type: 'approve', by: 'Ada' })}`)
  for (const { id, workflow } of task.runs) console.log(`  run ${id.slice(0, 8)}: ${workflow?.state}`)
  // The test clock has no timer of the system, so the channel to the parent keeps the process alive.
  process.on('disconnect', () => process.exit())
  process.send?.('waiting')
  // On the last day the delay is overdue: it fires as soon as the clock goes on.
  if (day === days[2]) await clock.advance('1 second')
  await app.session.stopped
  process.disconnect?.()
}

const days = ['2026-11-23', '2026-11-24', '2026-11-27'] as const

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'order-approval-'))
  for (const day of days) {
    console.log(`${day}: the process starts`)
    const child = fork(fileURLToPath(import.meta.url), [`jsonl:${join(folder, 'runs.jsonl')}`, day])
    const ended = once(child, 'exit')
    child.once('message', () => {
      if (day !== days[2]) child.kill('SIGKILL')
    })
    const [code, signal] = await ended
    console.log(`${day}: the process ends (${signal ?? code})`)
  }
  await rm(folder, { recursive: true })
}

const [store, day] = process.argv.slice(2)
if (store === undefined || day === undefined) await main()
else await serve(store, day)
