/** Values on their way out: plain, bounded, and without what sounds like a secret. */
import { type ErrorData, redacted, soundsSecret } from '../../app/index.ts'
import { type PlainLimits, toPlain } from '../../inspect/index.ts'

/** Replaces one member, as the replacer of `JSON.stringify`. */
export type Redact = (key: string, value: unknown) => unknown

/** Hides members whose key sounds secret. */
export const defaultRedact: Redact = (key, value) =>
  soundsSecret(key) && value !== undefined && value !== null ? redacted : value

/** How much of a value is sent alone: enough for a run's own page, never a whole data set. */
export const wholeLimits: PlainLimits = { depth: 8, members: 200, text: 16_384, total: 4_000 }
/** How much of a value is sent among many others. */
export const briefLimits: PlainLimits = { depth: 5, members: 30, text: 1_000, total: 200 }

/** Makes the copier of values for one interface. The key of the value itself is asked about too (`password` as a param). */
export function createCopier(
  redact: Redact,
  limits: PlainLimits,
  mask: <T>(value: T) => T,
): (value: unknown, key?: string) => unknown {
  return (value, key) => {
    const shown = key === undefined ? value : safely(redact, key, value)
    return mask(toPlain(shown, redact, limits) ?? null)
  }
}

function safely(redact: Redact, key: string, value: unknown): unknown {
  try {
    return redact(key, value)
  } catch {
    return redacted
  }
}

/** An error as lists and events show it: a stack is long and names the files of this machine. */
export function withoutStack(error: ErrorData): Omit<ErrorData, 'stack'> {
  const { stack: _, ...rest } = error
  return rest
}
