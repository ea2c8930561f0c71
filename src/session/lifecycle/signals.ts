/** The handling of process signals: the session shuts down, reports the runs that it waits for, and ends in time. */
import type { Clock, Undo } from '../../clock/clock.ts'
import type { SessionActor } from '../actors/session-actor.ts'
import type { Configuration } from '../options/configuration.ts'
import type { Reporter } from '../reports/reporter.ts'
import type { Registry } from '../state/registry.ts'

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

export interface SignalDeps {
  readonly clock: Clock
  readonly configuration: Configuration
  readonly sessionActor: SessionActor
  readonly reporter: Reporter
  readonly registry: Registry
}

/** Keeps the process alive until the session has stopped, and listens to signals if `handleSignals` is set. */
export class SignalHandling {
  readonly #deps: SignalDeps
  #undoKeep: Undo | null = null
  #undoSignals: Undo | null = null

  constructor(deps: SignalDeps) {
    this.#deps = deps
  }

  /** Handles the start, or a restart, of the session. */
  begin(): void {
    this.#undoKeep ??= this.#deps.clock.keep()
    this.update()
  }

  /** Applies a change of the option `handleSignals`. */
  update(): void {
    if (this.#undoKeep !== null && this.#deps.configuration.settings.handleSignals === true)
      this.#undoSignals ??= heedSignals(this.#deps)
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
function heedSignals(deps: SignalDeps): Undo {
  const { clock, configuration, sessionActor } = deps
  const shutDown = (force: boolean): void => sessionActor.tell({ type: 'session.shutDown', force })
  let undoDrain: Undo | null = null
  let wasToldInRelease = false
  const heed = (signal: NodeJS.Signals): void => {
    if (sessionActor.isReleasing) {
      // Only the log is still closing, and a second signal skips that.
      if (wasToldInRelease) {
        undo()
        process.kill(process.pid, signal)
      } else
        say(deps.reporter, `${signal}: the run log is being closed. ${again(signal)} quits without that.`)
      wasToldInRelease = true
      return
    }
    shutDown(false)
    say(deps.reporter, sentence(deps, signal))
    if (configuration.options.drainTimeout === undefined && !sessionActor.snapshot.context.instantShutdown)
      undoDrain ??= clock.callAfter(signalDrainMs, end)
  }
  const end = (): void => {
    if (sessionActor.state === 'stopping' && !sessionActor.isReleasing) shutDown(true)
    // Shut-down tasks may have been launched since.
    undoDrain = clock.callAfter(endAgainMs, end)
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
function sentence(
  { configuration, registry, sessionActor }: SignalDeps,
  signal: NodeJS.Signals,
): string | null {
  const living = [...registry.byId.values()].filter(
    ({ live, definition }) => live.length > 0 && definition.options.permanent !== true,
  )
  const runs = living.reduce((count, { live }) => count + live.length, 0)
  if (runs === 0) return null
  const names = living.slice(0, maxNames).map(({ name }) => name)
  if (living.length > maxNames) names.push('…')
  const what = `${runs} run${runs === 1 ? '' : 's'} (${names.join(', ')})`
  if (sessionActor.isTerminating) return `${signal}: the session shuts down and ends ${what}.`
  const { drainTimeout } = configuration.options
  const drainMs = drainTimeout === undefined ? signalDrainMs : configuration.settings.drainTimeoutMs
  const limit = drainMs === Number.POSITIVE_INFINITY ? '' : ` for up to ${drainMs / 1000} s`
  return `${signal}: the session shuts down and waits${limit} for ${what}. ${again(signal)} ends what still runs.`
}

function again(signal: NodeJS.Signals): string {
  return signal === 'SIGINT' ? 'Another Ctrl-C' : `Another ${signal}`
}

/** Writes to the logger, which is foreign code: its errors must not prevent the shut-down. */
function say(reporter: Reporter, line: string | null): void {
  if (line === null) return
  try {
    // Standard output belongs to the program.
    reporter.logger.warn(line)
  } catch (error) {
    reporter.warn('logger', 'The logger threw at a line about a signal.', { error })
  }
}
