/**
 * Commands on their way, and their answers.
 *
 * A command is plain data with a request id. What the sender keeps for it (values that JSON cannot carry, the handle of a
 * run, an error handler) stays here under that id until a machine answers: accepted or refused. A command that no machine
 * answers by the time that all actors are at rest is refused as well, so nothing is lost silently.
 */
import type { CommandEvent } from '../../../machines/commands.ts'
import type { Interval } from '../../time/zone/interval.ts'
import type { PendingRun } from './run-handle.ts'
import type { TaskEntry } from './task-state.ts'

/** A command that was sent, as the sender's side keeps it. */
export interface Request {
  readonly event: CommandEvent
  /** Members of the command that JSON cannot carry, under `ref`. */
  readonly live: Readonly<Record<string, unknown>>
  /** The handle of the manual run, where the sender has one. */
  readonly pending?: PendingRun | undefined
  /** True if the handle is that of another request: of a waiting or live run with the same key. */
  readonly isTwin?: boolean
  /** The runs of a backfill, oldest period first. */
  readonly backfill?: readonly BackfillRun[]
  /** The params of the run, checked by the task's schema. */
  readonly params?: Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>
  /** The task that is to be added. */
  readonly entry?: TaskEntry
  /** Undefined until a machine answers. */
  answer?: Answer
  /** Called with an answer that comes after the sender has gone on. */
  whenAnswered?: (answer: Answer) => void
  /** True while it waits for an inspector that is being notified. */
  isPostponed?: boolean
}

/** The run of a backfill for one period. */
export interface BackfillRun {
  readonly period: Interval
  readonly pending: PendingRun
}

/** An event that has an answer, if it carries a request id. */
export interface Answerable {
  readonly request?: string
}

export type Answer = { readonly value: unknown } | { readonly error: unknown }

export class Requests {
  readonly #open = new Map<string, Request>()
  readonly #unanswered: (event: CommandEvent) => Error
  #sent = 0
  /** Actors of the session that are within a step, nested. */
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

  /** The sender's side of an event; undefined if it is not from this process. */
  of(event: Answerable): Request | undefined {
    return event.request === undefined ? undefined : this.#open.get(event.request)
  }

  /** True of an event that the session itself has prepared. */
  isPrepared(event: unknown): boolean {
    const { request } = event as { readonly request?: unknown }
    return typeof request === 'string' && this.#open.get(request)?.event === event
  }

  /** A run that is on its way with this key. */
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

  /** Does what a command asks for and accepts it; refuses it with the error that is thrown. */
  attempt(event: Answerable, act: () => unknown): void {
    let value: unknown
    try {
      value = act()
    } catch (error) {
      return this.refuse(event, error)
    }
    this.accept(event, value)
  }

  /** Keeps a prepared event open until the call that is returned. */
  postpone(event: Answerable, call: () => void): () => void {
    const request = this.of(event)
    if (request === undefined) return call
    request.isPostponed = true
    return () => {
      request.isPostponed = false
      call()
    }
  }

  /** An actor begins a step. */
  enter(): void {
    this.#depth++
  }

  /** An actor ends a step: when all are at rest, what has no answer gets none. */
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
