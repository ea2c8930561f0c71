/**
 * Notices changes that others make to the files of an open SQLite log. SQLite itself does not: it keeps
 * writing to files that have lost their names, and the next start would find none of it.
 */
import { statSync } from 'node:fs'
import {
  type FileIdentity,
  isMissing,
  isSameFile,
  lookAt,
  stateAt,
  toState,
} from '../../disk/file-identity.ts'
import type { SqliteWal } from '../wal.ts'
import type { SystemLock } from './owner-lock.ts'

/**
 * What happened: the path leads nowhere, or to another file; the WAL, the shared memory or the lock is gone; the file is shorter,
 * or has been written to.
 */
export type Harm = 'missing' | 'replaced' | 'wal' | 'shm' | 'lock' | 'cut' | 'written'

/** The state of the files as long as no other process touches them. */
export class SqliteWatch {
  readonly identity: FileIdentity
  /** The locks on writing and reading lie on it; none where a library needs no such file. */
  readonly #shm: FileIdentity | null
  #size = 0
  #changedAt = 0n

  constructor(
    /** As the user has it: links in it may be set to lead elsewhere. */
    readonly path: string,
    readonly place: string,
    readonly lock: SystemLock,
    readonly wal: SqliteWal,
  ) {
    this.identity = toState(statSync(place, { bigint: true }))
    this.#shm = stateAt(`${place}-shm`)
    this.remember()
  }

  /** Takes the file as it is: this process has just written to it. */
  remember(): void {
    try {
      const stats = statSync(this.place, { bigint: true })
      if (!isSameFile(toState(stats), this.identity)) return
      this.#size = Number(stats.size)
      this.#changedAt = stats.mtimeNs
    } catch {
      // The next look tells.
    }
  }

  /** The change that was found; null if there is none. Throws what `stat` throws. */
  look(): Harm | null {
    const main = this.#lookAtMain()
    if (main !== null) return main
    if (!this.wal.isThere()) return 'wal'
    if (this.#shm !== null && lookAt(`${this.place}-shm`, this.#shm) !== 'same') return 'shm'
    return this.lock.isThere() ? null : 'lock'
  }

  #lookAtMain(): Harm | null {
    try {
      const stats = statSync(this.path, { bigint: true })
      if (!isSameFile(toState(stats), this.identity)) return 'replaced'
      if (Number(stats.size) < this.#size) return 'cut'
      return stats.mtimeNs === this.#changedAt ? null : 'written'
    } catch (problem) {
      if (isMissing(problem)) return 'missing'
      throw problem
    }
  }
}
