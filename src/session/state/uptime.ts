/** The uptime of a session: the instant at which it started. */
import type { Clock } from '../../clock/clock.ts'

/** The read-only uptime. */
export interface Uptime {
  /** The instant of the last start, epoch ms; null before the first one. */
  readonly startedAt: number | null
  /** The instant of the current start, on the monotonic clock; null while the session is stopped. */
  readonly startedMono: number | null
}

export class SessionUptime implements Uptime {
  startedAt: number | null = null
  startedMono: number | null = null

  begin(clock: Clock): void {
    this.startedAt = clock.now()
    this.startedMono = clock.monotonic()
  }

  end(): void {
    this.startedMono = null
  }

  /** Continues the time of another session, for a simulation of it. */
  continue({ startedMono }: Uptime): void {
    this.startedMono = startedMono
  }
}
