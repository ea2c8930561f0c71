/** The second argument of work: its run. Expensive members are created when they are first read. */
import { format } from 'node:util'
import type { DateTime } from 'luxon'
import type { ParamValues, RunTrigger } from '../../../machines/protocol.ts'
import { toDateTime } from '../../time/zone/zone.ts'
import { tell } from '../actors/guarded-actor.ts'
import type { Run, Session } from '../api/session.ts'
import type { Logger } from '../api/session-options.ts'
import type { Task } from '../api/task.ts'
import type { RunAbort } from '../state/abort.ts'
import type { HandleOf } from '../state/ports.ts'
import type { RunSlot } from '../state/task-state.ts'
import { type RunLine, RunLogLines, type RunLogLinesDeps } from './run-log-lines.ts'

/** The maximum length of a log line, in characters: more is data, and belongs in the return value. */
const maxLineLength = 8_192

export interface RunViewDeps extends RunLogLinesDeps {
  readonly session: Session
  readonly handleOf: HandleOf
}

/** The run as its work receives it. It copies its facts, since the `RunSlot` serves other runs later. */
export class RunView implements Run {
  readonly id: string
  readonly trigger: RunTrigger
  readonly params: ParamValues
  readonly value: unknown
  readonly #deps: RunViewDeps
  readonly #slot: RunSlot
  readonly #count: number
  readonly #startedAt: number
  readonly #dueAt: number | null
  readonly #period: { readonly start: number; readonly end: number } | null
  readonly #abort: RunAbort
  /** The lines logged in this turn of the event loop. */
  readonly #lines: RunLine[] = []
  #kept: RunLogLines | undefined

  constructor(deps: RunViewDeps, slot: RunSlot, abort: RunAbort) {
    this.#deps = deps
    this.#slot = slot
    this.#abort = abort
    this.#count = slot.count
    this.id = slot.runId
    this.trigger = slot.trigger
    this.params = slot.params
    this.value = slot.value
    this.#startedAt = slot.startedAt
    this.#dueAt = slot.dueAt
    this.#period = slot.period
  }

  get task(): Task {
    return this.#deps.handleOf(this.#slot.entry)
  }

  get session(): Session {
    return this.#deps.session
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get startedAt(): DateTime {
    return this.#time(this.#startedAt)
  }

  get dueAt(): DateTime | null {
    return this.#dueAt === null ? null : this.#time(this.#dueAt)
  }

  get period(): { readonly start: DateTime; readonly end: DateTime } | null {
    const period = this.#period
    return period === null ? null : { start: this.#time(period.start), end: this.#time(period.end) }
  }

  get log(): Logger {
    const { reporter } = this.#deps
    const about = { task: this.#slot.entry.name, run: this.id }
    return {
      debug: (...data) => {
        reporter.say('debug', ...data, about)
        this.#tellLine('debug', data)
      },
      info: (...data) => {
        reporter.say('info', ...data, about)
        this.#tellLine('info', data)
      },
      warn: (...data) => {
        reporter.say('warn', ...data, about)
        this.#tellLine('warn', data)
      },
      error: (...data) => {
        reporter.say('error', ...data, about)
        this.#tellLine('error', data)
      },
    }
  }

  progress(fraction: number, message?: string): void {
    if (typeof fraction !== 'number' || !(fraction >= 0 && fraction <= 1))
      throw new RangeError(`Cannot report progress as it must be from 0 to 1: ${String(fraction)}`)
    const slot = this.#slot
    const { clock, reporter, runLog } = this.#deps
    // A late call of an ended run must not change the run that uses the `RunSlot` now.
    if (!slot.lives || slot.count !== this.#count) return
    const said = message === undefined ? {} : { message: runLog.redactor?.text(message) ?? message }
    tell(slot.actor, { type: 'run.progressed', progress: fraction, ...said })
    reporter.news.tell({
      type: 'run.progress',
      task: slot.entry.name,
      runId: this.id,
      at: clock.now(),
      progress: fraction,
      ...said,
    })
  }

  #tellLine(level: keyof Logger, data: readonly unknown[]): void {
    const { clock, reporter, runLog } = this.#deps
    const { news } = reporter
    const line = toLine(data)
    const message = runLog.redactor?.text(line) ?? line
    const at = clock.now()
    // The lines of a turn go to the actor and to the log together: work may log thousands in one turn.
    if (this.#lines.push({ at, level, message }) === 1) clock.defer(() => this.#showLines())
    if (!news.hears('run.logged')) return
    const { name } = this.#slot.entry
    news.tell({ type: 'run.logged', task: name, runId: this.id, at, level, message })
  }

  #showLines(): void {
    const lines = this.#lines.splice(0)
    const slot = this.#slot
    if (slot.lives && slot.count === this.#count)
      tell(slot.actor, { type: 'run.logged', lines: lines.slice(-20).map(({ message }) => message) })
    this.#kept ??= new RunLogLines(this.#deps, slot.entry.name, this.id)
    this.#kept.keep(lines)
  }

  #time(at: number): DateTime {
    return toDateTime(at, this.#slot.entry.zone)
  }
}

/** A line as text. Never throws, although logged values may have custom functions that format them. */
function toLine(data: readonly unknown[]): string {
  try {
    return format(...data).slice(0, maxLineLength)
  } catch {
    return 'a line that cannot be shown'
  }
}
