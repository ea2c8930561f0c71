/**
 * The sender of commands to the session's actor, for methods, `session.send`, HTTP and the actors' own `send`.
 *
 * A command becomes plain JSON with a request id. Values without a JSON form are registered under this id, which is also the
 * member `ref` of the event.
 */
import type { Command, CommandEvent, CommandType } from '../../../machines/commands.ts'
import { toTaskName } from '../../task-ref.ts'
import type { Instant } from '../../time/zone/zone.ts'
import { isJson } from '../../values/is-json.ts'
import { tell } from '../actors/guarded-actor.ts'
import type { RunHandle } from '../api/task.ts'
import type { RunQueue } from '../launching/manual-runs.ts'
import { type MissedRuns, stretchOf } from '../launching/missed-runs.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { Request, Requests } from '../state/requests.ts'
import type { TaskEntry } from '../state/task-state.ts'
import type { TaskActors } from '../tasks/task-actors.ts'
import { type CheckDeps, checkCommand } from './check-command.ts'

/** The parts that check and prepare commands. */
export interface SenderDeps extends CheckDeps {
  readonly reporter: Reporter
  readonly requests: Requests
  readonly actors: Pick<TaskActors, 'wakeUp'>
  readonly queue: Pick<RunQueue, 'prepare'>
  readonly missedRuns: Pick<MissedRuns, 'prepareBackfill'>
  /** Sends a prepared command to the session's actor. */
  readonly post: (event: CommandEvent) => void
}

/** Members whose values may have no JSON form. The members of `options` and `params` are checked one by one. */
const openMembers: Partial<Readonly<Record<CommandType, readonly string[]>>> = {
  'task.run': ['params'],
  'run.send': ['event'],
  'task.update': ['options'],
  'task.create': ['start', 'options', 'work'],
  'param.set': ['value'],
  'session.update': ['options'],
}

type Members = Record<string, unknown>

export class CommandSender {
  readonly #deps: SenderDeps

  constructor(deps: SenderDeps) {
    this.#deps = deps
  }

  /**
   * Sends a command, and returns the result of its effect. Throws if the command is invalid or refused at once; a later refusal is
   * reported as a warning.
   */
  send(command: Command): unknown {
    this.check(command)
    const request = this.prepare(command)
    this.#deps.post(request.event)
    return this.settle(request)
  }

