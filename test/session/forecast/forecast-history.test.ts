/**
 * `session.forecast()`, `nextRuns()` and `isDue` of sessions with a history: random apps run for a while with random
 * outcomes and commands; then the forecast is compared with the runs that follow.
 */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type App, createApp, daily, type Run, type Session, type Task } from 'gantry'
import { TestClock } from 'gantry/testing'
import { startOf } from '../../support/made-up-starts.ts'
import { checkProperty } from '../../support/property.ts'
import { silent } from '../../support/silent.ts'

const zone = 'Europe/Berlin'
const minute = 60_000

interface TaskSpec {
  readonly kind: number
  readonly minutes: number
  readonly priority: number
  readonly isMain: boolean
  readonly pool: 'db' | 'api' | null
  readonly isSync: boolean
  readonly startsDisabled: boolean
  readonly multilaunch: number | null
  readonly catchUp: 'latest' | 'all' | null
}

const specs: fc.Arbitrary<TaskSpec[]> = fc.array(
  fc.record({
    kind: fc.nat(9),
    catchUp: fc.constantFrom('latest' as const, 'all' as const, null, null),
    // Mostly one of a few values, so that several tasks are due at the same instant.
    minutes: fc.oneof(fc.constantFrom(0, 30, 60, 420), fc.nat(1439)),
    priority: fc.nat(2),
    isMain: fc.boolean(),
    pool: fc.constantFrom('db' as const, 'api' as const, null, null),
    isSync: fc.boolean(),
    startsDisabled: fc.constantFrom(true, false, false, false, false),
    multilaunch: fc.constantFrom(2, null, null, null),
  }),
  { minLength: 2, maxLength: 6 },
)

/** One step of a session's history: time passes, then a command is sent. */
interface Step {
  readonly minutes: number
  readonly seconds: number
  readonly act: 'none' | 'run' | 'disable' | 'enable' | 'terminate' | 'hold' | 'resume'
  readonly task: number
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    minutes: fc.nat(400),
    seconds: fc.nat(59),
    act: fc.constantFrom(
      'none',
      'none',
      'none',
      'run',
      'run',
      'disable',
      'enable',
      'terminate',
      'hold',
      'resume',
    ),
    task: fc.nat(5),
  }),
  { minLength: 2, maxLength: 12 },
)

/** Duration and outcome of each run in the history, in order. */
const pasts = fc.array(
  fc.record({
    lastsMs: fc.constantFrom(0, 0, minute, 777_000, 2 * 60 * minute),
    fails: fc.constantFrom(true, false, false, false),
  }),
  { minLength: 1, maxLength: 20 },
)

const dependsOnOthers = ({ kind, isMain, pool }: TaskSpec): boolean =>
  [5, 6, 9].includes(kind) || isMain || pool !== null

/** Work of an app: it follows the generated history, and after `foresee()` the assumptions of a forecast. */
class Works {
  readonly #clock: TestClock
  readonly #pasts: readonly { readonly lastsMs: number; readonly fails: boolean }[]
  readonly #live = new Map<
    string,
    { readonly task: string; readonly startedAt: number; end: () => void; undo: () => void }
  >()
  #next = 0
  #expected: ReadonlyMap<string, number> | null = null

  constructor(clock: TestClock, pasts: readonly { readonly lastsMs: number; readonly fails: boolean }[]) {
    this.#clock = clock
    this.#pasts = pasts
  }

