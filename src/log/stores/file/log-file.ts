/**
 * The file under a store of lines: opened with its lock, mended, read, written at known places, replaced as a whole.
 *
 * Every write goes to a place that is known (the end of the last durable line), so a write that was interrupted can be made
 * again over itself, and one that failed is cut off: the file never holds half a promise that was not given.
 *
 * Others may move, delete, replace or truncate the file while it is open. No write is acknowledged before the path was seen to
 * lead to it: otherwise the caller has it restored from what it keeps.
 */
import {
  closeSync,
  constants,
  copyFileSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { RunLogError } from '../../../errors/errors.ts'
import type { LogEntry } from '../../store.ts'
import type { LogProblem } from '../../store-problem.ts'
import { ExclusiveLock } from '../disk/exclusive-lock.ts'
import {
  type FileIdentity,
  type FileState,
  stateAt,
  stateAtSoon,
  stateOfOpen,
} from '../disk/file-identity.ts'
import { fdatasync, readByte, syncFolder, toRunLogError, writeAll, writeAllSync } from '../disk/file-io.ts'
import { networkOf } from '../disk/network-drive.ts'
import { type Displacement, judge } from './displacement.ts'
import type { LineFormat } from './line-format.ts'
import { freeName, readLog } from './open-log.ts'
import { type Draft, dropDraft, writeDraft, writeDraftSync } from './rewrite.ts'

/** A write on its way. */
interface Write {
  readonly bytes: Buffer
  readonly place: number
  /** True if it was made, or became unnecessary, by other means meanwhile. */
  written: boolean
}

const lineEnd = 10

/** An open file of lines. */
export class LogFile {
  /** The path from the root, whatever folder the process moves to. */
  #path = ''
  /** Where the last durable line ends. */
  #end = 0
  #fd = -1
  #opened: FileIdentity | null = null
  #lines = 0
  /** True if bytes of a failed write could not be cut off. */
  #mayHaveTail = false
  /** True if the file lies on another machine. */
  #isFar = false
  #inFlight: Write | null = null
  /** Descriptors that a write on its way may still use. */
  #retired: number[] = []
  #hold: ExclusiveLock | null = null
  #lastBeat: number | null = null

  constructor(
    readonly path: string,
    readonly format: LineFormat,
  ) {}

  /** When an earlier process that did not close the file gave its last sign of life, epoch ms; null if it closed it. */
  get lastBeat(): number | null {
    return this.#lastBeat
  }

  /** Gives a sign of life. */
  beat(now: number): void {
    this.#hold?.beat(now)
  }

  /** How many entries the file holds, those that a replacement would leave out included. */
  get lines(): number {
    return this.#lines
  }

  /**
   * Takes the lock, makes folder and file where they are missing, mends what an earlier process left, and gives each entry
   * to `onEntry`. True if lines were moved aside or stood elsewhere: the file is to be replaced. Throws a `RunLogError`.
   */
  open(onEntry: (entry: LogEntry) => void, onProblem: (problem: LogProblem) => void): boolean {
    try {
      this.#path = resolve(this.path)
      mkdirSync(dirname(this.#path), { recursive: true })
      const there = stateAt(this.#path)
      if (there?.isFile === false) throw this.#noFile('open')
      this.#hold = ExclusiveLock.take(this.#path)
      this.#lastBeat = this.#hold.lastBeat
      this.#fd = openSync(this.#hold.place, constants.O_RDWR | constants.O_CREAT, 0o666)
      const opened = stateOfOpen(this.#fd)
      if (!opened.isFile) throw this.#noFile('open')
      if (opened.links > 1)
        throw new RunLogError(
          `Cannot open run log '${this.path}' as one session at a time may write it, and a file with more than one name ` +
            `(hard links) can be opened by each: ${opened.links} names. Delete the others, or put a copy in its place.`,
        )
      this.#hold.follow(opened)
      this.#isFar = networkOf(dirname(this.#hold.place)) !== null
      this.#opened = opened
      return this.#read(onEntry, onProblem)
    } catch (problem) {
      this.close()
      throw toRunLogError('open', this.path, problem)
    }
  }

  /** The displacement of the file since it was opened or restored; null if it is as it was written. */
  async look(end = this.#end): Promise<Displacement | null> {
    const hold = this.#hold!
    // A local look takes microseconds, a turn of the thread pool ten times that; one over a network may take long.
    const [there, isIntact] = this.#isFar
      ? await Promise.all([stateAtSoon(this.#path), hold.isIntactSoon()])
      : [stateAt(this.#path), hold.isIntact()]
    return this.#judge(there, end) ?? (isIntact ? null : 'unlocked')
  }

  /**
   * Writes text behind the last line; durable when the promise resolves, cut off again if it rejects. Where something befell
   * the file it resolves with that, and the text does not count as written.
   */
  async append(text: string, entries: number): Promise<Displacement | null> {
    const write: Write = { bytes: Buffer.from(text), place: this.#end, written: false }
    const end = write.place + write.bytes.length
    const fd = this.#fd
    this.#inFlight = write
    let found: Displacement | null
    try {
      found = await this.look()
      if (found === null && !write.written) {
        await writeAll(fd, write.bytes, write.place)
        await fdatasync(fd)
        found = await this.look(end)
        // Truncated in between, the file would have a hole before the write, and the right size.
        if (found === null && readByte(fd, write.place - 1) !== lineEnd) found = 'truncated'
      }
    } catch (problem) {
      if (write.written) return null
      this.#cut(write.place)
      throw toRunLogError('append to', this.path, problem)
    } finally {
      this.#inFlight = null
      for (const old of this.#retired.splice(0)) closeSync(old)
    }
    if (write.written) return null
    if (found === null) this.#advance(end, entries)
    else this.#cut(write.place)
    return found
  }

  /**
   * Writes what is on its way and then `text`, before it returns: the process is about to exit and nothing asynchronous ends
   * any more. A write on its way is made again at its place, where the same bytes do no harm. Where something befell the file
   * it writes nothing and gives that.
   */
  appendSync(text: string, entries: number, entriesInFlight: number): Displacement | null {
    const write = this.#inFlight
    try {
      const isPartThere = write !== null && !write.written
      const found = this.#judge(stateAt(this.#path), this.#end, isPartThere)
      if (found !== null) return found
      if (isPartThere) {
        writeAllSync(this.#fd, write.bytes, write.place)
        write.written = true
        this.#advance(write.place + write.bytes.length, entriesInFlight)
      }
      const bytes = Buffer.from(text)
      writeAllSync(this.#fd, bytes, this.#end)
      fdatasyncSync(this.#fd)
      this.#advance(this.#end + bytes.length, entries)
      return null
    } catch (problem) {
      throw toRunLogError('append to', this.path, problem)
    }
  }

  /**
   * Puts a file with just these entries where the path leads to by now, and takes its lock. What stands there and is not
   * ours is kept under another name, which is given back. Throws a `RunLogError`, also when another session has the path.
   */
  restore(entries: readonly LogEntry[]): string | null {
    let keptAs: string | null = null
    try {
      const hold = this.#hold!
      mkdirSync(dirname(this.#path), { recursive: true })
      hold.renew()
      const there = stateAt(hold.place)
      if (there?.isFile === false) throw this.#noFile('restore')
      const isOurs = there !== null && [null, 'linked'].includes(this.#judge(there, this.#end))
      if (there !== null && there.size > 0 && !isOurs) {
        keptAs = freeName(hold.place, 'replaced')
        copyFileSync(hold.place, keptAs, constants.COPYFILE_EXCL)
      }
      this.#take(writeDraftSync(hold.place, this.format, entries), entries.length)
      if (this.#inFlight !== null) this.#inFlight.written = true
      return keptAs
    } catch (problem) {
      // It stands where it stood, and is copied again at the next attempt.
      if (keptAs !== null) rmSync(keptAs, { force: true })
      throw toRunLogError('restore', this.path, problem)
    }
  }

  /**
   * Replaces the file by one that holds just these entries. `append` must not be called until the promise settles;
   * `appendSync` may, and then the replacement is made again with what `entriesNow` gives by then. Where something befell the
   * file it resolves with that, and nothing is replaced.
   */
  async replace(entriesNow: () => readonly LogEntry[]): Promise<Displacement | null> {
    try {
      for (;;) {
        const found = await this.look()
        if (found !== null) return found
        const before = this.#end
        const entries = entriesNow()
        const draft = await writeDraft(this.#hold!.place, this.format, entries)
        if (this.#end !== before || this.#judge(stateAt(this.#path), this.#end) !== null) {
          dropDraft(draft)
          continue
        }
        // In one step that nothing can come between, the exit of the process included.
        this.#take(draft, entries.length)
        return null
      }
    } catch (problem) {
      throw toRunLogError('compact', this.path, problem)
    }
  }

  /** Lets go of file and lock. May be called twice. */
  close(): void {
    const fd = this.#fd
    this.#fd = -1
    try {
      if (fd >= 0) closeSync(fd)
    } finally {
      this.#hold?.release()
      this.#hold = null
    }
  }

  #judge(there: FileState | null, end: number, isPartThere = false): Displacement | null {
    return judge(there, {
      open: this.#opened!,
      fd: this.#fd,
      end,
      mayHaveTail: this.#mayHaveTail || isPartThere,
    })
  }

  #noFile(act: string): RunLogError {
    return new RunLogError(
      `Cannot ${act} run log '${this.path}' as it must be a file: it is a folder, a device or a pipe.`,
    )
  }

  #read(onEntry: (entry: LogEntry) => void, onProblem: (problem: LogProblem) => void): boolean {
    const found = readLog(this.#fd, this.path, this.format, onEntry, onProblem)
    if (found.kind === 'read') {
      if (found.isTailBad) {
        this.#cut(found.end)
        fsyncSync(this.#fd)
      }
      this.#end = found.end
      this.#lines = found.entries
      return found.isToRewrite
    }
    if (found.kind === 'new') this.#begin()
    else this.#take(writeDraftSync(this.#hold!.place, this.format, found.entries), found.entries.length)
    return false
  }

  #begin(): void {
    const bytes = Buffer.from(this.format.first)
    writeAllSync(this.#fd, bytes, 0)
    ftruncateSync(this.#fd, bytes.length)
    fsyncSync(this.#fd)
    syncFolder(dirname(this.#hold!.place))
    this.#end = bytes.length
  }

  /** Puts a draft in the place of the file and goes on with it. */
  #take(draft: Draft, lines: number): void {
    const hold = this.#hold!
    const opened = stateOfOpen(draft.fd)
    try {
      hold.follow(opened)
      renameSync(draft.path, hold.place)
    } catch (problem) {
      dropDraft(draft)
      hold.follow(this.#opened!)
      throw problem
    }
    this.#opened = opened
    if (this.#inFlight === null) closeSync(this.#fd)
    else this.#retired.push(this.#fd)
    this.#fd = draft.fd
    this.#end = draft.end
    this.#lines = lines
    this.#mayHaveTail = false
    syncFolder(dirname(hold.place))
  }

  #advance(end: number, entries: number): void {
    this.#end = end
    this.#lines += entries
  }

  #cut(end: number): void {
    try {
      if (fstatSync(this.#fd).size > end) ftruncateSync(this.#fd, end)
    } catch {
      // What stays behind the end is written over by the next write, or cut when the file is opened again.
      this.#mayHaveTail = true
    }
  }
}
