/**
 * The commands in transit, and their answers.
 *
 * A command is plain data with a request id. The sender's values for it (those without a JSON form, the handle of a run, an error
 * handler) are stored here under this id until a machine accepts or refuses the command. A command that no machine has answered
 * when all actors are idle is refused as well, so no command is lost silently.
 */
import type { CommandEvent } from '../../../machines/commands.ts'
import type { Interval } from '../../time/zone/interval.ts'
import type { PendingRun } from './run-handle.ts'
import type { TaskEntry } from './task-state.ts'

/** A sent command, with the sender's values for it. */
export interface Request {
  readonly event: CommandEvent
  /** Members of the command without a JSON form, to which `ref` in the event refers. */
  readonly live: Readonly<Record<string, unknown>>
  /** The handle of the manual run, if there is one. */
  readonly pending?: PendingRun | undefined
  /** True if the handle belongs to another request, for a queued or live run with the same key. */
  readonly isTwin?: boolean
  /** The runs of a backfill, oldest period first. */
  readonly backfill?: readonly BackfillRun[]
  /** The params of the run, checked by the task's schema. */
  readonly params?: Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>
  /** The task to add. */
  readonly entry?: TaskEntry
  /** Undefined until a machine answers. */
  answer?: Answer
  /** Called with an answer that comes after the sender's call has returned. */
  whenAnswered?: (answer: Answer) => void
  /** True while the command waits for the end of an inspector's call. */
  isPostponed?: boolean
}

/** The run of a backfill for one period. */
export interface BackfillRun {
  readonly period: Interval
  readonly pending: PendingRun
}

/** An event that receives an answer if it has a request id. */
export interface Answerable {
  readonly request?: string
}

export type Answer = { readonly value: unknown } | { readonly error: unknown }

export class Requests {
  readonly #open = new Map<string, Request>()
  readonly #unanswered: (event: CommandEvent) => Error
  #sent = 0
  /** The number of nested steps of the session's actors. */
  #depth = 0

  /** @param unanswered - The error for a command that no machine answered. */
  constructor(unanswered: (event: CommandEvent) => Error) {
    this.#unanswered = unanswered
  }

  nextId(): string {
    return String(++this.#sent)
  }

  open(request: Request): void {
    this.#open.set(request.event.request!, request)
  }

  /** The request of an event; undefined if this session has not sent it. */
  of(event: Answerable): Request | undefined {
    return event.request === undefined ? undefined : this.#open.get(event.request)
  }

  /** True for an event that the session itself has prepared. */
  isPrepared(event: unknown): boolean {
    const { request } = event as { readonly request?: unknown }
    return typeof request === 'string' && this.#open.get(request)?.event === event
  }

  /** The run in transit with this key. */
  withKey(task: string, key: string): PendingRun | undefined {
    for (const { event, pending } of this.#open.values())
      if (pending !== undefined && event.type === 'task.run' && event.task === task && event.key === key)
        return pending
    return undefined
  }

  accept(event: Answerable, value?: unknown): void {
    this.#close(event, { value })
  }

  refuse(event: Answerable, error: unknown): void {
    this.#close(event, { error })
  }

  /** Performs a command and accepts it with the result; refuses it with the error if `act` throws. */
  attempt(event: Answerable, act: () => unknown): void {
    let value: unknown
    try {
      value = act()
    } catch (error) {
      return this.refuse(event, error)
    }
    this.accept(event, value)
  }

  /** Keeps a prepared event unanswered until the returned function is called. */
  postpone(event: Answerable, call: () => void): () => void {
    const request = this.of(event)
    if (request === undefined) return call
    request.isPostponed = true
    return () => {
      request.isPostponed = false
      call()
    }
  }

  /** Notes that an actor begins a step. */
  enter(): void {
    this.#depth++
  }

  /** Notes that an actor ends a step. When all actors are idle, commands without an answer are refused. */
  leave(): void {
    if (--this.#depth > 0 || this.#open.size === 0) return
    for (const { event, isPostponed } of [...this.#open.values()])
      if (isPostponed !== true) this.refuse(event, this.#unanswered(event))
  }

  #close(event: Answerable, answer: Answer): void {
    const request = this.of(event)
    if (request === undefined) return
    this.#open.delete(event.request!)
    request.answer = answer
    request.whenAnswered?.(answer)
  }
}
