/**
 * The exclusive lock of one session on a file, valid for all names of the file.
 *
 * It consists of two locks. The first is next to the file, at its real path, and is visible to every process that sees the
 * file, also on another machine or in another container. The second is in this machine's folder for temporary files and is
 * named after the file itself (device and inode), so it also protects other names of the file, for example when the file is
 * moved while it is open. The second lock is left out where that folder is not writable.
 */
import { lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { RunLogError } from '../../../errors/errors.ts'
import { type FileIdentity, realPathOf } from './file-identity.ts'
import { type FileLock, takeLock } from './lock-file.ts'

/** A held lock, made by {@link ExclusiveLock.take}. */
export class ExclusiveLock {
  #place = ''
  #beside: ReadonlyMap<string, FileLock> = new Map()
  #ofFile: FileLock | null = null
  #file: FileIdentity | null = null

  /** Locks an absolute path. Throws a `RunLogError` that names the owner if another session holds the lock. */
  static take(path: string): ExclusiveLock {
    const hold = new ExclusiveLock(path)
    hold.renew()
    return hold
  }

  private constructor(readonly path: string) {}

  /** The real path: all links are resolved. */
  get place(): string {
    return this.#place
  }

  /** The last heartbeat of a previous owner that did not release the lock, epoch ms; null if it released it. */
  get lastBeat(): number | null {
    const beats = [...this.#beside.values()].flatMap(({ lastBeat }) => lastBeat ?? [])
    return beats.length === 0 ? null : Math.max(...beats)
  }

  /** Writes a heartbeat; `now` is epoch ms. Never throws. */
  beat(now: number): void {
    for (const lock of this.#all()) lock.beat(now)
  }

  /** True if all locks are where they were taken. Throws the error of `stat` if that cannot be checked. */
  isIntact(): boolean {
    return this.#all().every((lock) => lock.isHeld())
  }

  /** {@link isIntact} without blocking the event loop. */
  async isIntactSoon(): Promise<boolean> {
    return (await Promise.all(this.#all().map((lock) => lock.isHeldSoon()))).every(Boolean)
  }

  /**
   * Takes locks again that were moved or deleted, and releases those that are no longer needed: the path may lead elsewhere
   * now. Throws a `RunLogError` if another session holds one; then the lock is unchanged.
   */
  renew(): void {
    const place = realPathOf(this.path)
    // Earlier releases put the lock next to a symbolic link instead of its target.
    const given = join(realpathSync.native(dirname(this.path)), basename(this.path))
    const beside = new Map<string, FileLock>()
    const taken: FileLock[] = []
    try {
      for (const file of new Set([place, given])) {
        let lock = this.#beside.get(file)
        if (lock?.isHeld() !== true) taken.push((lock = takeLock(file)))
        beside.set(file, lock)
      }
      if (this.#file !== null && this.#ofFile?.isHeld() === false) this.follow(this.#file)
    } catch (problem) {
      for (const lock of taken) lock.release()
      throw problem
    }
    for (const [file, lock] of this.#beside) if (beside.get(file) !== lock) lock.release()
    this.#beside = beside
    this.#place = place
  }

  /** Follows another file from now on: a file that was opened, or that replaces this one. Throws if another session has it. */
  follow(file: FileIdentity): void {
    const before = this.#ofFile
    this.#ofFile = this.#lockOf(file)
    this.#file = file
    before?.release()
  }

  /** Releases the lock. */
  release(): void {
    for (const lock of this.#all()) lock.release()
    this.#beside = new Map()
    this.#ofFile = null
  }

  #all(): FileLock[] {
    return [...this.#beside.values(), ...(this.#ofFile === null ? [] : [this.#ofFile])]
  }

  #lockOf({ dev, ino }: FileIdentity): FileLock | null {
    try {
      return takeLock(this.path, join(locksFolder(), `${hostname()}-${dev}-${ino}.lock`))
    } catch (problem) {
      if (problem instanceof RunLogError) throw problem
      return null
    }
  }
}

/** The folder of locks named after files. Throws if it does not belong to this user: then others could forge locks. */
function locksFolder(): string {
  const uid = process.getuid?.() ?? -1
  const folder = join(tmpdir(), `gantry-locks-${uid}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  if (!found.isDirectory() || (uid >= 0 && found.uid !== uid))
    throw new Error(`'${folder}' belongs to another user.`)
  return folder
}
