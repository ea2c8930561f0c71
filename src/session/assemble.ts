/** The parts of a session, made and joined: what each needs of the others is said here and nowhere else. */
import type { runMachine } from '../../machines/run.machine.ts'
import { resolveArgs } from '../args/resolve.ts'
import { onEachNodes, periodOf } from '../conditions/node.ts'
import { Predicates } from '../conditions/predicate.ts'
import { createExecutors } from '../executors/executors.ts'
import { runDoor, sessionDoor, taskDoor } from './actor-door.ts'
import { argContextOf } from './arg-context.ts'
import type { Core } from './core.ts'
import { Crashes } from './crashes.ts'
import { NameDoubts } from './doubts.ts'
import { type Parts, sessionEffects, taskEffects } from './effects.ts'
import type { TaskEntry } from './entry.ts'
import { askElsewhere } from './far-condition.ts'
import { GuardedActor, guardedLogic } from './guarded-actor.ts'
import { guardInspect, guardLateInspectors } from './inspect-guard.ts'
import { JumpListeners } from './jump-listeners.ts'
import { Launcher } from './launcher.ts'
import { Life } from './life.ts'
import { LogKeeper } from './log-keeper.ts'
import { Milestones } from './milestones.ts'
import { Occasions } from './occasions.ts'
import { Persistence } from './persistence.ts'
import { provideRun, provideSession, provideTask, type RunEffects } from './provide.ts'
import { RunQueue } from './queue.ts'
import { type LaunchFacts, Runs } from './runs.ts'
import { SessionFacts } from './session-facts.ts'
import { Slots } from './slots.ts'
import { StartDoubts } from './start-doubts.ts'
import { TaskActors } from './task-actors.ts'
import { Tasks } from './tasks.ts'
import { Watches } from './watches.ts'

/** Fills the core with what it answers from, makes the parts, and starts the session's actor (in `stopped`). */
export function assemble(core: Core): Parts {
  const { clock } = core
  const parts = { milestones: new Milestones() } as Parts
  core.factsOf = (entry, at) => new SessionFacts(core, entry, at)
  const executors = createExecutors(
    (kind, message, about) => core.warn(kind, message, about),
    core.soon,
    () => core.settings.onUncaught,
  )
  for (const executor of executors) core.executors.set(executor.kind, executor)
  core.predicates = predicatesOf(core, parts)
  const slots = new Slots(
    core,
    () => parts.launcher.schedule(),
    (entry) => parts.launcher.contends(entry),
  )
  parts.slots = slots
  const provide = (effects: RunEffects): typeof runMachine => guardedLogic(provideRun(effects), runDoor(core))
  parts.runs = new Runs(core, slots, provide, (entry) => {
    parts.tasks.runEnded(entry)
    parts.launcher.ended(entry)
    parts.life.runEnded()
  })
  parts.launcher = new Launcher(core, parts.runs, slots, (entry, takesValue) =>
    launchFacts(core, entry, takesValue),
  )
  core.caughtUp = () => parts.launcher.schedule()
  core.reconsider = (entry) => parts.launcher.consider(entry)
  parts.queue = new RunQueue(core, parts.runs, parts.launcher)
  parts.crashes = new Crashes(core, parts.queue)
  parts.occasions = new Occasions(core, parts.launcher, parts.queue)
  parts.watches = new Watches(core, parts, { now: () => clock.now(), wakeAt: wakesOf(core, parts) })
  parts.actors = new TaskActors(
    core,
    guardedLogic(provideTask(taskEffects(core, parts)), taskDoor(core, parts)),
    parts.launcher,
  )
  parts.starts = new StartDoubts(core)
  parts.names = new NameDoubts(core)
  parts.tasks = new Tasks(core, parts)
  parts.keeper = new LogKeeper(core, () => parts.launcher.schedule())
  parts.persistence = new Persistence(core, parts)
  parts.life = new Life(core, parts)
  const { inspect } = core.options
  const logic = guardedLogic(provideSession(sessionEffects(core, parts)), sessionDoor(core, parts))
  core.actor = new GuardedActor(logic, {
    id: core.name,
    input: { name: core.name },
    ...(inspect === undefined ? {} : { inspect: guardInspect(core, inspect) }),
  })
  guardLateInspectors(core)
  core.actor.subscribe({
    error: (error) => {
      core.fatal = { error }
      parts.milestones.ended(core.fatal)
    },
  })
  core.actor.start()
  return parts
}

function predicatesOf(core: Core, parts: Parts): Predicates {
  const entryOf = (name: string | null): TaskEntry | null =>
    name === null ? null : (core.entries.get(name) ?? null)
  return new Predicates({
    values: (node, owner) =>
      resolveArgs(
        { declared: node.args },
        argContextOf(core, entryOf(owner), () => neverAborted),
      ),
    context: (owner) => core.context(entryOf(owner)),
    changed: (node) => core.changes.predicateChanged(node),
    execute: (node, owner, values) => askElsewhere(core, node, entryOf(owner), values, neverAborted),
    monotonic: () => core.clock.monotonic(),
    pollEveryMs: () => core.settings.pollEveryMs,
    onSlow: (message, _, owner) => core.warn('condition', message, owner === null ? {} : { task: owner }),
    onError: (error, _, owner) =>
      owner === null
        ? parts.watches.conditionFailed(null, error)
        : core.fail('condition', (error as Error).message, { task: owner, error }),
  })
}

const neverAborted = new AbortController().signal

function launchFacts(core: Core, entry: TaskEntry, takesValue: boolean): LaunchFacts {
  const { node } = entry.definition.start
  const facts = core.factsOf(entry)
  const period = periodOf(node)?.current(facts.now, facts.zone) ?? null
  let value: unknown
  // The values of the event streams that the launch is for are taken with it.
  if (takesValue)
    for (const stream of onEachNodes(node)) value = core.predicates.take(stream, entry.name) ?? value
  return { trigger: 'condition', dueAt: dueAtOf(core, entry, period?.start), period, value }
}

/**
 * Since when the task was to run: since its condition holds, but not from before the period that the run is for (the
 * process may have slept through others), and after a run not before the task might be launched again.
 */
function dueAtOf(core: Core, entry: TaskEntry, periodStart: number | undefined): number | null {
  if (entry.dueAt === null) return null
  const now = core.clock.now()
  const sinceRelaunch = entry.hasForeignChange ? 0 : core.clock.monotonic() - entry.relaunchAt
  const relaunch = Number.isFinite(entry.relaunchAt) ? now - sinceRelaunch : -Infinity
  return Math.min(now, Math.max(entry.dueAt, periodStart ?? -Infinity, relaunch))
}

/** Wakes of watches: by the timer heap, and whenever the clock jumps. */
function wakesOf(core: Core, parts: Parts): (at: number, wake: () => void) => () => void {
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
