/** Placeholders of custom words: `{path}` takes any text, `{age:duration}` a duration, and so on. */
import { StatementError } from '../../errors/statement-error.ts'
import { type TaskName, toTaskName } from '../../task-ref.ts'
import { toDate } from '../../time/date-range.ts'
import { type DurationInput, printDuration, toDurationMs } from '../../time/duration/duration.ts'
import { printClock } from '../../time/moment/moment.ts'
import { readClock } from '../../time/moment/parse-moment.ts'
import type { Instant } from '../../time/zone/zone.ts'
import { quote } from '../evaluate/print.ts'
import { unquote } from './lexer.ts'

/**
 * Values of placeholders by type, as the predicate receives them.
 *
 * `text`: any text, quoted if necessary; `word`: text without spaces; `number`; `duration`: ms; `moment`: a time of day
 * such as `07:00`; `date`: a date such as `2026-12-24 18:00`, both as builders take them; `task`: the name of a task,
 * quoted.
 *
 * @example
 * ```ts
 * const isOld = (age: PlaceholderValue['duration']): boolean => age > 3_600_000 // ms
 * condition('data is older than {age:duration}', ({ age }) => isOld(age))
 * ```
 */
export interface PlaceholderValue {
  readonly text: string
  readonly word: string
  readonly number: number
  readonly duration: number
  readonly moment: string
  readonly date: string
  readonly task: string
}

/**
 * Values of placeholders by type, as callers of the condition pass them.
 *
 * @example
 * ```ts
 * const age: PlaceholderInput['duration'] = '2 hours'
 * const isOlder = condition('data is older than {age:duration}', ({ age }) => age > 3_600_000)
 * isOlder({ age }).toString() // 'data is older than 2 hours'
 * ```
 */
export interface PlaceholderInput {
  readonly text: string
  readonly word: string
  readonly number: number
  readonly duration: DurationInput
  readonly moment: string
  readonly date: Instant
  readonly task: TaskName
}

/**
 * Type of a placeholder.
 *
 * @example
 * ```ts
 * const types: PlaceholderType[] = ['text', 'word', 'number', 'duration', 'moment', 'date', 'task']
 * ```
 */
export type PlaceholderType = keyof PlaceholderValue

interface PlaceholderKind<T extends PlaceholderType> {
  /** Pattern of the value; null for any text. */
  readonly pattern: string | null
  /** Converts a value from a statement or a call. Throws if it is invalid. */
  read(given: PlaceholderInput[T] | string): PlaceholderValue[T]
  /** Prints the value for a statement. */
  print(value: PlaceholderValue[T]): string
}

const quotedText = "'(?:[^'\\\\]|\\\\.)*'"
const isQuoted = new RegExp(`^${quotedText}$`, 's')
const bare = (text: string): string => (isQuoted.test(text) ? unquote(text) : text)

function checkText(given: unknown): string {
  if (typeof given === 'string') return given
  throw new TypeError(`Cannot fill a placeholder as it takes text: ${String(given)}`)
}

export const placeholderKinds: { readonly [T in PlaceholderType]: PlaceholderKind<T> } = {
  text: {
    pattern: null,
    // Numbers and booleans are passed to the predicate unchanged, but have no text form.
    read: (given) => (['number', 'boolean'].includes(typeof given) ? given : checkText(given)),
    print: (text) => (/^[^\s'"&|~()]+$/.test(text) ? text : quote(text)),
  },
  word: {
    pattern: "[^\\s']+",
    read: (given) => {
      if (/^\S+$/.test(checkText(given))) return given as string
      throw new TypeError(`Cannot fill a placeholder as it takes one word: '${String(given)}'`)
    },
    print: (text) => (/^[^'"&|~()]+$/.test(text) ? text : quote(text)),
  },
  number: {
    pattern: '-?\\d+(?:\\.\\d+)?',
    read: (given) => {
      const number = typeof given === 'string' && given.trim() !== '' ? Number(given) : given
      if (Number.isFinite(number)) return number as number
      throw new TypeError(`Cannot fill a placeholder as it takes a number: ${String(given)}`)
    },
    print: String,
  },
  duration: { pattern: null, read: toDurationMs, print: printDuration },
  moment: {
    pattern: null,
    read: (given) => printClock(readClock(checkText(given), given, 0)),
    print: String,
  },
  date: { pattern: null, read: (given) => toDate(given)!, print: String },
  task: { pattern: quotedText, read: toTaskName, print: quote },
}

/** Converts a placeholder's text in a statement. Throws a `StatementError` with its position if it is invalid. */
export function readPlaceholderText(type: PlaceholderType, text: string): unknown {
  try {
    return (placeholderKinds[type] as PlaceholderKind<'text'>).read(bare(text))
  } catch (cause) {
    if (cause instanceof StatementError) throw cause
    throw new StatementError((cause as Error).message, { text, offset: 0, expected: [`a ${type}`], cause })
  }
}

/** Converts a value from a call of the condition. An arg is returned unchanged, as it is resolved at each evaluation. */
export function toPlaceholderValue(type: PlaceholderType, given: unknown): unknown {
  return type !== 'task' && isMadeLater(given)
    ? given
    : (placeholderKinds[type] as PlaceholderKind<'text'>).read(given as string)
}

function isMadeLater(given: unknown): boolean {
  if (typeof given !== 'object' || given === null || given instanceof Date) return false
  return Object.getPrototypeOf(given) !== Object.prototype && !('toMillis' in given)
}

/**
 * Values of a template's placeholders for the predicate, derived from the template's text.
 *
 * @example
 * ```ts
 * const isOld = ({ age }: PlaceholderValues<'file {path:word} is older than {age:duration}'>): boolean => age > 60_000
 * ```
 */
export type PlaceholderValues<T extends string> = { [N in SlotNames<T>]: PlaceholderValue[SlotTypeOf<T, N>] }

/**
 * Values of a template's placeholders for calls of the condition. Durations, dates and tasks may have any form that
 * builders accept.
 *
 * @example
 * ```ts
 * const given: PlaceholderInputs<'file {path:word} is older than {age:duration}'> = { path: 'prices.csv', age: { hours: 2 } }
 * ```
 */
export type PlaceholderInputs<T extends string> = { [N in SlotNames<T>]: PlaceholderInput[SlotTypeOf<T, N>] }

/** The pairs `path: 'word'` and `age: 'duration'` of `file {path:word} is older than {age:duration}`, as a union. */
type Slots<T extends string> = T extends `${string}{${infer Slot}}${infer Rest}`
  ? (Slot extends `${infer Name}:${infer Type}` ? [Name, Type] : [Slot, 'text']) | Slots<Rest>
  : never
type SlotNames<T extends string> = Slots<T>[0]
type SlotTypeOf<T extends string, N> = Extract<Slots<T>, [N, string]>[1] & PlaceholderType
