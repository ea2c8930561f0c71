/**
 * One writer per file: a lock file beside it says who writes.
 *
 * The lock names its owner by process id and by when that process was born, so that a lock left by a process that was killed
 * is taken over at once, and a new process that happens to have the old one's id is not mistaken for it.
 *
 * The time of the lock file is a sign of life that its owner renews: of an owner that was killed it tells when it still lived.
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

/** Who holds a lock. */
interface Owner {
  readonly pid: number
  readonly host: string
  /** When the process was born, in words of the system; null where the system does not tell. */
  readonly born: string | null
  /** Tells two locks of one process apart. */
  readonly token: string
}

/** A lock that is held. */
export interface FileLock {
  /** When the owner before us, which did not release it, gave its last sign of life, epoch ms; null if it released it. */
  readonly lastBeat: number | null
  /** Gives a sign of life; `now` is epoch ms. Never throws. */
  beat(now: number): void
  /**
   * True if the lock still lies where it was taken: false once it was moved, deleted, or taken by another
   * session. Throws what `stat` throws if that cannot be checked.
   */
  isHeld(): boolean
  /** {@link isHeld} without holding up the event loop. */
  isHeldSoon(): Promise<boolean>
  /** Lets go of the lock, also of one that was moved elsewhere with its folder. Never throws. */
  release(): void
}

let taken = 0

/**
 * Writes the lock of a file whose lock is kept by the system itself: it tells who has it, and decides nothing. A lock that
 * names a machine that is no more (a container's) then holds nobody up.
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

/** The refusal of a file that another has, as its lock tells. */
export function refusalOf(file: string): RunLogError {
  const lock = `${file}.lock`
  const owner = parseOwner(readText(lock) ?? '')
  if (owner !== null) return refusal(file, owner)
  return new RunLogError(
    `Cannot open run log '${file}' as one session at a time may write it: another program has it open. Close it there, or give each session a log of its own.`,
  )
}

/**
 * Takes the lock for a file, which lies beside it unless told otherwise. Throws a `RunLogError` that names the owner when
 * another session, of whatever process, has it.
 */
export function takeLock(file: string, lock = `${file}.lock`): FileLock {
  const owner = ownerHere()
  const { token } = owner
  let lastBeat: number | null = null
  for (let attempt = 0; attempt < 10; attempt++) {
    const fd = create(lock, owner)
    if (fd !== null) return new OwnedLock(lock, token, lastBeat, fd)
    const text = readText(lock)
    // Released between the two looks: try again.
    if (text === null) continue
    const other = parseOwner(text)
    if (other !== null && isAlive(other)) throw refusal(file, other, lock)
    lastBeat = timeOf(lock) ?? lastBeat
    clear(lock, text, token)
  }
  throw new RunLogError(`Cannot lock run log '${file}' as others keep taking and leaving its lock: ${lock}.`)
}

function ownerHere(): Owner {
  const token = `${process.pid}-${++taken}-${process.hrtime.bigint()}`
  return { pid: process.pid, host: hostname(), born: birthOf(process.pid), token }
}

/** A lock file that this process made, kept open: so it is found again when its folder is moved. */
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

  // Bound, so that it may be handed on.
  readonly beat = (now: number): void => touch(this.lock, now)

  isHeld(): boolean {
    return this.#fd >= 0 && this.#isOurs(stateAt(this.lock))
  }

  async isHeldSoon(): Promise<boolean> {
    return this.#fd >= 0 && this.#isOurs(await stateAtSoon(this.lock))
  }

  #isOurs(there: FileState | null): boolean {
    if (there === null) return false
    // A copy of the folder that is put in its place names us as well.
    return isSameFile(there, this.#file) || parseOwner(readText(this.lock) ?? '')?.token === this.token
  }

  release(): void {
    if (this.#fd < 0) return
    const isHere = isHeldSafely(this)
    const fd = this.#fd
    this.#fd = -1
    try {
      // Wherever it was moved to: a lock that says nothing is nobody's.
      if (!isHere) ftruncateSync(fd, 0)
    } catch {
      // It is taken over once this process has ended.
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
 * Makes the lock with its text at once: an empty lock, seen by another process, would look like one left half-written.
 * Gives its descriptor; null if there is a lock already.
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
    // A file system without links: made in two steps, which is as good as it gets there.
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
 * Puts a stale lock out of the way. It is moved and looked at again before it is deleted: between the look and the move
 * another process may have done the same and put its own, living lock there.
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

/** Deletes a file if it can be deleted: what is gone already, with its folder perhaps, needs no deleting. */
function remove(file: string): void {
  try {
    unlinkSync(file)
  } catch {
    // Nothing depends on it: a draft is never read, and a lock without a living owner is taken over.
  }
}

function touch(lock: string, now: number): void {
  try {
    utimesSync(lock, now / 1_000, now / 1_000)
  } catch {
    // A sign of life that is missing makes the time of a crash less exact, and nothing else.
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
  // Of another machine nothing can be known; taking its lock could let two sessions write at once.
  if (owner.host !== hostname()) return true
  try {
    process.kill(owner.pid, 0)
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const born = birthOf(owner.pid)
  return born === null || owner.born === null || born === owner.born
}

/** When a process was born: the machine's boot and the start of the process since; null where `/proc` does not tell. */
function birthOf(pid: number): string | null {
  const stat = readText(`/proc/${pid}/stat`)
  if (stat === null) return null
  // The name of the program, in parentheses, may hold anything; the fields after it are plain.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // A zombie has ended and waits for its parent to notice.
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
  const hint = lock === undefined ? '' : ` If that one is gone for certain, delete '${lock}'.`
  return new RunLogError(
    `Cannot open run log '${file}' as one session at a time may write it: ${who} on ${owner.host} does.${hint}`,
  )
}

/** What a file says; null if it can't be read (a lock that can't be read is not ours to judge, and is not cleared). */
function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
