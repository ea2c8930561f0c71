/** The run log in a CSV file: readable in a spreadsheet, with the columns of a Rocketry log. */
import { csvFormat } from './csv-line.ts'
import { FileStore } from './file-store.ts'
import { type LogProblem, warnOfProblem } from './problem.ts'
import type { Retention, Store } from './run-log.ts'

/** Options of {@link createCsvStore}. */
export interface CsvStoreOptions {
  /** What to keep; default 10,000 records of a task and 100,000 in all. A limit that is left out has its default. */
  readonly retention?: Retention
  /** Told of what had to be mended, and of an import. Default: a process warning. Never silent. */
  readonly onProblem?: (problem: LogProblem) => void
}

/** What a CSV store keeps unless told otherwise. */
export const csvRetention: Retention = { maxPerTask: 10_000, maxTotal: 100_000 }

/**
 * Makes a run log in a CSV file; folder and file are made where they are missing when the session starts. A CSV file that
 * Rocketry wrote is imported: it is kept under another name, and its records are the history of the tasks of those names.
 * One session at a time may have the file. Rows have no checksum: prefer JSON lines or SQLite where nobody reads the file.
 *
 * @example
 * ```ts
 * const app = createApp({ store: createCsvStore('./runs.csv', { retention: { maxPerTask: 500 } }) })
 * const same = createApp({ store: 'csv:./runs.csv' })    // with the defaults
 * ```
 */
export function createCsvStore(path: string, options: CsvStoreOptions = {}): Store {
  if (typeof path !== 'string' || path === '')
    throw new TypeError(`Cannot keep the run log as path must be a non-empty string: ${String(path)}`)
  const retention = { ...csvRetention, ...options.retention }
  return new FileStore(path, csvFormat, retention, options.onProblem ?? warnOfProblem)
}
