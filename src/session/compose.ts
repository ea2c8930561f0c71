/**
 * The composition root of a session: creates its parts in the order of their dependencies. A part that needs one that is created later gets
 * a function that reaches it.
 */
import type { Command } from '../../machines/commands.ts'
import type { Clock } from '../clock/clock.ts'
import { Backlog, createSoon } from '../clock/slices.ts'
import { HeldTimes } from '../conditions/evaluate/held.ts'
import type { Vocabulary } from '../conditions/language/vocabulary.ts'
import { CommandRefusedError } from '../errors/errors.ts'
import { createExecutors } from '../executors/create-executors.ts'
import type { Executor } from '../executors/executor.ts'
import type { SessionLog } from '../log/session-log.ts'
import { toXStateClock } from '../workflow/xstate-clock.ts'
import { GuardedActor, guardedLogic, posterOf } from './actors/guarded-actor.ts'
import { SessionActor, type SessionActorRef } from './actors/session-actor.ts'
import type { Session, SessionOptions } from './api/session.ts'
import type { SentAs } from './api/task.ts'
import { runDoor, sessionDoor, taskDoor } from './commands/command-gate.ts'
import { CommandSender } from './commands/command-sender.ts'
import { Explanations } from './decision/explain-task.ts'
import { ChangeSignal } from './events/change-signal.ts'
import { ConditionChanges } from './events/condition-changes.ts'
import { HookRunner } from './events/hook-runner.ts'
import { ParamStore } from './events/params.ts'
import { Inspection } from './guard-inspect.ts'
import { Crashes } from './launching/crashed-runs.ts'
import { Cycles } from './launching/cycles.ts'
import { Launcher } from './launching/launcher.ts'
import { RunQueue } from './launching/manual-runs.ts'
import { MissedRuns } from './launching/missed-runs.ts'
import { RelaunchDelays } from './launching/relaunch-delays.ts'
import { WaitingRuns } from './launching/waiting-runs.ts'
import { Running } from './lifecycle/running.ts'
import { SignalHandling } from './lifecycle/signals.ts'
import { StartedStopped } from './lifecycle/started-stopped.ts'
import { Starting } from './lifecycle/starting.ts'
import { Sequence } from './lifecycle/startup-tasks.ts'
import { Stopping } from './lifecycle/stopping.ts'
import { SessionConfiguration } from './options/configuration.ts'
import { ChangeJournal } from './past/journal.ts'
import { Past } from './past/past.ts'
import { LogLifecycle } from './persistence/log-lifecycle.ts'
import { Persistence } from './persistence/saved-state.ts'
import { provideSession } from './provide-session.ts'
import { provideTask } from './provide-task.ts'
import { Reporter } from './reports/reporter.ts'
import { Capacity } from './runs/capacity.ts'
import { Contexts } from './runs/contexts.ts'
import { Runs } from './runs/run-effects.ts'
import { type Journal, noJournal } from './state/journal.ts'
import type { HandleOf } from './state/ports.ts'
import { TaskRegistry } from './state/registry.ts'
import { Requests } from './state/requests.ts'
import { Returns } from './state/returns.ts'
import { TaskSelection } from './state/selection.ts'
import type { TaskEntry } from './state/task-state.ts'
import { SessionUptime } from './state/uptime.ts'
import { StartWarnings } from './tasks/start-warnings.ts'
import { TaskActors } from './tasks/task-actors.ts'
import { createHandles } from './tasks/task-handle.ts'
import { Tasks } from './tasks/task-registry.ts'
import { NameWarnings } from './tasks/task-warnings.ts'
import { reportConditionFailure } from './watching/condition-failure.ts'
import { ConditionStreams } from './watching/condition-streams.ts'
import { Watches } from './watching/condition-watches.ts'
import { createFactsOf } from './watching/session-facts.ts'
import { sessionPredicates } from './watching/session-predicates.ts'
import { WatchClock } from './watching/wake-clock.ts'
import { Resumption } from './workflows/resumption.ts'
import { WorkflowRuns } from './workflows/workflow-runs.ts'

/** The input of a session. */
export interface Given {
  readonly name: string
  readonly clock: Clock
  readonly options: SessionOptions
  readonly words: Vocabulary
  /** The public interface to the parts. */
  readonly session: Session & { start(): Promise<void> }
  /** The session that this one simulates. */
  readonly original?: OriginalParts
}

