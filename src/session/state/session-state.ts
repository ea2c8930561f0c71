/**
 * What the parts of a session share: one object that holds the state, and small questions about it. No part imports
 * another's insides; they meet here.
 */
import type { ActorRefFrom } from 'xstate'
import type { Command, CommandEvent } from '../../../machines/commands.ts'
import type { ErrorData } from '../../../machines/protocol.ts'
import type { sessionMachine } from '../../../machines/session.machine.ts'
import type { Clock } from '../../clock/clock.ts'
import { Backlog, createSoon } from '../../clock/slices.ts'
import { HeldTimes } from '../../conditions/evaluate/held.ts'
import type { Facts } from '../../conditions/facts.ts'
import type { Vocabulary } from '../../conditions/language/vocabulary.ts'
import type { Predicates } from '../../conditions/predicates/predicates.ts'
import { toErrorData } from '../../errors/error-data.ts'
import { CommandRefusedError, TaskNotFoundError } from '../../errors/errors.ts'
import { near } from '../../errors/suggest.ts'
import type { Executor } from '../../executors/executor.ts'
import type { StoreHealth, WhenDown } from '../../log/resilience/options.ts'
import type { SessionLog } from '../../log/session-log.ts'
import { type TaskName, toTaskName } from '../../task-ref.ts'
import type { Redactor } from '../../values/secrets.ts'
import { tell } from '../actors/guarded-actor.ts'
import type { Context } from '../api/hooks.ts'
import type { Session, SessionOptions } from '../api/session.ts'
import type { Logger } from '../api/session-options.ts'
import type { SessionState } from '../api/session-parts.ts'
import type { RunHandle, Task } from '../api/task.ts'
import { ConditionChanges } from '../events/condition-changes.ts'
import { HookRunner } from '../events/hook-runner.ts'
import { NewsHub } from '../events/news.ts'
import { ParamStore } from '../events/params.ts'
import { type FailureKind, type Settings, toSettings } from '../options/settings.ts'
import { noLogger, plainLogger } from '../reports/console-logger.ts'
import { FailureReports } from '../reports/failure-reports.ts'
import { Requests } from './requests.ts'
import { toSessionState } from './state-name.ts'
import type { TaskEntry } from './task-state.ts'

/** The state that a session's parts share. */
export class Core {
  readonly entries = new Map<string, TaskEntry>()
  /** Also tasks that were removed while a run of theirs lives. */
  readonly byId = new Map<string, TaskEntry>()
  /** Runs that live of tasks that were removed, by task name: the next task of that name waits for them. */
  readonly leaving = new Map<string, number>()
  readonly returns = new Map<string, unknown>()
  /** Why the last return of a task, of an earlier process, is not known. */
  readonly lostReturns = new Map<string, string>()
  readonly executors = new Map<string, Executor>()
  readonly warnings: Record<string, number> = {}
  readonly hooks = new HookRunner()
  readonly failures = new FailureReports(this)
  readonly changes: ConditionChanges
  /** Looks of conditions that wait for their slice. */
  readonly backlog: Backlog
  /** Calls soon, in slices that give way to I/O. */
  readonly soon: (call: () => void) => void
  readonly news: NewsHub
  /** Since when parts of the shut condition have held that must hold for a while. */
  readonly held: HeldTimes
  readonly params: ParamStore
  settings: Settings
  log!: SessionLog
  /** The log was closed by a stop; a start opens it again. */
  isLogClosed = false
  /** Whether the store can write. */
  logHealth: StoreHealth = { state: 'ok', waiting: 0 }
  /** True if runs go on while the log cannot be written. */
  whenLogDown: WhenDown = 'pause'
  /** Masks secrets in what is stored; undefined where nothing is to be masked. */
  redactor: Redactor | undefined
  actor!: ActorRefFrom<typeof sessionMachine>
  session!: Session & { start(): Promise<void> }
  /** Sends a command to the session's actor; throws if it is malformed or refused. */
  send!: (command: Command) => unknown
  /** Runs a task manually. */
  runTask!: (entry: TaskEntry, given: { readonly execution?: string | undefined }) => RunHandle
  /** Posts a command that is prepared. */
  post!: (event: CommandEvent) => void
  readonly requests = new Requests((event) => new CommandRefusedError(event.type, this.state, []))
  predicates!: Predicates
  /** The facts of one owner at one instant. */
  factsOf!: (entry: TaskEntry | null, at?: number) => Facts
  handleOf!: (entry: TaskEntry) => Task
  /** Looks again at whether a task may launch. */
  reconsider!: (entry: TaskEntry) => void
  /** All looks that had to wait were made. */
  caughtUp: () => void = () => {}
  /** Only these tasks may launch (a stopped session that was asked to run some tasks). */
  only: ReadonlySet<string> | null = null
  /** While a watch is woken by time: the instant that it was to be woken for, epoch ms. The timer may have come late. */
  wokenFor: number | null = null
  startedAt: number | null = null
  startedMono: number | null = null
  cycles = 0
  /** Inspection observers being notified, nested. */
  inspecting = 0
  /** Something changed that tells of no news: told to who keeps the session's state. */
  stateChanged: () => void = () => {}
  #order = 0

