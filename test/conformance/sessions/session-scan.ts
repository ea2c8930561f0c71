/** Rocketry's loop discipline with our conditions: each task is evaluated once per cycle, by priority. */
import { createApp } from '../../../src/index.ts'
import { history, TestClock } from '../../../src/testing.ts'
import type { Entry } from './session-log.ts'
import type { Scenario, ScenarioTask } from './session-scenario.ts'

/** True for a scenario of main work that conditions launch; only those are scanned. */
export function isScannable({ tasks, history: before, run, options }: Scenario): boolean {
  const isPlain = (task: ScenarioTask) =>
    task.execution === 'main' &&
    task.requested + task.does.length === 0 &&
    !(task.onStartup || task.onShutdown || task.disabled || task.permanent) &&
    task.end === undefined
  return tasks.every(isPlain) && before.length === 0 && run === null && options.multilaunch !== true
}

/** The records of the given number of cycles. */
export function scan({ start, stepMs, tasks }: Scenario, cycles: number): readonly Entry[] {
  const clock = new TestClock({ at: start, zone: 'UTC' })
  const begin = clock.now()
  const app = createApp({ timezone: 'UTC', clock })
  const { session } = app
  const starts = tasks
    .toSorted((a, b) => b.priority - a.priority)
    .map((task) => ({ ...task, runs: 0, condition: app.task(task.name, task.start, () => {}).start }))
  const log: Entry[] = []
  const put = (task: string, action: ScenarioTask['outcomes'][number] | 'run', runId: string): void => {
    history(session, [{ task, action, at: clock.now(), runId }])
    log.push({ task, action, t: (clock.now() - begin) / 1000 })
  }
  for (let cycle = 0; cycle < cycles; cycle++) {
    clock.pass(stepMs)
    for (const task of starts) {
      if (!task.condition.holds({ session, task: task.name })) continue
      const runId = `${task.name}-${task.runs}`
      put(task.name, 'run', runId)
      clock.pass(task.durationMs)
      put(task.name, task.outcomes[Math.min(task.runs++, task.outcomes.length - 1)]!, runId)
    }
  }
  return log
}
