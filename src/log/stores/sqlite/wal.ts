/**
 * The WAL of an open SQLite log, looked at without `stat`.
 *
 * One `stat` of the WAL in each commit was measured to make each sync slower. The likely reason: Linux 6.13 and later gives a file
 * whose times were read a new time at its next write (multigrain timestamps), and the sync then writes the inode as well. An open
 * handle tells the rest: the path, by its link in `/proc`, and whether the file is longer than a given size, by a read.
 *
 * No lock of SQLite lies on the WAL, so its handle may be closed at any time.
 */
import { closeSync, openSync, readlinkSync, readSync } from 'node:fs'
import { type FileIdentity, isMissing, lookAt, stateOfOpen } from '../disk/file-identity.ts'

/** A handle on a WAL; it has none where there is no WAL. */
export class SqliteWal {
  readonly #fd: number | null
  readonly #identity: FileIdentity | null
  readonly #byte = Buffer.alloc(1)
  #isOpen = true

  constructor(readonly path: string) {
    this.#fd = openIfThere(path)
    this.#identity = this.#fd === null ? null : stateOfOpen(this.#fd)
  }

  /** True if the path still leads to this WAL. Throws what `stat` throws. */
  isThere(): boolean {
    if (this.#fd === null || !this.#isOpen || this.#identity === null) return false
    return nameOf(this.#fd) === this.path || lookAt(this.path, this.#identity) === 'same'
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

/** Where an open file lies, as Linux tells; null elsewhere. Of one without a name it is a text that no path equals. */
function nameOf(fd: number): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return null
  }
}
