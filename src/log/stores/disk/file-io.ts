/** The file system as promises over numbers of open files, which work for the synchronous calls of the same file, too. */
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

/** An error of the file system, with what was tried and the path. */
export function toRunLogError(act: string, path: string, problem: unknown): RunLogError {
  if (problem instanceof RunLogError) return problem
  const { code, message } = problem as NodeJS.ErrnoException
  const rule = code === undefined ? undefined : rules[code]
  return new RunLogError(
    `Cannot ${act} run log '${path}' as ${rule ?? 'the file system refused'}: ${message}`,
    {
      cause: problem,
    },
  )
}

/** The refusal of entries that can never be written, with why. */
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
  ENOTDIR: 'its folder must be a folder',
  ENOSPC: 'the disk must have room',
  EDQUOT: 'the disk must have room',
  EFBIG: 'the file must not grow beyond what the system allows',
  EMFILE: 'a file must be free to open',
}

/** Writes all of the bytes at a place: one call of the system may write fewer than asked. */
export async function writeAll(fd: number, bytes: Buffer, place: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await write(fd, bytes, done, bytes.length - done, place + done)).bytesWritten
}

/** {@link writeAll} before it returns; with a null place, behind what was written last. */
export function writeAllSync(fd: number, bytes: Buffer, place: number | null): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(fd, bytes, done, bytes.length - done, place === null ? null : place + done)
}

/** The byte at a place; -1 beyond the end. */
export function readByte(fd: number, place: number): number {
  const byte = Buffer.alloc(1)
  return readSync(fd, byte, 0, 1, place) === 1 ? byte[0]! : -1
}

/** Makes a new name in a folder durable, on systems where a folder can be opened for that. */
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
    // Not every system lets a folder be synced; the file itself is.
  } finally {
    closeSync(fd)
  }
}
