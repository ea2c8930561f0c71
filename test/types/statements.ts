/** Statements that must or must not compile. The type check is the test; nothing here runs. */
import type { StatementText } from 'gantry'

declare module 'gantry' {
  interface StatementWords {
    'file {path} exists': true
  }
}

declare function start<const S extends string>(statement: StatementText<S>): void
declare const unknownText: string
declare const n: number
declare const unit: 'minutes' | 'hours'

start('true')
start('always false')
start('daily')
start(' daily after 07:00 ')
start('daily between 22:00 and 02:00')
start('daily at 08:00, 12:00 and 18:00')
start('daily after 07:00 in Europe/Helsinki')
start('daily in Europe/Helsinki')
start('weekly on Mon, Wed and Fri')
start('weekly between Monday and Friday 12:00')
start('monthly on last day')
start('yearly on Dec 24th')
start('time of week between Mon and Fri')
start('time of day after 07:00')
start('every 10 minutes')
start('every 1 day, 2 hours')
start('every PT1H30M')
start('every 10 minutes between 08:00 and 16:00')
start('every 2 hours based on success')
start('cron */5 8-16 * * MON-FRI')
start('has succeeded')
start('has failed today between 10:00 and 12:00')
start("task 'fetch' has succeeded past 2 hours")
start("task 'fetch' is running")
start("after task 'fetch'")
start("after any tasks 'a', 'b' failed")
start('scheduler has more than 3 cycles')
start('scheduler has run over 10 minutes')
start("param 'x' is 'y'")
start('retry 3 times after 10 seconds')
start('once at 2026-12-24 18:00')
start('at most 5 runs')
start('in 10 minutes')
start("during 'yesterday'")
start("during 'time of day after 08:00 | time of week on Sat' in UTC")
start("has failed during 'yesterday'")
start("cron '0 7 * * *' with grace 2 hours")
start('(daily | weekly on Mon) in Europe/Helsinki')
start("daily & ~(task 'x' is running)")
start('file prices.csv exists')
start(unknownText)

// Parts that are only known at run time are not checked.
start(`every ${unknownText}`)
start(`every ${n} minutes`)
start(`every ${n} ${unit}`)
start(`every ${n} ${unknownText}`)
start(`cron ${unknownText}`)
start(`cron ${n} * * * *`)
start(`after task '${unknownText}'`)
start(`daily after ${unknownText}`)
start(`daily after ${unknownText} & every ${n} minutes`)
start(`daily between ${unknownText} and ${unknownText}`)
start(`${unknownText} after 07:00`)
start(`in ${unknownText}`)
start(`in ${n} ${unknownText}`)
start(`once at ${unknownText}`)
start(`from ${unknownText}`)
start(`until ${unknownText}`)
start(`at most ${n} runs`)
start(`at most ${unknownText} runs`)
start(`weekly on ${unknownText}`)
start(`weekly on ${unknownText} and ${unknownText}`)
start(`scheduler has ${n} cycles`)
start(`scheduler has ${unknownText} cycles`)
start(`task ${unknownText} has succeeded`)
start(`task '${unknownText}' has ${unknownText}`)
start(`time of ${unknownText} after 07:00`)
start(`param '${unknownText}' is ${unknownText}`)
start(`param '${unknownText}' is '${unknownText}' for 30 seconds`)
start(`param '${unknownText}' is '${unknownText}' for ${n} seconds`)
start(`daily for ${unknownText}`)
start(`retry ${n} times after ${unknownText}`)
start(`retry ${n} times after ${unknownText} growing ${n} fold`)
start(`${unknownText}`)
start(`every ${unknownText} based on ${unknownText}`)
start(`daily between ${unknownText} and ${unknownText} in ${unknownText}`)
start("param 'cpu' is 'hot' for 30 seconds")
start('daily for 2h')
start("param 'a for b' is 'x' for 5 minutes")

// @ts-expect-error a misspelled word
start('dayly')
// @ts-expect-error a misspelled word before a window
start('dialy after 07:00')
// @ts-expect-error a window without its end
start('daily between 22:00')
// @ts-expect-error an invalid window word
start('daily since 07:00')
// @ts-expect-error no such day
start('weekly on Funday')
// @ts-expect-error no such unit
start('time of decade after 2020')
// @ts-expect-error an unknown unit of a duration
start('every 10 minuts')
// @ts-expect-error a duration without a unit
start('every 10')
// @ts-expect-error a name without quotes
start('after task fetch')
// @ts-expect-error no such outcome
start("after task 'fetch' exploded")
// @ts-expect-error no such verb
start('has suceeded')
// @ts-expect-error not a number
start('scheduler has many cycles')
// @ts-expect-error capital letters
start('Daily')
// @ts-expect-error words that were not declared
start('folder inbox exists')
// @ts-expect-error no such unit of a future time
start('in 10 minuts')
// @ts-expect-error a period without quotes
start('during yesterday')
// @ts-expect-error an empty statement
start('')

// The known parts of a template are checked.
// @ts-expect-error no statement matches
start(`evry ${unknownText}`)
// @ts-expect-error no statement matches
start(`dayly after ${unknownText}`)
// @ts-expect-error no statement matches
start(`daily aftr ${unknownText}`)
// @ts-expect-error no statement matches
start(`every ${n} minuts`)
// @ts-expect-error no statement matches
start(`every ${n}`)
// @ts-expect-error no statement matches
start(`after tsk '${unknownText}'`)
// @ts-expect-error no statement matches
start('daily for 30 secnds')
// @ts-expect-error no statement matches
start('dayly for 30 seconds')
