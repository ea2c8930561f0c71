/**
 * Warnings about runs that wait for a stopped session: nothing starts it automatically, and a process that exits must
 * report them.
 */
import type { SessionActor } from '../actors/session-actor.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { Registry } from '../state/registry.ts'

/** The maximum number of names in one message. */
const maxNames = 5

export interface WaitingRunsDeps {
  readonly registry: Registry
  readonly sessionActor: SessionActor
  readonly reporter: Reporter
}

const waiting = new Set<WeakRef<WaitingRuns>>()
/** A session that is no longer referenced can never start: it must not keep the listener. */
const collected = new FinalizationRegistry<WeakRef<WaitingRuns>>((ref) => drop(ref))

/** The warnings of one session. */
export class WaitingRuns {
  readonly #deps: WaitingRunsDeps
  #ref: WeakRef<WaitingRuns> | null = null

  constructor(deps: WaitingRunsDeps) {
    this.#deps = deps
  }

  /** Warns, once per stop, that a run waits for the start; warns again when the process is about to exit without a start. */
  warn(task: string): void {
    if (this.#ref !== null) return
    this.#ref = new WeakRef(this)
    collected.register(this, this.#ref, this.#ref)
    // One listener for all sessions; it does not keep the process alive.
    if (waiting.size === 0) process.on('beforeExit', warnAll)
    waiting.add(this.#ref)
    const hint = 'call app.start() or app.run()'
    const message = `Task '${task}' waits for the session to start: ${hint}.`
    this.#deps.reporter.warn('not-started', message, { task })
  }

  /** Ends the wait: the session starts, or no caller waits for it any longer. */
  end(): void {
    const ref = this.#ref
    if (ref === null) return
    this.#ref = null
    collected.unregister(ref)
    drop(ref)
  }

  /** Warns that the process exits while runs wait. */
  warnOfExit(): void {
    this.end()
    const { registry, sessionActor, reporter } = this.#deps
    const waits = [...registry.entries.values()].filter(({ queue }) => queue.length > 0)
    if (!sessionActor.waitsForStart || waits.length === 0) return
    const runs = waits.reduce((sum, { queue }) => sum + queue.length, 0)
    const names = waits.slice(0, maxNames).map(({ name }) => `'${name}'`)
    const others = waits.length > maxNames ? ` and ${waits.length - maxNames} others` : ''
    reporter.warn(
      'not-started',
      `The process ends while ${runs === 1 ? 'a run waits' : `${runs} runs wait`} for a session that was not started (tasks: ${names.join(', ')}${others}). Call app.start() or app.run().`,
      waits.length === 1 ? { task: waits[0]!.name } : {},
    )
  }
}

function drop(ref: WeakRef<WaitingRuns>): void {
  if (waiting.delete(ref) && waiting.size === 0) process.off('beforeExit', warnAll)
}

function warnAll(): void {
  for (const runs of [...waiting].map((ref) => ref.deref())) runs?.warnOfExit()
}
