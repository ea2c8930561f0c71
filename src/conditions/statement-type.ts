/** Statements as types: a misspelt word in text that the compiler can see does not compile. */
import type { DurationText } from '../time/duration.ts'

/**
 * Words that an app adds to the language, for the compiler: augment it with the templates of custom conditions.
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

type Window = `${'before' | 'after' | 'starting' | 'on' | 'at'} ${string}` | `between ${string} and ${string}`
type WeekWindow =
  | `${'before' | 'after' | 'starting' | 'on' | 'at'} ${Weekday}${'' | ` ${string}` | `,${string}`}`
  | `between ${Weekday}${'' | ` ${string}`} and ${Weekday}${'' | ` ${string}`}`
type WindowOf<C> = C extends 'weekly' | 'time of week' ? WeekWindow : Window

type CyclicText<C extends string> = C extends unknown
  ? C | `${C} ${WindowOf<C>}` | `${C} in ${string}`
  : never
type Tasks = `'${string}'`
type History =
  | `has ${Verb}`
  | `has ${Verb} ${'today' | 'this' | 'past' | 'in' | 'during' | 'at' | 'exactly' | 'more' | 'less'}${'' | ` ${string}`}`
type Come = '' | ` ${'succeeded' | 'failed' | 'finished' | 'terminated'}`
type EveryText = `every ${DurationText}${'' | ` ${'between' | 'based on' | 'in'} ${string}`}`
type Bound = '' | `${'more than' | 'less than' | 'at least' | 'at most' | 'exactly'} `

/** One condition in the language's own words. */
type Atom =
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

/** A template with every slot open: `file {path} exists` is `file ${string} exists`. */
type Filled<T extends string> = T extends `${infer Before}{${string}}${infer Rest}`
  ? `${Before}${string}${Filled<Rest>}`
  : T

type Blank = ' ' | '\n' | '\t'
type Trimmed<S extends string> = S extends `${Blank}${infer T}` | `${infer T}${Blank}` ? Trimmed<T> : S

/** Operators: such text is read when the task is added, and shown with a caret where it is wrong. */
type Composed = `${string}${'&' | '|' | '~' | '('}${string}`

/**
 * The text itself if it reads as a statement, else a message: for parameters that take statements. Text that the compiler
 * does not know (a plain `string`) and composed text pass; they are checked when they are read.
 *
 * @example
 * ```ts
 * declare function start<S extends string>(statement: StatementText<S>): void
 * start('daily after 07:00')
 * // @ts-expect-error: there is no such word
 * start('dayly after 07:00')
 * ```
 */
export type StatementText<S extends string> = string extends S
  ? S
  : Trimmed<S> extends Atom | Composed | Filled<keyof StatementWords & string>
    ? S
    : `There are no such words: ${S}`
