/** The slots of custom words: `{path}` takes any text, `{age:duration}` a duration, and so on. */
import { StatementError } from '../../errors/errors.ts'
import { type TaskName, toTaskName } from '../../task-ref.ts'
import { toDate } from '../../time/date-range.ts'
import { type DurationInput, printDuration, toDurationMs } from '../../time/duration/duration.ts'
import { printClock } from '../../time/moment/moment.ts'
import { readClock } from '../../time/moment/parse-moment.ts'
import type { Instant } from '../../time/zone/zone.ts'
import { quote } from '../evaluate/print.ts'
import { unquote } from './lexer.ts'

/**
 * What a slot of each type gives to the predicate.
 *
 * `text`: any text, in quotes where it needs them; `word`: text without blanks; `number`; `duration`: ms; `moment`: a time of
 * day as `07:00`; `date`: a date as `2026-12-24 18:00`, both as builders take them; `task`: the name of a task, in quotes.
 *
 * @example
 * ```ts
 * const isOld = (age: SlotValue['duration']): boolean => age > 3_600_000 // ms
 * condition('data is older than {age:duration}', ({ age }) => isOld(age))
 * ```
 */
export interface SlotValue {
  readonly text: string
  readonly word: string
  readonly number: number
  readonly duration: number
  readonly moment: string
  readonly date: string
  readonly task: string
}

/**
 * What may be given for a slot of each type where the condition is called.
 *
 * @example
 * ```ts
 * const age: SlotInput['duration'] = '2 hours'
 * const isOlder = condition('data is older than {age:duration}', ({ age }) => age > 3_600_000)
 * isOlder({ age }).toString() // 'data is older than 2 hours'
 * ```
 */
export interface SlotInput {
  readonly text: string
  readonly word: string
  readonly number: number
  readonly duration: DurationInput
  readonly moment: string
  readonly date: Instant
  readonly task: TaskName
}

/**
 * The name of a slot's type.
 *
 * @example
 * ```ts
 * const types: SlotType[] = ['text', 'word', 'number', 'duration', 'moment', 'date', 'task']
 * ```
 */
export type SlotType = keyof SlotValue

interface SlotKind<T extends SlotType> {
  /** What it looks like; null for any text. */
  readonly pattern: string | null
  /** From what was given, as text or where the condition is called; throws where it is none. */
  read(given: SlotInput[T] | string): SlotValue[T]
  /** As it is written in a statement. */
  print(value: SlotValue[T]): string
}

const quotedText = "'(?:[^'\\\\]|\\\\.)*'"
const isQuoted = new RegExp(`^${quotedText}$`, 's')
const bare = (text: string): string => (isQuoted.test(text) ? unquote(text) : text)

function checkText(given: unknown): string {
  if (typeof given === 'string') return given
  throw new TypeError(`Cannot fill a slot as it takes text: ${String(given)}`)
}

export const slotKinds: { readonly [T in SlotType]: SlotKind<T> } = {
  text: {
    pattern: null,
    // A number or a truth stays itself: it is for the predicate, but has no words.
    read: (given) => (['number', 'boolean'].includes(typeof given) ? given : checkText(given)),
    print: (text) => (/^[^\s'"&|~()]+$/.test(text) ? text : quote(text)),
  },
  word: {
    pattern: "[^\\s']+",
    read: (given) => {
      if (/^\S+$/.test(checkText(given))) return given as string
      throw new TypeError(`Cannot fill a slot as it takes one word: '${String(given)}'`)
    },
    print: (text) => (/^[^'"&|~()]+$/.test(text) ? text : quote(text)),
  },
  number: {
    pattern: '-?\\d+(?:\\.\\d+)?',
    read: (given) => {
      const number = typeof given === 'string' && given.trim() !== '' ? Number(given) : given
      if (Number.isFinite(number)) return number as number
      throw new TypeError(`Cannot fill a slot as it takes a number: ${String(given)}`)
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

/** The value of a slot's text in a statement; a `StatementError` at it where it is none. */
export function readSlot(type: SlotType, text: string): unknown {
  try {
    return (slotKinds[type] as SlotKind<'text'>).read(bare(text))
  } catch (cause) {
    if (cause instanceof StatementError) throw cause
    throw new StatementError((cause as Error).message, { text, offset: 0, expected: [`a ${type}`], cause })
  }
}

/** The value of what was given where the condition is called; an arg, which is made at each look, stays itself. */
export function toSlotValue(type: SlotType, given: unknown): unknown {
  return type !== 'task' && isMadeLater(given)
    ? given
    : (slotKinds[type] as SlotKind<'text'>).read(given as string)
}

function isMadeLater(given: unknown): boolean {
  if (typeof given !== 'object' || given === null || given instanceof Date) return false
  return Object.getPrototypeOf(given) !== Object.prototype && !('toMillis' in given)
}

/**
 * The values of slots of a template, for the predicate. Written out of the template's text.
 *
 * @example
 * ```ts
 * const isOld = ({ age }: SlotValues<'file {path:word} is older than {age:duration}'>): boolean => age > 60_000
 * ```
 */
export type SlotValues<T extends string> = { [N in SlotNames<T>]: SlotValue[SlotTypeOf<T, N>] }

/**
 * What the condition of a template is called with. Durations, dates and tasks may be given as anything that builders
 * take.
 *
 * @example
 * ```ts
 * const given: SlotInputs<'file {path:word} is older than {age:duration}'> = { path: 'prices.csv', age: { hours: 2 } }
 * ```
 */
export type SlotInputs<T extends string> = { [N in SlotNames<T>]: SlotInput[SlotTypeOf<T, N>] }

/** `path: 'word'` and `age: 'duration'` of `file {path:word} is older than {age:duration}`, as a union of pairs. */
type Slots<T extends string> = T extends `${string}{${infer Slot}}${infer Rest}`
  ? (Slot extends `${infer Name}:${infer Type}` ? [Name, Type] : [Slot, 'text']) | Slots<Rest>
  : never
type SlotNames<T extends string> = Slots<T>[0]
type SlotTypeOf<T extends string, N> = Extract<Slots<T>, [N, string]>[1] & SlotType
