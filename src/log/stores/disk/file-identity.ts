/**
 * The identity of the file at a path. A path may be moved, linked or taken by another file; device and inode identify the
 * file itself.
 */
import { type BigIntStats, fstatSync, lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/** A file, regardless of its names. Unique among the files that exist or are open. */
export interface FileIdentity {
  readonly dev: bigint
  readonly ino: bigint
}

/** The current state of a file. */
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

/** The state of the file at a path; null if there is none. Throws other errors of `stat`. */
export function stateAt(path: string): FileState | null {
  try {
    return toState(statSync(path, { bigint: true }))
  } catch (problem) {
    if (isMissing(problem)) return null
    throw problem
  }
}

/** {@link stateAt} without blocking the event loop: a disk may be slow to answer. */
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
 * Compares the file at a path with a file that was opened: `same`, `missing` (moved or deleted), or `other` (another file
 * took its place). Throws the error of `stat` if the path cannot be checked.
 */
export function comparePath(path: string, opened: FileIdentity): 'same' | 'missing' | 'other' {
  const now = stateAt(path)
  if (now === null) return 'missing'
  return isSameFile(now, opened) ? 'same' : 'other'
}

/**
 * The one real path of a file, which may not exist yet: links of the file and of its folders are resolved, also a link to a
 * missing file. The folder must exist.
 */
export function realPathOf(path: string): string {
  // The native call returns names as the file system spells them where it is case-insensitive.
  try {
    return realpathSync.native(path)
  } catch (problem) {
    if (!isMissing(problem)) throw problem
  }
  if (isLink(path)) return realPathOf(resolve(dirname(path), readlinkSync(path)))
  return join(realpathSync.native(dirname(path)), basename(path))
}

export function toState(stats: BigIntStats): FileState {
  const { dev, ino, size, nlink } = stats
  return { dev, ino, size: Number(size), links: Number(nlink), isFile: stats.isFile() }
}

/** True for the error of a path at which there is nothing. */
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
