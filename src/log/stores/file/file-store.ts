/**
 * A line-based run log in a file, independent of the line format.
 *
 * Entries appended within one turn of the event loop are written and synced together (group commit); entries that arrive
 * meanwhile go with the next write. A promise resolves when its entries are on the disk. The kept entries are also held in
 * memory, so a query reads no file; the retention bounds both. The file is rewritten once most of its entries are past
 * retention, once most of it is workflow states that newer ones replace, or after another process moved, deleted, replaced or truncated it.
 */
import { RunLogError } from '../../../errors/errors.ts'
import { checkOptions } from '../../../values/check-options.ts'
import { createDeferred, type Deferred } from '../../../values/deferred.ts'
import type { LogEntry, Note, RunRecord } from '../../entry.ts'
import type { LogQuery, NoteQuery } from '../../query.ts'
import type { KeepOf, Retention } from '../../retention.ts'
import type { Store } from '../../store.ts'
import { type LogProblem, warnOfProblem } from '../../store-problem.ts'
import { toEntryRefusal, toRunLogError } from '../disk/file-io.ts'
import { createMemoryStore, type MemoryStore } from '../memory.ts'
import { type Displacement, displacements } from './displacement.ts'
import { type FileStoreOptions, fileRetention } from './file-options.ts'
import type { LineFormat } from './line-format.ts'
import { LogFile } from './log-file.ts'
import { ReplacedStates } from './replaced-states.ts'

/** Creates the store of a file in a line format; the path must be a non-empty string. */
export function createFileStore(path: string, format: LineFormat, options: FileStoreOptions): Store {
  if (typeof path !== 'string' || path === '')
    throw new TypeError(`Cannot keep the run log as path must be a non-empty string: ${String(path)}`)
  checkOptions(options, ['retention', 'onProblem'], `options of a ${format.kind} store`)
  const retention = { ...fileRetention, ...options.retention }
  return new FileStore(path, format, retention, options.onProblem ?? warnOfProblem)
}

/** Entries that are written together. */
interface Batch {
  text: string
  readonly entries: LogEntry[]
  readonly done: Deferred
}

/** The store of a file. */
class FileStore implements Store {
  readonly name: string
  readonly durable = true
  readonly #file: LogFile
  /** The kept entries, for queries. */
  #kept: MemoryStore
  #replaced = new ReplacedStates()
  #keep: KeepOf | null = null
  #state: 'new' | 'open' | 'closing' | 'closed' = 'new'
  /** The entries that wait for the next write. */
  #batch: Batch | null = null
  /** The entries of the write in progress. */
  #writing: Batch | null = null
  /** Writes and replacements, in sequence. */
  #queue: Promise<void> = Promise.resolve()

  constructor(
    path: string,
    readonly format: LineFormat,
    readonly retention: Retention,
    readonly onProblem: (problem: LogProblem) => void,
  ) {
    // Created here, so that an invalid retention throws at once and not when the session starts.
    this.#kept = createMemoryStore({ retention })
    this.name = `${format.kind}:${path}`
    this.#file = new LogFile(path, format)
  }

  load(): readonly LogEntry[] {
    if (this.#state === 'closed') this.#state = 'new'
    this.#open('read')
    return this.#kept.load()
  }

  append(entries: readonly LogEntry[]): Promise<void> {
    this.#open('append to')
    let lines: string[]
    try {
      lines = entries.map(this.format.encode)
    } catch (problem) {
      throw toEntryRefusal(this.#file.path, problem)
    }
    const batch = this.#nextBatch()
    batch.text += lines.join('')
    for (const [i, entry] of entries.entries()) {
      batch.entries.push(entry)
      this.#replaced.add(entry, () => lines[i]!.length)
    }
    return batch.done.promise
  }

  query(query: LogQuery): readonly RunRecord[] {
    this.#open('read')
    return this.#kept.query(query)
  }

  count(query: LogQuery): number {
    this.#open('read')
    return this.#kept.count(query)
  }

  notes(query: NoteQuery): readonly Note[] {
    this.#open('read')
    return this.#kept.notes(query)
  }

  protect(keep: KeepOf): void {
    this.#keep = keep
    this.#kept.protect(keep)
  }

  prune(retention: Retention, now: number): Promise<number> {
    this.#open('prune')
    return this.#enqueue(async () => {
      const count = this.#kept.prune(retention, now)
      if (count > 0) await this.#rewrite()
      return count
    })
  }

  beat(now: number): void {
    this.#file.beat(now)
  }

