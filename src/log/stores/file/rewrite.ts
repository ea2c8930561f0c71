/** A new version of a file of lines, written beside the file that it replaces. */
import { closeSync, fsyncSync, openSync, unlinkSync } from 'node:fs'
import type { LogEntry } from '../../store.ts'
import { close, fsync, open, writeAll, writeAllSync } from '../disk/file-io.ts'
import type { LineFormat } from './line-format.ts'

/** A durable file that is not published yet. */
export interface Draft {
  readonly path: string
  readonly fd: number
  /** Its size, bytes. */
  readonly end: number
}

/** Writes a draft for a place. What it throws leaves no draft behind. */
export async function writeDraft(
  place: string,
  format: LineFormat,
  entries: readonly LogEntry[],
): Promise<Draft> {
  const path = `${place}.tmp`
  const fd = await open(path, 'w+', 0o666)
  try {
    let end = 0
    for (const bytes of chunks(format, entries)) {
      await writeAll(fd, bytes, end)
      end += bytes.length
    }
    await fsync(fd)
    return { path, fd, end }
  } catch (problem) {
    await close(fd)
    forget(path)
    throw problem
  }
}

/** {@link writeDraft} before it returns. */
export function writeDraftSync(place: string, format: LineFormat, entries: readonly LogEntry[]): Draft {
  const path = `${place}.tmp`
  const fd = openSync(path, 'w+', 0o666)
  try {
    let end = 0
    for (const bytes of chunks(format, entries)) {
      writeAllSync(fd, bytes, end)
      end += bytes.length
    }
    fsyncSync(fd)
    return { path, fd, end }
  } catch (problem) {
    dropDraft({ path, fd, end: 0 })
    throw problem
  }
}

/** Drops a draft that is not needed. */
export function dropDraft({ path, fd }: Draft): void {
  closeSync(fd)
  forget(path)
}

function forget(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // The next draft is written over it.
  }
}

/** The bytes of a whole file, in pieces of about a megabyte. */
function* chunks(format: LineFormat, entries: readonly LogEntry[]): Generator<Buffer> {
  let text = format.first
  for (const entry of entries) {
    text += format.encode(entry)
    if (text.length < 1 << 20) continue
    yield Buffer.from(text)
    text = ''
  }
  if (text !== '') yield Buffer.from(text)
}
