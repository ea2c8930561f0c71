/** Random machines: nested, parallel, with final and history states, transitions of every kind, and names of every kind. */
import fc from 'fast-check'
import { createMachine, fromPromise } from 'xstate'
import type { MachineState } from '../../../src/http/views/machine-definition.ts'
import { toDefinition } from '../../../src/http/views/machine-definition.ts'

/** Names that are hard to draw. */
export const hardNames = [
  'a',
  'waiting for approval',
  '<b onclick="alert(1)">bold</b>',
  'x'.repeat(200),
  'W'.repeat(40),
  'two\nlines',
  'a.b.c',
  '#id',
  '.dot',
  '\\',
  '👩‍👩‍👧‍👦 family',
  '\u202eright to left',
  '𒀀𒀁'.repeat(10),
  ' ',
] as const

interface StateSeed {
  readonly parent: number
  readonly name: string
  readonly kind: 'plain' | 'parallel' | 'final' | 'history' | 'deep' | 'invokes'
}

interface TransitionSeed {
  readonly from: number
  readonly to: number
  readonly event: string
  readonly kind: 'event' | 'self' | 'internal' | 'always' | 'after' | 'done' | 'error' | 'fork'
  readonly isGuarded: boolean
}

const name = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('idle', 'loading', 'ready', 'failed', 'done') },
  { weight: 1, arbitrary: fc.constantFrom(...hardNames) },
  { weight: 1, arbitrary: fc.string({ maxLength: 30, unit: 'grapheme' }) },
)

const stateSeed: fc.Arbitrary<StateSeed> = fc.record({
  parent: fc.nat(200),
  name,
  kind: fc.constantFrom('plain', 'plain', 'plain', 'parallel', 'final', 'history', 'deep', 'invokes'),
})

const transitionSeed: fc.Arbitrary<TransitionSeed> = fc.record({
  from: fc.nat(200),
  to: fc.nat(200),
  event: fc.oneof(fc.constantFrom('NEXT', 'order.placed', 'a.long.name.of.an.event.that.goes.on'), name),
  kind: fc.constantFrom(
    'event',
    'event',
    'event',
    'self',
    'internal',
    'always',
    'after',
    'done',
    'error',
    'fork',
  ),
  isGuarded: fc.boolean(),
})

/** Machines of 2 to 60 states. */
export const anyMachine = fc
  .tuple(
    fc.array(stateSeed, { minLength: 2, maxLength: 60, size: 'max' }),
    fc.array(transitionSeed, { maxLength: 90, size: 'max' }),
  )
  .map(([states, transitions]) => toMachine(states, transitions))

/** Definitions of these machines. */
export const anyDefinition: fc.Arbitrary<MachineState> = anyMachine.map((machine) => toDefinition(machine))

interface Config {
  id?: string
  type?: string
  history?: string
  initial?: string
  invoke?: object
  on?: Record<string, object[]>
  always?: object[]
  after?: Record<number, object[]>
  onDone?: object[]
  states?: Record<string, Config>
}

function isReady(): boolean {
  return false
}

function toMachine(seeds: readonly StateSeed[], transitions: readonly TransitionSeed[]) {
  const depths: number[] = []
  const parents = seeds.map(({ parent }, i) => {
    // About one third are at the top.
    const chosen = i === 0 || parent % 3 === 0 ? -1 : parent % i
    const isDeep = chosen >= 0 && depths[chosen]! >= 5
    depths[i] = chosen < 0 || isDeep ? 0 : depths[chosen]! + 1
    return isDeep ? -1 : chosen
  })
  const childrenOf = (at: number): number[] => parents.flatMap((parent, i) => (parent === at ? [i] : []))
  const keyOf = (i: number): string => `${seeds[i]!.name}${i}`
  const configs: Config[] = seeds.map((_, i) => ({ id: `s${i}` }))
  const fill = (config: Config, children: readonly number[], isParallel: boolean): void => {
    config.states = Object.fromEntries(children.map((i) => [keyOf(i), configs[i]!]))
    if (isParallel) config.type = 'parallel'
    else config.initial = keyOf(children[0]!)
  }
  for (const [i, { kind }] of seeds.entries()) {
    const children = childrenOf(i)
    const isFirst = childrenOf(parents[i]!)[0] === i
    const parent = seeds[parents[i]!]
    const isInParallel = parent?.kind === 'parallel'
    if (children.length > 0) fill(configs[i]!, children, kind === 'parallel')
    else if (kind === 'final' && !isFirst && !isInParallel) configs[i]!.type = 'final'
    else if ((kind === 'history' || kind === 'deep') && !isFirst && !isInParallel)
      Object.assign(configs[i]!, { type: 'history', history: kind === 'deep' ? 'deep' : 'shallow' })
    if (kind === 'invokes') configs[i]!.invoke = { src: fromPromise(async () => {}), id: `work${i}` }
  }
  const root: Config = { id: 'machine' }
  fill(root, childrenOf(-1), false)
  const all = [root, ...configs]
  for (const seed of transitions) addTransition(all, seed)
  return createMachine(root as never)
}

function addTransition(all: readonly Config[], { from, to, event, kind, isGuarded }: TransitionSeed): void {
  const source = all[from % all.length]!
  const target = all[1 + (to % (all.length - 1))]!
  if (source.type === 'final' || source.type === 'history') return
  const guard = isGuarded || kind === 'always' ? { guard: isReady } : {}
  const transition = { target: `#${target.id}`, ...guard }
  const add = (list: object[] | undefined, more: object): object[] => [...(list ?? []), more]
  // Names of the prototype are no types of events for XState.
  const type = event === '' || event in Object.prototype ? 'NEXT' : event
  const onEvent = (more: object): void => {
    source.on = { ...source.on, [type]: add(source.on?.[type], more) }
  }
  if (kind === 'self') onEvent({ target: `#${source.id}`, reenter: true, ...guard })
  else if (kind === 'internal') onEvent({ actions: 'note' })
  else if (kind === 'always') source.always = add(source.always, transition)
  else if (kind === 'after') source.after = { ...source.after, 5000: add(source.after?.[5000], transition) }
  else if (kind === 'done' && source.states !== undefined) source.onDone = add(source.onDone, transition)
  else if (kind === 'error' && source.invoke !== undefined)
    Object.assign(source.invoke, { onError: transition })
  else onEvent(transition)
}
