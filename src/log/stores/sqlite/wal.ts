/**
 * The WAL of an open SQLite log, observed without `stat`.
 *
 * One `stat` of the WAL per commit was measured to slow down each sync. The likely reason: since Linux 6.13 a file whose times
 * were read gets a new time at its next write (multigrain timestamps), and the sync then writes the inode as well. An open handle
 * provides the rest: the path, by its link in `/proc`, and whether the file is longer than a given size, by a read.
 *
 * SQLite has no locks on the WAL, so this handle can be closed at any time.
 */
import { closeSync, openSync, readlinkSync, readSync } from 'node:fs'
import { comparePath, type FileIdentity, isMissing, stateOfOpen } from '../disk/file-identity.ts'

/** A handle on a WAL; empty if there is no WAL. */
export class SqliteWal {
  readonly #fd: number | null
  readonly #identity: FileIdentity | null
  readonly #byte = Buffer.alloc(1)
  #isOpen = true

  constructor(readonly path: string) {
    this.#fd = openIfThere(path)
    this.#identity = this.#fd === null ? null : stateOfOpen(this.#fd)
  }

  /** True if the path still leads to this WAL. Throws the error of `stat`. */
  isThere(): boolean {
    if (this.#fd === null || !this.#isOpen || this.#identity === null) return false
    return nameOf(this.#fd) === this.path || comparePath(this.path, this.#identity) === 'same'
  }

  isLongerThan(bytes: number): boolean {
    return this.#fd !== null && this.#isOpen && readSync(this.#fd, this.#byte, 0, 1, bytes) > 0
  }

  /** Bytes. */
  get size(): number {
    return this.#fd === null || !this.#isOpen ? 0 : stateOfOpen(this.#fd).size
  }

  close(): void {
    if (this.#fd !== null && this.#isOpen) closeSync(this.#fd)
    this.#isOpen = false
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch (problem) {
    if (isMissing(problem)) return null
    throw problem
  }
}

/** The path of an open file, on Linux; null elsewhere. For a deleted file it is a text that equals no path. */
function nameOf(fd: number): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return null
  }
}
