/** The composition root of a session: creates its parts and connects them. */
import type { Command } from '../../machines/commands.ts'
import type { runMachine } from '../../machines/run.machine.ts'
import type { Clock } from '../clock/clock.ts'
import type { Vocabulary } from '../conditions/language/vocabulary.ts'
import { createExecutors } from '../executors/create-executors.ts'
import type { Executor } from '../executors/executor.ts'
import type { SessionLog } from '../log/session-log.ts'
import { GuardedActor, guardedLogic, posterOf } from './actors/guarded-actor.ts'
import { provideRun, provideSession, provideTask, type RunEffects } from './actors/provide.ts'
import type { SessionActorRef } from './actors/session-actor.ts'
import type { Session, SessionOptions } from './api/session.ts'
import { runDoor, sessionDoor, taskDoor } from './commands/command-gate.ts'
import { CommandSender } from './commands/command-sender.ts'
import { explainTask, isDue, taskWaitsFor } from './decision/explain-task.ts'
import { launchGuards } from './decision/launch-guards.ts'
import { nextTaskRuns } from './decision/next-task-runs.ts'
import { Inspection } from './guard-inspect.ts'
import { Crashes } from './launching/crashed-runs.ts'
import { Launcher } from './launching/launcher.ts'
import { RunQueue } from './launching/manual-runs.ts'
import { MissedRuns } from './launching/missed-runs.ts'
import { WaitingRuns } from './launching/waiting-runs.ts'
import { Running } from './lifecycle/running.ts'
import { SignalHandling } from './lifecycle/signals.ts'
import { StartedStopped } from './lifecycle/started-stopped.ts'
import { Starting } from './lifecycle/starting.ts'
import { Sequence } from './lifecycle/startup-tasks.ts'
import { Stopping } from './lifecycle/stopping.ts'
import { type SessionModules, sessionEffects, sessionSteps, taskEffects } from './machine-effects.ts'
import { LogLifecycle } from './persistence/log-lifecycle.ts'
import { Persistence } from './persistence/saved-state.ts'
import { Capacity } from './runs/capacity.ts'
import { Contexts } from './runs/contexts.ts'
import { Runs } from './runs/run-effects.ts'
import type { HandleOf } from './state/ports.ts'
import { TaskSelection } from './state/selection.ts'
import { Core } from './state/session-state.ts'
import { StartWarnings } from './tasks/start-warnings.ts'
import { TaskActors } from './tasks/task-actors.ts'
import { createHandles } from './tasks/task-handle.ts'
import { Tasks } from './tasks/task-registry.ts'
import { NameWarnings } from './tasks/task-warnings.ts'
import { ConditionStreams } from './watching/condition-streams.ts'
import { Watches } from './watching/condition-watches.ts'
import { createFactsOf } from './watching/session-facts.ts'
import { sessionPredicates } from './watching/session-predicates.ts'
import { WatchClock } from './watching/wake-clock.ts'

/** The input of a session. A simulation passes parts of its original. */
export interface Given {
  readonly name: string
  readonly clock: Clock
  readonly options: SessionOptions
  readonly words: Vocabulary
  readonly session: Session & { start(): Promise<void> }
  readonly handleOf?: HandleOf
  readonly executors?: ReadonlyMap<string, Executor>
  readonly branchOf?: SessionLog
  readonly only?: ReadonlySet<string> | null
}

/** Creates the parts, and starts the session's actor in `stopped`. */
export function assemble(given: Given): SessionModules {
  const { name, clock, options, words, session } = given
  const parts = { milestones: new StartedStopped() } as SessionModules
  const core = new Core(
    name,
    clock,
    options,
    words,
    session,
    (entry) => handles(entry),
    new TaskSelection(given.only),
    {
      actor: () => actor,
      send: (command) => parts.sender.send(command),
      schedule: () => parts.launcher.schedule(),
    },
  )
  parts.core = core
  core.runLog = parts.keeper = new LogLifecycle({
    ...core,
    onWritable: () => parts.launcher.schedule(),
    branchOf: given.branchOf,
  })
  core.executors =
    given.executors ??
    new Map(
      createExecutors(
        (kind, message, about) => core.warn(kind, message, about),
        core.soon,
        () => core.settings.onUncaught,
      ).map((executor) => [executor.kind, executor]),
    )
  core.contexts = parts.contexts = new Contexts({ ...core })
  core.waitingRuns = parts.waitingRuns = new WaitingRuns(core)
  core.contextOf = (entry, signal) => parts.contexts.of(entry, signal)
  core.predicates = sessionPredicates(core, (error) => parts.watches.conditionFailed(null, error))
  core.factsOf = createFactsOf(core, core.predicates, core.held)
  parts.inspection = new Inspection(core.reporter)
  const doors = {
    ...core,
    inspection: parts.inspection,
    send: (command: Command) => parts.sender.send(command),
  }
  const slots = new Capacity(core, () => parts.launcher.schedule())
  parts.slots = slots
  const provide = (effects: RunEffects): typeof runMachine =>
    guardedLogic(provideRun(effects), runDoor(doors))
  parts.runs = new Runs(core, slots, provide, (entry) => {
    parts.tasks.runEnded(entry)
    parts.launcher.runEnded()
    parts.sequence.runEnded()
  })
  parts.launcher = new Launcher(core, parts.runs, slots)
  parts.queue = new RunQueue(core, parts.runs)
  parts.crashes = new Crashes({ ...core, queue: parts.queue })
  parts.occasions = new MissedRuns({ ...core, launcher: parts.launcher, queue: parts.queue })
  parts.wakeClock = new WatchClock({ clock, backlog: core.backlog, onTimer: () => parts.launcher.woken() })
  core.wakeClock = parts.wakeClock
  parts.watches = new Watches(core, parts, parts.wakeClock)
  parts.streams = new ConditionStreams({ ...core, ...parts })
  parts.actors = new TaskActors(
    core,
    guardedLogic(provideTask(taskEffects(core, parts), launchGuards(core, parts)), taskDoor(doors)),
  )
  parts.starts = new StartWarnings({ ...core })
  parts.names = new NameWarnings({ ...core })
  parts.tasks = new Tasks(core, parts)
  parts.persistence = new Persistence({ ...core, ...parts })
  parts.sequence = new Sequence({ ...core, ...parts })
  parts.signals = new SignalHandling({ ...core })
  parts.starting = new Starting({ ...core, ...parts })
  parts.running = new Running({ ...core, ...parts })
  parts.stopping = new Stopping({ ...core, ...parts })
  const { inspect, instantShutdown = false, restarting = 'recall' } = core.options
  const machine = provideSession(sessionEffects(core, parts), sessionSteps(parts))
  const actor: SessionActorRef = new GuardedActor(guardedLogic(machine, sessionDoor(doors)), {
    id: name,
    input: { name, instantShutdown, restarting },
    ...(inspect === undefined ? {} : { inspect: parts.inspection.guard(inspect) }),
  })
  const post = posterOf(actor)
  parts.sender = new CommandSender({ ...core, ...parts, post })
  const handles =
    given.handleOf ??
    createHandles({
      ...core,
      post,
      sender: parts.sender,
      decisions: {
        explain: (entry) => explainTask(core, parts, entry),
        nextRuns: (entry, n) => nextTaskRuns(core, parts, entry, n),
        isDue: (entry) => isDue(core, parts, entry),
        waitsFor: (entry) => taskWaitsFor(core, parts, entry),
      },
    })
  parts.inspection.guardLate(actor)
  actor.subscribe({ error: (error) => parts.milestones.ended({ error }) })
  actor.start()
  return parts
}
