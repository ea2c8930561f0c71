/**
 * Random tasks, and random commands from outside and from within launches: listeners, hooks, conditions, work, functions `runId` and
 * subscribers. Capacity holds, each run starts and ends once, `explain()` names what prevents each launch, and the stop leaves nothing.
 */
import { afterEach, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  afterFinish,
  afterSuccess,
  CommandRefusedError,
  every,
  type NewsType,
  onEach,
  type RunHandle,
  type Start,
  type Task,
  type TaskOptions,
} from 'gantry'
import { Subject } from 'rxjs'
import { nextTurn } from '../../../src/clock/system-clock.ts'
import { internalsOf } from '../../../src/session/state/session-internals.ts'
import { checkProperty } from '../../support/property.ts'
import { setUp, tearDown } from '../../support/session.ts'

afterEach(tearDown)

const names = ['a', 'b', 'c', 'd', 'e', 'f'] as const
const limits = { db: 2, mail: 3 } as const
/** The maximum number of commands from within launches, which could cause one another forever. */
const maxInside = 300
const heard: readonly NewsType[] = ['run.started', 'run.ended', 'run.queued', 'task.changed', 'task.added']

/** A source of random choices. */
class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  below(n: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n
  }

  /** True once in `n` times. */
  once(n: number): boolean {
    return this.below(n) === 0
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!
  }
}

