/** Promisified file system calls on file descriptors, which the synchronous calls share. */
import {
  close as closeCallback,
  closeSync,
  fdatasync as fdatasyncCallback,
  fsync as fsyncCallback,
  fsyncSync,
  open as openCallback,
  openSync,
  readSync,
  write as writeCallback,
  writeSync,
} from 'node:fs'
import { promisify } from 'node:util'
import { RunLogError } from '../../../errors/errors.ts'

export const close = promisify(closeCallback)
export const fdatasync = promisify(fdatasyncCallback)
export const fsync = promisify(fsyncCallback)
export const open = promisify(openCallback)
const write = promisify(writeCallback)

/** Converts an error of the file system to a `RunLogError` that states the operation and the path. */
export function toRunLogError(act: string, path: string, problem: unknown): RunLogError {
  if (problem instanceof RunLogError) return problem
  const { code, message } = problem as NodeJS.ErrnoException
  const rule = code === undefined ? undefined : rules[code]
  return new RunLogError(
    `Cannot ${act} run log '${path}' as ${rule ?? 'the file system reported an error'}: ${message}`,
    {
      cause: problem,
    },
  )
}

/** The error for entries that can never be written, with the reason. */
export function toEntryRefusal(path: string, problem: unknown): RunLogError {
  if (problem instanceof RunLogError) return problem
  const { message } = problem as Error
  return new RunLogError(`Cannot append to run log '${path}' as each entry must be JSON: ${message}`, {
    cause: problem,
    isEntryRefused: true,
  })
}

const rules: Readonly<Record<string, string>> = {
  EACCES: 'it must be readable and writable',
  EPERM: 'it must be readable and writable',
  EROFS: 'its file system must be writable',
  EISDIR: 'it must be a file',
  ENOTDIR: 'every part of its path but the last must be a folder',
  ENOSPC: 'the disk must have room',
  EDQUOT: 'the disk must have room',
  EFBIG: 'the file must stay within the size limit of the system',
  EMFILE: 'a file descriptor must be available',
}

/** Writes all bytes at a position: a single system call may write fewer. */
export async function writeAll(fd: number, bytes: Buffer, place: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await write(fd, bytes, done, bytes.length - done, place + done)).bytesWritten
}

/** Synchronous {@link writeAll}; with a null position, appends to what was written last. */
export function writeAllSync(fd: number, bytes: Buffer, place: number | null): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(fd, bytes, done, bytes.length - done, place === null ? null : place + done)
}

/** The byte at a position; -1 past the end. */
export function readByte(fd: number, place: number): number {
  const byte = Buffer.alloc(1)
  return readSync(fd, byte, 0, 1, place) === 1 ? byte[0]! : -1
}

/** Makes a new name in a folder durable, on systems that can open a folder for this. */
export function syncFolder(folder: string): void {
  let fd: number
  try {
    fd = openSync(folder, 'r')
  } catch {
    return
  }
  try {
    fsyncSync(fd)
  } catch {
    // Not every system can sync a folder; the file itself is synced.
  } finally {
    closeSync(fd)
  }
}
