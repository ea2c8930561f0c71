/** A new version of a line-based file, written next to the file that it replaces. */
import { closeSync, fsyncSync, openSync, unlinkSync } from 'node:fs'
import type { LogEntry } from '../../entry.ts'
import { close, fsync, open, writeAll, writeAllSync } from '../disk/file-io.ts'
import type { LineFormat } from './line-format.ts'

/** A durable file that is not published yet. */
export interface Draft {
  readonly path: string
  readonly fd: number
  /** The size in bytes. */
  readonly end: number
}

/** Writes the draft of a file. If it throws, no draft is left. */
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

/** Synchronous {@link writeDraft}. */
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

/** Deletes a draft that is not needed. */
export function dropDraft({ path, fd }: Draft): void {
  closeSync(fd)
  forget(path)
}

function forget(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // The next draft overwrites it.
  }
}

/** The bytes of a complete file, in pieces of about a megabyte. */
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
