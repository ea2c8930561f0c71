/**
 * Conversion of records and notes to their stored form: values as JSON within a size limit, by a custom serializer where plain
 * JSON does not suffice, and with secrets masked. A value that cannot be stored is omitted with a reason and never fails a run.
 */
import type { ErrorData, ParamValues } from '../../machines/protocol.ts'
import { toJsonSafe } from '../values/json-copy.ts'
import type { Redactor } from '../values/secrets.ts'
import type { Note, RunRecord } from './entry.ts'
import { messageOf } from './store-calls.ts'

/**
 * Converts return values to JSON and back, for values that are not plain JSON: dates, maps, class instances.
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
  /** Returns the value as JSON. If it throws, the value is omitted from the record. */
  toJson(value: unknown): unknown
  /** Restores the value from its JSON, after a restart. */
  fromJson(json: unknown): unknown
}

/** The rules for storing values. */
export interface ValueRules {
  /** Maximum size of a return value or a param, in characters of JSON; default 65,536. */
  readonly maxSize?: number
  /** Serializer of return values; default plain JSON. */
  readonly serializer?: ValueSerializer
  /** Masks secrets; default: nothing is masked. */
  readonly redactor?: Redactor
  /**
   * Called when a value is omitted from a record, with the reason: `value: a bigint is not JSON`. Not called for values
   * that are only masked.
   */
  readonly onOmitted?: (task: string, why: string) => void
}

/** A return value as its record holds it, or the reason why it is not stored. */
export type StoredValue =
  | { readonly kept: true; readonly value: unknown }
  | { readonly kept: false; readonly why: string }

const masked = 'a secret in it is masked'

/** The record as it is stored: values are copied, and omitted values are replaced by the reasons. */
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

/** Notes about the session itself: their author masks the secrets in their values, and their keys are names. */
const ownNotes: ReadonlySet<Note['note']> = new Set(['state', 'change', 'snapshot'])

/**
 * The note as it is stored. The state of a session must be restored unchanged, so its note is stored whole and unmasked.
 * Log lines of a run are limited before this point, and have no size limit here.
 */
export function toStorableNote(entry: Omit<Note, 'seq' | 'omitted'>, rules: ValueRules): Omit<Note, 'seq'> {
  // The state of a workflow is data already.
  if (entry.note === 'workflow') return entry
  const { data, message, ...rest } = entry
  const redactor = ownNotes.has(entry.note) ? undefined : rules.redactor
  const isBounded = ownNotes.has(entry.note) || entry.note === 'lines' || entry.note === 'steps'
  const copy = toJsonSafe(data, isBounded ? Infinity : rules.maxSize)
  const carried = copy.kept ? (redactor?.named('', copy.value) ?? copy.value) : undefined
  return {
    ...rest,
    ...(message === undefined ? {} : { message: redactor?.text(message) ?? message }),
    ...(carried === undefined ? {} : { data: carried }),
    ...(copy.kept ? {} : { omitted: `data: ${copy.why}` }),
  }
}

/** The return value of a successful run, as far as its record holds it. */
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

/** The reason why a record lacks params of its run; null if it has all. */
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
  // Reported, as a reader must not mistake the mask for the value.
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
