/**
 * The identity of the file at a path. A name may be moved, linked or taken by another file; the device and
 * the inode identify the file.
 */
import { type BigIntStats, fstatSync, lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/** The file itself, whatever its names. Unique among the files that exist or are open. */
export interface FileIdentity {
  readonly dev: bigint
  readonly ino: bigint
}

/** A file as it is now. */
export interface FileState extends FileIdentity {
  /** Bytes. */
  readonly size: number
  /** The number of names of the file: 0 once it is deleted, more than 1 with hard links. */
  readonly links: number
  /** False for a folder, a device or a pipe. */
  readonly isFile: boolean
}

/** The state of an open file. */
export function stateOfOpen(fd: number): FileState {
  return toState(fstatSync(fd, { bigint: true }))
}

/** The state of the file that a path leads to; null if it leads to none. Throws what `stat` throws for other reasons. */
export function stateAt(path: string): FileState | null {
  try {
    return toState(statSync(path, { bigint: true }))
  } catch (problem) {
    if (isMissing(problem)) return null
    throw problem
  }
}

/** {@link stateAt} without holding up the event loop: a disk may be slow to answer. */
export async function stateAtSoon(path: string): Promise<FileState | null> {
  try {
    return toState(await stat(path, { bigint: true }))
  } catch (problem) {
    if (isMissing(problem)) return null
    throw problem
  }
}

/** True if both are the same file. */
export function isSameFile(a: FileIdentity, b: FileIdentity): boolean {
  return a.dev === b.dev && a.ino === b.ino
}

/**
 * The result of a check of a path that was opened as `opened`: `same`, `missing` (moved or deleted), or
 * `other` (another file took its place). Throws what `stat` throws if the path cannot be checked.
 */
export function lookAt(path: string, opened: FileIdentity): 'same' | 'missing' | 'other' {
  const now = stateAt(path)
  if (now === null) return 'missing'
  return isSameFile(now, opened) ? 'same' : 'other'
}

/**
 * The one real path of a file, which need not exist yet: links of the file and of its folders are followed, also a link to a
 * file that is missing. The folder must exist.
 */
export function placeOf(path: string): string {
  // The native call gives names as the file system spells them, where it does not tell capitals apart.
  try {
    return realpathSync.native(path)
  } catch (problem) {
    if (!isMissing(problem)) throw problem
  }
  if (isLink(path)) return placeOf(resolve(dirname(path), readlinkSync(path)))
  return join(realpathSync.native(dirname(path)), basename(path))
}

export function toState(stats: BigIntStats): FileState {
  const { dev, ino, size, nlink } = stats
  return { dev, ino, size: Number(size), links: Number(nlink), isFile: stats.isFile() }
}

/** True of the error of a path that leads to nothing. */
export function isMissing(problem: unknown): boolean {
  const { code } = problem as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink()
  } catch {
    return false
  }
}
