/** The task machine of a session, with its guards and effects. */
import type { CommandEvent } from '../../machines/commands.ts'
import { taskMachine } from '../../machines/task.machine.ts'
import type { Launch, TaskContext, TaskEvent } from '../../machines/task.setup.ts'
import type { TaskUpdate } from './api/task-options.ts'
import { optionsOf } from './commands/command-effects.ts'
import { type LaunchGuardDeps, launchGuards } from './decision/launch-guards.ts'
import type { Launcher } from './launching/launcher.ts'
import type { RunQueue } from './launching/manual-runs.ts'
import type { MissedRuns } from './launching/missed-runs.ts'
import type { RelaunchDelays } from './launching/relaunch-delays.ts'
import type { Reporter } from './reports/reporter.ts'
import type { Runs } from './runs/run-effects.ts'
import type { Journal } from './state/journal.ts'
import type { Requests } from './state/requests.ts'
import type { TaskEntry } from './state/task-state.ts'
import type { Watches } from './watching/condition-watches.ts'
import type { WorkflowRuns } from './workflows/workflow-runs.ts'

export interface TaskEffectDeps extends LaunchGuardDeps {
  readonly reporter: Reporter
  readonly journal: Journal
  readonly requests: Requests
  readonly runs: Runs
  readonly launcher: Launcher
  readonly delays: RelaunchDelays
  readonly queue: RunQueue
  readonly workflows: Pick<WorkflowRuns, 'send'>
  readonly missedRuns: MissedRuns
  readonly watches: Watches
  /** Changes options of a task. */
  readonly update: (entry: TaskEntry, update: TaskUpdate) => void
  /** Releases a task that was removed. */
  readonly release: (entry: TaskEntry) => void
}

/** The argument of an effect. */
interface Given<E extends TaskEvent = TaskEvent> {
  readonly context: TaskContext
  readonly event: E
}

type Of<T extends TaskEvent['type']> = Given<Extract<TaskEvent, { readonly type: T }>>

/** The task machine with its guards and effects. Effects do nothing for a task that is removed. */
export function provideTask(deps: TaskEffectDeps): typeof taskMachine {
  const { clock, delays, journal, launcher, queue, registry, reporter, requests, runs, watches } = deps
  const { byId } = registry
  return taskMachine.provide({
    guards: launchGuards(deps),
    actions: {
      launch: ({ context, event }) => {
        const entry = byId.get(context.id)
        if (entry === undefined) return
        runs.launch(entry, event as Launch & TaskEvent)
        watches.watchEnd(entry)
      },
      enlist: ({ context }) => {
        const entry = byId.get(context.id)
        if (entry !== undefined) launcher.enlist(entry)
      },
      startDelay: ({ context }) => {
        const entry = byId.get(context.id)
        if (entry === undefined) return
        delays.start(entry, context.relaunchAt ?? 0)
        journal.delayBegins(entry, context.relaunchAt ?? 0)
      },
      stopDelay: ({ context }) => {
        const entry = byId.get(context.id)
        if (entry === undefined) return
        delays.stop(entry)
        journal.delayEnds(entry)
      },
      answer: ({ event }) => requests.accept(event as CommandEvent),
      // Given directly: a wrapper would be one more frame between `task.run()` and the queue.
      queueRun: queue.accept as (given: Given) => void,
      sendToRuns: deps.workflows.send as (given: Given) => void,
      backfillRuns: deps.missedRuns.acceptBackfill as (given: Given) => void,
      terminateRuns: ({ context, event }) => {
        const entry = byId.get(context.id)
        if (entry !== undefined) queue.terminate(entry, (event as Of<'task.terminate'>['event']).runId)
      },
      updateTask: ({ context, event }) => {
        const command = event as Of<'task.update'>['event']
        requests.attempt(command, () => {
          const entry = byId.get(context.id)
          if (entry !== undefined) deps.update(entry, optionsOf(requests, command) as TaskUpdate)
        })
      },
      release: ({ context }) => {
        const entry = byId.get(context.id)
        if (entry === undefined) return
        launcher.leave(entry)
        deps.release(entry)
      },
      reportChange: ({ context }) => {
        const entry = byId.get(context.id)
        if (entry !== undefined) journal.toggled(entry, context.disabled)
        reporter.news.tell({ type: 'task.changed', task: context.name, at: clock.now() })
      },
      runActorFailed: ({ context, event }) => {
        const entry = byId.get(context.id)
        if (entry !== undefined && event.type === 'actor.failed') runs.actorFailed(entry, event.actorId)
      },
    },
  })
}
