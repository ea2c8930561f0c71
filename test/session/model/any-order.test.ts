/** Random commands in random order: each run has one start and one end, and the session can always be stopped. */
import { afterEach, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  afterFinish,
  type Command,
  CommandRefusedError,
  createMemoryStore,
  every,
  type RunHandle,
  type Session,
  type Store,
  type Task,
} from 'gantry'
import type { TaskContext } from '../../../machines/task.setup.ts'
import { internalsOf } from '../../../src/session/state/session-internals.ts'
import { checkProperty } from '../../support/property.ts'
import { type Desk, setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

const names = ['a', 'b', 'c', 'main', 'deaf', 'fails'] as const

/** A command, or a step that only an app or a test can take. */
type Step =
  | Command
  | { readonly type: 'start' }
  | { readonly type: 'advance'; readonly ms: number }
  | { readonly type: 'make'; readonly task: string }

const task = fc.constantFrom(...names)
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('task.run' as const), task }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('advance' as const),
      ms: fc.constantFrom(0, 100, 1000, 60_000),
    }),
  },
  fc.record({
    type: fc.constantFrom(
      'task.terminate' as const,
      'task.disable' as const,
      'task.enable' as const,
      'task.remove' as const,
    ),
    task,
  }),
  fc.record({
    type: fc.constant('task.update' as const),
    task,
    options: fc.constantFrom(
      { start: true },
      { start: false },
      { multilaunch: 2 },
      { priority: 1 },
      { timeout: '1 second' },
      { end: "param 'p' exists" },
    ),
  }),
  fc.record({ type: fc.constant('make' as const), task }),
  fc.constantFrom<Step>(
    { type: 'session.hold' },
    { type: 'session.resume' },
    { type: 'session.restart' },
    { type: 'session.shutDown' },
    { type: 'session.shutDown', force: true },
    { type: 'session.run', tasks: ['a', 'b'] },
    { type: 'param.set', name: 'p', value: 1 },
    { type: 'param.unset', name: 'p' },
    { type: 'session.update', options: { relaunchDelay: '1 second' } },
    { type: 'start' },
  ),
)

function make({ session, clock }: Desk, name: string): void {
  const rest = (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal === undefined ? {} : { signal })
  if (session.has(name)) return
  if (name === 'a') session.createTask('a', every('10 seconds'), (_, run) => rest(3000, run.signal))
  else if (name === 'b') session.createTask('b', afterFinish('a'), () => {})
  else if (name === 'c')
    session.createTask('c', false, { end: "param 'p' exists" }, (_, run) => rest(90_000, run.signal))
  else if (name === 'main')
    session.createTask('main', every('1 minute'), { execution: 'main' }, () => rest(500))
  else if (name === 'deaf') session.createTask('deaf', false, () => rest(3_600_000))
  else session.createTask('fails', every('20 seconds'), () => Promise.reject(new Error('no')))
}

/** A store that writes one turn of the event loop later, and can be queried after the end. */
function slowStore(): Store {
  const store = createMemoryStore()
  const append = store.append.bind(store)
  const appendLater = async (entries: Parameters<typeof append>[0]): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve))
    append(entries)
  }
  return Object.assign(store, { durable: true, append: appendLater, close: () => {} })
}

async function play(given: readonly Step[], store: Store): Promise<void> {
  const desk = setUp({ relaunchDelay: '1 second', store })
  const { session, clock, app } = desk
  const handles: RunHandle[] = []
  const starts: Promise<unknown>[] = []
  const quietly = (promise: Promise<unknown>): Promise<unknown> => promise.catch(() => {})
  for (const name of names) make(desk, name)
  starts.push(quietly(app.start()))
  await clock.settled()
  for (const step of given) {
    if (step.type === 'advance') await clock.advance(step.ms)
    else if (step.type === 'start') starts.push(quietly(app.start()))
    else if (step.type === 'make') make(desk, step.task)
    else if ('task' in step && !session.has(step.task)) continue
    else if (step.type === 'session.run' && !step.tasks.every((name) => session.has(name))) continue
    else if (step.type === 'task.run') handles.push(session.task(step.task).run())
    else sendOrBeRefused(session, step)
  }
  await clock.settled()
  // Runs that were requested after a stop wait for the next start.
  if (session.state === 'stopped') starts.push(quietly(app.start()))
  await clock.settled()
  session.resume()
  await clock.settled()
  if (session.state === 'running') for (const each of session.tasks()) expectToAgree(each)
  for (let n = 0; n < 3; n++) {
    session.shutDown({ force: true })
    await clock.advance('1 minute')
  }
  expect(session.state).toBe('stopped')
  expect(session.actor.getSnapshot().status).toBe('active')
  expect(session.runs()).toEqual([])
  expect(internalsOf(session).registry.byId.size).toBe(session.tasks().length)
  for (const each of session.tasks()) {
    expect([each.name, each.isRunning]).toEqual([each.name, false])
    expect(each.actor.getSnapshot().context.live).toBe(0)
    expect(['idle', 'failed']).toContain(each.state)
  }
  // Each run that started has one start and one end; a run that never started has no record.
  const records = await session.log.query({ limit: 100_000 })
  const of = new Map<string, string[]>()
  for (const { runId, action } of [...records].reverse())
    of.set(runId, [...(of.get(runId) ?? []), action === 'run' ? 'run' : 'end'])
  expect([...of.values()].filter((actions) => actions.join() !== 'run,end')).toEqual([])
  // All promises settle.
  await Promise.all([...handles.map(quietly), ...starts])
  expect(Object.keys(session.warnings).filter((kind) => ['task-actor', 'listener'].includes(kind))).toEqual(
    [],
  )
}

/** Obstacles for which the launcher waits, and not the task. */
const shared: readonly string[] = ['main', 'slot', 'log']

/** The actor of a task knows what `explain()` says, and the live runs. */
function expectToAgree(task: Task): void {
  const { value, context } = task.actor.getSnapshot() as {
    readonly value: Readonly<Record<string, string>>
    readonly context: TaskContext
  }
  const own = task
    .explain()
    .blockers.map(({ kind }) => kind)
    .filter((kind) => !shared.includes(kind))
  const phase = own.length === 0 ? 'ready' : own.join() === 'relaunch' ? 'backingOff' : 'resting'
  expect([task.name, value]).toEqual([task.name, { [task.state]: phase }])
  expect([context.live, context.disabled]).toEqual([task.runs.length, task.disabled])
  expect(task.isDue).toBe(false)
}

/** Sends a command that the state of the session may refuse; any other error is a fault. */
function sendOrBeRefused(session: Session, command: Command): void {
  try {
    session.send(command)
  } catch (error) {
    if (!(error instanceof CommandRefusedError)) throw error
  }
}

test.each<[string, () => Store]>([
  ['at once', createMemoryStore],
  ['a turn later', slowStore],
])(
  'a session with random commands and a store that writes %s keeps its invariants and stops',
  async (_, store) => {
    const property = fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 30 }), (given) =>
      play(given, store()),
    )
    await checkProperty(property, { runs: 100 })
  },
  120_000,
)
