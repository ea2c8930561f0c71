/** Player of scenarios in a real session: the clock jumps one step at the start of each cycle, like Rocketry's. */
import { createApp, inaction, type Run, type Session, type TaskOptions } from '../../../src/index.ts'
import { history, TestClock } from '../../../src/testing.ts'
import { silent } from '../../support/silent.ts'
import type { Entry } from './session-log.ts'
import type { Scenario, ScenarioTask } from './session-scenario.ts'

/** Result of a play: its records, and the error that ended it. */
export interface Played {
  readonly log: readonly Entry[]
  /** The starts of cycles (the jumps), in seconds since the start. */
  readonly cycles: readonly number[]
  readonly error?: unknown
}

/** Plays the scenario to its end, or to many more cycles than it should take. */
export async function playSession(scenario: Scenario): Promise<Played> {
  const { stepMs, tasks, options } = scenario
  const clock = new TestClock({ at: scenario.start, zone: 'UTC' })
  const begin = clock.now()
  const app = createApp({ timezone: 'UTC', clock, logger: silent, ...options })
  const { session } = app
  const loop = new Loop()
  const cycles: number[] = []
  const step = (): Promise<void> => {
    cycles.push((clock.now() + stepMs - begin) / 1000)
    return clock.jump(stepMs)
  }
  for (const task of tasks) app.task(task.name, task.start, optionsOf(task), workOf(task, clock, loop))
  history(session, pairRuns(scenario, begin))
  // The step before the first cycle follows the start-up tasks, as at each start after a restart.
  app.setup(() => () => void step().catch(ignore))
  for (const { name, requested } of tasks)
    for (let i = 0; i < requested; i++) session.task(name).run().catch(ignore)
  const isOver = scenario.run === null ? app.start().catch(ignore) : runOnly(session, scenario.run)
  try {
    for (await clock.settled(); session.state !== 'stopped'; await clock.settled()) {
      loop.turn()
      await clock.settled()
      if (session.state !== 'running') continue
      if (cycles.length > scenario.maxCycles) session.shutDown({ force: true })
      else await step()
    }
  } finally {
    session.shutDown({ force: true })
  }
  await isOver
  const error = await session.stopped.catch((reason: unknown) => reason ?? 'an error')
  return { log: await logOf(session, scenario, begin), cycles, ...(error === undefined ? {} : { error }) }
}

/** The records since the start, in order. */
async function logOf(session: Session, scenario: Scenario, begin: number): Promise<readonly Entry[]> {
  const records = [...(await session.log.query())].sort((a, b) => a.seq - b.seq)
  return records.slice(scenario.history.length).map(({ task, action, at, dueAt }) => ({
    task,
    action,
    t: (at - begin) / 1000,
    ...(action === 'run' ? { dueAt: dueAt === undefined ? null : (dueAt - begin) / 1000 } : {}),
  }))
}

const ignore = (): void => {}

function runOnly(
  session: Session,
  { tasks, obeyConditions }: NonNullable<Scenario['run']>,
): Promise<unknown> {
  return session.run(...tasks, { obeyConditions }).catch(ignore)
}

function optionsOf(task: ScenarioTask): TaskOptions {
  const { end, timeout, multilaunch, priority, execution, onStartup, onShutdown, disabled, permanent } = task
  return {
    ...{ priority, execution, onStartup, onShutdown, disabled, permanent },
    ...(end === undefined ? {} : { end }),
    ...(timeout === undefined ? {} : { timeout: timeout as never }),
    ...(multilaunch === undefined ? {} : { multilaunch }),
  }
}

/** The records of the history, each end with the id of the run that it ends. */
function pairRuns({ history: records }: Scenario, begin: number) {
  const open = new Map<string, string>()
  return records.map(({ task, action, t }, place) => {
    if (action === 'run') open.set(task, `history-${place}`)
    return { task, action, at: begin + t * 1000, runId: open.get(task) ?? `history-${place}` }
  })
}

/** Rocketry's event loop with one turn per cycle: async work takes the number of turns of its row. */
class Loop {
  #waiting: (() => void)[] = []

  turn(): void {
    for (const go of this.#waiting.splice(0)) go()
  }

  /** Waits for the next turn; returns at once if it is cancelled, as the loop continues while a session stops. */
  wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        signal.removeEventListener('abort', go)
        resolve()
      }
      this.#waiting.push(go)
      signal.addEventListener('abort', go)
    })
  }
}

function workOf(task: ScenarioTask, clock: TestClock, loop: Loop) {
  let runs = 0
  return async (_: unknown, run: Run): Promise<unknown> => {
    const outcome = task.outcomes[Math.min(runs++, task.outcomes.length - 1)]!
    if (task.execution === 'async') await takeTurns(task.yields, run.signal, loop)
    if (task.durationMs > 0) await clock.jump(task.durationMs)
    for (const [verb, name] of task.does) act(run.session, verb, name)
    if (outcome === 'fail') throw new Error('failed, as its row says')
    if (outcome === 'inaction') return inaction()
    if (outcome === 'terminate') {
      run.task.terminate(run.id)
      throw new Error('terminated, as its row says')
    }
    return undefined
  }
}

/** The turn in which work begins counts as well. */
async function takeTurns(yields: number, signal: AbortSignal, loop: Loop): Promise<void> {
  for (let left = yields; left >= 0; left--) {
    if (left > 0) signal.throwIfAborted()
    await loop.wait(signal)
  }
}

function act(session: Session, verb: string, task: string | undefined): void {
  if (verb === 'shut_down') session.shutDown()
  else if (verb === 'shut_down_force') session.shutDown({ force: true })
  else if (verb === 'restart') session.restart()
  else if (verb === 'terminate') session.task(task!).terminate()
  else if (verb === 'disable') session.task(task!).disable()
  else session.task(task!).run().catch(ignore)
}
