/**
 * A minimal interface to the available SQLite library: `node:sqlite` where Node has it, otherwise the package `libsql`.
 *
 * Both are synchronous. They differ in their error codes, and libsql releases a file only when its statements are
 * garbage-collected; neither difference matters outside this file and {@link sqliteCode}.
 */
import { createRequire } from 'node:module'
import { SetupError } from '../../../errors/errors.ts'

/** The value of a column. */
export type SqliteValue = string | number | null

/** A row, with its columns in the order of the query. */
export type SqliteRow = readonly SqliteValue[]

/**
 * A prepared statement, which can be run repeatedly.
 *
 * @example
 * ```ts
 * const countRows = (select: SqliteStatement): number => select.all().length
 * ```
 */
export interface SqliteStatement {
  /** Runs the statement and returns the number of rows changed. */
  run(...values: SqliteValue[]): number
  /** Runs the statement and returns its rows, by column name. Invalid UTF-8 may end the process: see {@link readRows}. */
  all(...values: SqliteValue[]): Record<string, unknown>[]
}

/**
 * An open database.
 *
 * @example
 * ```ts
 * const versionOf = (driver: SqliteDriver): unknown => driver.prepare('PRAGMA user_version').all()[0]
 * ```
 */
export interface SqliteDriver {
  /** The name of the library: `node:sqlite`, `libsql`. */
  readonly library: string
  /** Runs one or several statements that return no rows. */
  exec(sql: string): void
  /** Compiles one statement. */
  prepare(sql: string): SqliteStatement
  /** Closes the database file. */
  close(): void
}

/**
 * A function that opens a database file. Throws the library's errors.
 *
 * @example
 * ```ts
 * // A library with a common interface.
 * declare class Database {
 *   constructor(path: string)
 *   exec(sql: string): void
 *   prepare(sql: string): { run(...values: unknown[]): { changes: number }; all(...values: unknown[]): object[] }
 *   close(): void
 * }
 *
 * const library: OpenSqlite = (path) => {
 *   const database = new Database(path)
 *   return {
 *     library: 'mine',
 *     exec: (sql) => database.exec(sql),
 *     prepare(sql) {
 *       const statement = database.prepare(sql)
 *       return {
 *         run: (...values) => statement.run(...values).changes,
 *         all: (...values) => statement.all(...values).map((row) => ({ ...row })),
 *       }
 *     },
 *     close: () => database.close(),
 *   }
 * }
 * createApp({ store: createSqliteStore('./gantry.db', { library }) })
 * ```
 */
export type OpenSqlite = (path: string) => SqliteDriver

/** The supported libraries, in order of preference. */
export const sqliteLibraries = ['node:sqlite', 'libsql'] as const

/**
 * The name of a supported library.
 *
 * @example
 * ```ts
 * const library: SqliteLibrary = 'libsql'
 * createApp({ store: createSqliteStore('./gantry.db', { library }) })
 * ```
 */
export type SqliteLibrary = (typeof sqliteLibraries)[number]

/** The function that opens databases. Throws a `SetupError` with installation advice if no library (or not the given one) is available. */
export function findSqlite(library?: SqliteLibrary): OpenSqlite {
  const problems: unknown[] = []
  for (const name of library === undefined ? sqliteLibraries : [library]) {
    try {
      return libraryNamed(name)
    } catch (problem) {
      problems.push(problem)
    }
  }
  throw new SetupError(
    `Cannot open a SQLite run log as ${library ?? 'node:sqlite or libsql'} must be available: this is Node ${process.versions.node}. ` +
      "Use Node 22.13 or later, install the package with `npm install libsql`, or keep the log in 'jsonl:./runs.jsonl'.",
    { cause: new AggregateError(problems, 'no SQLite library could be loaded') },
  )
}

/** The SQLite result code in an error of either library, without the extended part; undefined for other errors. */
export function sqliteCode(problem: unknown): number | undefined {
  if (typeof problem !== 'object' || problem === null) return undefined
  const { errcode, rawCode, message } = problem as { errcode?: unknown; rawCode?: unknown; message?: unknown }
  const code = errcode ?? rawCode
  if (typeof code === 'number') return code & 0xff
  // On opening a file libsql reports the code only at the end of its message.
  const inMessage = /ConnectionFailed.*: (\d+)"?\)$/.exec(String(message))
  return inMessage === null ? undefined : Number(inMessage[1]) & 0xff
}

/**
 * Wraps a query so that it returns its rows as one blob of JSON, which {@link readRows} decodes.
 *
 * libsql ends the whole process on invalid UTF-8 in a text, which a damaged file may contain; in a blob it does no harm.
 * Reading the blob is no slower than reading rows.
 */
export function asRows(query: string, columns: number): string {
  const names = Array.from({ length: columns }, (_, i) => `c${i}`).join(', ')
  return `WITH q (${names}) AS (${query}) SELECT CAST(json_group_array(json_array(${names})) AS BLOB) AS rows FROM q`
}

/** The rows of a statement made with {@link asRows}, in undefined order. */
export function readRows(statement: SqliteStatement, values: readonly SqliteValue[]): SqliteRow[] {
  // One library returns a blob as an ArrayBuffer, the other as a Uint8Array.
  const { rows } = statement.all(...values)[0] as { rows: ArrayBuffer | Uint8Array }
  return JSON.parse(decoder.decode(rows)) as SqliteRow[]
}

const decoder = new TextDecoder()

function libraryNamed(name: SqliteLibrary): OpenSqlite {
  if (name === 'node:sqlite') {
    const module = process.getBuiltinModule('node:sqlite') as { DatabaseSync?: DatabaseClass } | undefined
    if (module?.DatabaseSync === undefined) throw new Error('this release of Node has no module node:sqlite')
    return opener(name, module.DatabaseSync)
  }
  return opener(name, createRequire(import.meta.url)('libsql') as DatabaseClass)
}

/** The common interface of the two libraries. */
interface Database {
  exec(sql: string): unknown
  prepare(sql: string): {
    run(...values: SqliteValue[]): { readonly changes: number | bigint }
    all(...values: SqliteValue[]): unknown[]
  }
  close(): unknown
}
type DatabaseClass = new (path: string) => Database

function opener(library: string, Open: DatabaseClass): OpenSqlite {
  return (path) => {
    const database = new Open(path)
    return {
      library,
      exec: (sql) => void database.exec(sql),
      prepare: (sql) => {
        const statement = database.prepare(sql)
        return {
          run: (...values) => Number(statement.run(...values).changes),
          all: (...values) => statement.all(...values) as Record<string, unknown>[],
        }
      },
      close: () => void database.close(),
    }
  }
}
