/**
 * Work with a specification of where and how to execute it. It is a function like any other work; executors read the
 * specification attached to it.
 */
import type { ParamValues } from '../../machines/protocol.ts'
import { SetupError } from '../errors/errors.ts'
import type { ArgStyle } from './command-line.ts'

/** An export of a module, by URL and name, which threads and processes can load. */
export interface ModuleSpec {
  readonly kind: 'module'
  readonly url: string
  readonly name: string
  /** True: a new thread or process for each run; absent: the executor's default (threads are reused, processes are not). */
  readonly fresh?: boolean
  /** The maximum size of its args and of its return value, bytes. */
  readonly maxSize?: number
  /** The maximum heap size of a run, MB. */
  readonly maxMemoryMb?: number
}

/** Code as text: the body of an async function. */
export interface CodeSpec {
  readonly kind: 'code'
  readonly text: string
}

/** A program of the operating system. */
export interface CommandSpec {
  readonly kind: 'command'
  /** The program and its fixed arguments, or one line for the shell. */
  readonly line: readonly string[] | string
  readonly argStyle: ArgStyle
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string | Uint8Array | ((args: ParamValues) => string | Uint8Array)
  readonly encoding: 'utf8' | 'buffer'
  readonly maxOutput: number
  readonly isDetached: boolean
}

/** Work on the session itself, which therefore runs inline only. */
export interface SessionWorkSpec {
  readonly kind: 'session'
}

/** The specification that work may carry. */
export type WorkSpec = ModuleSpec | CodeSpec | CommandSpec | SessionWorkSpec

/** A registered symbol, so that work made by another copy of the package is recognized. */
const brand = Symbol.for('gantry.work')

/** Attaches a specification to a function. */
export function withSpec<W extends (...given: never[]) => unknown>(work: W, spec: WorkSpec): W {
  return Object.defineProperty(work, brand, { value: Object.freeze(spec) })
}

/** The specification of work; null for plain functions. */
export function specOf(work: unknown): WorkSpec | null {
  return typeof work === 'function' ? ((work as { [brand]?: WorkSpec })[brand] ?? null) : null
}

/**
 * The effective execution of work for the requested one. Commands, code and session work can run in one place only; `main`
 * remains `main`, as it also prevents other launches.
 */
export function executionFor<E extends string>(work: unknown, wanted: E): E | 'command' | 'thread' | 'async' {
  if (wanted === 'main') return wanted
  switch (specOf(work)?.kind) {
    case 'command':
      return 'command'
    case 'code':
      return wanted === 'process' ? wanted : 'thread'
    case 'session':
      return 'async'
    default:
      return wanted
  }
}

/** Throws a `SetupError` for work that cannot be executed in that way, when the task is added and not when it runs. */
export function checkExecution(work: unknown, wanted: string, task: string): void {
  const execution = executionFor(work, wanted)
  const kind = specOf(work)?.kind
  if ((execution === 'thread' || execution === 'process') && kind === undefined)
    throw new SetupError(
      `Cannot execute task '${task}' in a ${execution} as functions cannot be sent there: ` +
        `give it moduleWork(url, exportName) or code(text), or execute it as 'async' or 'main'.`,
    )
  if (execution === 'workflow')
    throw new SetupError(
      `Cannot execute task '${task}' as a workflow as its work must be XState actor logic: give it a machine, or leave 'execution' out.`,
    )
  if (execution === 'command' && kind !== 'command')
    throw new SetupError(
      `Cannot execute task '${task}' as a command as its work must be a command: give it command('...'), or leave 'execution' out.`,
    )
}
