/**
 * The run log in a file of JSON lines: durable, readable with any tool, without a dependency.
 *
 * The JSON line of an entry: the entry after a checksum, itself valid JSON so that every tool can read it.
 *
 * ```json
 * {"crc":"1c291ca3","entry":{"seq":7,"task":"report","runId":"…","action":"run","at":1774742400000}}
 * ```
 *
 * The checksum (CRC-32 of the entry's bytes) detects a line that was cut short or damaged.
 */

import { crc32 } from 'node:zlib'
import type { Retention } from '../../retention.ts'
import type { Store } from '../../store.ts'
import { type FileStoreOptions, fileRetention } from '../file/file-options.ts'
import { createFileStore } from '../file/file-store.ts'
import { header, type LineFormat } from '../file/line-format.ts'

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

const front = '{"crc":"'
const middle = '","entry":'
const entryStart = front.length + 8 + middle.length

/**
 * Encodes an entry as a line, line end included. Throws the error of `JSON.stringify`.
 *
 * @internal
 */
export function encodeLine(entry: object): string {
  const json = JSON.stringify(entry)
  return `${front}${checksum(json)}${middle}${json}}\n`
}

/**
 * Decodes a line, without its line end, to an entry; undefined if the line is damaged.
 *
 * @internal
 */
export function decodeLine(line: Buffer): unknown {
  if (line.length <= entryStart || line[line.length - 1] !== 0x7d) return undefined
  const head = line.toString('latin1', 0, entryStart)
  if (!head.startsWith(front) || !head.endsWith(middle)) return undefined
  const json = line.subarray(entryStart, line.length - 1)
  if (head.slice(front.length, front.length + 8) !== checksum(json)) return undefined
  try {
    return JSON.parse(json.toString('utf8')) as unknown
  } catch {
    return undefined
  }
}

/**
 * The JSON lines format.
 *
 * @internal
 */
export const jsonlFormat: LineFormat = {
  kind: 'jsonl',
  title: 'JSON lines',
  first: encodeLine(header),
  encode: encodeLine,
  decode: decodeLine,
}

function checksum(bytes: string | Buffer): string {
  return crc32(bytes).toString(16).padStart(8, '0')
}
