/** Serialization of values in responses: plain, size-limited, secrets redacted. */
import type { ErrorData } from '../../app/index.ts'
import { redacted, soundsSecret } from '../../app/internal/index.ts'
import { type PlainLimits, toPlain } from '../../inspect/index.ts'

/** Replaces one member, like the replacer of `JSON.stringify`. */
export type Redact = (key: string, value: unknown) => unknown

/** Hides members whose key looks like a secret. */
export const defaultRedact: Redact = (key, value) =>
  soundsSecret(key) && value !== undefined && value !== null ? redacted : value

/** Size limits of a value that is sent alone: enough for the page of a run, never a whole data set. */
export const wholeLimits: PlainLimits = { depth: 8, members: 200, text: 16_384, total: 4_000 }
/** Size limits of a value in a list. */
export const briefLimits: PlainLimits = { depth: 5, members: 30, text: 1_000, total: 200 }

/** Creates the copier of values for one interface. It also applies `redact` to the key of the value itself (a param `password`). */
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

/** An error for lists and events. The stack is omitted: it is long and names files of this machine. */
export function withoutStack(error: ErrorData): Omit<ErrorData, 'stack'> {
  const { stack: _, ...rest } = error
  return rest
}
