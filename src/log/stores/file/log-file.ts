/**
 * The file of a line-based store: opened with its lock, repaired, read, written at known positions, replaced as a whole.
 *
 * Every write starts at a known position (the end of the last durable line), so an interrupted write can be repeated over
 * itself, and a failed one is cut off: the file never holds part of an unacknowledged write.
 *
 * Other processes may move, delete, replace or truncate the file while it is open. A write is acknowledged only after a check
 * that the path leads to the file; otherwise the store restores it from the entries that it keeps.
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
  renameSync,
  rmSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { LogEntry } from '../../entry.ts'
import type { LogProblem } from '../../store-problem.ts'
import type { ExclusiveLock } from '../disk/exclusive-lock.ts'
import {
  type FileIdentity,
  type FileState,
  stateAt,
  stateAtSoon,
  stateOfOpen,
} from '../disk/file-identity.ts'
import { fdatasync, readByte, syncFolder, toRunLogError, writeAll, writeAllSync } from '../disk/file-io.ts'
import { type Displacement, judge } from './displacement.ts'
import type { LineFormat } from './line-format.ts'
import { notAFile, openLocked } from './open-locked.ts'
import { freeName, readLog } from './open-log.ts'
import { type Draft, dropDraft, writeDraft, writeDraftSync } from './rewrite.ts'

/** A write in flight. */
interface Write {
  readonly bytes: Buffer
  readonly place: number
  /** True once the write was made, or became unnecessary, in another way. */
  written: boolean
}

const lineEnd = 10

/** An open line-based file. */
export class LogFile {
  /** Absolute path, independent of the current folder of the process. */
  #path = ''
  /** The end of the last durable line, bytes. */
  #end = 0
  #fd = -1
  #opened: FileIdentity | null = null
  #lines = 0
  /** True if the bytes of a failed write could not be cut off. */
  #mayHaveTail = false
  /** True if the file is on a network drive. */
  #isRemote = false
  #inFlight: Write | null = null
  /** Descriptors that a write in flight may still use. */
  #retired: number[] = []
  #hold: ExclusiveLock | null = null
  #lastBeat: number | null = null

  constructor(
    readonly path: string,
    readonly format: LineFormat,
  ) {}

  /** The last heartbeat of an earlier process that did not close the file, epoch ms; null if it closed it. */
  get lastBeat(): number | null {
    return this.#lastBeat
  }

  /** Writes a heartbeat. */
  beat(now: number): void {
    this.#hold?.beat(now)
  }

  /** The size of the file up to its last durable line, bytes. */
  get size(): number {
    return this.#end
  }

  /** The number of entries in the file, including those that a replacement would leave out. */
  get lines(): number {
    return this.#lines
  }

  /**
   * Takes the lock, creates missing folders and the file, repairs damage left by an earlier process, and passes each entry to
   * `onEntry`. Returns true if lines were moved aside or reordered: the file must then be replaced. Throws a `RunLogError`.
   */
  open(onEntry: (entry: LogEntry) => void, onProblem: (problem: LogProblem) => void): boolean {
    try {
      this.#path = resolve(this.path)
      const { fd, hold, opened, isRemote } = openLocked(this.#path, this.path)
      this.#fd = fd
      this.#hold = hold
      this.#lastBeat = hold.lastBeat
      this.#opened = opened
      this.#isRemote = isRemote
      return this.#read(onEntry, onProblem)
    } catch (problem) {
      this.close()
      throw toRunLogError('open', this.path, problem)
    }
  }

  /** The displacement of the file since it was opened or restored; null if it is unchanged. */
  async displacement(end = this.#end): Promise<Displacement | null> {
    const hold = this.#hold!
    // Locally a check takes microseconds, a turn of the thread pool ten times that; over a network it may take long.
    const [there, isIntact] = this.#isRemote
      ? await Promise.all([stateAtSoon(this.#path), hold.isIntactSoon()])
      : [stateAt(this.#path), hold.isIntact()]
    return this.#judge(there, end) ?? (isIntact ? null : 'unlocked')
  }

  /**
   * Writes text after the last line: durable when the promise resolves, cut off again if it rejects. If the file was displaced,
   * the promise resolves with the displacement, and the text does not count as written.
   */
  async append(text: string, entries: number): Promise<Displacement | null> {
    const write: Write = { bytes: Buffer.from(text), place: this.#end, written: false }
    const end = write.place + write.bytes.length
    const fd = this.#fd
    this.#inFlight = write
    let found: Displacement | null
    try {
      found = await this.displacement()
      if (found === null && !write.written) {
        await writeAll(fd, write.bytes, write.place)
        await fdatasync(fd)
        found = await this.displacement(end)
        // Truncated during the write, the file would have a hole before the new text, and the expected size.
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
   * Synchronously completes the writes in flight and then writes `text`: the process is about to exit, and no asynchronous call
   * will complete. A write in flight is repeated at its position, where the same bytes do no harm. If the file was displaced,
   * nothing is written and the displacement is returned.
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
   * Creates a file with only these entries where the path leads now, and takes its lock. A foreign file found there is kept
   * under another name, which is returned. Throws a `RunLogError`, also if another session has the path.
   */
  restore(entries: readonly LogEntry[]): string | null {
    let keptAs: string | null = null
    try {
      const hold = this.#hold!
      mkdirSync(dirname(this.#path), { recursive: true })
      hold.renew()
      const there = stateAt(hold.place)
      if (there?.isFile === false) throw notAFile('restore', this.path)
      const isOurs = there !== null && [null, 'linked'].includes(this.#judge(there, this.#end))
      if (there !== null && there.size > 0 && !isOurs) {
        keptAs = freeName(hold.place, 'replaced')
        copyFileSync(hold.place, keptAs, constants.COPYFILE_EXCL)
      }
      this.#take(writeDraftSync(hold.place, this.format, entries), entries.length)
      if (this.#inFlight !== null) this.#inFlight.written = true
      return keptAs
    } catch (problem) {
      // The original is still in place, and is copied again at the next attempt.
      if (keptAs !== null) rmSync(keptAs, { force: true })
      throw toRunLogError('restore', this.path, problem)
    }
  }

  /**
   * Replaces the file by one with only these entries. `append` must not be called until the promise settles; `appendSync` may
   * be, and then the replacement is repeated with the current result of `entriesNow`. If the file was displaced, the promise
   * resolves with the displacement, and nothing is replaced.
   */
  async replace(entriesNow: () => readonly LogEntry[]): Promise<Displacement | null> {
    try {
      for (;;) {
        const found = await this.displacement()
        if (found !== null) return found
        const before = this.#end
        const entries = entriesNow()
        const draft = await writeDraft(this.#hold!.place, this.format, entries)
        if (this.#end !== before || this.#judge(stateAt(this.#path), this.#end) !== null) {
          dropDraft(draft)
          continue
        }
        // In one synchronous step that nothing can interrupt, not even the exit of the process.
        this.#take(draft, entries.length)
        return null
      }
    } catch (problem) {
      throw toRunLogError('compact', this.path, problem)
    }
  }

  /** Releases the file and the lock. May be called twice. */
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

  /** Moves a draft into the place of the file and continues with it. */
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
      // Bytes past the end are overwritten by the next write, or cut off when the file is opened again.
      this.#mayHaveTail = true
    }
  }
}
