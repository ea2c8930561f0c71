/** Statements as types: a misspelled word in text that the compiler knows does not compile. */
import type { DurationText } from '../time/duration/duration.ts'

/**
 * Custom words of the language, for the compiler: augment this interface with the templates of custom conditions.
 *
 * @example
 * ```ts
 * declare module 'gantry' { interface StatementWords { 'file {path} exists': true } }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is there to be augmented
export interface StatementWords {}

type Cyclic = 'secondly' | 'minutely' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly'
type Unit = 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year'
type Verb = 'started' | 'succeeded' | 'failed' | 'finished' | 'terminated' | 'inacted' | 'crashed' | 'missed'

type Weekday =
  | `${'Mon' | 'Tues' | 'Wednes' | 'Thurs' | 'Fri' | 'Satur' | 'Sun'}day`
  | 'Mon'
  | 'Tue'
  | 'Wed'
  | 'Thu'
  | 'Fri'
  | 'Sat'
  | 'Sun'

type WindowText =
  | `${'before' | 'after' | 'starting' | 'on' | 'at'} ${string}`
  | `between ${string} and ${string}`
type WeekWindowText =
  | `${'before' | 'after' | 'starting' | 'on' | 'at'} ${Weekday}${'' | ` ${string}` | `,${string}`}`
  | `between ${Weekday}${'' | ` ${string}`} and ${Weekday}${'' | ` ${string}`}`
type WindowTextOf<C> = C extends 'weekly' | 'time of week' ? WeekWindowText : WindowText

type CyclicText<C extends string> = C extends unknown
  ? C | `${C} ${WindowTextOf<C>}` | `${C} in ${string}`
  : never
type Tasks = `'${string}'`
type History =
  | `has ${Verb}`
  | `has ${Verb} ${'today' | 'this' | 'past' | 'in' | 'during' | 'at' | 'exactly' | 'more' | 'less'}${'' | ` ${string}`}`
type Come = '' | ` ${'succeeded' | 'failed' | 'finished' | 'terminated'}`
type EveryText = `every ${DurationText}${'' | ` ${'between' | 'based on' | 'in'} ${string}`}`
type Bound = '' | `${'more than' | 'less than' | 'at least' | 'at most' | 'exactly'} `

/** One condition of the built-in vocabulary. */
type AtomText =
  | `${'' | 'always '}${'true' | 'false'}`
  | 'always'
  | 'never'
  | CyclicText<Cyclic>
  | CyclicText<`time of ${Unit}`>
  | `time of cron ${string}`
  | EveryText
  | `cron ${string} ${string}`
  | History
  | `task ${Tasks} ${History}`
  | `${'while task' | 'task'} ${Tasks} is running${'' | ` ${string}`}`
  | `this task is running${'' | ` ${string}`}`
  | `after ${'task' | 'tasks' | 'any tasks'} ${Tasks}${Come}`
  | `scheduler started${'' | ` ${string} ago`}`
  | `scheduler has run over ${string}`
  | `scheduler has ${Bound}${number} cycles`
  | `env '${string}'`
  | `param '${string}' ${'exists' | `is ${string}`}`
  | 'retry'
  | `retry ${string}`
  | `once at ${number}-${string}`
  | `in ${DurationText}`
  | `during '${string}'${'' | ` in ${string}`}`
  | `${'from' | 'until'} ${number}-${string}`
  | `at most ${number} ${'run' | 'runs'}`

/** A template with open placeholders: `file {path} exists` is `file ${string} exists`. */
type Opened<T extends string> = T extends `${infer Before}{${string}}${infer Rest}`
  ? `${Before}${string}${Opened<Rest>}`
  : T

type Blank = ' ' | '\n' | '\t'
type Trimmed<S extends string> = S extends `${Blank}${infer T}` | `${infer T}${Blank}` ? Trimmed<T> : S

/** Text with operators: it is parsed when the task is added, and errors are shown with a caret. */
type Composed = `${string}${'&' | '|' | '~' | '('}${string}`

/** Trial values for a placeholder of a template: each word of the language accepts one of these somewhere. */
type Filler =
  | '1'
  | '10 minutes'
  | 'minutes'
  | '* *'
  | '07:00'
  | 'Mon'
  | '2026-01-01'
  | 'x'
  | "'x'"
  | "'x' is running"
  | 'daily'
  | 'day'
  | 'after'
  | 'task'
  | 'has'
  | 'succeeded'

/** A text with holes (`${string}`, `${number}`), of which the first two are filled in every way; null if it has more. */
type Tried<S extends string, Before extends string = '', Holes extends 0[] = []> = string extends S
  ? Filled<Holes, `${Before}${FillerAfter<Before>}`, ''>
  : S extends `${infer Letter}${infer Rest}`
    ? string extends Letter
      ? Filled<Holes, `${Before}${FillerAfter<Before>}`, Rest>
      : `${number}` extends Letter
        ? Filled<Holes, `${Before}1`, Rest>
        : Tried<Rest, `${Before}${Letter}`, Holes>
    : Before

