/**
 * Detection of foreign changes to the files of an open SQLite log. SQLite does not detect them: it continues to write to files
 * that have lost their names, where the next start would not find them.
 */
import { statSync } from 'node:fs'
import {
  comparePath,
  type FileIdentity,
  isMissing,
  isSameFile,
  stateAt,
  toState,
} from '../../disk/file-identity.ts'
import type { SqliteWal } from '../wal.ts'
import type { SystemLock } from './owner-lock.ts'

/**
 * A harmful change: the path leads nowhere (`missing`) or to another file (`replaced`); the WAL, the shared memory (`shm`) or the
 * lock is gone; the file is shorter (`cut`) or was modified (`written`).
 */
export type Harm = 'missing' | 'replaced' | 'wal' | 'shm' | 'lock' | 'cut' | 'written'

/** The expected state of the files while no other process changes them. */
export class SqliteWatch {
  readonly identity: FileIdentity
  /** The shared-memory file, which carries SQLite's read and write locks; null for a library that needs none. */
  readonly #shm: FileIdentity | null
  #size = 0
  #changedAt = 0n

  constructor(
    /** The path as the user gave it: links in it may be changed to lead elsewhere. */
    readonly path: string,
    readonly place: string,
    readonly lock: SystemLock,
    readonly wal: SqliteWal,
  ) {
    this.identity = toState(statSync(place, { bigint: true }))
    this.#shm = stateAt(`${place}-shm`)
    this.remember()
  }

  /** Accepts the current state of the file: this process has just written to it. */
  remember(): void {
    try {
      const stats = statSync(this.place, { bigint: true })
      if (!isSameFile(toState(stats), this.identity)) return
      this.#size = Number(stats.size)
      this.#changedAt = stats.mtimeNs
    } catch {
      // The next check reports it.
    }
  }

  /** The detected change; null if there is none. Throws the error of `stat`. */
  check(): Harm | null {
    const main = this.#checkMain()
    if (main !== null) return main
    if (!this.wal.isThere()) return 'wal'
    if (this.#shm !== null && comparePath(`${this.place}-shm`, this.#shm) !== 'same') return 'shm'
    return this.lock.isThere() ? null : 'lock'
  }

  #checkMain(): Harm | null {
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