  /** Throws if the command is invalid. Changes nothing. */
  check(command: Command): void {
    checkCommand(this.#deps, command)
  }

  /** Posts a prepared command. */
  post(event: CommandEvent): void {
    this.#deps.post(event)
  }

  /** Sends `task.create` for a task that is already defined. */
  create(command: Extract<Command, { type: 'task.create' }>, entry: TaskEntry): TaskEntry {
    const request = this.#open(command, { entry })
    this.#deps.post(request.event)
    return (this.settle(request) as TaskEntry | undefined) ?? entry
  }

  /** Prepares a `task.run`, which the caller posts, and its handle. The handle rejects if the command is refused. */
  prepareRun(
    entry: TaskEntry,
    params: unknown,
    given: { readonly key?: string | undefined; readonly execution?: string | undefined } = {},
  ): Request & { readonly pending: NonNullable<Request['pending']> } {
    const command = {
      type: 'task.run',
      task: entry.name,
      ...(params === undefined ? {} : { params: params as Members }),
      ...(given.key === undefined ? {} : { key: given.key }),
      ...(given.execution === undefined ? {} : { execution: given.execution }),
    } as const
    this.#deps.registry.entry(entry.name)
    const request = this.prepare(command) as ReturnType<CommandSender['prepareRun']>
    request.whenAnswered = (answer) => {
      if ('error' in answer && request.isTwin !== true) request.pending.refuse(answer.error)
    }
    return request
  }

  /** Runs a task for `session.run`, which the session's actor has accepted already: the command goes directly to the task's actor. */
  run(entry: TaskEntry, given: { readonly execution?: string | undefined }): RunHandle {
    const request = this.prepareRun(entry, undefined, given)
    tell(entry.actor, request.event as never)
    return request.pending.handle
  }

  backfill(entry: TaskEntry, from: Instant, to: Instant): RunHandle[] {
    this.#deps.registry.entry(entry.name)
    const request = this.prepare({
      type: 'task.backfill',
      task: entry.name,
      ...stretchOf(entry, from, to),
    })
    this.#deps.post(request.event)
    this.settle(request)
    const pending = request.backfill!.map((run) => run.pending)
    if (request.answer === undefined)
      request.whenAnswered = (late) => {
        if ('error' in late) for (const run of pending) run.refuse(late.error)
      }
    return pending.map(({ handle }) => handle)
  }

  /**
   * Sends an event to a live run of a task, or to all. Resolves once its effects are durable, to `accepted` if a machine at rest
   * accepted it and to `taken` if it was taken in order; rejects if it is refused.
   */
  sendEvent(entry: TaskEntry, event: unknown, runId?: string): Promise<'accepted' | 'taken'> {
    const command = {
      type: 'run.send',
      task: entry.name,
      event: event as { readonly type: string },
      ...(runId === undefined ? {} : { runId }),
    } as const
    return new Promise((resolve, reject) => {
      this.check(command)
      const request = this.prepare(command)
      request.whenAnswered = (answer) =>
        'error' in answer ? reject(answer.error) : resolve(answer.value as 'accepted' | 'taken')
      this.#deps.post(request.event)
    })
  }

  /** The result of a posted command. Throws the error of a refusal. */
  settle(request: Request): unknown {
    const { answer, event } = request
    const warn = (error: unknown): void =>
      this.#deps.reporter.warn('command', `The command '${event.type}' failed.`, {
        error,
        ...('task' in event ? { task: event.task } : {}),
      })
    if (answer === undefined) {
      request.whenAnswered = (late) => {
        if ('error' in late) warn(late.error)
      }
      return undefined
    }
    if ('error' in answer) throw answer.error
    if (answer.value instanceof Promise) answer.value.catch(warn)
    return answer.value
  }

  /** Prepares the event of a command, with the values that its effect needs. */
  prepare(command: Command): Request {
    const { queue, missedRuns, actors } = this.#deps
    if (!('task' in command) || command.type === 'task.create') return this.#open(command, {})
    const entry = this.#deps.registry.entry(toTaskName(command.task))
    // The actors of a stopped session have ended, but commands are accepted at any time.
    actors.wakeUp(entry)
    const named = { ...command, task: entry.name }
    if (named.type === 'task.run') {
      const { runId, ...prepared } = queue.prepare(entry, named)
      return this.#open({ ...named, runId }, prepared)
    }
    if (named.type === 'task.backfill') {
      const { range, backfill } = missedRuns.prepareBackfill(entry, named)
      return this.#open(
        { ...named, ...range, runIds: backfill.map(({ pending }) => pending.runId) },
        { backfill },
      )
    }
    return this.#open(named, {})
  }

  #open(command: Command, prepared: Partial<Request>): Request {
    const { requests } = this.#deps
    const event: Members = {}
    const live: Members = {}
    const open = openMembers[command.type] ?? []
    for (const [name, value] of Object.entries(command)) {
      if (value === undefined) continue
      if (!open.includes(name)) event[name] = value
      else split(name, value, event, live)
    }
    event.request = requests.nextId()
    if (Object.keys(live).length > 0) event.ref = event.request
    const request: Request = { event: event as CommandEvent, live, ...prepared }
    requests.open(request)
    return request
  }
}

/** Adds a member to the event, and its parts without a JSON form to `live`. */
function split(name: string, value: unknown, event: Members, live: Members): void {
  if (isJson(value)) event[name] = value
  else if (name === 'options' || name === 'params') splitMembers(name, value as object, event, live)
  else live[name] = value
}

function splitMembers(name: string, value: object, event: Members, live: Members): void {
  const json: [string, unknown][] = []
  const others: [string, unknown][] = []
  try {
    for (const member of Object.entries(value)) (isJson(member[1]) ? json : others).push(member)
    if (others.length > 0) live[name] = Object.fromEntries(others)
  } catch {
    // A proxy that throws: the effect reads it again, and the command is refused.
    live[name] = value
  }
  event[name] = Object.fromEntries(json)
}
