/** Whether a folder lies on another machine, where the locks and the syncs of files may not mean what they say. */
import { statfsSync } from 'node:fs'

/** Numbers by which Linux and others tell their file systems apart. */
const kinds: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0x5346414f, 'AFS'],
])

/** The kind of network file system that a folder lies on; null for a local one, and where that can't be told. */
export function networkOf(
  folder: string,
  typeOf: (folder: string) => number = (path) => statfsSync(path).type,
): string | null {
  try {
    // The number may come with a sign.
    return kinds.get(typeOf(folder) >>> 0) ?? null
  } catch {
    return null
  }
}
