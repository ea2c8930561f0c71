/** The composition root of a session: creates its parts and connects them. */
import type { runMachine } from '../../machines/run.machine.ts'
import { onEachNodes, periodOf } from '../conditions/node.ts'
import { createExecutors } from '../executors/create-executors.ts'
import { GuardedActor, guardedLogic, posterOf } from './actors/guarded-actor.ts'
import { provideRun, provideSession, provideTask, type RunEffects } from './actors/provide.ts'
import { runDoor, sessionDoor, taskDoor } from './commands/command-gate.ts'
import { CommandSender } from './commands/command-sender.ts'
import { guardInspect, guardLateInspectors } from './guard-inspect.ts'
import { Crashes } from './launching/crashed-runs.ts'
import { Launcher } from './launching/launcher.ts'
import { RunQueue } from './launching/manual-runs.ts'
import { MissedRuns } from './launching/missed-runs.ts'
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
import { type LaunchFacts, Runs } from './runs/run-effects.ts'
import type { Core } from './state/session-state.ts'
import type { TaskEntry } from './state/task-state.ts'
import { StartWarnings } from './tasks/start-warnings.ts'
import { TaskActors } from './tasks/task-actors.ts'
import { Tasks } from './tasks/task-registry.ts'
import { NameWarnings } from './tasks/task-warnings.ts'
import { ConditionStreams } from './watching/condition-streams.ts'
import { Watches } from './watching/condition-watches.ts'
import { SessionFacts } from './watching/session-facts.ts'
import { sessionPredicates } from './watching/session-predicates.ts'
import { JumpListeners } from './watching/wake-clock.ts'

/** Creates the parts of the session, sets the late-bound members of the core, and starts the session's actor in `stopped`. */
export function assemble(core: Core): SessionModules {
  const { clock } = core
  const parts = { milestones: new StartedStopped() } as SessionModules
  core.factsOf = (entry, at) => new SessionFacts(core, entry, at)
  const executors = createExecutors(
    (kind, message, about) => core.warn(kind, message, about),
    core.soon,
    () => core.settings.onUncaught,
  )
  for (const executor of executors) core.executors.set(executor.kind, executor)
  core.predicates = sessionPredicates(core, (error) => parts.watches.conditionFailed(null, error))
  const slots = new Capacity(
    core,
    () => parts.launcher.schedule(),
    (entry) => parts.launcher.contends(entry),
  )
  parts.slots = slots
  const provide = (effects: RunEffects): typeof runMachine => guardedLogic(provideRun(effects), runDoor(core))
  parts.runs = new Runs(core, slots, provide, (entry) => {
    parts.tasks.runEnded(entry)
    parts.launcher.ended(entry)
    parts.sequence.runEnded()
  })
  parts.launcher = new Launcher(core, parts.runs, slots, (entry, takesValue) =>
    launchFacts(core, entry, takesValue),
  )
  core.caughtUp = () => parts.launcher.schedule()
  core.reconsider = (entry) => parts.launcher.consider(entry)
  parts.queue = new RunQueue(core, parts.runs, parts.launcher)
  parts.crashes = new Crashes(core, parts.queue)
  parts.occasions = new MissedRuns(core, parts.launcher, parts.queue)
  const wakes = { now: () => clock.now(), wakeAt: wakesOf(core, parts) }
  parts.watches = new Watches(core, parts, wakes)
  parts.streams = new ConditionStreams(core, wakes)
  parts.actors = new TaskActors(
    core,
    guardedLogic(provideTask(taskEffects(core, parts)), taskDoor(core)),
    parts.launcher,
  )
  parts.starts = new StartWarnings(core)
  parts.names = new NameWarnings(core)
  parts.tasks = new Tasks(core, parts)
  parts.keeper = new LogLifecycle(core, () => parts.launcher.schedule())
  parts.persistence = new Persistence(core, parts)
  parts.sequence = new Sequence(core, parts)
  parts.signals = new SignalHandling(core)
  parts.starting = new Starting(core, parts)
  parts.running = new Running(core, parts)
  parts.stopping = new Stopping(core, parts)
  parts.sender = new CommandSender(core, parts)
  core.send = (command) => parts.sender.send(command)
  core.runTask = (entry, given) => parts.sender.run(entry, given)
  const { inspect, instantShutdown = false, restarting = 'recall' } = core.options
  const machine = provideSession(sessionEffects(core, parts), sessionSteps(parts))
  const logic = guardedLogic(machine, sessionDoor(core))
  core.actor = new GuardedActor(logic, {
    id: core.name,
    input: { name: core.name, instantShutdown, restarting },
    ...(inspect === undefined ? {} : { inspect: guardInspect(core, inspect) }),
  })
  guardLateInspectors(core)
  core.actor.subscribe({ error: (error) => parts.milestones.ended({ error }) })
  core.actor.start()
  core.post = posterOf(core.actor)
  return parts
}

function launchFacts(core: Core, entry: TaskEntry, takesValue: boolean): LaunchFacts {
  const { node } = entry.definition.start
  const facts = core.factsOf(entry)
  const period = periodOf(node)?.current(facts.now, facts.zone) ?? null
  let value: unknown
  // The launch takes the value of the event stream that causes it.
  if (takesValue)
    for (const stream of onEachNodes(node)) value = core.predicates.take(stream, entry.name) ?? value
  return { trigger: 'condition', dueAt: dueAtOf(core, entry, period?.start), period, value }
}

/**
 * The instant at which the run became due, epoch ms: when its condition began to hold, but not before the period of the run (the
 * process may have been suspended during earlier periods), and not before the end of the relaunch delay.
 */
function dueAtOf(core: Core, entry: TaskEntry, periodStart: number | undefined): number | null {
  if (entry.dueAt === null) return null
  const now = core.clock.now()
  const sinceRelaunch = entry.hasForeignChange ? 0 : core.clock.monotonic() - entry.relaunchAt
  const relaunch = Number.isFinite(entry.relaunchAt) ? now - sinceRelaunch : -Infinity
  return Math.min(now, Math.max(entry.dueAt, periodStart ?? -Infinity, relaunch))
}

/** Creates the wake function of watches: it calls back at an instant, or earlier if the clock jumps. */
function wakesOf(core: Core, parts: SessionModules): (at: number, wake: () => void) => () => void {
  const jumps = new JumpListeners(core.clock, core.backlog)
  const wakeFor = (at: number, wake: () => void): void => {
    core.wokenFor = Math.min(at, core.clock.now())
    try {
      wake()
    } finally {
      core.wokenFor = null
    }
  }
  return (at, wake) => {
    const undoTimer = core.clock.callAt(at, () => {
      undoJump()
      parts.launcher.woken()
      wakeFor(at, wake)
    })
    const undoJump = jumps.add(() => {
      undoTimer()
      wakeFor(at, wake)
    })
    return () => {
      undoTimer()
      undoJump()
    }
  }
}