async function play(seed: number): Promise<void> {
  const dice = new Dice(seed)
  const relaunchDelay = dice.pick(['1 second', 0, '1 hour', '40 days'] as const)
  const pools = { db: limits.db, mail: { limit: limits.mail, rate: { starts: 2, per: '1 minute' } } } as const
  const { app, session, clock } = setUp({ pools, relaunchDelay })
  const { registry } = internalsOf(session)
  const stream = new Subject<number>()
  const handles: RunHandle[] = []
  /** The most runs of each pool that were live at once. */
  const most = { db: 0, mail: 0 }
  let inside = 0
  let depth = 0

  const meddle = (): void => {
    if (depth > 1 || inside >= maxInside || !dice.once(7)) return
    inside += 1
    depth += 1
    try {
      act()
    } finally {
      depth -= 1
    }
  }

  const startOf = (): Start =>
    dice.pick<() => Start>([
      () => true,
      () => false,
      () => "param 'go' is true",
      () => every('10 seconds'),
      () => afterFinish(dice.pick(names)),
      () => afterSuccess(dice.pick(names)),
      () => onEach(stream),
      () => () => {
        meddle()
        return dice.once(2)
      },
    ])()

  const add = (name: string): void => {
    const pool = dice.pick(['db', 'mail', undefined] as const)
    const options: TaskOptions = {
      priority: dice.below(3),
      overlap: dice.pick(['wait', 'skip', 'replace'] as const),
      concurrency: 1 + dice.below(2),
      ...(pool === undefined ? {} : { pool }),
      ...(dice.once(8) ? { disabled: true } : {}),
      ...(dice.once(8) ? { timeout: '5 seconds' } : {}),
      ...(dice.once(10) ? { execution: 'main' } : {}),
      ...(dice.once(10) ? { onStartup: true } : dice.once(10) ? { onShutdown: true } : {}),
      ...(dice.once(6)
        ? {
            runId: (task: string) => {
              meddle()
              return dice.once(2) ? `${task} again` : crypto.randomUUID()
            },
          }
        : {}),
    }
    session.createTask(name, startOf(), options, async (_, run) => {
      countLive()
      meddle()
      const way = dice.below(5)
      if (way === 0) return
      if (way === 1) throw new Error('no')
      const ms = dice.pick([10, 1000, 20_000])
      // Every third ignores its signal.
      await clock.sleep(ms, way === 2 ? {} : { signal: run.signal })
    })
  }

  const countLive = (): void => {
    const used = { db: 0, mail: 0 }
    for (const { definition, live } of registry.byId.values()) {
      const { pool } = definition.options as { pool?: 'db' | 'mail' }
      if (pool !== undefined) used[pool] += live.length
    }
    most.db = Math.max(most.db, used.db)
    most.mail = Math.max(most.mail, used.mail)
  }

  const run = (task: Task): void => {
    const handle = task.run({}, dice.once(3) ? { key: 'k' } : undefined)
    handle.catch(() => {})
    handles.push(handle)
  }

  const actOnTask = (name: string): void => {
    if (!session.has(name)) return add(name)
    const task = session.task(name)
    const update = dice.pick<() => object>([
      () => ({ priority: dice.below(5) }),
      () => ({ start: startOf() }),
      () => ({ disabled: dice.once(2) }),
      () => ({ concurrency: 1 + dice.below(3) }),
    ])
    dice.pick<() => void>([
      () => run(task),
      () => run(task),
      () => task.terminate(),
      () => task.disable(),
      () => task.enable(),
      () => task.update(update()),
      () => void (dice.once(3) && session.removeTask(name).catch(() => {})),
    ])()
  }

  const actOnSession = (): void =>
    dice.pick<() => void>([
      () => session.params.set('go', !dice.once(3)),
      () => stream.next(inside),
      () => void (dice.once(3) && session.hold()),
      () => session.resume(),
      () => session.resume(),
      () => void (dice.once(6) && session.restart()),
      () => void (dice.once(10) && session.shutDown({ force: dice.once(2) })),
      () => session.update({ concurrency: 1 + dice.below(2) }),
    ])()

  const act = (): void => {
    try {
      if (dice.once(2)) actOnSession()
      else actOnTask(dice.pick(names))
    } catch (error) {
      if (!(error instanceof CommandRefusedError)) throw error
    }
  }

  for (const type of heard) session.on(type, meddle)
  if (dice.once(4)) app.hook('cycle', () => meddle())
  if (dice.once(4)) app.hook('run', () => meddle)
  for (const name of names) {
    if (!session.has(name)) add(name)
    if (session.has(name)) session.task(name).state$.subscribe(meddle)
  }
  const start = (): void => void app.start().catch(() => {})
  start()
  await clock.settled()
  for (let steps = 4 + dice.below(20); steps > 0; steps--) {
    if (dice.once(3)) await clock.advance(dice.pick([0, 10, 1000, 30_000, 61_000]))
    else if (dice.once(10)) await clock.set(clock.now() + dice.pick([-7_200_000, 7_200_000]))
    else if (session.state === 'stopped') start()
    else act()
  }

  inside = maxInside
  await clock.settled()
  if (session.state === 'stopped') start()
  await clock.settled()
  session.resume()
  await clock.settled()
  if (session.state === 'running') for (const task of session.tasks()) expectToBeExplained(task)
  for (let n = 0; session.state !== 'stopped' && n < 4; n++) {
    session.shutDown({ force: true })
    await clock.advance('1 minute')
  }
  await clock.advance('1 minute')
  expect(session.state).toBe('stopped')
  expect(session.runs()).toEqual([])
  expect(clock.untilNextMs).toBe(Number.POSITIVE_INFINITY)
  expect([registry.byId.size, registry.leaving.size]).toEqual([session.tasks().length, 0])
  for (const { actor, isRunning } of session.tasks())
    expect([actor.getSnapshot().context.live, isRunning]).toEqual([0, false])
  const records = await session.log.query({ limit: 100_000 })
  const starts = records.filter(({ action }) => action === 'run')
  const ids = starts.map(({ runId }) => runId).filter((id) => !id.endsWith('again'))
  expect([starts.length * 2, new Set(ids).size]).toEqual([records.length, ids.length])
  await nextTurn()
  await Promise.all(handles.map((handle) => handle.catch(() => {})))
  expect(most.db).toBeLessThanOrEqual(limits.db)
  expect(most.mail).toBeLessThanOrEqual(limits.mail)
  const faults = ['task-actor', 'listener', 'hook', 'condition', 'run-id']
  expect(Object.keys(session.warnings).filter((kind) => faults.includes(kind))).toEqual([])
}

/** Checks that no task is due that does not run, and that the phase of the task agrees with the obstacles that `explain()` names. */
function expectToBeExplained(task: Task): void {
  const { value } = task.actor.getSnapshot() as { readonly value: Readonly<Record<string, string>> }
  // A function has another value at each evaluation.
  if (typeof task.start.node === 'object' && task.start.node.kind === 'predicate') return
  const own = task
    .explain()
    .blockers.map(({ kind }) => kind)
    .filter((kind) => !['main', 'slot', 'log'].includes(kind))
  const phase = own.length === 0 ? 'ready' : own.join() === 'relaunch' ? 'backingOff' : 'resting'
  expect([task.name, value]).toEqual([task.name, { [task.state]: phase }])
  expect([task.name, task.isDue]).toEqual([task.name, false])
}

test('random commands within launches lose no run, exceed no limit, and leave nothing', async () => {
  await checkProperty(fc.asyncProperty(fc.integer({ min: 0 }), play), { runs: 6, shrink: false })
}, 120_000)
