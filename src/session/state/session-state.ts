/** The state that the parts of a session share. It is being replaced by the parts to which it delegates. */
import type { Command } from '../../../machines/commands.ts'
import type { Clock } from '../../clock/clock.ts'
import { Backlog, createSoon } from '../../clock/slices.ts'
import { HeldTimes } from '../../conditions/evaluate/held.ts'
import type { Vocabulary } from '../../conditions/language/vocabulary.ts'
import type { Predicates } from '../../conditions/predicates/predicates.ts'
import { CommandRefusedError } from '../../errors/errors.ts'
import type { Executor } from '../../executors/executor.ts'
import type { TaskName } from '../../task-ref.ts'
import { tell } from '../actors/guarded-actor.ts'
import { SessionActor, type SessionActorRef } from '../actors/session-actor.ts'
import type { Context } from '../api/hooks.ts'
import type { Session, SessionOptions } from '../api/session.ts'
import { ChangeSignal } from '../events/change-signal.ts'
import { ConditionChanges } from '../events/condition-changes.ts'
import { HookRunner } from '../events/hook-runner.ts'
import { ParamStore } from '../events/params.ts'
import { SessionConfiguration } from '../options/configuration.ts'
import type { FailureKind, Settings } from '../options/settings.ts'
import { type ReportDetails, Reporter } from '../reports/reporter.ts'
import type { FactsOf, HandleOf } from './ports.ts'
import { TaskRegistry } from './registry.ts'
import { Requests } from './requests.ts'
import { Returns } from './returns.ts'
import type { RunLog } from './run-log.ts'
import type { TaskSelection } from './selection.ts'
import type { TaskEntry } from './task-state.ts'
import { SessionUptime } from './uptime.ts'

/** Functions of parts that are created after the core. */
export interface Later {
  actor(): SessionActorRef
  send(command: Command): unknown
  schedule(): void
}

export class Core {
  readonly registry = new TaskRegistry()
  readonly returns = new Returns()
  readonly uptime = new SessionUptime()
  readonly hooks = new HookRunner()
  readonly stateChange = new ChangeSignal()
  readonly configuration: SessionConfiguration
  readonly sessionActor: SessionActor
  readonly reporter: Reporter
  readonly requests: Requests
  readonly changes: ConditionChanges
  readonly backlog: Backlog
  readonly soon: (call: () => void) => void
  /** Since when parts of the shut condition have held that must hold for a while. */
  readonly held: HeldTimes
  readonly params: ParamStore
  runLog!: RunLog
  executors!: ReadonlyMap<string, Executor>
  predicates!: Predicates
  factsOf!: FactsOf
  // biome-ignore lint/suspicious/noExplicitAny: its class is on a higher floor.
  contexts!: any
  waitingRuns!: { warn(task: string): void }
  wakeClock!: { readonly wokenFor: number | null }
  contextOf!: (entry: TaskEntry | null, signal?: AbortSignal) => Context
  readonly cycles = { count: 0 }

  constructor(
    readonly name: string,
    readonly clock: Clock,
    options: SessionOptions,
    readonly words: Vocabulary,
    readonly session: Session & { start(): Promise<void> },
    readonly handleOf: HandleOf,
    readonly selection: TaskSelection,
    later: Later,
  ) {
    this.held = this.heldTimes()
    this.configuration = new SessionConfiguration(options)
    this.sessionActor = new SessionActor(() => later.actor())
    this.reporter = new Reporter({
      name,
      clock,
      configuration: this.configuration,
      endSession: (error) => this.sessionActor.tell({ type: 'session.failed', error }),
    })
    this.requests = new Requests((event) => new CommandRefusedError(event.type, this.sessionActor.state, []))
    this.backlog = new Backlog(clock, () => later.schedule())
    this.soon = createSoon(clock)
    this.changes = new ConditionChanges(this.backlog, (owner) => {
      const entry = this.registry.entries.get(owner)
      if (entry === undefined) return
      const { hasForeignChange, live, relaunchAt } = entry.facts
      // Only a relaunch delay asks for it, and one report of it lasts until the next launch.
      if (!hasForeignChange && (live > 0 || relaunchAt !== null))
        tell(entry.actor, { type: 'dependency.changed' })
    })
    this.params = new ParamStore(
      (param) => {
        this.changes.paramChanged(param)
        this.stateChange.tell()
      },
      (command) => later.send(command),
    )
  }

  get entries(): Map<string, TaskEntry> {
    return this.registry.entries
  }
  get byId(): Map<string, TaskEntry> {
    return this.registry.byId
  }
  get leaving(): Map<string, number> {
    return this.registry.leaving
  }
  get options(): SessionOptions {
    return this.configuration.options
  }
  get settings(): Settings {
    return this.configuration.settings
  }
  get news() {
    return this.reporter.news
  }
  get failures() {
    return this.reporter.failures
  }
  get log() {
    return this.runLog.current
  }
  get logHealth() {
    return this.runLog.health
  }
  get whenLogDown() {
    return this.runLog.whenDown
  }
  get actor(): SessionActorRef {
    return this.sessionActor.ref
  }
  get only() {
    return this.selection.only
  }
  get wokenFor() {
    return this.wakeClock.wokenFor
  }
  get startedAt() {
    return this.uptime.startedAt
  }
  get startedMono() {
    return this.uptime.startedMono
  }
  get state() {
    return this.sessionActor.state
  }
  get isActive(): boolean {
    return this.sessionActor.isActive
  }
  get waitsForStart(): boolean {
    return this.sessionActor.waitsForStart
  }

  heldTimes(): HeldTimes {
    return new HeldTimes(this.clock)
  }
  nextOrder(): number {
    return this.registry.nextOrder()
  }
  entry(task: TaskName): TaskEntry {
    return this.registry.entry(task)
  }
  stateChanged(): void {
    this.stateChange.tell()
  }
  warn(kind: string, message: string, details?: ReportDetails): void {
    this.reporter.warn(kind, message, details)
  }
  fail(
    kind: FailureKind,
    message: string,
    details: { readonly task?: string; readonly error: unknown },
  ): void {
    this.reporter.fail(kind, message, details)
  }
  failFatally(error: unknown): void {
    this.reporter.failFatally(error)
  }
  context(entry: TaskEntry | null): Context {
    return this.contextOf(entry)
  }
}
