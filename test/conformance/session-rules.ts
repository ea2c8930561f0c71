/** Where our sessions differ from Rocketry's on purpose. */
import type { Row } from './time-rules.ts'

export interface SessionRule {
  readonly name: string
  readonly reason: string
  applies(row: Row): boolean
}

export const sessionRules: readonly SessionRule[] = []
