/**
 * From what happened to what is stored: values as JSON within a limit, by a serializer of one's own where JSON is not enough,
 * and without secrets. What can't be stored is left out with the reason, and never stands in a run's way.
 */
import type { ErrorData, ParamValues } from '../../machines/protocol.ts'
import { toJsonSafe } from '../values/json-copy.ts'
import type { Redactor } from '../values/secrets.ts'
import type { Note, RunRecord } from './store.ts'

/**
 * Turns returns into JSON and back, where they are more than JSON: dates, maps, classes.
 *
 * @example
 * ```ts
 * const dates: ValueSerializer = {
 *   toJson: (value) => (value instanceof Date ? { date: value.toISOString() } : value),
 *   fromJson: (json) => (typeof json === 'object' && json !== null && 'date' in json ? new Date(String(json.date)) : json),
 * }
 * createApp({ store: 'jsonl:./runs.jsonl', log: { serializer: dates } })
 * ```
 */
export interface ValueSerializer {
  /** The value as JSON. What it throws leaves the value out of the record. */
  toJson(value: unknown): unknown
  /** The value again, after a restart. */
  fromJson(json: unknown): unknown
}

/** How values are stored. */
export interface ValueRules {
  /** How large a return or a param may be, in letters of JSON; default 65,536. */
  readonly maxSize?: number
  /** For returns; default plain JSON. */
  readonly serializer?: ValueSerializer
  /** Default: nothing is masked. */
  readonly redactor?: Redactor
  /**
   * Called with what is left out of a record, and the reason: `value: a bigint is not JSON`. What is only
   * masked is not reported.
   */
  readonly onOmitted?: (task: string, why: string) => void
}

/** A return as a record has it, or why it has none. */
export type StoredValue =
  | { readonly kept: true; readonly value: unknown }
  | { readonly kept: false; readonly why: string }

const masked = 'a secret in it is masked'

/** The record as it is stored: with copies of its values, and the reasons for those that are left out. */
export function toStorable(
  entry: Omit<RunRecord, 'seq' | 'omitted'>,
  rules: ValueRules,
): Omit<RunRecord, 'seq'> {
  const { value, params, error, reason, ...rest } = entry
  if (value === undefined && params === undefined && error === undefined && reason === undefined) return entry
  const { redactor } = rules
  const omitted: string[] = []
  const stored = value === undefined ? undefined : storedValue(value, rules, omitted)
  const storedOnes = params === undefined ? undefined : storedParams(params, rules, omitted)
  for (const why of omitted) if (!why.endsWith(masked)) rules.onOmitted?.(entry.task, why)
  return {
    ...rest,
    ...(error === undefined ? {} : { error: redactor === undefined ? error : cleanError(error, redactor) }),
    ...(reason === undefined ? {} : { reason: redactor?.text(reason) ?? reason }),
    ...(stored === undefined ? {} : { value: stored }),
    ...(storedOnes === undefined ? {} : { params: storedOnes }),
    ...(omitted.length > 0 ? { omitted: omitted.join('; ') } : {}),
  }
}

/**
 * The note as it is stored. That of a session's state is to be put back as it was: it is stored whole, and nothing in it is
 * masked. The lines of a run are bounded before they come here, and each may be as long as it is.
 */
export function toStorableNote(entry: Omit<Note, 'seq' | 'omitted'>, rules: ValueRules): Omit<Note, 'seq'> {
  const { data, message, ...rest } = entry
  const redactor = entry.note === 'state' ? undefined : rules.redactor
  const isBounded = entry.note === 'state' || entry.note === 'lines'
  const copy = toJsonSafe(data, isBounded ? Infinity : rules.maxSize)
  const carried = copy.kept ? (redactor?.named('', copy.value) ?? copy.value) : undefined
  return {
    ...rest,
    ...(message === undefined ? {} : { message: redactor?.text(message) ?? message }),
    ...(carried === undefined ? {} : { data: carried }),
    ...(copy.kept ? {} : { omitted: `data: ${copy.why}` }),
  }
}

/** What a successful run returned, as far as its record tells. */
export function returnOf(record: RunRecord, { serializer }: ValueRules): StoredValue {
  const why = /(?:^|; )value: (.*?)(?:; |$)/.exec(record.omitted ?? '')?.[1]
  if (why !== undefined) return { kept: false, why }
  if (record.value === undefined || serializer === undefined) return { kept: true, value: record.value }
  try {
    return { kept: true, value: serializer.fromJson(record.value) }
  } catch (problem) {
    return { kept: false, why: `the serializer could not read it: ${messageOf(problem)}` }
  }
}

/** Why the params of a run are not all in its record; null if they are. */
export function missingParams({ omitted = '' }: RunRecord): string | null {
  const reasons = omitted.split('; ').filter((reason) => reason.startsWith('param '))
  return reasons.length === 0 ? null : reasons.join('; ')
}

function storedValue(
  value: unknown,
  { serializer, redactor, maxSize }: ValueRules,
  omitted: string[],
): unknown {
  let json = value
  try {
    if (serializer !== undefined) json = serializer.toJson(value)
  } catch (problem) {
    omitted.push(`value: the serializer refused it: ${messageOf(problem)}`)
    return undefined
  }
  const copy = toJsonSafe(json, maxSize)
  if (!copy.kept) {
    omitted.push(`value: ${copy.why}`)
    return undefined
  }
  const clean = redactor === undefined ? copy.value : redactor.value(copy.value)
  // Told, as whoever reads it back must not take the mask for the value.
  if (clean !== copy.value) omitted.push(`value: ${masked}`)
  return clean
}

function storedParams(
  params: ParamValues,
  { redactor, maxSize }: ValueRules,
  omitted: string[],
): ParamValues | undefined {
  const stored: [string, unknown][] = []
  for (const [name, param] of Object.entries(params)) {
    const copy = toJsonSafe(param, maxSize)
    if (!copy.kept) omitted.push(`param ${name}: ${copy.why}`)
    else if (copy.value !== undefined) {
      const clean = redactor === undefined ? copy.value : redactor.named(name, copy.value)
      if (clean !== copy.value) omitted.push(`param ${name}: ${masked}`)
      stored.push([name, clean])
    }
  }
  return stored.length === 0 ? undefined : Object.fromEntries(stored)
}

function cleanError(error: ErrorData, redactor: Redactor): ErrorData {
  return {
    ...error,
    message: redactor.text(error.message),
    ...(error.stack === undefined ? {} : { stack: redactor.text(error.stack) }),
  }
}

function messageOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem)
}
