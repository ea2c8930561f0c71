/** Reading of a line-based file when it is opened: collects valid entries and reports damage. */
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
} from 'node:fs'
import { RunLogError } from '../../../errors/errors.ts'
import { Duplicates, whyInvalidEntry } from '../../check-entry.ts'
import type { LogEntry } from '../../entry.ts'
import type { LogProblem } from '../../store-problem.ts'
import { writeAllSync } from '../disk/file-io.ts'
import { type Header, header, isHeader, type LineFormat } from './line-format.ts'
import { type BadRange, scanLines } from './scan-lines.ts'

/** The result of reading a file. */
export type ReadLog =
  | {
      readonly kind: 'read'
      /** The end of the last valid line, bytes. */
      readonly end: number
      /** The number of entries up to there. */
      readonly entries: number
      /** True if more bytes follow, which must be cut off. */
      readonly isTailBad: boolean
      /** True if the file must be rewritten: lines were moved to another file, were out of order, or are outdated. */
      readonly isToRewrite: boolean
    }
  /** Empty, or cut short while it was created. */
  | { readonly kind: 'new' }
  /** A foreign file: it was copied, and must be rewritten with these entries. */
  | { readonly kind: 'adopted'; readonly entries: readonly LogEntry[] }

/** Reads an open file from its start and passes each entry to `onEntry`. Throws a `RunLogError` if it is not a run log. */
export function readLog(
  fd: number,
  path: string,
  format: LineFormat,
  onEntry: (entry: LogEntry) => void,
  onProblem: (problem: LogProblem) => void,
): ReadLog {
  // A device may have no end.
  if (!fstatSync(fd).isFile())
    throw new RunLogError(`Cannot open run log '${path}' as it must be a file: it is a device or a pipe.`)
  const entries: LogEntry[] = []
  const duplicates = new Duplicates()
  let isOutdated = false
  const found = scanLines(fd, format.decode, (entry) => {
    if (isHeader(entry)) {
      checkVersion(path, entry)
      isOutdated ||= entry.isOutdated === true
      return null
    }
    const why = whyInvalidEntry(entry) ?? duplicates.why(entry as LogEntry)
    if (why === null) entries.push(entry as LogEntry)
    return why
  })
  if (found.good === 0) return begin(path, format, found.tail, onEntry, onProblem)
  const bad = [...found.damaged, ...found.tail.filter((stretch) => !stretch.torn)]
  if (bad.length > 0) {
    const movedTo = moveAside(path, bad)
    const where = bad.slice(0, 10).map(({ line, why }) => (why === null ? line : `${line}: ${why}`))
    const message = `${bad.length} bad lines of run log '${path}' (line ${where.join('; ')}) were moved to '${movedTo}'.`
    onProblem({ kind: 'bad line', path, message, movedTo })
  }
  const torn = found.tail.at(-1)
  if (torn?.torn === true) {
    const message = `The last write to run log '${path}' was cut short and is left out: ${torn.bytes.length} bytes.`
    onProblem({ kind: 'torn tail', path, message })
  }
  const isInOrder = entries.every(({ seq }, i) => i === 0 || entries[i - 1]!.seq < seq)
  if (!isInOrder) {
    entries.sort((a, b) => a.seq - b.seq)
    const message = `The lines of run log '${path}' were not in the order of seq, and were sorted.`
    onProblem({ kind: 'bad line', path, message })
  }
  for (const entry of entries) onEntry(entry)
  return {
    kind: 'read',
    end: found.end,
    entries: entries.length,
    isTailBad: torn !== undefined,
    isToRewrite: found.damaged.length > 0 || !isInOrder || isOutdated,
  }
}

function checkVersion(path: string, { version }: Header): void {
  if (version === header.version) return
  throw new RunLogError(
    `Cannot open run log '${path}' as its format must be version ${header.version}: version ${version}. ` +
      'Open it with the release that wrote it, or start a new file.',
  )
}

/** A file without a valid line. If it holds more than the start of the first line, it is foreign and not overwritten. */
function begin(
  path: string,
  format: LineFormat,
  content: readonly BadRange[],
  onEntry: (entry: LogEntry) => void,
  onProblem: (problem: LogProblem) => void,
): ReadLog {
  const { first, title } = format
  if (content.every(({ torn, bytes }) => torn && first.startsWith(bytes.toString('latin1'))))
    return { kind: 'new' }
  const adopted = format.adopt?.(readFileSync(path)) ?? null
  if (adopted === null)
    throw new RunLogError(
      `Cannot open run log '${path}' as it must hold a run log in ${title}: it holds something else. ` +
        'Choose another path, or move that file away.',
    )
  const movedTo = freeName(path, 'original')
  copyFileSync(path, movedTo, constants.COPYFILE_EXCL)
  const skipped = adopted.skipped === 0 ? '' : `, ${adopted.skipped} invalid rows skipped`
  const message = `Run log '${path}' was imported: ${adopted.entries.length} records${skipped}. The original file is kept as '${movedTo}'.`
  onProblem({ kind: 'imported', path, message, movedTo })
  for (const entry of adopted.entries) onEntry(entry)
  return { kind: 'adopted', entries: adopted.entries }
}

function moveAside(path: string, bad: readonly BadRange[]): string {
  const movedTo = freeName(path, 'bad')
  const fd = openSync(movedTo, 'wx')
  try {
    for (const { bytes } of bad) writeAllSync(fd, Buffer.concat([bytes, Buffer.from('\n')]), null)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  return movedTo
}

/** An unused name next to a file. */
export function freeName(path: string, why: string): string {
  let n = 1
  while (existsSync(`${path}.${why}-${n}`)) n++
  return `${path}.${why}-${n}`
}
