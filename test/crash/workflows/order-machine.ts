/** A workflow of ten steps, with parallel regions, two delays and a wait for an event. */
import { type AnyEventObject, assign, fromPromise, setup } from 'xstate'
import { runOf } from '../../../src/index.ts'

/** The steps that each step follows directly: it begins once their ends are durable. */
export const follows: Readonly<Record<string, readonly string[]>> = {
  s1: [],
  s2: ['s1'],
  s3: ['s2'],
  s4: ['s3'],
  s5: ['s2'],
  s6: ['s5'],
  s7: ['s4', 's6'],
  s8: ['s7'],
  s9: ['s8'],
  s10: ['s9'],
}

/** The execution of a step. */
export interface StepCall {
  readonly step: string
  readonly run: string
  readonly key: string
}

/** Creates the machine; `work` does a step. */
export function createOrder(work: (call: StepCall) => Promise<void>) {
  const step = fromPromise<string, string>(async ({ input, self }) => {
    const run = runOf(self)
    await work({ step: input, run: run.id, key: run.step.key })
    return input
  })
  const invoked = (name: string, target: string) => ({
    invoke: { id: name, src: 'step' as const, input: name, onDone: { target, actions: 'note' as const } },
  })
  return setup({
    types: {
      context: {} as { done: readonly string[]; by: string | null },
      events: {} as { type: 'approve'; by: string },
    },
    actors: { step },
    actions: {
      note: assign({
        done: ({ context, event }) => [...context.done, (event as AnyEventObject).output as string],
      }),
    },
  }).createMachine({
    id: 'order',
    context: { done: [], by: null },
    initial: 'one',
    output: ({ context }) => context,
    states: {
      one: invoked('s1', 'two'),
      two: invoked('s2', 'both'),
      both: {
        type: 'parallel',
        onDone: 'approval',
        states: {
          left: {
            initial: 'three',
            states: { three: invoked('s3', 'four'), four: invoked('s4', 'end'), end: { type: 'final' } },
          },
          right: {
            initial: 'five',
            states: {
              five: invoked('s5', 'pause'),
              pause: { after: { 25: 'six' } },
              six: invoked('s6', 'end'),
              end: { type: 'final' },
            },
          },
        },
      },
      approval: {
        on: { approve: { target: 'seven', actions: assign({ by: ({ event }) => event.by }) } },
      },
      seven: invoked('s7', 'pause'),
      pause: { after: { 25: 'eight' } },
      eight: invoked('s8', 'nine'),
      nine: invoked('s9', 'ten'),
      ten: invoked('s10', 'end'),
      end: { type: 'final' },
    },
  })
}
