/** The executor of commands: each is a child process, the leader of a process group that ends with it. */
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import type { Settlement } from '../../../machines/run.machine.ts'
import { ExitError, SetupError } from '../../errors/errors.ts'
import { restGuard, shell } from '../child/orphan-guard.ts'
import { type Exit, ProcessGroup } from '../child/process-group.ts'
import type { ChildOptions } from '../child/spawn-gate.ts'
import { quoted, toArguments } from '../command-line.ts'
import type { ExecutionContext, ExecutionHandle, Executor } from '../executor.ts'
import { within } from '../host-clock.ts'
import { LogRateLimit } from '../isolated/log-rate-limit.ts'
import { type CommandSpec, specOf } from '../work-spec.ts'
import { type LineListener, Lines, Tail } from './output.ts'

type Args = Readonly<Record<string, unknown>>
type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** The maximum length of stderr in an error, bytes. */
const maxStderr = 4096
/** The time to read a command's streams after its exit, ms: a process that escaped its group may keep them open. */
const lastOutputMs = 500

/** Creates the executor of commands. */
export function createCommandExecutor(): Executor {
  const living = new Set<ProcessGroup>()
  return {
    kind: 'command',
    isExclusive: false,
    slots: 'maxProcesses',
    execute(work, args, context, settle) {
      try {
        return start(work, args, context, settle, living)
      } catch (error) {
        settle({ kind: 'threw', error })
        return undefined
      }
    },
    async close() {
      await Promise.all([...living].map((group) => group.end()))
      await restGuard()
    },
  }
}

function start(
  work: unknown,
  args: Args,
  context: ExecutionContext,
  settle: (settlement: Settlement) => void,
  living: Set<ProcessGroup>,
): ExecutionHandle {
  const spec = specOf(work)
  if (spec?.kind !== 'command')
    throw new SetupError(
      `Cannot execute task '${context.task}' as a command as its work must be a command: write command('...') as its work, or leave 'execution' out.`,
    )
  const input = typeof spec.input === 'function' ? spec.input(args) : spec.input
  const { words, options } = toChild(spec, args, context)
  const group = new ProcessGroup(words, options, spec.isDetached)
  const child = group.child as Child
  living.add(group)
  let isEnded = false
  const terminate = (): void => group.signal('SIGTERM')
  if (context.signal.aborted) terminate()
  else context.signal.addEventListener('abort', terminate, { once: true })
  // A command may exit before it has read all of its input.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  void finish(child, group, spec, context).then((settlement) => {
    living.delete(group)
    context.signal.removeEventListener('abort', terminate)
    if (!isEnded) settle(settlement)
  })
  return {
    end: () => {
      isEnded = true
      group.signal('SIGKILL')
    },
  }
}

function toChild(
  { line, cwd, env, argStyle }: CommandSpec,
  args: Args,
  context: ExecutionContext,
): { readonly words: readonly string[]; readonly options: ChildOptions } {
  const extra = toArguments(args, argStyle)
  const options: ChildOptions = {
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, GANTRY_TASK: context.task, GANTRY_RUN: context.runId, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  }
  if (typeof line !== 'string') return { words: [...line, ...extra], options }
  if (process.platform !== 'win32')
    return { words: [shell, '-c', [line, ...extra.map(quoted)].join(' ')], options }
  if (extra.length > 0)
    throw new SetupError(
      `Cannot add args to a shell command as only quotes of POSIX shells are supported: use argStyle 'none'.`,
    )
  const words = [process.env.comspec ?? 'cmd.exe', '/d', '/s', '/c', `"${line}"`]
  return { words, options: { ...options, windowsVerbatimArguments: true } }
}

async function finish(
  child: Child,
  group: ProcessGroup,
  spec: CommandSpec,
  context: ExecutionContext,
): Promise<Settlement> {
  const limit = new LogRateLimit()
  const stdout = new Tail(spec.maxOutput)
  const stderr = new Tail(maxStderr)
  const closed = once(child, 'close').catch(() => {})
  const toLog = (level: 'info' | 'warn'): LineListener => ({
    take: (line) => {
      if (!limit.admits()) return false
      logDropped(limit, context)
      log(context, level, line)
      return true
    },
    skipped: (lines) => limit.skip(lines),
  })
  read(child.stdout, stdout, new Lines(toLog('info')))
  read(child.stderr, stderr, new Lines(toLog('warn')))
  const exit = await group.exited
  if (exit.error === undefined && !(await within(lastOutputMs, closed))) {
    child.stdout.destroy()
    child.stderr.destroy()
  }
  logDropped(limit, context)
  if (exit.error !== undefined || exit.exitCode !== 0)
    return { kind: 'threw', error: failureOf(spec, exit, stderr.bytes().toString()) }
  const value = stdout.bytes()
  if (stdout.dropped > 0)
    log(
      context,
      'warn',
      `the first ${stdout.dropped} bytes of its output are not in its return value (maxOutput)`,
    )
  return { kind: 'returned', value: spec.encoding === 'buffer' ? new Uint8Array(value) : value.toString() }
}

function read(stream: Readable, tail: Tail, lines: Lines): void {
  stream.on('data', (bytes: Buffer) => {
    tail.write(bytes)
    lines.write(bytes)
  })
  stream.on('close', () => lines.end())
  stream.on('error', () => {})
}

function logDropped(limit: LogRateLimit, context: ExecutionContext): void {
  const dropped = limit.takeDropped()
  if (dropped !== null) log(context, 'warn', dropped)
}

/** Logs a line. A logger is user code: its errors must not end the reading. */
function log(context: ExecutionContext, level: 'info' | 'warn', line: string): void {
  try {
    context.run.log[level](line)
  } catch {
    // The run continues without this line.
  }
}

function failureOf(spec: CommandSpec, { exitCode, exitSignal, error }: Exit, stderr: string): Error {
  const name = typeof spec.line === 'string' ? spec.line : spec.line.join(' ')
  const shown = name.length > 200 ? `${name.slice(0, 199)}…` : name
  if (error !== undefined)
    return new SetupError(`Cannot run the command '${shown}' as ${whyNotStarted(spec, error)}`, {
      cause: error,
    })
  const how = exitSignal === null ? `exited with ${exitCode}` : `was ended by ${exitSignal}`
  const tail = stderr.trimEnd()
  return new ExitError(`The command '${shown}' ${how}.${tail === '' ? '' : `\n${tail}`}`, {
    exitCode,
    exitSignal,
    stderr,
  })
}

/** The reason why a program did not start. The system reports ENOENT both for a missing program and a missing folder. */
function whyNotStarted({ cwd }: CommandSpec, error: Error): string {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return `it could not be started: ${error.message}`
  if (cwd !== undefined && !existsSync(cwd)) return `its cwd must be an existing folder: '${cwd}'`
  return `its program was not found, also not on the PATH: ${error.message}`
}
