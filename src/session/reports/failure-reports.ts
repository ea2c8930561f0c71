/**
 * Reports of problems with runs to the logger: runs that fail, crash, time out, start late or are missed. The first problem of a
 * task is reported at once; later ones are counted and summed up once a minute, so that a task that fails every second does not
 * hide the others.
 */
import type { ErrorData } from '../../../machines/protocol.ts'
import type { Clock, Undo } from '../../clock/clock.ts'

/** The verb of a report: "Task 'a' failed 37 more times". */
export type FailureWord = 'failed' | 'crashed' | 'timed out' | 'started late' | 'was missed'

const windowMs = 60_000
/** The maximum number of single reports per minute, over all tasks: ten thousand tasks may fail at once. */
const maxSingles = 20
/** The maximum number of tasks that are summed up by name. */
const maxNamed = 10

/** Writes reports to the logger. */
interface Speaker {
  /** True if the logger is turned off. */
  readonly isSilent: boolean
  say(level: 'warn', ...data: readonly unknown[]): void
}

interface Counted {
  readonly task: string
  readonly word: FailureWord
  /** True if a single report came before: the count is in addition to it. */
  readonly isMore: boolean
  count: number
}

export class FailureReports {
  readonly #clock: Clock
  readonly #speaker: Speaker
  /** The time of the last report by word and task, on the monotonic clock, oldest first. */
  readonly #told = new Map<string, number>()
  readonly #counted = new Map<string, Counted>()
  #singles = 0
  #singlesSince = Number.NEGATIVE_INFINITY
  #undoSum: Undo | null = null

  constructor(clock: Clock, speaker: Speaker) {
    this.#clock = clock
    this.#speaker = speaker
  }

  /** Reports a problem, or counts it if the task had the same one within a minute. `fields` are for structured loggers. */
  report(
    word: FailureWord,
    task: string,
    detail: string,
    fields: Readonly<Record<string, unknown>>,
    error?: ErrorData,
  ): void {
    if (this.#speaker.isSilent) return
    const now = this.#clock.monotonic()
    const key = `${word} ${task}`
    const last = this.#told.get(key)
    const isRecent = last !== undefined && now - last < windowMs
    const counted = this.#counted.get(key)
    if (isRecent || counted !== undefined || !this.#hasRoom(now)) {
      if (counted === undefined) this.#counted.set(key, { task, word, isMore: isRecent, count: 1 })
      else counted.count += 1
      this.#undoSum ??= this.#clock.callAfter(windowMs, this.#sumUp)
      return
    }
    this.#forgetBefore(now - windowMs)
    this.#told.delete(key)
    this.#told.set(key, now)
    this.#speaker.say(
      'warn',
      `Task '${task}' ${word}${detail}.`,
      { task, ...fields },
      ...(error === undefined ? [] : [error]),
    )
  }

  /** Emits the counts when the session stops. No timer remains. */
  stop(): void {
    this.#undoSum?.()
    if (this.#undoSum !== null) this.#sumUp()
    this.#told.clear()
    this.#singlesSince = Number.NEGATIVE_INFINITY
  }

  #hasRoom(now: number): boolean {
    if (now - this.#singlesSince >= windowMs) {
      this.#singlesSince = now
      this.#singles = 0
    }
    if (this.#singles >= maxSingles) return false
    this.#singles += 1
    return true
  }

  readonly #sumUp = (): void => {
    this.#undoSum = null
    const all = [...this.#counted.entries()].sort(([, a], [, b]) => b.count - a.count)
    this.#counted.clear()
    const now = this.#clock.monotonic()
    for (const [key, { task, word, isMore, count }] of all.slice(0, maxNamed)) {
      // The problem persists: the next report is counted as well.
      this.#told.delete(key)
      this.#told.set(key, now)
      const times = `${count} ${isMore ? 'more ' : ''}${count === 1 ? 'time' : 'times'}`
      this.#speaker.say('warn', `Task '${task}' ${word} ${times} in the last minute.`, { task, count })
    }
    const rest = all.slice(maxNamed)
    if (rest.length === 0) return
    const count = rest.reduce((sum, [, counted]) => sum + counted.count, 0)
    const words = [...new Set(rest.map(([, { word }]) => word))].join(', ')
    this.#speaker.say(
      'warn',
      `Runs of ${rest.length} more ${rest.length === 1 ? 'task' : 'tasks'} went wrong (${words}) ${count} times in the last minute.`,
      { count },
    )
  }

  /** Drops the times of reports until this instant. */
  #forgetBefore(mono: number): void {
    for (const [key, at] of this.#told) {
      if (at > mono) return
      this.#told.delete(key)
    }
  }
}
