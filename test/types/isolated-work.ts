/** Isolated work: types that must or must not compile. */
import {
  code,
  command,
  createApp,
  type IsolatedRun,
  moduleArg,
  moduleWork,
  returnOf,
  shutDownWork,
  type Task,
} from 'gantry'

interface Work {
  scan(args: { root: string; depth?: number }, run: IsolatedRun): Promise<{ files: number }>
  noArgs(): string
  readonly notAFunction: number
  connect(run: IsolatedRun): Promise<{ query(text: string): number }>
  usesDb(args: { db: { query(text: string): number } }): number
}
const url = new URL('file:///work.js')
const app = createApp()

const scan: Task<{ files: number }> = app.task(
  'scan',
  false,
  { execution: 'thread', args: { root: '/' } },
  moduleWork<Work, 'scan'>(url, 'scan'),
)
const none: Task<string> = app.task('none', false, moduleWork<Work, 'noArgs'>(url, 'noArgs'))
app.task('after', false, { args: { found: returnOf(scan) } }, ({ found }) => found.files + 1)
app.task('untyped', false, { args: { a: 1 } }, moduleWork('/work.js', 'whatever'))
app.task(
  'db',
  false,
  { args: { db: moduleArg<Work, 'connect'>(url, 'connect') } },
  moduleWork<Work, 'usesDb'>(url, 'usesDb'),
)

// @ts-expect-error no such export
moduleWork<Work, 'scna'>(url, 'scna')
// @ts-expect-error an arg is missing
app.task('missing', false, { args: {} }, moduleWork<Work, 'scan'>(url, 'scan'))
// @ts-expect-error an arg is of another type
app.task('other', false, { args: { root: 1 } }, moduleWork<Work, 'scan'>(url, 'scan'))
// @ts-expect-error not a function
app.task('value', false, moduleWork<Work, 'notAFunction'>(url, 'notAFunction'))
// @ts-expect-error unknown option
moduleWork(url, 'x', { fesh: true })

const text: Task<string> = app.task('text', false, command('echo'))
const bytes: Task<Uint8Array> = app.task('bytes', false, command('echo', { encoding: 'buffer' }))
const sum: Task<number> = app.task('sum', false, { args: { a: 1 } }, code<number>('return a'))
app.task('stop', false, shutDownWork({ force: true }))
// @ts-expect-error unknown style
command('echo', { argStyle: 'dashes' })
// @ts-expect-error a command is a line or words
command(3)

export const all = [none, text, bytes, sum]
