/** The run log in a file of JSON lines: durable, readable with any tool, without a dependency. */

import type { Retention, Store } from '../../store.ts'
import { type FileStoreOptions, fileRetention } from '../file/file-options.ts'
import { createFileStore } from '../file/file-store.ts'
import { jsonlFormat } from './jsonl-line.ts'

/**
 * Options of {@link createJsonlStore}: the retention, and a receiver of reports on repairs.
 *
 * @example
 * ```ts
 * const options: JsonlStoreOptions = { retention: { maxAgeMs: 90 * 86_400_000 } }
 * createApp({ store: createJsonlStore('./runs.jsonl', options) })
 * ```
 */
export type JsonlStoreOptions = FileStoreOptions

/** The default retention of a JSON-lines store: 10,000 records per task, 100,000 in total. */
export const jsonlRetention: Retention = fileRetention

/**
 * Creates a run log in a file of JSON lines; a missing folder or file is created when the session starts. One session at a time
 * may have the file open: a second one is refused with a `RunLogError` that names the process.
 *
 * @example
 * ```ts
 * const app = createApp({ store: createJsonlStore('./runs.jsonl', { retention: { maxPerTask: 500 } }) })
 * const same = createApp({ store: 'jsonl:./runs.jsonl' })    // with the defaults
 * ```
 */
export function createJsonlStore(path: string, options: JsonlStoreOptions = {}): Store {
  return createFileStore(path, jsonlFormat, options)
}
