/** What is said between a session and the far side of a run, in a thread or a process. Plain data, every word of it. */
import type { ErrorData } from '../../../machines/protocol.ts'
import type { Settlement } from '../../../machines/run.machine.ts'
import { toErrorData } from '../../errors/error-data.ts'
import { SetupError } from '../../errors/errors.ts'
import type { LogLevel, RunFacts } from '../run-facts.ts'
import type { Maker } from '../work/module-arg.ts'
import type { CodeSpec, ModuleSpec } from '../work-spec.ts'
import { cloneProblemIn, type Realm } from './cloneable.ts'

/** What the far side is to do. */
export interface WorkerOrder {
  readonly work: ModuleSpec | CodeSpec
  readonly args: Readonly<Record<string, unknown>>
  /** Args that are made where the work is. */
  readonly makers?: Readonly<Record<string, Maker>>
  readonly facts: RunFacts
}

/** To the far side of a run. */
export interface ToWorker {
  readonly type: 'abort'
  readonly reason: ClonedError
}

/** To a process: it has one line for all of its runs. */
export type ToProcess =
  | ToWorker
  | {
      readonly type: 'run'
      readonly order: WorkerOrder
      /** It ends with this run. */
      readonly isOnly: boolean
    }

/** From the far side. */
export type FromWorker =
  | { readonly type: 'log'; readonly level: LogLevel; readonly data: readonly unknown[] }
  | { readonly type: 'progress'; readonly progress: number; readonly message?: string }
  | { readonly type: 'settled'; readonly settlement: ClonedSettlement }
  /** A promise of an earlier run rejected: nobody's outcome, but not to be lost. */
  | { readonly type: 'stray'; readonly task: string; readonly error: ClonedError }

/** Something thrown, on its way: an error as data, or a plain value as it is. */
export type ClonedError = { readonly error: ErrorData } | { readonly value: unknown }

/** What became of the work, on its way. */
export type ClonedSettlement =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'threw'; readonly thrown: ClonedError }
  | { readonly kind: 'inaction'; readonly reason?: string }

/** A thrown value that is no error crosses up to this size; beyond it a sentence is enough. */
const maxThrown = 65_536

/** Anything thrown, as it crosses. Never throws. */
export function toClonedError(thrown: unknown, realm: Realm): ClonedError {
  const isData = (typeof thrown !== 'object' || !isErrorLike(thrown)) && typeof thrown !== 'function'
  return isData && cloneProblemIn(thrown, 'error', realm, maxThrown) === null
    ? { value: thrown }
    : { error: toErrorData(thrown) }
}

/** What was thrown on the other side: an error of the same name, words, stack and code, or the value itself. */
export function fromClonedError(crossed: ClonedError): unknown {
  if ('value' in crossed) return crossed.value
  const { name, message, stack, code } = crossed.error
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

/** The settlement that a run machine understands. */
export function fromCloned(settlement: ClonedSettlement): Settlement {
  return settlement.kind === 'threw'
    ? { kind: 'threw', error: fromClonedError(settlement.thrown) }
    : settlement
}

/** True of what the far side may say: the line is open to the work, too, which may post what it likes. */
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
