/** The run log in a file of JSON lines: durable, readable with any tool, without a dependency. */
import { FileStore } from './file-store.ts'
import { jsonlFormat } from './jsonl-line.ts'
import { type LogProblem, warnOfProblem } from './problem.ts'
import type { Retention, Store } from './run-log.ts'

/** Options of {@link createJsonlStore}. */
export interface JsonlStoreOptions {
  /** What to keep; default 10,000 records of a task and 100,000 in all. A limit that is left out has its default. */
  readonly retention?: Retention
  /** Told of what had to be mended. Default: a process warning. Never silent. */
  readonly onProblem?: (problem: LogProblem) => void
}

/** What a JSON-lines store keeps unless told otherwise. */
export const jsonlRetention: Retention = { maxPerTask: 10_000, maxTotal: 100_000 }

/**
 * Makes a run log in a file of JSON lines; folder and file are made where they are missing when the session starts. One
 * session at a time may have the file: a second one is refused with a `RunLogError` that names the process.
 *
 * @example
 * ```ts
 * const app = createApp({ store: createJsonlStore('./runs.jsonl', { retention: { maxPerTask: 500 } }) })
 * const same = createApp({ store: 'jsonl:./runs.jsonl' })    // with the defaults
 * ```
 */
export function createJsonlStore(path: string, options: JsonlStoreOptions = {}): Store {
  if (typeof path !== 'string' || path === '')
    throw new TypeError(`Cannot keep the run log as path must be a non-empty string: ${String(path)}`)
  const retention = { ...jsonlRetention, ...options.retention }
  return new FileStore(path, jsonlFormat, retention, options.onProblem ?? warnOfProblem)
}
