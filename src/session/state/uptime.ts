/** The instant at which a session started. */
import type { Clock } from '../../clock/clock.ts'

/** The instant as all parts see it. */
export interface Uptime {
  /** Of the last start, epoch ms; null before the first one. */
  readonly startedAt: number | null
  /** Of the current start, on the monotonic clock; null while the session is stopped. */
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
