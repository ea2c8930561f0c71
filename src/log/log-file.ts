/**
 * The file under a store of lines: opened with its lock, mended, read, written at known places, replaced as a whole.
 *
 * Every write goes to a place that is known (the end of the last durable line), so a write that was interrupted can be made
 * again over itself, and one that failed is cut off: the file never holds half a promise that was not given.
 */
import {
  closeSync,
  constants,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  unlinkSync,
} from 'node:fs'
import { dirname } from 'node:path'
import {
  close,
  fdatasync,
  fsync,
  open,
  syncFolder,
  toRunLogError,
  writeAll,
  writeAllSync,
} from './file-io.ts'
import type { LineFormat } from './line-format.ts'
import { type FileLock, takeLock } from './lock-file.ts'
import { readLog } from './log-read.ts'
import type { LogProblem } from './problem.ts'
import type { LogEntry } from './run-log.ts'

/** An open file of lines. */
export class LogFile {
  /** Where the last durable line ends. */
  #end = 0
  #fd = -1
  #lines = 0
  #inFlight: { readonly bytes: Buffer; readonly place: number; written: boolean } | null = null
  #lock: FileLock | null = null
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
    this.#lock?.beat(now)
  }

  /** How many entries the file holds, those that a replacement would leave out included. */
  get lines(): number {
    return this.#lines
  }

  /**
   * Takes the lock, makes folder and file where they are missing, mends what an earlier process left, and gives each entry
   * to `onEntry`. True if damaged lines were moved aside: the file is to be replaced without them. Throws a `RunLogError`.
   */
  open(onEntry: (entry: LogEntry) => void, onProblem: (problem: LogProblem) => void): boolean {
    try {
      mkdirSync(dirname(this.path), { recursive: true })
      this.#lock = takeLock(this.path)
      this.#lastBeat = this.#lock.lastBeat
      this.#fd = openSync(this.path, constants.O_RDWR | constants.O_CREAT, 0o666)
      return this.#read(onEntry, onProblem)
    } catch (problem) {
      this.close()
      throw toRunLogError('open', this.path, problem)
    }
  }

  /** Writes text behind the last line; durable when the promise resolves, cut off again if it rejects. */
  async append(text: string, entries: number): Promise<void> {
    const write = { bytes: Buffer.from(text), place: this.#end, written: false }
    this.#inFlight = write
    try {
      await writeAll(this.#fd, write.bytes, write.place)
      await fdatasync(this.#fd)
    } catch (problem) {
      if (!write.written) {
        this.#cut(write.place)
        throw toRunLogError('append to', this.path, problem)
      }
    } finally {
      this.#inFlight = null
    }
    if (!write.written) this.#advance(write.place + write.bytes.length, entries)
  }

  /**
   * Writes what is on its way and then `text`, before it returns: the process is about to exit and nothing asynchronous ends
   * any more. A write on its way is made again at its place, where the same bytes do no harm.
   */
  appendSync(text: string, entries: number, entriesInFlight: number): void {
    const write = this.#inFlight
    try {
      if (write !== null && !write.written) {
        writeAllSync(this.#fd, write.bytes, write.place)
        write.written = true
        this.#advance(write.place + write.bytes.length, entriesInFlight)
      }
      const bytes = Buffer.from(text)
      writeAllSync(this.#fd, bytes, this.#end)
      fdatasyncSync(this.#fd)
      this.#advance(this.#end + bytes.length, entries)
    } catch (problem) {
      throw toRunLogError('append to', this.path, problem)
    }
  }

  /**
   * Replaces the file by one that holds just these entries. `append` must not be called until the promise settles;
   * `appendSync` may, and then the replacement is made again with what `entriesNow` gives by then.
   */
  async replace(entriesNow: () => readonly LogEntry[]): Promise<void> {
    const draft = `${this.path}.tmp`
    const before = this.#end
    let fd = -1
    try {
      fd = await open(draft, 'w+', 0o666)
      const entries = entriesNow()
      let end = 0
      for (const text of chunks(this.format, entries)) {
        const bytes = Buffer.from(text)
        await writeAll(fd, bytes, end)
        end += bytes.length
      }
      await fsync(fd)
      if (this.#end !== before) {
        closeSync(fd)
        fd = -1
        return await this.replace(entriesNow)
      }
      // In one step that nothing can come between, the exit of the process included.
      renameSync(draft, this.path)
      const old = this.#fd
      this.#fd = fd
      this.#end = end
      this.#lines = entries.length
      fd = -1
      await close(old)
      syncFolder(dirname(this.path))
    } catch (problem) {
      if (fd >= 0) {
        closeSync(fd)
        unlinkSync(draft)
      }
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
      this.#lock?.release()
      this.#lock = null
    }
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
      return found.isDamaged
    }
    if (found.kind === 'new') this.#begin()
    else this.#replaceSync(found.entries)
    return false
  }

  #begin(): void {
    const bytes = Buffer.from(this.format.first)
    writeAllSync(this.#fd, bytes, 0)
    ftruncateSync(this.#fd, bytes.length)
    fsyncSync(this.#fd)
    syncFolder(dirname(this.path))
    this.#end = bytes.length
  }

  #replaceSync(entries: readonly LogEntry[]): void {
    const draft = `${this.path}.tmp`
    const fd = openSync(draft, 'w+', 0o666)
    let end = 0
    for (const text of chunks(this.format, entries)) {
      const bytes = Buffer.from(text)
      writeAllSync(fd, bytes, end)
      end += bytes.length
    }
    fsyncSync(fd)
    renameSync(draft, this.path)
    closeSync(this.#fd)
    syncFolder(dirname(this.path))
    this.#fd = fd
    this.#end = end
    this.#lines = entries.length
  }

  #advance(end: number, entries: number): void {
    this.#end = end
    this.#lines += entries
  }

  #cut(end: number): void {
    try {
      ftruncateSync(this.#fd, end)
    } catch {
      // What stays behind the end is written over by the next write, or cut when the file is opened again.
    }
  }
}

/** The text of a whole file, in pieces of about a megabyte. */
function* chunks(format: LineFormat, entries: readonly LogEntry[]): Generator<string> {
  let text = format.first
  for (const entry of entries) {
    text += format.encode(entry)
    if (text.length < 1 << 20) continue
    yield text
    text = ''
  }
  if (text !== '') yield text
}