  sync(): void {
    if (this.#expected === null && this.#past().fails) throw new Error('it failed')
  }

  async async(run: Run): Promise<void> {
    const task = run.task.name
    const { lastsMs, fails } =
      this.#expected === null ? this.#past() : { lastsMs: this.#expected.get(task) ?? 0, fails: false }
    if (lastsMs > 0)
      await new Promise<void>((resolve, reject) => {
        const undo = this.#clock.callAfter(lastsMs, resolve)
        this.#live.set(run.id, { task, startedAt: this.#clock.monotonic(), end: resolve, undo })
        run.signal.addEventListener('abort', () => {
          undo()
          reject(run.signal.reason)
        })
      })
    const isOfThePast = this.#live.delete(run.id) && this.#expected === null
    if (fails && (isOfThePast || lastsMs === 0) && this.#expected === null) throw new Error('it failed')
  }

  /** Makes all runs, including live ones, succeed after the median runtime of the past successes. */
  foresee(expected: ReadonlyMap<string, number>): void {
    this.#expected = expected
    for (const run of this.#live.values()) {
      run.undo()
      const left = run.startedAt + (expected.get(run.task) ?? 0) - this.#clock.monotonic()
      if (left > 0) run.undo = this.#clock.callAfter(left, run.end)
      else run.end()
    }
  }

  #past() {
    return this.#pasts[this.#next++ % this.#pasts.length]!
  }
}

async function mediansOf(session: Session): Promise<Map<string, number>> {
  const byTask = new Map<string, number[]>()
  for (const { task, runtimeMs } of await session.log.query({ action: 'success', limit: 10_000 }))
    if (runtimeMs !== undefined) byTask.set(task, [...(byTask.get(task) ?? []), runtimeMs])
  return new Map(
    [...byTask].map(([task, times]) => [task, times.sort((a, b) => a - b)[times.length >> 1]!] as const),
  )
}

interface Stage {
  readonly clock: TestClock
  readonly session: Session
  readonly works: Works
  readonly ran: string[]
}

function addTasks(app: App, works: Works, given: readonly TaskSpec[]): void {
  for (const [n, spec] of given.entries()) {
    const { priority, isMain, pool, isSync, startsDisabled, multilaunch, catchUp } = spec
    const isFirst = n === 0 && dependsOnOthers({ ...spec, isMain: false, pool: null })
    app.task(
      `t${n}`,
      isFirst ? daily : startOf(spec, `t${n - 1}`),
      {
        priority,
        timeout: 'never',
        execution: isMain ? 'main' : 'async',
        disabled: startsDisabled,
        ...(pool === null ? {} : { pool }),
        ...(catchUp === null ? {} : { catchUp }),
        ...(multilaunch === null ? {} : { multilaunch }),
      },
      isSync ? () => works.sync() : (_: unknown, run: Run) => works.async(run),
    )
  }
}

/** Starts an app and executes the steps. */
async function play(
  given: readonly TaskSpec[],
  past: readonly { readonly lastsMs: number; readonly fails: boolean }[],
  story: readonly Step[],
): Promise<Stage> {
  const clock = new TestClock({ at: '2026-10-22T05:10', zone })
  const pools = { db: 1, api: { limit: 2, rate: { starts: 2, per: '3 hours' as const } } }
  const app = createApp({ clock, timezone: zone, logger: silent, pools })
  const works = new Works(clock, past)
  addTasks(app, works, given)
  const session = await app.start()
  const ran: string[] = []
  session.on('run.started', ({ task, at }) => void ran.push(`${task} ${new Date(at).toISOString()}`))
  for (const { minutes, seconds, act, task } of story) {
    await clock.advance({ minutes, seconds })
    const target = session.task(`t${task % given.length}`)
    if (act === 'run') target.run()
    else if (act === 'hold' || act === 'resume') session[act]()
    else if (act !== 'none') target[act]()
    await clock.settled()
  }
  return { clock, session, works, ran }
}

async function end({ clock, session }: Stage): Promise<void> {
  session.shutDown({ force: true })
  await clock.advance('1 minute')
  await session.stopped
}

const stories = fc.tuple(specs, pasts, steps)

test('forecast() predicts the runs of random sessions with a history, and nextRuns() and isDue agree', async () => {
  await checkProperty(
    fc.asyncProperty(stories, async ([given, past, story]) => {
      const stage = await play(given, past, story)
      const { clock, session, works, ran } = stage
      const until = clock.now() + 36 * 60 * minute
      const expected = await mediansOf(session)
      const forecast = await session.forecast({ until, limit: 10_000 })
      const foretold = forecast.runs.map((run) => `${run.task} ${new Date(run.at.toMillis()).toISOString()}`)
      for (const task of session.tasks()) {
        const why = task.explain()
        expect([task.name, task.isDue, why.isDue]).toEqual([task.name, false, false])
        expect(why.blockers.length).toBeGreaterThan(0)
        const [next] = task.nextRuns(1)
        expect(why.nextAt).toBe(next?.toMillis() ?? null)
      }
      for (const task of independent(session, given)) {
        const first = forecast.runs.find((run) => run.task === task.name)?.at.toMillis() ?? null
        const next = task.nextRuns(1)[0]?.toMillis() ?? null
        expect([task.name, next !== null && next < until ? next : null]).toEqual([task.name, first])
      }
      ran.length = 0
      works.foresee(expected)
      await clock.advance(until - clock.now() - 1)
      expect(foretold).toEqual(ran)
      await end(stage)
    }),
    { runs: 25 },
  )
}, 600_000)

/** Tasks whose next run does not depend on another task. */
function independent(session: Session, given: readonly TaskSpec[]): Task[] {
  if (given.some(({ isMain }) => isMain)) return []
  return given.flatMap((spec, n) => {
    const task = session.task(`t${n}`)
    return dependsOnOthers(spec) || task.isRunning ? [] : [task]
  })
}

test('resume() launches exactly the tasks whose only blocker in explain() was the hold', async () => {
  await checkProperty(
    fc.asyncProperty(stories, fc.nat(2_000), async ([given, past, story], minutes) => {
      const stage = await play(given, past, story)
      const { clock, session, works, ran } = stage
      session.hold()
      await clock.advance({ minutes })
      works.foresee(await mediansOf(session))
      await clock.settled()
      const told = new Map(session.tasks().map((task) => [task.name, task.explain().blockers] as const))
      const free = [...told].filter(([, blockers]) => blockers.every(({ kind }) => kind === 'held'))
      ran.length = 0
      session.resume()
      await clock.settled()
      const started = ran.map((run) => run.split(' ')[0]!)
      const isShared = given.some(({ isMain, pool }) => isMain || pool !== null)
      const follows = (name: string): boolean => [5, 6].includes(given[Number(name.slice(1))]!.kind)
      // A start that requires another task not to run: that task may launch first, at the same resume().
      const isForestalled = (name: string): boolean =>
        given[Number(name.slice(1))]!.kind === 9 && started.includes(`t${Number(name.slice(1)) - 1}`)
      const names = free.map(([name]) => name)
      if (isShared) expect(names.length > 0).toBe(started.length > 0)
      else expect(names.filter((name) => !started.includes(name) && !isForestalled(name))).toEqual([])
      expect(isShared ? started.slice(0, 1).filter((name) => !names.includes(name)) : []).toEqual([])
      if (!isShared) expect(started.filter((name) => !names.includes(name) && !follows(name))).toEqual([])
      await end(stage)
    }),
    { runs: 25 },
  )
}, 600_000)
