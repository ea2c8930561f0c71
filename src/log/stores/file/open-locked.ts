/** Opens the file of a log under its lock. */
import { closeSync, constants, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { RunLogError } from '../../../errors/errors.ts'
import { ExclusiveLock } from '../disk/exclusive-lock.ts'
import { type FileIdentity, stateAt, stateOfOpen } from '../disk/file-identity.ts'
import { networkOf } from '../disk/network-drive.ts'

/** An open file and its lock. */
export interface LockedFile {
  readonly fd: number
  readonly hold: ExclusiveLock
  readonly opened: FileIdentity
  /** True if the file is on a network drive. */
  readonly isRemote: boolean
}

/**
 * Takes the lock, creates missing folders and the file, and refuses what cannot be locked. Releases all on failure.
 *
 * @param path - Absolute path.
 * @param shown - The path in messages.
 */
export function openLocked(path: string, shown: string): LockedFile {
  mkdirSync(dirname(path), { recursive: true })
  if (stateAt(path)?.isFile === false) throw notAFile('open', shown)
  const hold = ExclusiveLock.take(path)
  let fd = -1
  try {
    fd = openSync(hold.place, constants.O_RDWR | constants.O_CREAT, 0o666)
    const opened = stateOfOpen(fd)
    if (!opened.isFile) throw notAFile('open', shown)
    if (opened.links > 1)
      throw new RunLogError(
        `Cannot open run log '${shown}' as one session at a time may write it, and a file with more than one name ` +
          `(hard links) can be opened by each: ${opened.links} names. Delete the others, or put a copy in its place.`,
      )
    hold.follow(opened)
    return { fd, hold, opened, isRemote: networkOf(dirname(hold.place)) !== null }
  } catch (problem) {
    if (fd >= 0) closeSync(fd)
    hold.release()
    throw problem
  }
}

export function notAFile(act: string, shown: string): RunLogError {
  return new RunLogError(
    `Cannot ${act} run log '${shown}' as it must be a file: it is a folder, a device or a pipe.`,
  )
}