  async check(): Promise<void> {
    if (this.#state === 'open') await this.#enqueue(() => this.#restoreIfDisplaced())
  }

  lastBeat(): number | null {
    return this.#file.lastBeat
  }

  flushSync(): void {
    if (this.#state !== 'open') return
    const writing = this.#writing
    const batch = this.#batch
    const waiting = [...(writing?.entries ?? []), ...(batch?.entries ?? [])]
    const found = this.#file.appendSync(
      batch?.text ?? '',
      batch?.entries.length ?? 0,
      writing?.entries.length ?? 0,
    )
    if (found !== null) this.#restore(found, waiting)
    this.#writing = null
    this.#batch = null
    if (writing !== null) this.#settle(writing)
    if (batch !== null) this.#settle(batch)
  }

  async close(): Promise<void> {
    if (this.#state === 'new') this.#state = 'closed'
    if (this.#state !== 'open') return this.#queue
    this.#state = 'closing'
    await this.#enqueue(async () => {
      await this.#restoreIfDisplaced().catch((problem: unknown) => {
        const { path } = this.#file
        this.onProblem({ kind: 'displaced', path, message: toRunLogError('restore', path, problem).message })
      })
      this.#file.close()
      this.#state = 'closed'
    })
  }

  #open(act: string): void {
    if (this.#state === 'open') return
    if (this.#state !== 'new')
      throw new RunLogError(`Cannot ${act} run log '${this.#file.path}' as it is ${this.#state}.`)
    const kept = createMemoryStore({ retention: this.retention })
    if (this.#keep !== null) kept.protect(this.#keep)
    const replaced = new ReplacedStates()
    const take = (entry: LogEntry): void => {
      kept.append([entry])
      replaced.add(entry, () => this.format.encode(entry).length)
    }
    const damaged = this.#file.open(take, this.onProblem)
    this.#replaced = replaced
    this.#kept = kept
    this.#state = 'open'
    // Rewritten, so that damage is reported once and not at every start.
    if (damaged) this.#compact()
  }

  #nextBatch(): Batch {
    if (this.#batch !== null) return this.#batch
    this.#batch = { text: '', entries: [], done: createDeferred() }
    void this.#enqueue(() => this.#write())
    return this.#batch
  }

  async #write(): Promise<void> {
    const batch = this.#batch
    // Null when `flushSync` has written it meanwhile.
    if (batch === null) return
    this.#batch = null
    this.#writing = batch
    try {
      const found = await this.#file.append(batch.text, batch.entries.length)
      if (found !== null) this.#restore(found, batch.entries)
      // Unless `flushSync` has settled it in the meantime.
      if (this.#writing === batch) this.#settle(batch)
    } catch (problem) {
      batch.done.reject(problem)
      this.#rejectWaiting(problem)
    } finally {
      this.#writing = null
    }
    if (this.#file.lines > this.#kept.size * 2 + 10_000 || this.#replaced.prevailIn(this.#file.size))
      this.#compact()
  }

  /** Rejects later entries after a failed write: the order of the file is the order of events. */
  #rejectWaiting(problem: unknown): void {
    this.#batch?.done.reject(problem)
    this.#batch = null
  }

  #settle(batch: Batch): void {
    this.#kept.append(batch.entries)
    batch.done.resolve()
  }

  #compact(): void {
    const { path } = this.#file
    this.#enqueue(() => this.#rewrite()).catch((problem: unknown) => {
      this.onProblem({ kind: 'compact', path, message: toRunLogError('compact', path, problem).message })
    })
  }

  async #rewrite(): Promise<void> {
    const { length } = this.#replaced
    const found = await this.#file.replace(() => this.#kept.load())
    this.#replaced.leftOut(length)
    if (found !== null) this.#restore(found, [])
  }

  /** Writes the kept entries, and those about to be kept, to where the path leads now. Throws a `RunLogError`. */
  #restore(found: Displacement, more: readonly LogEntry[]): void {
    const { path } = this.#file
    const entries = [...this.#kept.load(), ...more]
    const movedTo = this.#file.restore(entries)
    const kept = movedTo === null ? '' : ` The file found there is kept as '${movedTo}'.`
    const message =
      `Run log '${path}' ${displacements[found]}: it was rewritten with its ${entries.length} kept entries.${kept} ` +
      'To keep it short, set a retention; to move it, stop the session first.'
    this.onProblem({ kind: 'displaced', path, message, ...(movedTo === null ? {} : { movedTo }) })
  }

  /** Restores the file if it was displaced. Throws if that is not possible. */
  async #restoreIfDisplaced(): Promise<void> {
    const found = await this.#file.displacement()
    if (found !== null) this.#restore(found, [])
  }

  #enqueue<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(act)
    this.#queue = done.then(
      () => undefined,
      () => undefined,
    )
    return done
  }
}
