/**
 * A lock file next to a file, which states the one process that may write to it.
 *
 * The lock names its owner by process id and start time: a lock left by a killed process is taken over at once, and a new
 * process with the same id is not mistaken for the owner.
 *
 * The modification time of the lock file is the owner's heartbeat: it dates the end of an owner that was killed.
 */
import {
  closeSync,
  ftruncateSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { RunLogError } from '../../../errors/errors.ts'
import {
  type FileIdentity,
  type FileState,
  isSameFile,
  stateAt,
  stateAtSoon,
  stateOfOpen,
} from './file-identity.ts'

/** The owner of a lock. */
interface Owner {
  readonly pid: number
  readonly host: string
  /** Start time of the process, as the system formats it; null if the system does not report it. */
  readonly born: string | null
  /** Distinguishes two locks of one process. */
  readonly token: string
}

/** A held lock. */
export interface FileLock {
  /** The last heartbeat of a previous owner that did not release the lock, epoch ms; null if it released it. */
  readonly lastBeat: number | null
  /** Writes a heartbeat; `now` is epoch ms. Never throws. */
  beat(now: number): void
  /**
   * True if the lock is where it was taken: false once it was moved, deleted, or taken by another session. Throws the error
   * of `stat` if that cannot be checked.
   */
  isHeld(): boolean
  /** {@link isHeld} without blocking the event loop. */
  isHeldSoon(): Promise<boolean>
  /** Releases the lock, also one that was moved together with its folder. Never throws. */
  release(): void
}

let taken = 0

/**
 * Writes an informative lock file for a file that the operating system locks: it names the owner and decides nothing. So a lock
 * that names a machine that no longer exists (a container) blocks no one.
 */
export function writeLock(file: string): FileLock {
  const lock = `${file}.lock`
  const owner = ownerHere()
  const lastBeat = timeOf(lock)
  writeFileSync(`${lock}.${owner.token}`, `${JSON.stringify(owner)}\n`)
  const fd = openSync(`${lock}.${owner.token}`, 'r+')
  try {
    renameSync(`${lock}.${owner.token}`, lock)
  } catch (problem) {
    closeSync(fd)
    throw problem
  }
  return new OwnedLock(lock, owner.token, lastBeat, fd)
}

/** The error for a file that another process has open, as its lock states. */
export function refusalOf(file: string): RunLogError {
  const lock = `${file}.lock`
  const owner = parseOwner(readText(lock) ?? '')
  if (owner !== null) return refusal(file, owner)
  return new RunLogError(
    `Cannot open run log '${file}' as one session at a time may write it: another program has it open. Close it there, or give each session a separate log.`,
  )
}

/**
 * Takes the lock of a file, by default next to it. Throws a `RunLogError` that names the owner if another session, of any
 * process, holds it.
 */
export function takeLock(file: string, lock = `${file}.lock`): FileLock {
  const owner = ownerHere()
  const { token } = owner
  let lastBeat: number | null = null
  for (let attempt = 0; attempt < 10; attempt++) {
    const fd = create(lock, owner)
    if (fd !== null) return new OwnedLock(lock, token, lastBeat, fd)
    const text = readText(lock)
    // Released between the two reads: try again.
    if (text === null) continue
    const other = parseOwner(text)
    if (other !== null && isAlive(other)) throw refusal(file, other, lock)
    lastBeat = timeOf(lock) ?? lastBeat
    clear(lock, text, token)
  }
  throw new RunLogError(
    `Cannot lock run log '${file}' as other processes keep taking and releasing its lock: ${lock}.`,
  )
}

function ownerHere(): Owner {
  const token = `${process.pid}-${++taken}-${process.hrtime.bigint()}`
  return { pid: process.pid, host: hostname(), born: birthOf(process.pid), token }
}

/** A lock file made by this process. It stays open, so it is found again if its folder is moved. */
class OwnedLock implements FileLock {
  #fd: number
  readonly #file: FileIdentity

  constructor(
    readonly lock: string,
    readonly token: string,
    readonly lastBeat: number | null,
    fd: number,
  ) {
    this.#fd = fd
    this.#file = stateOfOpen(fd)
  }

  // Bound, so that it can be passed on.
  readonly beat = (now: number): void => touch(this.lock, now)

  isHeld(): boolean {
    return this.#fd >= 0 && this.#isOurs(stateAt(this.lock))
  }

  async isHeldSoon(): Promise<boolean> {
    return this.#fd >= 0 && this.#isOurs(await stateAtSoon(this.lock))
  }

  #isOurs(there: FileState | null): boolean {
    if (there === null) return false
    // A copy of the folder put in its place contains a lock with the same owner.
    return isSameFile(there, this.#file) || parseOwner(readText(this.lock) ?? '')?.token === this.token
  }

  release(): void {
    if (this.#fd < 0) return
    const isHere = isHeldSafely(this)
    const fd = this.#fd
    this.#fd = -1
    try {
      // The lock was moved elsewhere: an empty lock has no owner.
      if (!isHere) ftruncateSync(fd, 0)
    } catch {
      // The lock is taken over once this process has ended.
    } finally {
      closeSync(fd)
    }
    if (isHere) remove(this.lock)
  }
}

function isHeldSafely(lock: FileLock): boolean {
  try {
    return lock.isHeld()
  } catch {
    // A lock that cannot be checked cannot be deleted either.
    return false
  }
}

/**
 * Creates the lock together with its text: another process would mistake an empty lock for one left half-written. Returns the
 * descriptor; null if a lock exists.
 */
function create(lock: string, owner: Owner): number | null {
  const text = `${JSON.stringify(owner)}\n`
  const draft = `${lock}.${owner.token}`
  let fd = -1
  try {
    fd = openSync(draft, 'wx+')
    writeFileSync(fd, text)
    linkSync(draft, lock)
    return fd
  } catch (problem) {
    if (fd >= 0) closeSync(fd)
    const { code } = problem as NodeJS.ErrnoException
    if (code === 'EEXIST') return null
    // On a file system without hard links: create in two steps, the best that is possible there.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS') return createPlain(lock, text)
    throw problem
  } finally {
    remove(draft)
  }
}

function createPlain(lock: string, text: string): number | null {
  let fd = -1
  try {
    fd = openSync(lock, 'wx+')
    writeFileSync(fd, text)
    return fd
  } catch (problem) {
    if (fd >= 0) closeSync(fd)
    if ((problem as NodeJS.ErrnoException).code === 'EEXIST') return null
    throw problem
  }
}

/**
 * Removes a stale lock. It is moved and read again before it is deleted: between the first read and the move another process
 * may have removed it and created its own, live lock there.
 */
function clear(lock: string, stale: string, token: string): void {
  const aside = `${lock}.${token}`
  try {
    renameSync(lock, aside)
    if (readText(aside) !== stale) linkSync(aside, lock)
    unlinkSync(aside)
  } catch (problem) {
    const code = (problem as NodeJS.ErrnoException).code
    if (code !== 'ENOENT' && code !== 'EEXIST') throw problem
  }
}

/** Deletes a file if possible: it may be gone already, possibly with its folder. */
function remove(file: string): void {
  try {
    unlinkSync(file)
  } catch {
    // No harm: a draft is never read, and a lock without a live owner is taken over.
  }
}

function touch(lock: string, now: number): void {
  try {
    utimesSync(lock, now / 1_000, now / 1_000)
  } catch {
    // A missing heartbeat only makes the time of a crash less exact.
  }
}

function timeOf(lock: string): number | null {
  try {
    return Math.round(statSync(lock).mtimeMs)
  } catch {
    return null
  }
}

function isAlive(owner: Owner): boolean {
  // A process on another machine cannot be checked; taking its lock could let two sessions write at once.
  if (owner.host !== hostname()) return true
  try {
    process.kill(owner.pid, 0)
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const born = birthOf(owner.pid)
  return born === null || owner.born === null || born === owner.born
}

/** The start time of a process: boot time of the machine and start since then; null without `/proc`. */
function birthOf(pid: number): string | null {
  const stat = readText(`/proc/${pid}/stat`)
  if (stat === null) return null
  // The program's name, in parentheses, may contain any characters; the fields after it are plain.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // A zombie has ended and waits until its parent collects it.
  if (fields[0] === 'Z') return 'ended'
  const boot = readText('/proc/sys/kernel/random/boot_id')?.trim() ?? ''
  return `${boot} ${fields[19]}`
}

function parseOwner(text: string): Owner | null {
  try {
    const owner = JSON.parse(text) as Partial<Owner> | null
    return typeof owner?.pid === 'number' && typeof owner.host === 'string' ? (owner as Owner) : null
  } catch {
    return null
  }
}

function refusal(file: string, owner: Owner, lock?: string): RunLogError {
  const who = owner.pid === process.pid && owner.host === hostname() ? 'this process' : `process ${owner.pid}`
  const hint = lock === undefined ? '' : ` If that process no longer exists, delete '${lock}'.`
  return new RunLogError(
    `Cannot open run log '${file}' as one session at a time may write it: ${who} on ${owner.host} does.${hint}`,
  )
}

/** The content of a file; null if it cannot be read. A lock that cannot be read is not cleared. */
function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
