/**
 * Extract, transform, load, as a state machine: two sources are read in parallel, each step is retried after a delay, with the number of
 * its attempts in the context, and when a step fails finally, what was done is undone and the run fails.
 */
import { createApp, runOf } from 'gantry'
import { assign, fromPromise, setup } from 'xstate'

type Step = 'orders' | 'prices' | 'load'
const maxAttempts = 3

/** A step that is `flaky` fails twice; one that is `broken` fails always. */
const health: Record<Step, string> = { orders: 'fine', prices: 'flaky', load: 'fine' }
const staged = new Set<Step>()

const doStep = fromPromise<void, { step: Step; attempt: number }>(
  async ({ input: { step, attempt }, self }) => {
    runOf(self).signal.throwIfAborted()
    if (health[step] === 'broken' || (health[step] === 'flaky' && attempt < 3)) {
      console.log(`${step}: attempt ${attempt} failed`)
      throw new Error(`${step} does not answer`)
    }
    staged.add(step)
    console.log(`${step}: done`)
  },
)

const etl = setup({
  types: {
    context: {} as { attempts: Record<Step, number>; error: unknown },
    output: {} as { attempts: number },
  },
  actors: {
    doStep,
    undo: fromPromise(async () => {
      console.log(`undo: ${[...staged].join(', ')}`)
      staged.clear()
    }),
  },
  actions: {
    count: assign({
      attempts: ({ context }, { step }: { step: Step }) => ({
        ...context.attempts,
        [step]: context.attempts[step] + 1,
      }),
    }),
    keepError: assign({ error: ({ event }) => (event as unknown as { error: unknown }).error }),
    fail: ({ context }) => {
      throw context.error
    },
  },
  guards: {
    mayRetry: ({ context }, { step }: { step: Step }) => context.attempts[step] < maxAttempts,
  },
  delays: {
    // 50 ms, then 100 ms. Real ones are longer: a delay may be days.
    orders: ({ context }) => 50 * context.attempts.orders,
    prices: ({ context }) => 50 * context.attempts.prices,
    load: ({ context }) => 50 * context.attempts.load,
  },
})

/** The states of a step: it is tried, and after a failure it waits and is tried again. */
const stepStates = (step: Step) =>
  etl.createStateConfig({
    initial: 'trying',
    states: {
      trying: {
        entry: { type: 'count', params: { step } },
        invoke: {
          id: step,
          src: 'doStep',
          input: ({ context }) => ({ step, attempt: context.attempts[step] }),
          onDone: 'done',
          onError: [
            { guard: { type: 'mayRetry', params: { step } }, target: 'waiting' },
            { target: '#etl.undoing', actions: 'keepError' },
          ],
        },
      },
      waiting: { after: { [step]: 'trying' } },
      done: { type: 'final' },
    },
  })

const etlMachine = etl.createMachine({
  id: 'etl',
  context: { attempts: { orders: 0, prices: 0, load: 0 }, error: null },
  output: ({ context }) => ({ attempts: Object.values(context.attempts).reduce((a, b) => a + b) }),
  initial: 'extracting',
  states: {
    extracting: {
      type: 'parallel',
      states: { orders: stepStates('orders'), prices: stepStates('prices') },
      onDone: 'loading',
    },
    loading: { ...stepStates('load'), onDone: 'loaded' },
    loaded: { type: 'final' },
    undoing: { invoke: { src: 'undo', onDone: 'failed' } },
    failed: { entry: 'fail' },
  },
})

// The program prints the outcomes: the default logger would print failures a second time.
const app = createApp({ logger: false })
const task = app.task('etl', false, etlMachine)
await app.start()

const first = await task.run()
console.log(`first run: ${first.action}, after ${first.value?.attempts} attempts`)

staged.clear()
health.load = 'broken'
const second = await task.run()
console.log(`second run: ${second.action}, ${second.error?.message}; staged: ${staged.size}`)
app.session.shutDown()
await app.session.stopped
