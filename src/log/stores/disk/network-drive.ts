/** Detection of network drives, on which file locks and syncs may be unreliable. */
import { statfsSync } from 'node:fs'

/** File system types by their magic numbers. */
const kinds: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0x5346414f, 'AFS'],
])

/** The kind of network file system that a folder is on; null for a local one, or if unknown. */
export function networkOf(
  folder: string,
  typeOf: (folder: string) => number = (path) => statfsSync(path).type,
): string | null {
  try {
    // The number may be signed.
    return kinds.get(typeOf(folder) >>> 0) ?? null
  } catch {
    return null
  }
}