  constructor(
    readonly name: string,
    readonly clock: Clock,
    public options: SessionOptions,
    readonly words: Vocabulary,
  ) {
    this.held = this.heldTimes()
    this.settings = toSettings(options)
    this.backlog = new Backlog(clock, () => this.caughtUp())
    this.soon = createSoon(clock)
    this.changes = new ConditionChanges(this.backlog, (owner) => {
      const entry = this.entries.get(owner)
      if (entry === undefined) return
      entry.hasForeignChange = true
      this.reconsider(entry)
    })
    this.params = new ParamStore(
      (param) => {
        this.changes.paramChanged(param)
        this.stateChanged()
      },
      (command) => this.send(command),
    )
    this.news = new NewsHub(name, (error, of) =>
      this.warn('listener', `A listener of '${of}' threw.`, { error }),
    )
  }

  get logger(): Logger {
    const { logger } = this.options
    return logger === false ? noLogger : (logger ?? plainLogger)
  }

  /** Times of a watch that have not begun, on the session's clock. */
  heldTimes(): HeldTimes {
    return new HeldTimes(() => this.clock.monotonic())
  }

  nextOrder(): number {
    return this.#order++
  }

  entry(task: TaskName): TaskEntry {
    const name = toTaskName(task)
    const entry = this.entries.get(name)
    if (entry === undefined) throw new TaskNotFoundError(name, near(name, this.entries.keys()))
    return entry
  }

  get state(): SessionState {
    return toSessionState(this.actor.getSnapshot().value)
  }

  /** True if live runs are told to end, and not waited for. */
  get isTerminating(): boolean {
    return this.actor.getSnapshot().context.terminateWanted
  }

  /** True while a stop closes what it held open: all else is over. */
  get isReleasing(): boolean {
    return this.actor.getSnapshot().matches({ stopping: 'releasing' })
  }

  /** True if a run that is asked for now waits for the next start. */
  get waitsForStart(): boolean {
    return this.state === 'stopped' || this.isReleasing
  }

  /** May tasks launch by their condition or queue now? */
  get isActive(): boolean {
    return this.state === 'running'
  }

  /** Something was only logged: counted, told as news and to the logger. Never silent. */
  warn(
    kind: string,
    message: string,
    about: {
      readonly task?: string
      readonly error?: unknown
      /** A promise rejects with the error: the log does not repeat it. */
      readonly isThrown?: boolean
    } = {},
  ): void {
    this.warnings[kind] = (this.warnings[kind] ?? 0) + 1
    const error: ErrorData | undefined = about.error === undefined ? undefined : toErrorData(about.error)
    if (about.isThrown !== true)
      this.say(
        'warn',
        message,
        ...(about.task === undefined ? [] : [{ task: about.task }]),
        ...(error === undefined ? [] : [error]),
      )
    this.news.tell({
      type: 'session.warning',
      at: this.clock.now(),
      kind,
      message,
      ...(about.task === undefined ? {} : { task: about.task }),
      ...(error === undefined ? {} : { error }),
    })
  }

  /** A failure of one kind: logged, or raised to the end of the session, as the options say. */
  fail(kind: FailureKind, message: string, about: { readonly task?: string; readonly error: unknown }): void {
    this.warn(kind, message, about)
    if (this.settings.onError[kind] === 'raise') this.failFatally(about.error)
  }

  /** Ends the session with an error. */
  failFatally(error: unknown): void {
    tell(this.actor, { type: 'session.failed', error })
  }

  context(entry: TaskEntry | null, signal: AbortSignal = never.signal): Context {
    const core = this
    return {
      session: core.session,
      params: core.params,
      options: core.options,
      clock: core.clock,
      logger: core.logger,
      signal,
      get task() {
        return entry === null ? null : core.handleOf(entry)
      },
    }
  }

  /** Reports to the logger. A logger is foreign code: one that throws must not end what it reports on. */
  say(level: keyof Logger, ...data: readonly unknown[]): void {
    try {
      this.logger[level](...data)
    } catch {
      this.warnings.logger = (this.warnings.logger ?? 0) + 1
    }
  }
}

const never = new AbortController()
