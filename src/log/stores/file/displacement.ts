/** Displacement of an open log file (moved, deleted, replaced, truncated), and its description. */
import { type FileIdentity, type FileState, isSameFile, stateOfOpen } from '../disk/file-identity.ts'

/** The difference between the file at the path and the file that was opened. */
export type Displacement = 'moved' | 'deleted' | 'replaced' | 'truncated' | 'changed' | 'linked' | 'unlocked'

/** Descriptions that follow the file's name in a sentence. */
export const displacements: Readonly<Record<Displacement, string>> = {
  moved: 'was moved away while it was open',
  deleted: 'was deleted while it was open',
  replaced: 'was replaced by another file while it was open',
  truncated: 'was truncated while it was open',
  changed: 'was written by another program while it was open',
  linked: 'got another name (a hard link) while it was open',
  unlocked: 'lost its lock file while it was open',
}

/** The expected file at the path. */
export interface Expected {
  /** The open file. */
  readonly open: FileIdentity
  /** The descriptor of the open file. */
  readonly fd: number
  /** The end of the last line that the session wrote, bytes. */
  readonly end: number
  /** True if bytes of a failed write may follow it. */
  readonly mayHaveTail: boolean
}

/** The displacement of the file; null if the path leads to it and its content is as written. */
export function judge(
  there: FileState | null,
  { open, fd, end, mayHaveTail }: Expected,
): Displacement | null {
  if (there === null) return stateOfOpen(fd).links === 0 ? 'deleted' : 'moved'
  if (!isSameFile(there, open)) return 'replaced'
  if (there.size < end) return 'truncated'
  if (there.size > end && !mayHaveTail) return 'changed'
  return there.links > 1 ? 'linked' : null
}
