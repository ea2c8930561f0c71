import { createRequire } from 'node:module'
import { describe, expect, test } from '@jest/globals'
import { and, assign, createMachine, fromPromise, getNextSnapshot, not, setup } from 'xstate'
import { sessionMachine, taskMachine } from '../../machines/index.ts'
import { type StateDefinition, toDefinition } from '../../packages/xstate-inspect/src/definition.ts'

const theirs = createRequire(new URL('../../packages/xstate-inspect/package.json', import.meta.url))
const xstate4 = theirs('xstate') as { createMachine(config: object): Machine4 }

interface Machine4 {
  initialState: { value: unknown }
  transition(state: unknown, event: string): { value: unknown }
}

/** The definition as the page receives it: as text, parsed by XState 4. */
function read(logic: unknown, name = 'thing'): { definition: StateDefinition; machine: Machine4 } {
  const definition = JSON.parse(JSON.stringify(toDefinition(logic, name)))
  return { definition, machine: xstate4.createMachine(definition) }
}

describe('toDefinition', () => {
  test('its targets have the same meaning in XState 4: nested, parallel, siblings, ids, self-transitions', () => {
    const machine = createMachine({
      id: 'many',
      type: 'parallel',
      states: {
        light: {
          initial: 'red',
          states: {
            red: { on: { next: 'green', far: '#deep' } },
            green: { on: { next: { target: 'red', reenter: true } } },
            box: {
              initial: 'a',
              states: { a: { on: { next: 'b' } }, b: { id: 'deep', on: { up: '#many.light.green' } } },
            },
          },
        },
        walker: {
          id: 'red',
          initial: 'wait',
          states: { wait: { on: { next: 'walk' } }, walk: { type: 'final' } },
        },
      },
    })
    const { machine: copy } = read(machine)
    const events = ['next', 'far', 'up', 'nothing']
    let snapshot = machine.getInitialSnapshot({ self: {} } as never)
    let state: { value: unknown } = copy.initialState
    expect(state.value).toEqual(snapshot.value)
    for (const type of ['next', 'next', 'far', 'up', 'next', 'nothing', ...events]) {
      snapshot = getNextSnapshot(machine, snapshot, { type })
      state = copy.transition(state, type)
      expect([type, state.value]).toEqual([type, snapshot.value])
    }
  })

  test.each([
    ['a task', taskMachine],
    ['a session', sessionMachine],
  ])('%s of Gantry is parsed by XState 4 with every state and its description', (_name, machine) => {
    const { definition } = read(machine, 'a name: with, anything.in & it')
    expect(Object.keys(definition.states ?? {})).toEqual(Object.keys(machine.root.states))
    for (const [key, state] of Object.entries(machine.root.states))
      expect(definition.states?.[key]?.description).toBe(state.description)
  })

  test('it has transitions without an event, which machine.definition lacks', () => {
    const machine = createMachine({
      initial: 'a',
      states: { a: { always: { target: 'b', description: 'at once' } }, b: {} },
    })
    const { definition, machine: copy } = read(machine)
    expect(definition.states?.a?.always).toEqual([
      { target: ['#thing.b'], actions: [], internal: true, description: 'at once' },
    ])
    expect(copy.initialState.value).toBe('b')
  })

  test('actions and guards keep their names; inline ones have descriptive names', () => {
    const machine = setup({
      actions: { note: () => {}, keep: assign({}) },
      guards: { isFull: () => true, isDay: () => true },
    }).createMachine({
      on: {
        a: { guard: 'isFull', actions: ['note', { type: 'keep' }, assign({}), () => {}] },
        b: { guard: and(['isFull', not('isDay')]) },
        c: { guard: () => true },
      },
    })
    const { definition } = read(machine)
    expect(definition.on?.a?.[0]).toMatchObject({
      cond: 'isFull',
      actions: [{ type: 'note' }, { type: 'keep' }, { type: 'assign' }, { type: 'action' }],
    })
    expect(definition.on?.b?.[0]?.cond).toBe('and(isFull, not(isDay))')
    expect(definition.on?.c?.[0]?.cond).toMatch(/\w/)
  })

  test('after, invoke, history and done events are translated to the format of XState 4', () => {
    const machine = createMachine({
      initial: 'a',
      states: {
        a: {
          after: { 1000: 'b', soon: { target: 'b' } },
          invoke: { id: 'load', src: 'loader', onDone: 'b', onError: 'c' },
        },
        b: {
          initial: 'x',
          onDone: 'c',
          states: { x: { type: 'final' }, back: { type: 'history', history: 'deep', target: 'x' } },
        },
        c: {},
      },
    })
    const { definition } = read(machine)
    const { a, b } = definition.states!
    expect(Object.keys(a!.after!)).toEqual(['1000', 'soon'])
    expect(Object.keys(a!.on!)).toEqual(['done.invoke.load', 'error.platform.load'])
    expect(a!.invoke).toEqual([{ id: 'load', src: 'loader' }])
    expect([a!.entry, a!.exit]).toEqual([[], []])
    expect(Object.keys(b!.on!)).toEqual(['done.state.thing.b'])
    expect(b!.states!.back).toMatchObject({ type: 'history', history: 'deep', target: ['#thing.b.x'] })
  })

  test('logic that is not a machine has the states that every actor has', () => {
    const { definition, machine } = read(fromPromise(async () => 1))
    expect(Object.keys(definition.states!)).toEqual(['active', 'done', 'error', 'stopped'])
    expect(machine.initialState.value).toBe('active')
  })
})
