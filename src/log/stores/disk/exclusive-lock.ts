/**
 * The exclusive lock of one session on a file, by whatever name the file is called.
 *
 * Two kinds of lock make it. A lock beside the file, at its real path, is seen by everyone who can see the file: another
 * machine, another container. A lock in the machine's folder for temporary files goes by the file itself (device and inode):
 * it is seen under another name of the file, too, as when the file is moved while it is open. The second one is left out
 * where that folder cannot be written.
 */
import { lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { RunLogError } from '../../../errors/errors.ts'
import { type FileIdentity, placeOf } from './file-identity.ts'
import { type FileLock, takeLock } from './lock-file.ts'

/** A hold; {@link ExclusiveLock.take} makes it. */
export class ExclusiveLock {
  #place = ''
  #beside: ReadonlyMap<string, FileLock> = new Map()
  #ofFile: FileLock | null = null
  #file: FileIdentity | null = null

  /** Takes hold of an absolute path. Throws a `RunLogError` that names the owner when another session has it. */
  static take(path: string): ExclusiveLock {
    const hold = new ExclusiveLock(path)
    hold.renew()
    return hold
  }

  private constructor(readonly path: string) {}

  /** The real path, with all links followed. */
  get place(): string {
    return this.#place
  }

  /** When the owner before us, which did not let go, gave its last sign of life, epoch ms; null if it let go. */
  get lastBeat(): number | null {
    const beats = [...this.#beside.values()].flatMap(({ lastBeat }) => lastBeat ?? [])
    return beats.length === 0 ? null : Math.max(...beats)
  }

  /** Gives a sign of life; `now` is epoch ms. Never throws. */
  beat(now: number): void {
    for (const lock of this.#all()) lock.beat(now)
  }

  /** True if all locks lie where they were taken. Throws what `stat` throws if that cannot be checked. */
  isIntact(): boolean {
    return this.#all().every((lock) => lock.isHeld())
  }

  /** {@link isIntact} without holding up the event loop. */
  async isIntactSoon(): Promise<boolean> {
    return (await Promise.all(this.#all().map((lock) => lock.isHeldSoon()))).every(Boolean)
  }

  /**
   * Takes again what was moved or deleted, and lets go of what is not needed any more: the path may lead elsewhere by now.
   * Throws a `RunLogError` when another session was faster; then the hold is as it was.
   */
  renew(): void {
    const place = placeOf(this.path)
    // Earlier releases put the lock beside a symbolic link, and not beside the file.
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

  /** Goes by another file from now on: the one that was opened, or takes its place. Throws when another session has that one. */
  follow(file: FileIdentity): void {
    const before = this.#ofFile
    this.#ofFile = this.#lockOf(file)
    this.#file = file
    before?.release()
  }

  /** Lets go. */
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

/** The folder of locks that go by the file. Throws if it is not this user's: what others can write there decides nothing. */
function locksFolder(): string {
  const uid = process.getuid?.() ?? -1
  const folder = join(tmpdir(), `gantry-locks-${uid}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  if (!found.isDirectory() || (uid >= 0 && found.uid !== uid)) throw new Error(`'${folder}' is not ours.`)
  return folder
}
