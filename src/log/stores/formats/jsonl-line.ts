/**
 * The JSON line of an entry: the entry after a checksum, itself valid JSON so that every tool can read it.
 *
 * ```json
 * {"crc":"1c291ca3","entry":{"seq":7,"task":"report","runId":"…","action":"run","at":1774742400000}}
 * ```
 *
 * The checksum (CRC-32 of the entry's bytes) detects a line that was cut short or damaged.
 */
import { crc32 } from 'node:zlib'
import { header, type LineFormat } from '../file/line-format.ts'

const front = '{"crc":"'
const middle = '","entry":'
const entryStart = front.length + 8 + middle.length

/** Encodes an entry as a line, line end included. Throws the error of `JSON.stringify`. */
export function encodeLine(entry: object): string {
  const json = JSON.stringify(entry)
  return `${front}${checksum(json)}${middle}${json}}\n`
}

/** Decodes a line, without its line end, to an entry; undefined if the line is damaged. */
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

/** The JSON lines format. */
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
