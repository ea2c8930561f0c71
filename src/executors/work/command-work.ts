/** Work that runs a program of the operating system. */
import { SetupError } from '../../errors/errors.ts'
import { checkOptions } from '../../values/check-options.ts'
import { type ArgStyle, argStyles, toWords } from '../command-line.ts'
import type { IsolatedRun } from '../run-facts.ts'
import { type CommandSpec, withSpec } from '../work-spec.ts'

/**
 * Options of {@link command}. An unknown option is a `TypeError` with the nearest name.
 *
 * @example
 * ```ts
 * const options: CommandOptions = { cwd: '/srv/shop', env: { LANG: 'C' }, input: 'select 1' }
 * app.task('ask', 'hourly', command('psql shop', options))
 * ```
 */
export interface CommandOptions {
  /** Passes the line to the system's shell. Default false: the line is split at spaces, and shell syntax is refused. */
  readonly shell?: boolean
  /**
   * The form of the task's args on the command line: `long` (default) `--name value`, `equals` `--name=value`, `short` `-name
   * value`, `values` only the values, `none` no args.
   */
  readonly argStyle?: ArgStyle
  /** The working folder; default that of this process. */
  readonly cwd?: string
  /** Environment variables in addition to those of this process; `undefined` removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** The content of its stdin, or a function that makes it from the args. Default: empty. */
  readonly input?: string | Uint8Array | ((args: Readonly<Record<string, unknown>>) => string | Uint8Array)
  /** The type of its return value: text (`utf8`) or a `Uint8Array` (`buffer`). Default `utf8`. */
  readonly encoding?: 'utf8' | 'buffer'
  /** The maximum size of the return value, bytes: the end of stdout is kept. Default 8 MB. */
  readonly maxOutput?: number
  /** True: processes that the command leaves behind may continue, and so may the command if the session is killed. Default false. */
  readonly detached?: boolean
}

const known = ['shell', 'argStyle', 'cwd', 'env', 'input', 'encoding', 'maxOutput', 'detached']
const defaultMaxOutput = 8 * 1024 * 1024

/**
 * Work that runs a program. Its return value is its output on stdout; both streams go line by line to the run's log; an exit code
 * other than 0 fails the run with an `ExitError` that contains the end of stderr. When the run is asked to end, the program and
 * all of its descendants get SIGTERM, and SIGKILL when the grace period is over.
 *
 * A line is split into words at spaces, except within quotes; no shell reads it unless `shell` is true. A list of words is used
 * unchanged. The args of the task are appended as arguments.
 *
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
): (args: Record<string, unknown>, run: IsolatedRun) => Promise<Uint8Array>
export function command(
  line: string | readonly string[],
  options?: CommandOptions,
): (args: Record<string, unknown>, run: IsolatedRun) => Promise<string>
export function command(line: string | readonly string[], options: CommandOptions = {}): unknown {
  checkCommandOptions(options)
  const { shell = false, argStyle = 'long', cwd, env, input, encoding = 'utf8' } = options
  const words = shell ? toShellLine(line) : toWordList(line)
  const spec: CommandSpec = {
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
    Promise.reject(new SetupError('Cannot run a command by calling it as it must be the work of a task.'))
  return withSpec(work, spec)
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
  throw new TypeError(
    `Cannot read the command as a shell command must be one line of text: ${JSON.stringify(line)}`,
  )
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
