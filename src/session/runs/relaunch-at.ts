/** The end of a relaunch delay. */
import type { Clock } from '../../clock/clock.ts'
import type { Configuration } from '../options/configuration.ts'

/** The session parts that determine a relaunch delay. */
export interface DelayDeps {
  readonly clock: Clock
  readonly configuration: Configuration
}

/** The end of a delay that begins now, on the monotonic clock. */
export function relaunchAt({ clock, configuration }: DelayDeps): number {
  return clock.monotonic() + configuration.settings.relaunchDelayMs
}