type Filled<Holes extends 0[], Text extends string, Rest extends string> = Holes['length'] extends 2
  ? null
  : Tried<Rest, Text, [...Holes, 0]>

/** In quotes there is a name. */
type FillerAfter<Before extends string> = Before extends `${string}'` ? 'x' : Filler

/** True for a template with holes, for which no set of properties can be required. */
type HasHoles<S extends string> = Record<never, never> extends Record<S, 1> ? true : false

/**
 * True if a template with placeholders can become a statement; with more placeholders than are tried, it is
 * parsed at run time.
 */
type CanBecome<S extends string> =
  HasHoles<S> extends true
    ? Tried<S> extends infer T
      ? [T] extends [null]
        ? true
        : Extract<T, Readable> extends never
          ? false
          : true
      : never
    : false

/** The text before `for` and a duration; never if there is no such end. */
type HeadOfFor<S extends string, Before extends string = ''> = S extends `${infer Head} for ${infer Rest}`
  ? Rest extends `${string} for ${string}`
    ? HeadOfFor<Rest, `${Before}${Head} for `>
    : Rest extends DurationText
      ? `${Before}${Head}`
      : HasHoles<Rest> extends true
        ? `${Before}${Head}`
        : never
  : never

type Readable = AtomText | Composed | Opened<keyof StatementWords & string>

type Reads<S extends string> = S extends Readable
  ? true
  : [HeadOfFor<S>] extends [never]
    ? CanBecome<S>
    : Reads<HeadOfFor<S>>

/**
 * Common statements, for the completions of an editor. `HH:MM`, quoted names and numbers are to be replaced.
 *
 * @example
 * ```ts
 * const starts: KnownStatement[] = ['daily after 07:00', 'every 10 minutes']
 * ```
 */
export type KnownStatement =
  | 'always'
  | 'never'
  | Cyclic
  | `daily ${'after 07:00' | 'before 07:00' | 'at 07:00' | 'between 22:00 and 02:00' | 'starting 06:00'}`
  | `hourly ${'after 30:00' | 'at 15:00'}`
  | `weekly ${'on Mon' | 'on Mon, Wed and Fri' | 'after Mon' | 'between Mon and Fri'}`
  | `monthly ${'on 1st' | 'on last day' | 'after 15th'}`
  | 'yearly on Dec 24th'
  | `time of day ${'after 07:00' | 'between 08:00 and 16:00'}`
  | `time of week ${'on Sat' | 'between Mon and Fri'}`
  | `every ${'10 seconds' | '10 minutes' | '1 hour' | '1 hour based on success' | '10 minutes between 08:00 and 16:00'}`
  | `cron ${'0 7 * * *' | '*/15 * * * *' | '0 7 * * MON-FRI' | '0 2 * * * with grace 4 hours'}`
  | `after task 'name'${Come}`
  | `after ${'any tasks' | 'tasks'} 'one', 'two'`
  | `has ${Verb}${'' | ' today'}`
  | `task 'name' has ${Verb} today`
  | `task 'name' is running${'' | ' more than 10 minutes'}`
  | `param 'name' ${'exists' | "is 'value'" | "is 'value' for 30 seconds"}`
  | 'retry 3 times after 10 seconds'
  | 'once at 2027-01-01 09:00'
  | 'in 10 minutes'
  | 'from 2027-01-01'
  | 'until 2027-01-01'
  | 'at most 5 runs'
  | `during 'yesterday'`
  | `scheduler ${'started' | 'has run over 1 hour' | 'has 3 cycles'}`

/** Possible completions of a text. `NoInfer`: the text is not inferred from them. */
type CompletedTo<S extends string> = Extract<
  KnownStatement | (keyof StatementWords & string),
  `${NoInfer<S>}${string}`
>

/**
 * The text itself if it is a statement, otherwise a message: for parameters that take statements. Text that the
 * compiler does not know (a plain `string`) and text with operators pass; they are checked when they are parsed. A
 * template passes if its known parts can belong to a statement: `` `every ${interval}` `` passes, `` `evry ${interval}`
 * `` does not.
 *
 * @example
 * ```ts
 * declare function start<S extends string>(statement: StatementText<S>): void
 * start('daily after 07:00')
 * // @ts-expect-error: an unknown word
 * start('dayly after 07:00')
 * ```
 */
export type StatementText<S extends string> = string extends S
  ? S
  : Reads<Trimmed<S>> extends true
    ? // Possible completions are part of the type, so that editors offer them.
      S | CompletedTo<S>
    : [CompletedTo<S>] extends [never]
      ? `This statement contains unknown words: ${S}`
      : CompletedTo<S>
