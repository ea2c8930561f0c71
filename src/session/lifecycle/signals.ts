/** The handling of process signals: the session shuts down, reports the runs that it waits for, and ends in time. */
import type { Undo } from '../../clock/clock.ts'
import { tell } from '../actors/guarded-actor.ts'
import type { Core } from '../state/session-state.ts'

/** Signals of Ctrl-C, of a service manager or container, and of a closed terminal. */
const endings: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * The time that a shut-down by signal waits for live runs if `drainTimeout` is not set, ms. Containers are killed ten seconds after
 * SIGTERM; the default grace period of runs takes five of these, and hooks and the run log need the rest.
 */
export const signalDrainMs = 3_000

/** The interval at which runs that are launched later are terminated, ms. */
const endAgainMs = 1_000

/** The maximum number of task names in one message. */
const maxNames = 5

/** Keeps the process alive until the session has stopped, and listens to signals if `handleSignals` is set. */
export class SignalHandling {
  readonly #core: Core
  #undoKeep: Undo | null = null
  #undoSignals: Undo | null = null

  constructor(core: Core) {
    this.#core = core
  }

  /** Handles the start, or a restart, of the session. */
  begin(): void {
    this.#undoKeep ??= this.#core.clock.keep()
    this.update()
  }

  /** Applies a change of the option `handleSignals`. */
  update(): void {
    if (this.#undoKeep !== null && this.#core.settings.handleSignals === true)
      this.#undoSignals ??= heedSignals(this.#core)
    else this.#ignoreSignals()
  }

  /** Handles the stop of the session. */
  end(): void {
    this.#ignoreSignals()
    this.#undoKeep?.()
    this.#undoKeep = null
  }

  #ignoreSignals(): void {
    this.#undoSignals?.()
    this.#undoSignals = null
  }
}

/** Listens to the signals. Returns a function that removes the listeners. */
function heedSignals(core: Core): Undo {
  const shutDown = (force: boolean): void => tell(core.actor, { type: 'session.shutDown', force })
  let undoDrain: Undo | null = null
  let wasToldInRelease = false
  const heed = (signal: NodeJS.Signals): void => {
    if (core.isReleasing) {
      // Only the log is still closing, and a second signal skips that.
      if (wasToldInRelease) {
        undo()
        process.kill(process.pid, signal)
      } else say(core, `${signal}: the run log is being closed. ${again(signal)} quits without that.`)
      wasToldInRelease = true
      return
    }
    shutDown(false)
    say(core, sentence(core, signal))
    if (core.options.drainTimeout === undefined && !core.actor.getSnapshot().context.instantShutdown)
      undoDrain ??= core.clock.callAfter(signalDrainMs, end)
  }
  const end = (): void => {
    if (core.state === 'stopping' && !core.isReleasing) shutDown(true)
    // Shut-down tasks may have been launched since.
    undoDrain = core.clock.callAfter(endAgainMs, end)
  }
  const undo = (): void => {
    undoDrain?.()
    undoDrain = null
    for (const signal of endings) process.off(signal, heed)
  }
  for (const signal of endings) process.on(signal, heed)
  return undo
}

/** The message about the live runs that the shut-down waits for; null if there are none. */
function sentence(core: Core, signal: NodeJS.Signals): string | null {
  const living = [...core.byId.values()].filter(
    ({ live, definition }) => live.length > 0 && definition.options.permanent !== true,
  )
  const runs = living.reduce((count, { live }) => count + live.length, 0)
  if (runs === 0) return null
  const names = living.slice(0, maxNames).map(({ name }) => name)
  if (living.length > maxNames) names.push('…')
  const what = `${runs} run${runs === 1 ? '' : 's'} (${names.join(', ')})`
  if (core.isTerminating) return `${signal}: the session shuts down and ends ${what}.`
  const { drainTimeout } = core.options
  const drainMs = drainTimeout === undefined ? signalDrainMs : core.settings.drainTimeoutMs
  const limit = drainMs === Number.POSITIVE_INFINITY ? '' : ` for up to ${drainMs / 1000} s`
  return `${signal}: the session shuts down and waits${limit} for ${what}. ${again(signal)} ends what still runs.`
}

function again(signal: NodeJS.Signals): string {
  return signal === 'SIGINT' ? 'Another Ctrl-C' : `Another ${signal}`
}

/** Reports to the logger. A logger is foreign code: one that throws must not keep the session from shutting down. */
function say(core: Core, line: string | null): void {
  if (line === null) return
  try {
    // Standard output belongs to the program.
    core.logger.warn(line)
  } catch (error) {
    core.warn('logger', 'The logger threw at a line about a signal.', { error })
  }
}
