/** The run log in a CSV file: readable in a spreadsheet, with the columns of a Rocketry log. */

import type { Retention, Store } from '../../store.ts'
import { type FileStoreOptions, fileRetention } from '../file/file-options.ts'
import { createFileStore } from '../file/file-store.ts'
import { csvFormat } from './csv-line.ts'

/**
 * Options of {@link createCsvStore}: the retention, and a receiver of reports on repairs.
 *
 * @example
 * ```ts
 * const options: CsvStoreOptions = { retention: { maxPerTask: 500 }, onProblem: (problem) => console.warn(problem.message) }
 * createApp({ store: createCsvStore('./runs.csv', options) })
 * ```
 */
export type CsvStoreOptions = FileStoreOptions

/** The default retention of a CSV store: 10,000 records per task, 100,000 in total. */
export const csvRetention: Retention = fileRetention

/**
 * Creates a run log in a CSV file; a missing folder or file is created when the session starts. A CSV file that Rocketry wrote
 * is imported: it is kept under another name, and its records become the history of the tasks with the same names. One
 * session at a time may have the file open. Cells that a spreadsheet would evaluate as formulas are escaped. After a manual
 * change to a row, empty its `crc` cell: otherwise the row is moved aside as damaged.
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
