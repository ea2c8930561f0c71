/** Work that is a program of the machine. */
import { SetupError } from '../../errors/errors.ts'
import { checkOptions } from '../../values/check-options.ts'
import { type ArgStyle, argStyles, toWords } from '../command-line.ts'
import type { FarRun } from '../run-facts.ts'
import { type CommandSpec, withSpec } from '../work-spec.ts'

/**
 * Options of {@link command}. An unknown one is a `TypeError` that names the nearest.
 *
 * @example
 * ```ts
 * const options: CommandOptions = { cwd: '/srv/shop', env: { LANG: 'C' }, input: 'select 1' }
 * app.task('ask', 'hourly', command('psql shop', options))
 * ```
 */
export interface CommandOptions {
  /** Give the line to the machine's shell. Default false: nothing of it means more than it says. */
  readonly shell?: boolean
  /**
   * How the task's args become arguments: `long` (default) `--name value`, `equals` `--name=value`, `short` `-name value`,
   * `values` the values alone, `none` not at all.
   */
  readonly argStyle?: ArgStyle
  readonly cwd?: string
  /** Variables beside those of this process; `undefined` takes one out. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What is written to its stdin, or a function that makes it of the args. Without it stdin is empty. */
  readonly input?: string | Uint8Array | ((args: Readonly<Record<string, unknown>>) => string | Uint8Array)
  /** What its value is: text, or bytes. Default `utf8`. */
  readonly encoding?: 'utf8' | 'buffer'
  /** The most of stdout that is kept for the value, in bytes; what exceeds it is dropped from the beginning. Default 8 MB. */
  readonly maxOutput?: number
  /** What the command starts and leaves behind may live on, and so may the command when the session is killed. Default false. */
  readonly detached?: boolean
}

const known = ['shell', 'argStyle', 'cwd', 'env', 'input', 'encoding', 'maxOutput', 'detached']
const defaultMaxOutput = 8 * 1024 * 1024

/**
 * Work that runs a program. Its value is what it writes to stdout; both streams go line by line into the run's log; an exit
 * code other than 0 makes the run fail with an `ExitError` that has the end of stderr. Told to end, it gets SIGTERM, and
 * SIGKILL when the grace is over, with all that it started.
 *
 * A line is parted into words at spaces, quotes keep them together; no shell reads it unless `shell` is true. A list is
 * taken as it is. The args of the task become arguments at its end.
 *
 * @example
 * ```ts
 * app.task('backup', 'daily after 02:00', { args: { jobs: 4 } }, command('pg_dump shop'))    // pg_dump shop --jobs 4
 * app.task('count', 'hourly', command('ls *.csv | wc -l', { shell: true }))
 * app.task('resize', false, command(['convert', 'in.png', '-resize', '50%', 'out.png'], { argStyle: 'none' }))
 * ```
 */
export function command(
  line: string | readonly string[],
  options: CommandOptions & { readonly encoding: 'buffer' },
): (args: Record<string, unknown>, run: FarRun) => Promise<Uint8Array>
export function command(
  line: string | readonly string[],
  options?: CommandOptions,
): (args: Record<string, unknown>, run: FarRun) => Promise<string>
export function command(line: string | readonly string[], options: CommandOptions = {}): unknown {
  checkCommandOptions(options)
  const { shell = false, argStyle = 'long', cwd, env, input, encoding = 'utf8' } = options
  const words = shell ? toShellLine(line) : toWordList(line)
  const order: CommandSpec = {
    kind: 'command',
    line: words,
    argStyle,
    encoding,
    maxOutput: options.maxOutput ?? defaultMaxOutput,
    isDetached: options.detached ?? false,
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env: { ...env } }),
    ...(input === undefined ? {} : { input }),
  }
  const work = (): Promise<never> =>
    Promise.reject(new SetupError('Cannot run a command as a function: give it to a task as its work.'))
  return withSpec(work, order)
}

function toWordList(line: string | readonly string[]): readonly string[] {
  const words = typeof line === 'string' ? toWords(line) : line
  const areWords =
    Array.isArray(words) && words.every((word) => typeof word === 'string' && !word.includes('\0'))
  if (areWords && words.length > 0 && words[0] !== '') return [...words]
  throw new TypeError(
    `Cannot read the command as it must be a line or a list of words: ${JSON.stringify(line)}`,
  )
}

function toShellLine(line: string | readonly string[]): string {
  if (typeof line === 'string' && line.trim() !== '' && !line.includes('\0')) return line
  throw new TypeError(`Cannot read the command as a shell takes one line of text: ${JSON.stringify(line)}`)
}

function checkCommandOptions(options: CommandOptions): void {
  checkOptions(options, known, 'options of a command')
  const { argStyle, maxOutput } = options
  if (argStyle !== undefined && !argStyles.includes(argStyle))
    throw new RangeError(
      `Cannot set 'argStyle' as it must be one of ${argStyles.map((style) => `'${style}'`).join(', ')}: ${String(argStyle)}`,
    )
  if (maxOutput !== undefined && !(Number.isFinite(maxOutput) && maxOutput > 0))
    throw new RangeError(
      `Cannot set 'maxOutput' as it must be a number of bytes above 0: ${String(maxOutput)}`,
    )
}
