/** The run log in a CSV file: readable in a spreadsheet, with the columns of a Rocketry log. */

import type { Retention, Store } from '../../store.ts'
import { type FileStoreOptions, fileRetention } from '../file/file-options.ts'
import { createFileStore } from '../file/file-store.ts'
import { csvFormat } from './csv-line.ts'

/**
 * Options of {@link createCsvStore}. What it keeps, and who is told of what had to be mended.
 *
 * @example
 * ```ts
 * const options: CsvStoreOptions = { retention: { maxPerTask: 500 }, onProblem: (problem) => console.warn(problem.message) }
 * createApp({ store: createCsvStore('./runs.csv', options) })
 * ```
 */
export type CsvStoreOptions = FileStoreOptions

/** What a CSV store keeps unless told otherwise. */
export const csvRetention: Retention = fileRetention

/**
 * Makes a run log in a CSV file; folder and file are made where they are missing when the session starts. A CSV file that
 * Rocketry wrote is imported: it is kept under another name, and its records are the history of the tasks of those names.
 * One session at a time may have the file. Texts that a spreadsheet would take for a formula are written so that it does not. A row
 * that a person changes needs its cell `crc` emptied, or it is moved aside as damaged.
 *
 * @example
 * ```ts
 * const app = createApp({ store: createCsvStore('./runs.csv', { retention: { maxPerTask: 500 } }) })
 * const same = createApp({ store: 'csv:./runs.csv' })    // with the defaults
 * ```
 */
export function createCsvStore(path: string, options: CsvStoreOptions = {}): Store {
  return createFileStore(path, csvFormat, options)
}
