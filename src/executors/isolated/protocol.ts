/** The message protocol between a session and an isolated worker (thread or process). All messages are structured-cloneable. */
import type { ErrorData } from '../../../machines/protocol.ts'
import type { Settlement } from '../../../machines/run.machine.ts'
import { toErrorData } from '../../errors/error-data.ts'
import { SetupError } from '../../errors/errors.ts'
import type { LogLevel, RunFacts } from '../run-facts.ts'
import type { Maker } from '../work/module-arg.ts'
import type { CodeSpec, ModuleSpec } from '../work-spec.ts'
import { cloneProblemIn, type Realm } from './cloneable.ts'

/** The order of a run for a worker. */
export interface WorkerOrder {
  readonly work: ModuleSpec | CodeSpec
  readonly args: Readonly<Record<string, unknown>>
  /** Args that the worker makes. */
  readonly makers?: Readonly<Record<string, Maker>>
  readonly facts: RunFacts
}

/** A message to the worker of a run. */
export interface ToWorker {
  readonly type: 'abort'
  readonly reason: ClonedError
}

/** A message to a process, which has one channel for all of its runs. */
export type ToProcess =
  | ToWorker
  | {
      readonly type: 'run'
      readonly order: WorkerOrder
      /** True if the process ends with this run. */
      readonly isOnly: boolean
    }

/** A message from a worker. */
export type FromWorker =
  | { readonly type: 'log'; readonly level: LogLevel; readonly data: readonly unknown[] }
  | { readonly type: 'progress'; readonly progress: number; readonly message?: string }
  | { readonly type: 'settled'; readonly settlement: ClonedSettlement }
  /** A promise of an earlier run rejected: not the outcome of a run, but reported. */
  | { readonly type: 'stray'; readonly task: string; readonly error: ClonedError }

/** A thrown value in cloneable form: an error as data, or a plain value unchanged. */
export type ClonedError = { readonly error: ErrorData } | { readonly value: unknown }

/** The result of the work in cloneable form. */
export type ClonedSettlement =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'threw'; readonly thrown: ClonedError }
  | { readonly kind: 'inaction'; readonly reason?: string }

/** The maximum size of a thrown value that is not an error; a larger one is replaced by a description. */
const maxThrown = 65_536

/** Converts any thrown value to cloneable form. Never throws. */
export function toClonedError(thrown: unknown, realm: Realm): ClonedError {
  const isData = (typeof thrown !== 'object' || !isErrorLike(thrown)) && typeof thrown !== 'function'
  return isData && cloneProblemIn(thrown, 'error', realm, maxThrown) === null
    ? { value: thrown }
    : { error: toErrorData(thrown) }
}

/** Restores a thrown value: an error of the same name, message, stack and code, or the value itself. */
export function fromClonedError(cloned: ClonedError): unknown {
  if ('value' in cloned) return cloned.value
  const { name, message, stack, code } = cloned.error
  const error = code === 'GANTRY_SETUP' ? new SetupError(message) : new Error(message)
  const keep = (key: string, value: unknown): void => {
    if (value !== undefined)
      Object.defineProperty(error, key, {
        value,
        configurable: true,
        writable: true,
        enumerable: key === 'code',
      })
  }
  keep('name', name)
  keep('stack', stack)
  keep('code', code)
  return error
}

/** Converts a cloned settlement to one that a run machine accepts. */
export function fromCloned(settlement: ClonedSettlement): Settlement {
  return settlement.kind === 'threw'
    ? { kind: 'threw', error: fromClonedError(settlement.thrown) }
    : settlement
}

/** True for valid messages of a worker: user code can post on the channel, too, so any message may arrive. */
export function isFromWorker(message: unknown): message is FromWorker {
  if (typeof message !== 'object' || message === null) return false
  const { type, data, progress, settlement, error } = message as Record<string, unknown>
  switch (type) {
    case 'log':
      return Array.isArray(data)
    case 'progress':
      return typeof progress === 'number'
    case 'settled':
      return isClonedSettlement(settlement)
    case 'stray':
      return typeof error === 'object' && error !== null
    default:
      return false
  }
}

function isClonedSettlement(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { kind, thrown } = value as Record<string, unknown>
  if (kind === 'threw') return typeof thrown === 'object' && thrown !== null
  return kind === 'returned' || kind === 'inaction'
}

function isErrorLike(thrown: unknown): boolean {
  try {
    return typeof (thrown as { stack?: unknown } | null)?.stack === 'string'
  } catch {
    return true
  }
}