/** The parts of the original that its simulation uses. */
export interface OriginalParts {
  readonly handleOf: HandleOf
  readonly executors: ReadonlyMap<string, Executor>
  readonly log: SessionLog
  readonly only: ReadonlySet<string> | null
}

/** The parts of a session. */
export type SessionParts = ReturnType<typeof compose>

/** Creates the parts of a session, and starts its actor in `stopped`. */
export function compose({ name, clock, options, words, session, original }: Given) {
  const isSimulation = original !== undefined

  // State and reports
  const configuration = new SessionConfiguration(options)
  const sessionActor = new SessionActor(() => actor)
  const endSession = (error: unknown): void => sessionActor.tell({ type: 'session.failed', error })
  const reporter = new Reporter({ name, clock, configuration, endSession, isPrivate: isSimulation })
  const registry = new TaskRegistry()
  const base = { clock, configuration, sessionActor, reporter, registry }
  const selection = new TaskSelection(original?.only)
  const uptime = new SessionUptime()
  const returns = new Returns()
  const requests = new Requests((event) => new CommandRefusedError(event.type, sessionActor.state, []))
  const held = new HeldTimes(clock)

  // Events and params
  const send = (command: Command): unknown => sender.send(command)
  const schedule = (): void => launcher.schedule()
  const hooks = new HookRunner()
  const stateChange = new ChangeSignal()
  const soon = createSoon(clock)
  const backlog = new Backlog(clock, schedule)
  const changes = new ConditionChanges(backlog, (owner) => actors.dependencyChanged(owner))
  const onParam = (param: string): void => {
    changes.paramChanged(param)
    stateChange.tell()
  }
  const params = new ParamStore({
    onChange: onParam,
    send,
    willChange: (param) => journal.param(param),
  })

  // The run log and the executors
  const runLog = new LogLifecycle({
    ...base,
    onWritable: schedule,
    onHealth: () => journal.session(),
    branchOf: original?.log,
  })
  const changeJournal = new ChangeJournal({ ...base, params, selection, uptime, runLog })
  const journal: Journal = isSimulation ? noJournal : changeJournal
  const createOwn = (): readonly Executor[] =>
    createExecutors((kind, message, about) => reporter.warn(kind, message, about), soon, configuration)
  const executors: ReadonlyMap<string, Executor> =
    original?.executors ?? new Map(createOwn().map((executor) => [executor.kind, executor]))

  // Contexts for hooks and args, and facts for conditions
  const handleOf: HandleOf = original?.handleOf ?? ((entry) => handles(entry))
  const contexts = new Contexts({ ...base, session, returns, runLog, params, handleOf })
  const cycles = new Cycles({ ...base, hooks, changes, contexts, wake: () => launcher.woken() })
  const facts = { ...base, runLog, params, uptime, cycles }
  const predicateDeps = { ...base, name, uptime, changes, contexts, executors }
  const predicates = sessionPredicates(predicateDeps, (error) =>
    reportConditionFailure(reporter, null, error),
  )
  const factsOf = createFactsOf(facts, predicates, held)

  // Runs and launches
  const inspection = new Inspection(reporter)
  const doors = {
    clock,
    registry,
    requests,
    inspection,
    orphanFailed: (taskId: string, actorId: string): void => {
      const entry = registry.byId.get(taskId)
      if (entry !== undefined) runs.actorFailed(entry, actorId)
    },
    send,
  }
  const waitingRuns = new WaitingRuns(base)
  const workflows = new WorkflowRuns({ ...base, runLog, requests, changes })
  const resumption = new Resumption({
    ...base,
    selection,
    runLog,
    recordCrash: (run) => crashes.record(run),
  })
  const slots = new Capacity({ ...base, executors, onRoom: schedule })
  const runs = new Runs({
    ...base,
    journal,
    session,
    hooks,
    contexts,
    executors,
    runLog,
    handleOf,
    changes,
    returns,
    soon,
    predicates,
    slots,
    workflows,
    resumption,
    guarded: (machine) => guardedLogic(machine, runDoor(doors)),
    onEnded: (entry) => {
      tasks.runEnded(entry)
      launcher.runEnded()
      sequence.runEnded()
    },
  })
  const situations = { ...base, runLog, selection, runs, slots }
  const delays = new RelaunchDelays({ clock, onTimer: () => cycles.woken() })
  const launcher = new Launcher({ ...situations, backlog, factsOf, cycles, delays })
  const sendEvent = (entry: TaskEntry, event: unknown, runId: string): Promise<SentAs> =>
    sender.sendEvent(entry, event, runId)
  const queue = new RunQueue({
    ...base,
    send,
    sendEvent,
    requests,
    executors,
    journal,
    stateChange,
    waitingRuns,
    runs,
  })
  const crashes = new Crashes({ ...base, runLog, queue })
  const missedRuns = new MissedRuns({ ...base, runLog, requests, changes, uptime, factsOf, launcher, queue })

  // Watches of conditions
  const wakeClock = new WatchClock({ clock, backlog, launcher })
  const watches = new Watches({
    ...facts,
    words,
    backlog,
    changes,
    predicates,
    factsOf,
    held,
    wakeClock,
    runs,
    missedRuns,
    crashes,
  })
  const streams = new ConditionStreams({ ...facts, ...predicateDeps, words, wakeClock })

  // Tasks
  const taskMachine = provideTask({
    ...situations,
    journal,
    requests,
    runs,
    launcher,
    delays,
    queue,
    workflows,
    missedRuns,
    watches,
    update: (entry, update) => tasks.update(entry, update),
    release: (entry) => tasks.release(entry),
  })
  const machine = guardedLogic(taskMachine, taskDoor(doors))
  const actors = new TaskActors({ ...base, runLog, watches, machine })
  const starts = new StartWarnings({ ...base, isOff: isSimulation })
  const names = new NameWarnings(base)
  const tasks = new Tasks({
    ...base,
    journal,
    words,
    returns,
    changes,
    hooks,
    contexts,
    handleOf,
    runs,
    slots,
    actors,
    watches,
    starts,
    names,
  })

  // Start and stop
  const milestones = new StartedStopped()
  const persistence = new Persistence({ ...base, words, runLog, params, stateChange, tasks, queue })
  const sequence = new Sequence({ ...base, selection, runs, slots, watches })
  const signals = new SignalHandling(base)
  const startAndStop = { ...base, hooks, contexts, uptime, launcher, actors, persistence, runLog, sequence }
  const starting = new Starting({
    ...startAndStop,
    beginJournal: (aliveAt) => {
      if (!isSimulation) changeJournal.begin(aliveAt)
    },
    factsOf,
    returns,
    waitingRuns,
    crashes,
    resumption,
    milestones,
    signals,
  })
  const running = new Running({ ...base, launcher, watches, starts, names })
  const stopping = new Stopping({
    ...startAndStop,
    endJournal: () => changeJournal.end(),
    journal,
    predicates,
    executors,
    runs,
    watches,
    starts,
    signals,
  })

  // The session's actor, the commands to it, and the handles that send them
  const sessionMachine = provideSession({
    ...base,
    journal,
    starting,
    running,
    stopping,
    milestones,
    session,
    requests,
    selection,
    params,
    tasks,
    actors,
    watches,
    launcher,
    signals,
    runTask: (entry, given) => sender.run(entry, given),
  })
  const { inspect, instantShutdown = false, restarting = 'recall' } = configuration.options
  const logic = guardedLogic(sessionMachine, sessionDoor(doors))
  const actor: SessionActorRef = new GuardedActor(logic, {
    id: name,
    input: { name, instantShutdown, restarting },
    clock: toXStateClock(clock),
    ...(inspect === undefined ? {} : { inspect: inspection.guard(inspect) }),
  })
  const post = posterOf(actor)
  const sender = new CommandSender({ ...base, words, requests, tasks, actors, queue, missedRuns, post })
  const explanations = new Explanations({ ...situations, executors, factsOf })
  const past = new Past({
    ...base,
    words,
    executors,
    params,
    selection,
    uptime,
    runLog,
    journal: changeJournal,
  })
  const handles = createHandles({ ...base, runLog, returns, sender, explanations, past, post })
  inspection.guardLate(actor)
  actor.subscribe({ error: (error) => milestones.ended({ error }) })
  actor.start()

  return {
    ...base,
    name,
    words,
    session,
    selection,
    uptime,
    returns,
    hooks,
    changes,
    params,
    runLog,
    executors,
    cycles,
    handleOf,
    factsOf,
    slots,
    runs,
    launcher,
    queue,
    watches,
    streams,
    tasks,
    milestones,
    past,
    sender,
  } as const
}
