/**
 * Work that says by itself where and how it is to be executed. To everyone else it is a function like any work; executors
 * look at the order it carries.
 */
import type { ParamValues } from '../../machines/protocol.ts'
import { SetupError } from '../errors/errors.ts'
import type { ArgStyle } from './command-line.ts'

/** An export of a module, by address: what threads and processes can be told to do. */
export interface ModuleSpec {
  readonly kind: 'module'
  readonly url: string
  readonly name: string
  /** A thread or a process for this run alone; absent: as the executor does it (threads are kept, processes are not). */
  readonly fresh?: boolean
  /** The most that its args and its return may count, in bytes. */
  readonly maxSize?: number
  /** The heap that its run may take, in MB. */
  readonly maxMemoryMb?: number
}

/** Code as text: the body of an async function. */
export interface CodeSpec {
  readonly kind: 'code'
  readonly text: string
}

/** A program of the machine. */
export interface CommandSpec {
  readonly kind: 'command'
  /** The file and its fixed arguments; or one line for the shell. */
  readonly line: readonly string[] | string
  readonly argStyle: ArgStyle
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string | Uint8Array | ((args: ParamValues) => string | Uint8Array)
  readonly encoding: 'utf8' | 'buffer'
  readonly maxOutput: number
  readonly isDetached: boolean
}

/** Work of the session itself: it needs the session, so it can't be far from it. */
export interface SessionWorkSpec {
  readonly kind: 'near'
}

/** What work carries that is more than a function. */
export type WorkSpec = ModuleSpec | CodeSpec | CommandSpec | SessionWorkSpec

/** Registered, so that work made by another copy of the package is known, too. */
const brand = Symbol.for('gantry.work')

/** Gives a function its order. */
export function withSpec<W extends (...given: never[]) => unknown>(work: W, order: WorkSpec): W {
  return Object.defineProperty(work, brand, { value: Object.freeze(order) })
}

/** The order that work carries; null for plain functions. */
export function specOf(work: unknown): WorkSpec | null {
  return typeof work === 'function' ? ((work as { [brand]?: WorkSpec })[brand] ?? null) : null
}

/**
 * The kind of execution that work gets when `wanted` is asked for. Commands, code and work of the session itself know where they
 * must be; `main` stays `main`, since it says that nothing else launches meanwhile.
 */
export function executionFor<E extends string>(work: unknown, wanted: E): E | 'command' | 'thread' | 'async' {
  if (wanted === 'main') return wanted
  switch (specOf(work)?.kind) {
    case 'command':
      return 'command'
    case 'code':
      return wanted === 'process' ? wanted : 'thread'
    case 'near':
      return 'async'
    default:
      return wanted
  }
}

/** Throws a `SetupError` for work that could never be executed so: told when the task is added, not when it runs. */
export function checkExecution(work: unknown, wanted: string, task: string): void {
  const execution = executionFor(work, wanted)
  const kind = specOf(work)?.kind
  if ((execution === 'thread' || execution === 'process') && kind === undefined)
    throw new SetupError(
      `Cannot execute task '${task}' in a ${execution} as functions can't cross to it: ` +
        `give it moduleWork(url, exportName) or code(text), or execute it as 'async' or 'main'.`,
    )
  if (execution === 'command' && kind !== 'command')
    throw new SetupError(
      `Cannot execute task '${task}' as a command as its work must be one: give it command('...'), or leave 'execution' out.`,
    )
}
